//! Inputs: everything that one decision about a pool's size is made from.

use std::fmt;

use crate::model::Name;

/// Everything that one decision is made from, its rules aside. The same inputs and rules give the
/// same decision.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inputs {
    /// The servers, by name.
    pub servers: Vec<ServerInput>,
    /// Requests per second over the stable window; absent at the start.
    pub offered_rps: Option<f64>,
    /// Requests per second over the panic window.
    pub surge_rps: Option<f64>,
    /// The highest that was over the last two minutes.
    pub peak_rps: Option<f64>,
    /// Part of answers that were 5xx over the panic window, 0..=1.
    pub error_ratio: f64,
    /// Seconds of a server's whole CPU that a request takes; absent until it was seen.
    pub cost_s: Option<f64>,
    /// What it was when enough servers last told it.
    pub known_cost_s: Option<f64>,
    /// Whether so few servers report that the cost stays what it was.
    pub cost_frozen: bool,
    /// How much longer a panic lasts without a new surge; absent outside of one.
    pub panic_left_ms: Option<u64>,
    /// The most capacity that was needed in this panic.
    pub panic_need: f64,
    /// The largest size wanted within the stabilization window for shrinking.
    pub highest_wanted: Option<u32>,
    /// The smallest size wanted within the stabilization window for growing.
    pub lowest_wanted: Option<u32>,
    /// Servers added within the period of each policy for growing.
    pub added: Vec<u32>,
    /// Servers taken away within the period of each policy for shrinking.
    pub removed: Vec<u32>,
    /// Since the fleet last grew; absent if it did not.
    pub since_out_ms: Option<u64>,
    /// The size that was decided last; absent before that.
    pub last_size: Option<u32>,
    /// Since the first look at the pool.
    pub watched_ms: u64,
    /// Starts that failed one after the other.
    pub failed_starts: u32,
    /// Since the last of them.
    pub since_failed_start_ms: u64,
    /// Whether an operator holds the size, and at how many.
    pub order: Option<Option<u32>>,
    /// The most that the driver can run, whatever the rules allow.
    pub room: Option<u32>,
}

/// One server as a decision sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct ServerInput {
    /// Its name.
    pub name: Name,
    /// Where it is in its life.
    pub phase: ServerPhase,
    /// Whether the driver can end it.
    pub owned: bool,
    /// Whether its CPU tells about the load.
    pub warm: bool,
    /// CPU use, 0..=1 of its cores; absent when not reported of late.
    pub cpu_ratio: Option<f64>,
    /// Requests per second of late.
    pub rps: f64,
    /// Requests under way on it.
    pub in_flight: u32,
    /// Since it entered its phase.
    pub phase_ms: u64,
    /// For how long it has been ill without a break: it served once, and by now fails its probes or
    /// is away. Absent while it is not, and while an operator holds it.
    pub ill_ms: Option<u64>,
}

impl ServerInput {
    /// Whether it would serve if it were put back.
    #[must_use]
    pub fn may_come_back(&self) -> bool {
        self.ill_ms.is_none()
    }
}

/// Where a server is in its life.
///
/// ```text
/// Starting ─▶ Checking ─▶ SlowStart ─▶ Ready ─▶ Draining ─▶ Terminating ─▶ gone
///                             ▲          │▲         │
///                             └ Unhealthy┘└─ reclaim┘
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ServerPhase {
    /// Ordered, not yet listening.
    Starting,
    /// Listening, passed no probe yet.
    Checking,
    /// Takes a growing part.
    SlowStart,
    /// Takes its whole part.
    Ready,
    /// Fails its probes.
    Unhealthy,
    /// An operator took it out: not ours to put back or to end.
    Held,
    /// Taken out by the autoscaler; finishes what is in flight.
    Draining,
    /// Told to end.
    Terminating,
}

impl ServerPhase {
    /// Whether it takes requests.
    #[must_use]
    pub fn serves(self) -> bool {
        matches!(self, ServerPhase::SlowStart | ServerPhase::Ready)
    }

    /// Whether it is on its way to take requests.
    #[must_use]
    pub fn comes(self) -> bool {
        matches!(self, ServerPhase::Starting | ServerPhase::Checking)
    }

    /// Whether it is on its way out.
    #[must_use]
    pub fn leaves(self) -> bool {
        matches!(self, ServerPhase::Draining | ServerPhase::Terminating)
    }
}

impl fmt::Display for ServerPhase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            ServerPhase::Starting => "starting",
            ServerPhase::Checking => "checking",
            ServerPhase::SlowStart => "slow-start",
            ServerPhase::Ready => "ready",
            ServerPhase::Unhealthy => "unhealthy",
            ServerPhase::Held => "held",
            ServerPhase::Draining => "draining",
            ServerPhase::Terminating => "terminating",
        })
    }
}
