//! A backend: one upstream address, and what operators say of it.

use std::fmt;
use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use super::{DrainPlan, Name, Ramp};

/// One upstream address. Its name is its identity: it survives every change of the rest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backend {
    /// Unique in the gateway.
    pub name: Name,
    /// Where it listens.
    pub address: SocketAddr,
    /// Its part of the pool's traffic.
    pub weight: Weight,
    /// What operators say of it.
    pub standing: Standing,
    /// Who said so, when and why; absent while nobody has.
    pub mark: Option<Mark>,
    /// Who keeps it in the gateway.
    #[serde(default)]
    pub source: Source,
    /// How its weight becomes what is wanted; absent when it is.
    #[serde(default)]
    pub ramp: Option<Ramp>,
}

/// Who keeps a backend in the gateway.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// People: the file or an operator.
    #[default]
    Hand,
    /// The autoscaler, which takes it away again.
    Autoscaler,
}

/// A part of a pool's traffic, 0..=1000; a backend of weight 0 takes no new requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct Weight(u16);

/// Why a number is not a weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not a weight: expected 0 to 1000")]
pub struct WeightError(pub i64);

/// What operators say of a backend.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Takes new requests when healthy.
    #[default]
    Active,
    /// Takes no new request; those in flight finish. Health checks go on.
    Draining,
    /// Takes no new request and is not health checked.
    Maintenance,
}

/// Who put a backend in its standing, when and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The user name behind the change.
    pub owner: String,
    /// In the owner's words; empty when not told.
    pub reason: String,
    /// Milliseconds since the Unix epoch.
    pub since_ms: i64,
    /// How its drain goes; absent when it goes on until somebody ends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drain: Option<DrainPlan>,
}

impl Weight {
    /// What a backend has unless told otherwise.
    pub const DEFAULT: Weight = Weight(100);
    /// Takes no new requests.
    pub const ZERO: Weight = Weight(0);
    /// The largest.
    pub const MAX: Weight = Weight(1000);

    /// The number, 0..=1000.
    #[must_use]
    pub fn get(self) -> u16 {
        self.0
    }

    /// The nearest weight to `number`.
    #[must_use]
    pub fn nearest(number: i64) -> Weight {
        Weight(number.clamp(0, 1000) as u16)
    }
}

impl TryFrom<i64> for Weight {
    type Error = WeightError;

    fn try_from(number: i64) -> Result<Weight, WeightError> {
        if (0..=1000).contains(&number) {
            Ok(Weight(number as u16))
        } else {
            Err(WeightError(number))
        }
    }
}

impl TryFrom<u16> for Weight {
    type Error = WeightError;

    fn try_from(number: u16) -> Result<Weight, WeightError> {
        i64::from(number).try_into()
    }
}

impl From<Weight> for u16 {
    fn from(weight: Weight) -> u16 {
        weight.0
    }
}

impl fmt::Display for Weight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Standing::Active => "active",
            Standing::Draining => "draining",
            Standing::Maintenance => "maintenance",
        })
    }
}

impl Backend {
    /// Whether operators let it take new requests; probes have their say too. One whose weight is on
    /// its way to 0 does until it is there.
    #[must_use]
    pub fn takes_requests(&self) -> bool {
        let weighs = self.weight > Weight::ZERO || self.ramp.is_some();
        self.standing == Standing::Active && weighs
    }
}
