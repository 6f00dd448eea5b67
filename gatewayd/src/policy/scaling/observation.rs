//! An observation: what is seen of a pool at one tick.

use crate::model::{Name, ServerPhase};

/// What is seen of a pool at one tick.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Observation {
    /// Its servers.
    pub servers: Vec<SeenServer>,
    /// Whether decisions are carried out.
    pub acts: bool,
    /// Whether an operator holds the size, and at how many.
    pub order: Option<Option<u32>>,
    /// The most that the driver can run, whatever the rules allow.
    pub room: Option<u32>,
}

/// What is seen of one server.
#[derive(Clone, Debug, PartialEq)]
pub struct SeenServer {
    /// Its name.
    pub name: Name,
    /// Tells it apart from earlier ones of its name.
    pub slot: u64,
    /// Where it is in its life.
    pub phase: ServerPhase,
    /// Since when, milliseconds since the start of the process.
    pub phase_since_ms: u64,
    /// Since when it has been ill without a break, milliseconds since the start of the process;
    /// absent while it is not.
    pub ill_since_ms: Option<u64>,
    /// When it last began to serve, milliseconds since the start of the process.
    pub serving_since_ms: u64,
    /// Whether the driver can end it.
    pub owned: bool,
    /// Requests under way on it.
    pub in_flight: u32,
    /// Attempts that ended, since it was added.
    pub attempts: u64,
    /// Attempts that failed, since it was added.
    pub failures: u64,
    /// Attempts that failed because there was no connection: they may be the same request, tried
    /// elsewhere, so that they are no load.
    pub unreached: u64,
    /// The CPU use it reported last.
    pub cpu: Option<CpuReport>,
}

/// CPU use as a server reported it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CpuReport {
    /// 0..=1 of its cores.
    pub ratio: f64,
    /// Changes with each report, so that an old one is not taken for a new one.
    pub number: u64,
}
