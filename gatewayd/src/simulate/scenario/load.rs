//! A load: how many requests come when, from which clients, and what those do about a failure.

use std::f64::consts::TAU;
use std::time::Duration;

/// The requests that are offered.
#[derive(Clone, Debug)]
pub(in crate::simulate) struct Load {
    /// One after the other.
    pub(in crate::simulate) phases: Vec<Phase>,
    pub(in crate::simulate) arrivals: Arrivals,
    pub(in crate::simulate) addresses: Addresses,
    /// Absent when a client takes a failure for an answer.
    pub(in crate::simulate) retries: Option<Retries>,
}

/// A time in which the rate stays, moves evenly, or swings.
#[derive(Clone, Debug)]
pub(in crate::simulate) struct Phase {
    pub(in crate::simulate) length: Duration,
    /// Requests per second at its beginning.
    pub(in crate::simulate) rps: f64,
    /// And at its end.
    pub(in crate::simulate) to_rps: f64,
    pub(in crate::simulate) wave: Option<Wave>,
}

/// A rate that swings, as that of a day does.
#[derive(Clone, Copy, Debug)]
pub(in crate::simulate) struct Wave {
    /// By which part of the rate, 0..=1.
    pub(in crate::simulate) part: f64,
    pub(in crate::simulate) period: Duration,
}

/// How arrivals are apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::simulate) enum Arrivals {
    /// At random, each independent of all others.
    Poisson,
    /// Evenly.
    Even,
}

/// Where the requests come from.
#[derive(Clone, Copy, Debug)]
pub(in crate::simulate) struct Addresses {
    pub(in crate::simulate) clients: u32,
    /// The exponent of Zipf's law: 0 is all alike, 1 is the web's.
    pub(in crate::simulate) zipf: f64,
    /// Percent of the clients that are behind shared addresses.
    pub(in crate::simulate) nat_percent: u32,
    /// How many addresses those share.
    pub(in crate::simulate) nat_addresses: u32,
}

/// What clients do about a failure.
#[derive(Clone, Copy, Debug)]
pub(in crate::simulate) struct Retries {
    /// So often at most.
    pub(in crate::simulate) most: u8,
    /// After this, then after twice as long, and so on; each up to half longer or shorter.
    pub(in crate::simulate) after: Duration,
    /// Percent of the failed that are tried again.
    pub(in crate::simulate) percent: u32,
}

impl Phase {
    /// Requests per second so long after its beginning.
    pub(in crate::simulate) fn rps_at(&self, since: Duration) -> f64 {
        let part = if self.length.is_zero() { 0.0 } else { since.div_duration_f64(self.length) };
        let base = self.rps + (self.to_rps - self.rps) * part.min(1.0);
        let swing = self.wave.map_or(1.0, |wave| {
            1.0 + wave.part * (TAU * since.div_duration_f64(wave.period)).sin()
        });
        base * swing
    }
}

impl Load {
    /// Requests per second at `at`, retries aside.
    pub(in crate::simulate) fn rps_at(&self, at: Duration) -> f64 {
        let mut since = at;
        for phase in &self.phases {
            if since < phase.length {
                return phase.rps_at(since);
            }
            since -= phase.length;
        }
        self.phases.last().map_or(0.0, |last| last.rps_at(last.length))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_stays_moves_and_swings() {
        let phase =
            |rps, to_rps, wave| Phase { length: Duration::from_secs(100), rps, to_rps, wave };
        let day = Wave { part: 0.5, period: Duration::from_secs(40) };
        let load = Load {
            phases: vec![
                phase(10.0, 10.0, None),
                phase(10.0, 30.0, None),
                phase(8.0, 8.0, Some(day)),
            ],
            arrivals: Arrivals::Even,
            addresses: Addresses { clients: 1, zipf: 0.0, nat_percent: 0, nat_addresses: 1 },
            retries: None,
        };
        let at = |second| (load.rps_at(Duration::from_secs(second)) * 10.0).round() / 10.0;
        assert_eq!([at(0), at(99), at(100), at(150), at(199)], [10.0, 10.0, 10.0, 20.0, 29.8]);
        assert_eq!([at(200), at(210), at(220), at(230)], [8.0, 12.0, 8.0, 4.0]);
    }
}
