//! A fault: what goes wrong, where and for how long.

use std::fmt;
use std::time::Duration;

use rand::Rng;
use rand::rngs::SmallRng;

/// What goes wrong for a while.
#[derive(Clone, Copy, Debug)]
pub(in crate::simulate) struct Fault {
    pub(in crate::simulate) at: Duration,
    pub(in crate::simulate) lasts: Duration,
    pub(in crate::simulate) kind: FaultKind,
    /// How many servers, of those there are; chosen by the seed.
    pub(in crate::simulate) servers: u32,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::simulate) enum FaultKind {
    /// Servers die; they are started again when the fault is over.
    Crash,
    /// Servers do nothing, and go on when the fault is over.
    Hang,
    /// Requests take so many times the work.
    Slow(f64),
    /// So many percent of answers, to probes as well, are 500, which take a tenth of the work.
    Errors(u32),
    /// The same, while probes pass.
    Gray(u32),
    /// Probes fail, and answers are as ever.
    ProbesFail,
    /// Servers report no CPU.
    MetricsLost,
    /// Servers report the CPU of so long ago.
    MetricsLag(Duration),
    /// Servers report so many times their CPU.
    MetricsLie(f64),
    /// Servers that start meanwhile die at the end of their start.
    BootFails,
    /// Servers that are ordered meanwhile take so many times as long to start.
    BootSlow(f64),
    /// So many percent of the clients cannot reach the gateway.
    ClientsCut(u32),
}

impl Fault {
    /// When it is over.
    pub(in crate::simulate) fn ends(&self) -> Duration {
        self.at + self.lasts
    }

    /// One of any kind, within the first three fifths of `run`, of up to a third of `servers`.
    pub(in crate::simulate) fn random(run: Duration, servers: u32, rng: &mut SmallRng) -> Fault {
        let kind = match rng.random_range(0..12) {
            0 => FaultKind::Crash,
            1 => FaultKind::Hang,
            2 => FaultKind::Slow(rng.random_range(1.5..4.0)),
            3 => FaultKind::Errors(rng.random_range(5..100)),
            4 => FaultKind::MetricsLost,
            5 => FaultKind::MetricsLag(Duration::from_secs(rng.random_range(5..60))),
            6 => FaultKind::MetricsLie(rng.random_range(0.3..3.0)),
            7 => FaultKind::BootFails,
            8 => FaultKind::BootSlow(rng.random_range(1.5..3.0)),
            9 => FaultKind::Gray(rng.random_range(20..=100)),
            10 => FaultKind::ProbesFail,
            _ => FaultKind::ClientsCut(rng.random_range(50..100)),
        };
        let seconds = run.as_secs().max(10);
        Fault {
            at: Duration::from_secs(rng.random_range(1..seconds * 3 / 5)),
            lasts: Duration::from_secs(rng.random_range(1..=120.min(seconds / 5))),
            kind,
            servers: rng.random_range(1..=(servers / 3).max(1)),
        }
    }
}

impl FaultKind {
    /// Whether servers that it befalls fail all their probes.
    pub(in crate::simulate) fn makes_ill(&self) -> bool {
        matches!(
            self,
            FaultKind::Crash | FaultKind::Hang | FaultKind::Errors(100) | FaultKind::ProbesFail
        )
    }

    /// Whether it befalls servers that run.
    pub(in crate::simulate) fn hits_servers(&self) -> bool {
        !matches!(self, FaultKind::BootFails | FaultKind::BootSlow(_) | FaultKind::ClientsCut(_))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Fault { kind, servers, .. } = self;
        match kind {
            FaultKind::Crash => write!(f, "{servers} crash"),
            FaultKind::Hang => write!(f, "{servers} hang"),
            FaultKind::Slow(factor) => write!(f, "{servers} slow ×{factor:.1}"),
            FaultKind::Errors(percent) => write!(f, "{servers} answer {percent} % with 500"),
            FaultKind::Gray(percent) => {
                write!(f, "{servers} answer {percent} % with 500, but pass their probes")
            }
            FaultKind::ProbesFail => write!(f, "{servers} answer, but fail their probes"),
            FaultKind::MetricsLost => write!(f, "{servers} report nothing"),
            FaultKind::MetricsLag(by) => write!(f, "{servers} report {} s late", by.as_secs()),
            FaultKind::MetricsLie(factor) => write!(f, "{servers} report CPU ×{factor:.1}"),
            FaultKind::BootFails => write!(f, "starts fail"),
            FaultKind::BootSlow(factor) => write!(f, "starts take ×{factor:.1}"),
            FaultKind::ClientsCut(percent) => write!(f, "{percent} % of clients cut off"),
        }
    }
}
