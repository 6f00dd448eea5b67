//! Lines: which of them change from one text to another?

use std::io::{self, Write};

use similar::{ChangeTag, TextDiff};

use super::super::{Failure, session::Session};
use crate::{
    output::{Style, Tone},
    safe_text::safe_text,
};

/// Lines around a change that are shown with it.
const AROUND: usize = 2;

/// Tells people the lines that change, on standard error, unless they want quiet.
pub(super) fn tell_changes(session: &Session, was: &str, is: &str) -> Result<(), Failure> {
    if !session.global.quiet {
        write_changes(&mut io::stderr(), &session.message_style(), was, is)?;
    }
    Ok(())
}

/// Writes the lines that change, with a few around them.
pub(super) fn write_changes(
    out: &mut impl Write,
    style: &Style,
    was: &str,
    is: &str,
) -> io::Result<()> {
    let diff = TextDiff::from_lines(was, is);
    for (number, group) in diff.grouped_ops(AROUND).iter().enumerate() {
        if number > 0 {
            writeln!(out, "{}", style.paint("...", Tone::Muted))?;
        }
        for change in group.iter().flat_map(|operation| diff.iter_changes(operation)) {
            let (sign, tone) = match change.tag() {
                ChangeTag::Delete => ('-', Tone::Bad),
                ChangeTag::Insert => ('+', Tone::Good),
                ChangeTag::Equal => (' ', Tone::Muted),
            };
            let line = safe_text(change.value().trim_end_matches(['\r', '\n']));
            writeln!(out, "{}", style.paint(format!("{sign} {line}").trim_end(), tone))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_is_shown_with_what_stands_around_it() {
        let was = "a\nb\nc\nweight = 50\nd\ne\nf\ng\nh\nmax = 1\u{1b}[31m\n";
        let is = "a\nb\nc\nweight = 80\nd\ne\nf\ng\nh\nmax = 2\n";
        let mut out = Vec::new();
        write_changes(&mut out, &Style::plain(), was, is).unwrap();
        let expected = "  b\n  c\n- weight = 50\n+ weight = 80\n  d\n  e\n...\n  g\n  h\n\
                        - max = 1\\x1b[31m\n+ max = 2\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
