//! What is known of a backend's health: by its probes, and by its answers.

use crate::model::Health;

use super::{Checkup, Ejections};

/// What probes and answers say of one backend, to be read as one.
#[derive(Clone, Debug)]
pub struct Findings {
    /// What its probes say.
    pub checkup: Checkup,
    /// What its answers say.
    pub ejections: Ejections,
}

impl Findings {
    /// Those on a backend with this checkup that was never ejected.
    #[must_use]
    pub fn of(checkup: Checkup) -> Findings {
        Findings { checkup, ejections: Ejections::default() }
    }

    /// What its probes say, and if that is nothing bad, its answers.
    #[must_use]
    pub fn health(&self) -> Health {
        match self.checkup.health() {
            Health::Healthy if self.ejections.is_out() => Health::Ejected,
            health => health,
        }
    }
}
