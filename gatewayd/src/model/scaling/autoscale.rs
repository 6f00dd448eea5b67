//! Autoscale: a pool's number of servers is decided by the gateway, within rules, through a driver.

use std::fmt;
use std::num::NonZeroU32;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::ScalingRules;
use crate::model::Mark;

/// How a pool is scaled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Autoscale {
    /// Who starts and ends servers.
    pub driver: Driver,
    /// Whether decisions are carried out.
    pub mode: ScalingMode,
    /// What the size follows.
    pub rules: ScalingRules,
    /// What an operator said instead; absent while the rules decide.
    pub order: Option<Order>,
}

/// Who starts and ends servers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Driver {
    /// The gateway itself, as processes on its host.
    Process(ProcessDriver),
    /// A command of the operator, which knows the cloud at hand.
    Exec(ExecDriver),
    /// Somebody else, who reads the size that is wanted.
    Advise,
}

/// Servers as processes on the gateway's host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessDriver {
    /// The program and its arguments; `{port}` and `{name}` are replaced.
    pub command: Vec<String>,
    /// The ports servers may listen on, at 127.0.0.1.
    pub ports: Ports,
    /// From SIGTERM to SIGKILL.
    pub grace: Duration,
    /// Whether servers go on when the gateway ends, to be found again by the next one. Otherwise
    /// they end with it, and their standard input closes.
    pub outlive: bool,
    /// How many cores one can use; the CPU it is seen to use is a part of them.
    #[serde(default = "one")]
    pub cores: NonZeroU32,
}

fn one() -> NonZeroU32 {
    NonZeroU32::MIN
}

/// Servers that a command lists, starts and ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExecDriver {
    /// The program and its first arguments; the verb and its object follow.
    pub command: Vec<String>,
    /// How long one call may take; then it is killed, with its process group.
    pub timeout: Duration,
    /// How often the servers are listed while nothing is ordered.
    pub interval: Duration,
}

/// A range of ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Ports {
    first: u16,
    last: u16,
}

/// Why a text is not a range of ports.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a range of ports: expected \"9100-9199\"")]
pub struct PortsError(pub String);

/// Whether decisions are carried out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ScalingMode {
    /// They are.
    #[default]
    Act,
    /// They are made and shown.
    Advise,
    /// None are made.
    Off,
}

/// What an operator said about a pool's size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// So many servers; absent, the size stays as it is.
    pub desired: Option<u32>,
    /// Who said so, when and why.
    pub mark: Mark,
    /// When the rules decide again, milliseconds since the Unix epoch; absent, when told.
    pub until_ms: Option<i64>,
}

impl Autoscale {
    /// The order that holds at `wall_ms`.
    #[must_use]
    pub fn order_at(&self, wall_ms: i64) -> Option<&Order> {
        self.order.as_ref().filter(|order| order.until_ms.is_none_or(|until| wall_ms < until))
    }

    /// Whether the gateway carries decisions out.
    #[must_use]
    pub fn acts(&self) -> bool {
        self.mode == ScalingMode::Act && self.driver != Driver::Advise
    }

    /// Whether servers may be started and ended at `wall_ms`: it acts, and is not paused.
    #[must_use]
    pub fn may_act_at(&self, wall_ms: i64) -> bool {
        let paused = self.order_at(wall_ms).is_some_and(|order| order.desired.is_none());
        self.acts() && !paused
    }
}

impl Ports {
    /// The ports from `first` to `last`; `None` when there are none.
    #[must_use]
    pub fn new(first: u16, last: u16) -> Option<Ports> {
        (0 < first && first <= last).then_some(Ports { first, last })
    }

    /// The ports.
    #[must_use]
    pub fn range(self) -> RangeInclusive<u16> {
        self.first..=self.last
    }

    /// How many.
    #[must_use]
    pub fn count(self) -> u32 {
        u32::from(self.last - self.first) + 1
    }
}

impl FromStr for Ports {
    type Err = PortsError;

    fn from_str(text: &str) -> Result<Ports, PortsError> {
        let wrong = || PortsError(text.to_owned());
        let (first, last) = text.split_once('-').ok_or_else(wrong)?;
        let port = |text: &str| text.parse().map_err(|_| wrong());
        Ports::new(port(first)?, port(last)?).ok_or_else(wrong)
    }
}

impl TryFrom<String> for Ports {
    type Error = PortsError;

    fn try_from(text: String) -> Result<Ports, PortsError> {
        text.parse()
    }
}

impl From<Ports> for String {
    fn from(ports: Ports) -> String {
        ports.to_string()
    }
}

impl fmt::Display for Ports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.first, self.last)
    }
}

impl fmt::Display for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Driver::Process(_) => "process",
            Driver::Exec(_) => "exec",
            Driver::Advise => "advise",
        })
    }
}

impl fmt::Display for ScalingMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            ScalingMode::Act => "act",
            ScalingMode::Advise => "advise",
            ScalingMode::Off => "off",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_of_ports_is_not_empty_and_reads_back_as_written() {
        let ports: Ports = "9100-9199".parse().unwrap();
        assert_eq!((ports.count(), ports.to_string().as_str()), (100, "9100-9199"));
        for text in ["", "9100", "9199-9100", "0-10", "1-70000", "a-b", "1-2-3"] {
            assert!(text.parse::<Ports>().is_err(), "{text:?}");
        }
    }
}
