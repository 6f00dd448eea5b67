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

/// Cells before what was found: how it is, and of what.
const MARGIN: usize = 16;
/// Even on the narrowest terminal, so many characters stand in a line.
const NARROWEST: usize = 16;

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

/// A finding for people: what was found, and its remedy below, broken where a word ends.
fn lines(finding: &Finding, style: &Style) -> String {
    let tone = match finding.grade {
        Grade::Ok => Tone::Good,
        Grade::Warn => Tone::Warn,
        Grade::Bad => Tone::Bad,
    };
    let width = style.width.unwrap_or(usize::MAX).saturating_sub(MARGIN).max(NARROWEST);
    let grade = style.paint(&format!("{:4}", finding.grade), tone);
    let mut text = String::new();
    for (number, line) in broken(&safe_text(&finding.sentence), width).iter().enumerate() {
        let margin = match number {
            0 => format!("{grade} {:11}", finding.subject),
            _ => " ".repeat(MARGIN),
        };
        text += &format!("{margin}{line}\n");
    }
    if let Some(remedy) = &finding.remedy {
        let remedy = format!("{} {}", style.arrow(), safe_text(remedy));
        for line in broken(&remedy, width) {
            text += &format!("{:MARGIN$}{}\n", "", style.paint(&line, Tone::Muted));
        }
    }
    text
}

/// `text` in lines of at most `width` characters, where its words allow that.
fn broken(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("there is a line from the start on");
        if line.is_empty() {
            line.push_str(word);
        } else if line.chars().count() + 1 + word.chars().count() <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_is_broken_where_words_end() {
        let finding = Finding::bad("size", "the dashboard shows less here", "use a wider terminal");
        let style = Style { width: Some(MARGIN + 18), ..Style::plain() };
        let told = lines(&finding, &style);
        let expected = [
            "bad  size       the dashboard",
            "                shows less here",
            "                -> use a wider",
            "                terminal",
        ];
        assert_eq!(told.lines().collect::<Vec<_>>(), expected);
        assert_eq!(broken("a-word-without-an-end b", 5), ["a-word-without-an-end", "b"]);
    }
}
