//! Words of a command: what it said, as one line of bounded length that may be shown.

/// The most that is shown of what somebody else said.
const LONGEST: usize = 400;

/// `text` on one line, cut where it is too long.
pub(super) fn one_line(text: &str) -> String {
    let mut characters = text.trim().chars();
    let plain = |it: char| if it.is_control() { ' ' } else { it };
    let mut line: String = characters.by_ref().take(LONGEST).map(plain).collect();
    if characters.next().is_some() {
        line.push('…');
    }
    line.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_one_short_line() {
        assert_eq!(one_line(" no\nquota\u{1b}[2J\n"), "no quota [2J");
        assert_eq!(one_line(&"ä".repeat(5000)).chars().count(), LONGEST + 1);
    }
}
