//! The desired: the gateway that is wanted now, and the file it grew from.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Backend, Gateway, Limit};

/// The gateway that is wanted now, at one revision: what the journal keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Desired {
    /// Rises by one with each accepted change.
    pub revision: u64,
    /// What is wanted.
    pub gateway: Gateway,
    /// What the file wanted when it was last applied. Where `gateway` differs, an operator spoke.
    pub file: Gateway,
    /// The revision that last touched a target ("backend/app-1").
    pub touched: BTreeMap<String, u64>,
}

impl Desired {
    /// The revision that last touched `target`; 0 when none did.
    #[must_use]
    pub fn touched(&self, target: &str) -> u64 {
        self.touched.get(target).copied().unwrap_or_default()
    }

    /// The backend called `name` as the file has it.
    #[must_use]
    pub fn configured_backend(&self, name: &str) -> Option<&Backend> {
        self.file.backend(name).map(|(_, backend)| backend)
    }

    /// The limit called `name` as the file has it.
    #[must_use]
    pub fn configured_limit(&self, name: &str) -> Option<&Limit> {
        self.file.limit(name)
    }
}
