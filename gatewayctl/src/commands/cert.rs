//! Verbs for certificates: which listeners prove themselves by them, and until when.

use std::time::Duration;

use clap::{Args, Subcommand};

use super::{Failure, Verdict, list, list::ListFlags, session::Session};
use crate::{
    duration,
    model::{Listener, Severity, Snapshot},
    output::{Format, Listing, Meta, Selection, columns::CERTIFICATE, write_listing},
};

const LIST_EXAMPLES: &str = "\
Examples:
  gatewayctl cert list
  gatewayctl cert list --filter 'expires_in_s<1209600' -o name";

const CHECK_EXAMPLES: &str = "\
Examples:
  gatewayctl cert check
  gatewayctl cert check --warn 30d --crit 7d
  gatewayctl cert check https -o json | jq '.items[0].expires_in_s'

Exit 3 when one expires sooner than --crit, or has. One that expires sooner than --warn is told, with
exit 0: monitoring that wants it earlier says a longer --crit.";

/// What can be asked of certificates.
#[derive(Debug, Subcommand)]
pub(super) enum CertVerb {
    /// The listeners that speak TLS, and when the first of their certificates expires
    #[command(visible_alias = "ls", after_long_help = LIST_EXAMPLES)]
    List(CertListArgs),
    /// Does one expire soon? Exit 3 when it does
    #[command(after_long_help = CHECK_EXAMPLES)]
    Check(CheckArgs),
}

#[derive(Debug, Args)]
pub(super) struct CertListArgs {
    #[command(flatten)]
    list: ListFlags,
}

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// Only of these listeners
    #[arg(value_name = "LISTENER")]
    listeners: Vec<String>,
    /// Sooner than this is told
    #[arg(long, value_name = "DURATION", default_value = "14d", value_parser = duration::parse)]
    warn: Duration,
    /// Sooner than this is exit 3
    #[arg(long, value_name = "DURATION", default_value = "3d", value_parser = duration::parse)]
    crit: Duration,
}

impl CertVerb {
    pub(super) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        match self {
            Self::List(args) => {
                let pick = |picture: &Snapshot| Ok(secured(picture));
                list::show(session, &args.list, "CertificateList", CERTIFICATE, pick).await
            }
            Self::Check(args) => args.run(session).await,
        }
    }
}

impl CheckArgs {
    async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let Self { listeners, warn, crit } = self;
        if crit > warn {
            return Err(Failure::usage("--crit is longer than --warn")
                .hint("a certificate is told of first, and then is critical"));
        }
        let picture = session.connect().await?.snapshot().await?;
        let mut items = secured(&picture);
        for name in &listeners {
            if items.iter().all(|it| it.name != *name) {
                let known = items.iter().map(|it| it.name.as_str());
                let list = "gatewayctl cert list";
                return Err(Failure::not_found("listener with TLS", name, known, list));
            }
        }
        items.retain(|it| listeners.is_empty() || listeners.contains(&it.name));
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

/// The listeners that speak TLS.
fn secured(picture: &Snapshot) -> Vec<Listener> {
    picture.listeners.iter().filter(|it| it.tls).cloned().collect()
}

/// How soon it expires, in a sentence, and how bad that is.
fn judge(it: &Listener, now_ms: i64, warn: Duration, crit: Duration) -> (Severity, String) {
    let name = &it.name;
    let Some(left_ms) = it.certificate_expires_ms.map(|at| at - now_ms) else {
        return (Severity::Info, format!("ok    {name}: no certificate expires"));
    };
    let Ok(left) = u64::try_from(left_ms).map(Duration::from_millis) else {
        return (Severity::Error, format!("crit  {name}: its certificate has expired"));
    };
    let (severity, word) = match left {
        left if left < crit => (Severity::Error, "crit"),
        left if left < warn => (Severity::Warn, "warn"),
        _ => (Severity::Info, "ok"),
    };
    let line = format!("{word:<4}  {name}: its certificate expires in {}", duration::short(left));
    (severity, line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_judged_by_what_is_left_of_it() {
        const DAY: Duration = Duration::from_secs(86_400);
        let judged = |left_ms: Option<i64>| {
            let listener = Listener {
                name: "https".into(),
                tls: true,
                certificate_expires_ms: left_ms.map(|left| 1000 + left),
                ..Listener::default()
            };
            judge(&listener, 1000, 14 * DAY, 3 * DAY)
        };
        let day = 86_400_000;
        let said = |severity, line: &str| (severity, line.to_owned());
        let expires =
            |word: &str, when: &str| format!("{word}  https: its certificate expires in {when}");
        assert_eq!(judged(Some(20 * day)), said(Severity::Info, &expires("ok  ", "20d00h")));
        assert_eq!(judged(Some(14 * day - 1)).0, Severity::Warn);
        assert_eq!(judged(Some(5 * day)), said(Severity::Warn, &expires("warn", "5d00h")));
        assert_eq!(judged(Some(3 * day - 1)).0, Severity::Error);
        let expired = "crit  https: its certificate has expired";
        assert_eq!(judged(Some(-1)), said(Severity::Error, expired));
        assert_eq!(judged(None).0, Severity::Info);
    }
}
