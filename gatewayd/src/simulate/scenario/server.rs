//! A server model: what a request costs, how many can wait, and how long a start takes.

use std::time::Duration;

/// What all servers of a run are like.
#[derive(Clone, Copy, Debug)]
pub(in crate::simulate) struct ServerModel {
    pub(in crate::simulate) cores: u32,
    /// The time of one core that a request takes, on average.
    pub(in crate::simulate) work: Duration,
    pub(in crate::simulate) spread: Spread,
    /// The longest a request waits for a core; beyond it the server answers 503 at once.
    pub(in crate::simulate) longest_wait: Duration,
    /// From the order to the first answer.
    pub(in crate::simulate) boot: Duration,
    /// Percent by which a start is faster or slower.
    pub(in crate::simulate) boot_jitter_percent: u32,
    pub(in crate::simulate) cold: Option<Cold>,
    /// CPU use without any request, 0..=1.
    pub(in crate::simulate) idle_cpu: f64,
}

/// How the work of requests differs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::simulate) enum Spread {
    /// Not at all.
    Constant,
    /// As waiting times do (the M of M/M/1).
    Exponential,
    /// Most are short and few are long; the standard deviation as a part of the mean.
    LogNormal(f64),
}

/// A server whose caches are cold when it starts.
#[derive(Clone, Copy, Debug)]
pub(in crate::simulate) struct Cold {
    /// By how much more a request takes at first; it falls evenly.
    pub(in crate::simulate) factor: f64,
    /// Until they are warm.
    pub(in crate::simulate) lasts: Duration,
}

impl ServerModel {
    /// Requests per second that keep all cores of a warm server busy.
    pub(in crate::simulate) fn capacity_rps(&self) -> f64 {
        f64::from(self.cores) / self.work.as_secs_f64()
    }
}
