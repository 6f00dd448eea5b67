//! `cert check`: does a certificate expire soon?

use std::time::Duration;

use clap::Args;

use super::{
    super::{Failure, Verdict, session::Session},
    called,
};
use crate::{
    duration,
    model::{Certificate, Severity},
    output::{Format, Listing, Meta, Selection, columns::CERTIFICATE, write_listing},
};

const EXAMPLES: &str = "\
Examples:
  gatewayctl cert check
  gatewayctl cert check --warn 30d --crit 7d
  gatewayctl cert check https -o json | jq '.items[0].expires_in_s'

Exit 3 when one expires sooner than --crit, or has. One that expires sooner than --warn is told, with
exit 0: monitoring that wants it earlier says a longer --crit.";

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(in crate::commands) struct CheckArgs {
    /// Only those for these names, or of these listeners
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Sooner than this is told
    #[arg(long, value_name = "DURATION", default_value = "14d", value_parser = duration::parse)]
    warn: Duration,
    /// Sooner than this is exit 3
    #[arg(long, value_name = "DURATION", default_value = "3d", value_parser = duration::parse)]
    crit: Duration,
}

impl CheckArgs {
    pub(super) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let Self { names, warn, crit } = self;
        if crit > warn {
            return Err(Failure::usage("--crit is longer than --warn")
                .hint("a certificate is told of first, and then is critical"));
        }
        let client = session.connect().await?;
        let picture = client.snapshot().await?;
        let items = called(client.certificates().await?, &names)?;
        let judged: Vec<(Severity, String)> =
            items.iter().map(|it| judge(it, picture.time_ms, warn, crit)).collect();
        if session.format() == Format::Table {
            session.answer(|out| judged.iter().try_for_each(|(_, line)| write_line(out, line)))?;
        } else {
            let meta = Meta::of(&session.context(), &picture);
            let selection = Selection::everything(CERTIFICATE);
            let kind = "CertificateList";
            let list = Listing { kind, meta: &meta, items: &items, selection: &selection };
            session.answer(|out| write_listing(out, session.format(), &session.style(), &list))?;
        }
        let is_bad = judged.iter().any(|(severity, _)| *severity == Severity::Error);
        Ok(if is_bad { Verdict::NotOk } else { Verdict::Done })
    }
}

fn write_line(out: &mut Vec<u8>, line: &str) -> std::io::Result<()> {
    std::io::Write::write_all(out, format!("{}\n", crate::safe_text::safe_text(line)).as_bytes())
}

/// How soon it expires, in a sentence, and how bad that is.
fn judge(it: &Certificate, now_ms: i64, warn: Duration, crit: Duration) -> (Severity, String) {
    let Certificate { name, served_by, .. } = it;
    let Ok(left) = u64::try_from(it.expires_ms - now_ms).map(Duration::from_millis) else {
        return (Severity::Error, format!("crit  {name} ({served_by}) has expired"));
    };
    let (severity, word) = match left {
        left if left < crit => (Severity::Error, "crit"),
        left if left < warn => (Severity::Warn, "warn"),
        _ => (Severity::Info, "ok"),
    };
    let left = duration::short(left);
    (severity, format!("{word:<4}  {name} ({served_by}) expires in {left}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_judged_by_what_is_left_of_it() {
        const DAY: Duration = Duration::from_secs(86_400);
        let judged = |left_ms: i64| {
            let certificate = Certificate {
                name: "a.example".into(),
                served_by: "https".into(),
                expires_ms: 1000 + left_ms,
                ..Certificate::default()
            };
            judge(&certificate, 1000, 14 * DAY, 3 * DAY)
        };
        let day = 86_400_000;
        let said = |severity, line: &str| (severity, line.to_owned());
        let expires =
            |word: &str, when: &str| format!("{word}  a.example (https) expires in {when}");
        assert_eq!(judged(20 * day), said(Severity::Info, &expires("ok  ", "20d00h")));
        assert_eq!(judged(14 * day - 1).0, Severity::Warn);
        assert_eq!(judged(5 * day), said(Severity::Warn, &expires("warn", "5d00h")));
        assert_eq!(judged(3 * day - 1).0, Severity::Error);
        let expired = "crit  a.example (https) has expired";
        assert_eq!(judged(-1), said(Severity::Error, expired));
    }
}
