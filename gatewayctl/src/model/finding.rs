//! A finding: how one part of an operator's setup is, and what would mend it.

use std::fmt;

/// How one part of a setup is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The part: `config`, `connection`, `clock`.
    pub subject: &'static str,
    /// How it is.
    pub grade: Grade,
    /// What was found.
    pub sentence: String,
    /// What would mend it; absent where nothing has to be.
    pub remedy: Option<String>,
}

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// As it should be.
    Ok,
    /// It works, but not as well as it could.
    Warn,
    /// It does not work.
    Bad,
}

impl Grade {
    /// Its word in every tool.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Bad => "bad",
        }
    }
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl Finding {
    /// Something that is as it should be.
    pub fn ok(subject: &'static str, sentence: impl Into<String>) -> Self {
        Self { subject, grade: Grade::Ok, sentence: sentence.into(), remedy: None }
    }

    /// Something that could be better.
    pub fn warn(
        subject: &'static str,
        sentence: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        let (sentence, remedy) = (sentence.into(), Some(remedy.into()));
        Self { subject, grade: Grade::Warn, sentence, remedy }
    }

    /// Something that does not work.
    pub fn bad(
        subject: &'static str,
        sentence: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self { grade: Grade::Bad, ..Self::warn(subject, sentence, remedy) }
    }
}
