//! A pool: interchangeable backends, how traffic is spread over them and how they are checked.

use std::fmt;
use std::time::Duration;

use http::HeaderName;
use serde::{Deserialize, Serialize};

use super::{Autoscale, Backend, Capacity, EjectionRules, Name, Sticky};

/// Interchangeable backends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pool {
    /// Unique among pools.
    pub name: Name,
    /// How a backend is picked.
    pub balance: Balance,
    /// Whose word on weights counts.
    #[serde(default)]
    pub weights: Weights,
    /// How long a backend that joins or recovers takes to get its whole share; 0 is at once.
    pub slow_start: Duration,
    /// How backends are probed.
    pub health: HealthCheck,
    /// When a backend that fails requests is taken out.
    #[serde(default)]
    pub ejection: EjectionRules,
    /// Percent of its backends, 0..=100: when fewer are healthy, all are used. 0 never is so.
    #[serde(default = "default_panic_threshold")]
    pub panic_threshold: u8,
    /// How much its backends take at once.
    #[serde(default)]
    pub capacity: Capacity,
    /// Whether its backends are spoken to in HTTP/2, with prior knowledge and in the clear; in
    /// HTTP/1.1 otherwise.
    #[serde(default)]
    pub h2: bool,
    /// How clients stay on their backends; absent when they need not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sticky: Option<Sticky>,
    /// The backends, in the order of the file, added ones last.
    pub backends: Vec<Backend>,
    /// How their number is decided; absent when people do.
    #[serde(default)]
    pub autoscale: Option<Autoscale>,
}

/// How a backend is picked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Balance {
    /// In turn, by weight.
    RoundRobin,
    /// The least loaded for its weight.
    LeastConnections,
    /// The one of two that is expected to answer sooner.
    PeakEwma,
    /// By a hash of the request, so that the same key stays on the same backend.
    ConsistentHash(HashKey),
}

/// Whose word on weights counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weights {
    /// The file's and operators'.
    #[default]
    Fixed,
    /// That of the backends too, which report how busy they are (ORCA): weights follow it around what
    /// is desired.
    Orca,
}

/// What a consistent hash is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HashKey {
    /// The client's address.
    ClientIp,
    /// The canonical path.
    Path,
    /// The value of a header.
    Header(#[serde(with = "super::limit_key::header_name")] HeaderName),
    /// The value of a cookie.
    Cookie(String),
}

/// How a backend is asked for its health.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProbeKind {
    /// A GET; 200 to 299 passes.
    #[default]
    Http,
    /// A connection; that it comes about passes.
    Tcp,
    /// `grpc.health.v1` for a service, or for all of the server when the name is empty; SERVING
    /// passes.
    Grpc(String),
}

/// Probes: what is asked, how often, and how many answers change a verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthCheck {
    /// How it is asked.
    #[serde(default)]
    pub kind: ProbeKind,
    /// The path that HTTP asks for.
    pub path: String,
    /// From the start of one probe to the start of the next.
    pub interval: Duration,
    /// How long an answer may take.
    pub timeout: Duration,
    /// Passed probes in a row that make a backend healthy; 1 for its very first.
    pub healthy_after: u32,
    /// Failed probes in a row that make it unhealthy.
    pub unhealthy_after: u32,
}

impl Default for HealthCheck {
    fn default() -> HealthCheck {
        HealthCheck {
            kind: ProbeKind::Http,
            path: "/".to_owned(),
            interval: Duration::from_secs(2),
            timeout: Duration::from_secs(1),
            healthy_after: 2,
            unhealthy_after: 3,
        }
    }
}

impl fmt::Display for Balance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Balance::RoundRobin => "round-robin",
            Balance::LeastConnections => "least-connections",
            Balance::PeakEwma => "peak-ewma",
            Balance::ConsistentHash(_) => "consistent-hash",
        })
    }
}

const fn default_panic_threshold() -> u8 {
    Pool::DEFAULT_PANIC_THRESHOLD
}

impl Pool {
    /// What `panic_threshold` is when nobody says.
    pub const DEFAULT_PANIC_THRESHOLD: u8 = 50;

    /// The backend called `name`.
    #[must_use]
    pub fn backend(&self, name: &str) -> Option<&Backend> {
        self.backends.iter().find(|backend| backend.name == *name)
    }

    /// The same without its backends and scaling.
    #[must_use]
    pub fn bare(&self) -> Pool {
        Pool {
            name: self.name.clone(),
            balance: self.balance.clone(),
            weights: self.weights,
            slow_start: self.slow_start,
            health: self.health.clone(),
            ejection: self.ejection,
            panic_threshold: self.panic_threshold,
            capacity: self.capacity,
            h2: self.h2,
            sticky: self.sticky.clone(),
            backends: Vec::new(),
            autoscale: None,
        }
    }
}
