//! An event: a fact that happened.

use std::fmt;

/// A fact that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Rises by one with each event of this process.
    pub id: u64,
    /// When, milliseconds since the Unix epoch.
    pub time_ms: i64,
    /// What sort of fact.
    pub kind: EventKind,
    /// How bad.
    pub severity: Severity,
    /// Who caused it: a user name, "file", or "gateway".
    pub who: String,
    /// What it concerns: "backend/app-1", "limit/create-per-ip", "gateway".
    pub target: String,
    /// A sentence.
    pub what: String,
    /// The operation behind it; empty when there is none.
    pub op: String,
}

/// What sort of fact an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// An operator changed something.
    Change,
    /// A backend's health turned.
    Health,
    /// A pool grew or shrank, or could not.
    Scale,
    /// A limit began or ceased to refuse.
    Limit,
    /// The file was applied, or refused.
    Config,
    /// A certificate was swapped, or could not be.
    Tls,
    /// The process itself.
    Gateway,
}

/// How much an event or problem matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// For the record.
    Info,
    /// Somebody should look.
    Warn,
    /// Users are hurt.
    Error,
}

impl EventKind {
    /// Every kind.
    pub const ALL: [EventKind; 7] = [
        EventKind::Change,
        EventKind::Health,
        EventKind::Scale,
        EventKind::Limit,
        EventKind::Config,
        EventKind::Tls,
        EventKind::Gateway,
    ];

    /// Its word in every tool.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            EventKind::Change => "change",
            EventKind::Health => "health",
            EventKind::Scale => "scale",
            EventKind::Limit => "limit",
            EventKind::Config => "config",
            EventKind::Tls => "tls",
            EventKind::Gateway => "gateway",
        }
    }
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}
