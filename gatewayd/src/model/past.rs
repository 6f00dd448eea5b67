//! The past of a figure: what it was, step by step.

use std::time::Duration;

/// A figure whose past is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Figure {
    /// Requests per second; of a backend, attempts; of a limit, requests it was asked about.
    Rps,
    /// Requests under way.
    InFlight,
    /// Median time in milliseconds.
    P50,
    /// 99th percentile of it.
    P99,
    /// Part that failed, 0..=1.
    Errors,
    /// Requests that limits refused per second; of a limit in shadow mode, would have.
    Rejected,
    /// CPU use, 0..=1; of a pool, that of its backends by weight.
    Cpu,
    /// Servers that take requests.
    Ready,
    /// Those, and the ones that wait for their first passed check.
    Servers,
}

impl Figure {
    /// Its word in every tool.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Figure::Rps => "rps",
            Figure::InFlight => "in_flight",
            Figure::P50 => "p50_ms",
            Figure::P99 => "p99_ms",
            Figure::Errors => "error_ratio",
            Figure::Rejected => "rejected_per_s",
            Figure::Cpu => "cpu_ratio",
            Figure::Ready => "ready",
            Figure::Servers => "servers",
        }
    }
}

/// How finely the past is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grain {
    /// By the second, for a quarter of an hour.
    Second,
    /// By tens of seconds, for six hours.
    TenSeconds,
    /// By the minute, for a day.
    Minute,
}

impl Grain {
    /// All of them, the finest first.
    pub const ALL: [Grain; 3] = [Grain::Second, Grain::TenSeconds, Grain::Minute];

    /// How long a step is.
    #[must_use]
    pub const fn step(self) -> Duration {
        Duration::from_secs(match self {
            Grain::Second => 1,
            Grain::TenSeconds => 10,
            Grain::Minute => 60,
        })
    }

    /// How many steps are kept.
    #[must_use]
    pub const fn kept(self) -> usize {
        match self {
            Grain::Second => 15 * 60,
            Grain::TenSeconds => 6 * 60 * 6,
            Grain::Minute => 24 * 60,
        }
    }
}

/// One figure of one thing, step by step.
#[derive(Clone, Debug, PartialEq)]
pub struct PastView {
    /// The thing: "gateway", "pool/app", "backend/app-1", "limit/create-per-ip".
    pub target: String,
    /// The figure.
    pub figure: Figure,
    /// How finely.
    pub grain: Grain,
    /// When the first step began, milliseconds since the Unix epoch; a multiple of its length.
    pub first_ms: i64,
    /// The mean of each step; not a number where nothing is known.
    pub means: Vec<f32>,
    /// The greatest value of each step.
    pub maxima: Vec<f32>,
}
