//! A confirmation: does somebody really want this change?

use std::io::{self, Write as _};

use super::{Failure, Kind};
use crate::safe_text::safe_text;

/// How much a change can hurt, and so how it is confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stakes {
    /// Easily taken back: yes or no.
    Low,
    /// Not easily taken back: the names must be typed, or were given by `--confirm`.
    High { names: Vec<String> },
    /// Of a gateway whose context wants all names typed: `--yes` is not enough.
    Protected { names: Vec<String>, context: String },
}

impl Stakes {
    /// Whether flags answer the question: `yes` for --yes, `confirmed` for a right --confirm.
    pub(super) const fn is_answered(&self, yes: bool, confirmed: bool) -> bool {
        match self {
            Self::Low | Self::High { .. } => yes || confirmed,
            Self::Protected { .. } => confirmed,
        }
    }

    /// Nobody can be asked: which flag is missing?
    pub(super) fn would_ask(&self) -> Failure {
        let failure =
            Failure::new(Kind::WouldAsk, "would have to ask, and nobody can be asked here");
        match self {
            Self::Low => failure.hint("say --yes to do it, --dry-run to see what it would do"),
            Self::High { names } => failure.hint(format!(
                "say --confirm {} or --yes to do it, --dry-run to see what it would do",
                names.join(",")
            )),
            Self::Protected { names, context } => failure.hint(format!(
                "say --confirm {} to do it: context {context} is protected, --yes is not enough",
                names.join(",")
            )),
        }
    }

    /// Asks; anything but agreement is a failure.
    pub(super) async fn ask(&self) -> Result<(), Failure> {
        let mut stderr = io::stderr();
        write!(stderr, "{}", safe_text(&self.question()))?;
        stderr.flush()?;
        // On its own thread: the connection stays alive while somebody thinks.
        let line = tokio::task::spawn_blocking(read_line).await;
        let line = line.map_err(|error| Failure::new(Kind::Local, error.to_string()))??;
        if self.agrees(&line) {
            Ok(())
        } else {
            Err(Failure::new(Kind::Declined, "not confirmed, nothing was changed"))
        }
    }

    fn question(&self) -> String {
        match self {
            Self::Low => "Go ahead? [y/N] ".to_owned(),
            Self::High { names } => format!("Type {} to go ahead: ", names.join(" ")),
            Self::Protected { names, context } => {
                format!("{context} is protected. Type {} to go ahead: ", names.join(" "))
            }
        }
    }

    fn agrees(&self, line: &str) -> bool {
        match self {
            Self::Low => matches!(line.trim().to_lowercase().as_str(), "y" | "yes"),
            Self::High { names } | Self::Protected { names, .. } => {
                let words = line.split(|c: char| c.is_whitespace() || c == ',');
                let typed: Vec<_> =
                    words.filter(|word| !word.is_empty()).map(str::to_owned).collect();
                same_names(names, &typed)
            }
        }
    }
}

/// Whether `--confirm` answers the question; what names anything else than the command is a slip.
pub(super) fn is_confirmed(names: &[&str], confirmed: &[String]) -> Result<bool, Failure> {
    if confirmed.is_empty() {
        return Ok(false);
    }
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    if same_names(&names, confirmed) {
        return Ok(true);
    }
    let (named, said) = (names.join(" "), confirmed.join(" "));
    Err(Failure::usage(format!("--confirm says {said}, the command says {named}"))
        .hint("they must name the same; nothing was changed"))
}

fn same_names(one: &[String], other: &[String]) -> bool {
    let sorted = |names: &[String]| {
        let mut names = names.to_vec();
        names.sort();
        names.dedup();
        names
    };
    sorted(one) == sorted(other)
}

fn read_line() -> io::Result<String> {
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    Ok(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn protected() -> Stakes {
        Stakes::Protected { names: names(&["a", "b"]), context: "prod".to_owned() }
    }

    #[test]
    fn a_confirmation_must_name_exactly_what_is_changed() {
        let confirmed = |said: &[&str]| is_confirmed(&["a", "b"], &names(said));
        assert!(confirmed(&["b", "a"]).unwrap());
        assert!(!confirmed(&[]).unwrap());
        assert_eq!(confirmed(&["a"]).unwrap_err().kind, Kind::Usage);
        assert_eq!(confirmed(&["a", "b", "c"]).unwrap_err().kind, Kind::Usage);
    }

    #[test]
    fn yes_is_enough_but_where_a_context_is_protected() {
        let high = Stakes::High { names: names(&["a"]) };
        for stakes in [&Stakes::Low, &high] {
            assert!(stakes.is_answered(true, false) && stakes.is_answered(false, true));
            assert!(!stakes.is_answered(false, false));
        }
        assert!(!protected().is_answered(true, false));
        assert!(protected().is_answered(false, true));
    }

    #[test]
    fn who_cannot_be_asked_is_told_which_flag_is_missing() {
        let high = Stakes::High { names: names(&["a", "b"]) };
        assert!(high.would_ask().hints.concat().contains("--confirm a,b or --yes"));
        assert!(Stakes::Low.would_ask().hints.concat().contains("--yes"));
        assert!(
            protected().would_ask().hints.concat().contains("--confirm a,b to do it: context prod")
        );
        assert_eq!(Stakes::Low.would_ask().kind, Kind::WouldAsk);
    }

    #[test]
    fn only_a_clear_yes_agrees() {
        for (line, agrees) in
            [("y\n", true), ("YES\n", true), ("\n", false), ("", false), ("n", false)]
        {
            assert_eq!(Stakes::Low.agrees(line), agrees, "{line:?}");
        }
        let high = Stakes::High { names: names(&["a", "b"]) };
        for (line, agrees) in
            [("a b\n", true), (" b, a\n", true), ("y", false), ("a", false), ("", false)]
        {
            assert_eq!(high.agrees(line), agrees, "{line:?}");
        }
    }
}
