//! `doctor`: does everything between this operator and the gateway work?

mod client;
mod gateway;
mod terminal;

use std::io::Write as _;

use clap::Args;

use super::{Failure, Verdict, session::Session};
use crate::{
    model::{Finding, Grade},
    output::{Format, Listing, Meta, Selection, Style, Tone, columns::FINDING, write_listing},
    safe_text::safe_text,
};

const EXAMPLES: &str = "\
Examples:
  gatewayctl doctor
  gatewayctl doctor --context prod-eu -o json | jq '.items[] | select(.grade!=\"ok\")'

It changes nothing. Exit 0 when all works, also where something could be better; 3 when something does
not work. How the gateway's servers are is told by `status`.";

/// Arguments of `doctor`.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct DoctorArgs {}

impl DoctorArgs {
    pub(super) async fn run(&self, session: &Session) -> Result<Verdict, Failure> {
        let mut findings = client::findings(session);
        findings.extend(gateway::findings(session).await);
        findings.extend(terminal::findings(session));
        let is_bad = findings.iter().any(|finding| finding.grade == Grade::Bad);
        tell(session, &findings)?;
        Ok(if is_bad { Verdict::NotOk } else { Verdict::Done })
    }
}

fn tell(session: &Session, findings: &[Finding]) -> Result<(), Failure> {
    let style = session.style();
    if session.format() == Format::Table && style.width.is_some() {
        return session.answer(|out| {
            findings.iter().try_for_each(|finding| write!(out, "{}", lines(finding, &style)))
        });
    }
    let meta = Meta { context: session.context(), ..Meta::default() };
    let selection = Selection::everything(FINDING);
    let list = Listing { kind: "Doctor", meta: &meta, items: findings, selection: &selection };
    session.answer(|out| write_listing(out, session.format(), &style, &list))
}

/// A finding for people: a line, and its remedy below.
fn lines(finding: &Finding, style: &Style) -> String {
    let tone = match finding.grade {
        Grade::Ok => Tone::Good,
        Grade::Warn => Tone::Warn,
        Grade::Bad => Tone::Bad,
    };
    let grade = style.paint(&format!("{:4}", finding.grade), tone);
    let mut text = format!("{grade} {:10} {}\n", finding.subject, safe_text(&finding.sentence));
    if let Some(remedy) = &finding.remedy {
        let remedy = format!("{} {}", style.arrow(), safe_text(remedy));
        text += &format!("{:15} {}\n", "", style.paint(&remedy, Tone::Muted));
    }
    text
}
