//! A notice: what the dashboard last had to say. Errors stay until they are dismissed.

use std::time::Duration;

use super::{moment::Moment, theme::Role};

/// A note is read or not read in this time; then the keys are worth more.
const NOTE: Duration = Duration::from_secs(8);
/// A change that was made is worth more.
const DONE: Duration = Duration::from_secs(30);

/// One thing to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notice {
    /// How it is meant.
    pub(crate) tone: Tone,
    /// What is said.
    pub(crate) text: String,
    /// What can be done about it, by which key; shown however little room there is.
    pub(crate) keys: String,
}

/// How a notice is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// A change was made.
    Done,
    /// Worth knowing.
    Note,
    /// Something did not happen.
    Error,
}

/// What was said last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Notices {
    error: Option<Notice>,
    latest: Option<(Moment, Notice)>,
}

impl Notice {
    /// A change was made.
    pub(crate) fn done(text: impl Into<String>) -> Self {
        Self { tone: Tone::Done, text: text.into(), keys: String::new() }
    }

    /// The same, and what can be done about it, by which key.
    pub(crate) fn with_keys(self, keys: String) -> Self {
        Self { keys, ..self }
    }

    /// Worth knowing.
    pub(crate) fn note(text: impl Into<String>) -> Self {
        Self { tone: Tone::Note, text: text.into(), keys: String::new() }
    }

    /// Something did not happen.
    pub(crate) fn error(text: impl Into<String>) -> Self {
        Self { tone: Tone::Error, text: text.into(), keys: String::new() }
    }
}

impl Tone {
    /// The word before it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Done => "ok",
            Self::Note => "note",
            Self::Error => "error",
        }
    }

    /// How it looks.
    pub(crate) const fn role(self) -> Role {
        match self {
            Self::Done => Role::Ok,
            Self::Note => Role::Accent,
            Self::Error => Role::Bad,
        }
    }
}

impl Notices {
    /// Says it.
    pub(crate) fn say(&mut self, now: Moment, notice: Notice) {
        match notice.tone {
            Tone::Error => self.error = Some(notice),
            Tone::Done | Tone::Note => self.latest = Some((now, notice)),
        }
    }

    /// Takes back the error that is shown; `false` when there is none.
    pub(crate) fn dismiss(&mut self) -> bool {
        self.error.take().is_some()
    }

    /// What is shown: an error as long as it stands, else what was said a moment ago.
    pub(crate) fn shown(&self, now: Moment) -> Option<&Notice> {
        let latest = self.latest.as_ref().filter(|(said, notice)| {
            now.since(*said) < if notice.tone == Tone::Done { DONE } else { NOTE }
        });
        self.error.as_ref().or(latest.map(|(_, notice)| notice))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(s: u64) -> Moment {
        Moment(Duration::from_secs(s))
    }

    #[test]
    fn an_error_stays_until_it_is_dismissed() {
        let mut notices = Notices::default();
        notices.say(at(0), Notice::error("refused"));
        notices.say(at(3_600), Notice::done("drained"));
        assert_eq!(notices.shown(at(3_600)), Some(&Notice::error("refused")));
        assert!(notices.dismiss());
        assert_eq!(notices.shown(at(3_600)), Some(&Notice::done("drained")));
        assert!(!notices.dismiss());
    }

    #[test]
    fn a_note_makes_room_after_a_while() {
        let mut notices = Notices::default();
        notices.say(at(0), Notice::note("paused"));
        assert_eq!(notices.shown(at(7)), Some(&Notice::note("paused")));
        assert_eq!(notices.shown(at(8)), None);
    }
}
