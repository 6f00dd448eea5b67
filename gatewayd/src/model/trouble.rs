//! Trouble: something that must be kept on disk cannot be written.

/// What is kept on disk, and refused without.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Store {
    /// What is desired, and the operations that led there.
    Journal,
    /// Who tried what.
    Audit,
}

impl Store {
    /// Its name in every tool.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Store::Journal => "journal",
            Store::Audit => "audit log",
        }
    }
}

/// A store that cannot be written now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// Which one.
    pub store: Store,
    /// The folder that it is in.
    pub place: String,
    /// What the system says.
    pub error: String,
    /// When it was found, milliseconds since the Unix epoch.
    pub since_ms: i64,
    /// How many times it could not be written since.
    pub failures: u64,
}
