//! Denials: how often callers of the admin API were told no, by why.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Why a caller was told no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denial {
    /// The role is not enough.
    Role,
    /// No role is given to the caller.
    Stranger,
    /// No certificate of the own authority, or one that is not valid.
    Certificate,
}

/// How often callers were told no since the start; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Denials(Arc<[AtomicU64; 3]>);

impl Denial {
    /// Every reason.
    pub const ALL: [Denial; 3] = [Denial::Role, Denial::Stranger, Denial::Certificate];

    /// Its word in metrics.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Denial::Role => "role",
            Denial::Stranger => "stranger",
            Denial::Certificate => "certificate",
        }
    }
}

impl Denials {
    /// Counts one.
    pub fn count(&self, why: Denial) {
        self.0[why as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// How many there were.
    #[must_use]
    pub fn total(&self, why: Denial) -> u64 {
        self.0[why as usize].load(Ordering::Relaxed)
    }
}
