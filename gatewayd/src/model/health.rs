//! Health: what probes and traffic say of a backend.

use std::fmt;

/// What probes and traffic say of a backend.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Health {
    /// New: takes no traffic until its first passed probe.
    #[default]
    Checking,
    /// Passed its latest probes.
    Healthy,
    /// Failed its latest probes.
    Unhealthy,
    /// Taken out for a while because of the answers it gave.
    Ejected,
}

impl fmt::Display for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Health::Checking => "checking",
            Health::Healthy => "healthy",
            Health::Unhealthy => "unhealthy",
            Health::Ejected => "ejected",
        })
    }
}
