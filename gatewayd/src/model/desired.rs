//! The desired: the gateway that is wanted now, and the file it grew from.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Backend, Entity, Gateway, Limit, Revert};

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
    /// Operations that are taken back by themselves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reverts: Vec<Revert>,
}

impl Desired {
    /// The revision that last touched `target`; 0 when none did.
    #[must_use]
    pub fn touched(&self, target: &str) -> u64 {
        self.touched.get(target).copied().unwrap_or_default()
    }

    /// How the operation called `op` is taken back by itself.
    #[must_use]
    pub fn revert(&self, op: &str) -> Option<&Revert> {
        self.reverts.iter().find(|revert| revert.op == op)
    }

    /// When the standing of `backend` is taken back by itself, milliseconds since the Unix epoch.
    #[must_use]
    pub fn standing_until_ms(&self, backend: &Backend) -> Option<i64> {
        let stood = |entity: &Option<Entity>| match entity {
            Some(Entity::Backend { backend, .. }) => Some((backend.standing, backend.mark.clone())),
            _ => None,
        };
        let now = Some((backend.standing, backend.mark.clone()));
        let takes_back = |revert: &&Revert| {
            let own = revert.touched.iter().find(|it| {
                it.target.strip_prefix("backend/").is_some_and(|name| backend.name == *name)
            });
            own.is_some_and(|it| stood(&it.after) == now && stood(&it.before) != now)
        };
        self.reverts.iter().filter(takes_back).filter_map(Revert::due_ms).min()
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
