//! A problem: something an operator should know now.

use std::fmt;

/// Something an operator should know now.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Problem {
    /// How bad.
    pub severity: Severity,
    /// What it concerns: "backend/app-1", "pool/app", "limit/create-per-ip".
    pub target: String,
    /// A short sentence.
    pub what: String,
    /// Since when, milliseconds since the Unix epoch; absent when not known.
    pub since_ms: Option<i64>,
}

/// How much an event or problem matters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// For the record.
    #[default]
    Info,
    /// Somebody should look.
    Warn,
    /// Users are hurt.
    Error,
}

impl Severity {
    /// Every value, in the order of the contract.
    pub const ALL: [Self; 3] = [Self::Info, Self::Warn, Self::Error];

    /// Its word in every tool.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}
