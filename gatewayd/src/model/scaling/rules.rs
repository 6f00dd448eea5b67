//! Scaling rules: what a pool's size follows, and how fast. Names follow HPA, KPA, AWS and Envoy.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Amount, RatePolicy};

/// What a pool's size follows, and how fast.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScalingRules {
    /// The fewest servers.
    pub min: u32,
    /// The most servers.
    pub max: u32,
    /// Percent of a server's CPU that its part of the load should take.
    pub target_cpu: Option<u32>,
    /// Requests per second that a server should serve.
    pub target_rps: Option<u32>,
    /// The load is averaged over this.
    pub stable_window: Duration,
    /// A surge is seen over this.
    pub panic_window: Duration,
    /// Percent of what ready servers can take at which a surge is a panic; above 100.
    pub panic_threshold: u32,
    /// A ready server's CPU tells nothing about the load before this.
    pub default_instance_warmup: Duration,
    /// How the fleet grows.
    pub scale_up: MoveRules,
    /// How it shrinks.
    pub scale_down: MoveRules,
    /// The fleet does not shrink so soon after it grew.
    pub scale_in_cooldown: Duration,
    /// A server that passed no probe by then has failed to start.
    pub start_timeout: Duration,
    /// A draining server ends by then, whatever is still in flight on it.
    pub drain_timeout: Duration,
    /// A server that has been ill for so long is replaced; absent, it is waited for.
    #[serde(default)]
    pub replace_after: Option<Duration>,
}

/// How a fleet moves in one direction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoveRules {
    /// The most cautious answer of this time holds.
    pub stabilization_window: Duration,
    /// Percent by which the need must differ from the capacity.
    pub tolerance: u32,
    /// By how much it may change; the most generous one holds. None is no limit.
    pub policies: Vec<RatePolicy>,
}

impl ScalingRules {
    /// What operators change, by the names that files and tools have for it.
    #[must_use]
    pub fn numbers(&self) -> [(&'static str, Option<u32>); 4] {
        [
            ("min", Some(self.min)),
            ("max", Some(self.max)),
            ("target_cpu", self.target_cpu),
            ("target_rps", self.target_rps),
        ]
    }

    /// The rules between `min` and `max`, all else as it is unless told otherwise.
    #[must_use]
    pub fn within(min: u32, max: u32) -> ScalingRules {
        ScalingRules {
            min,
            max,
            target_cpu: Some(70),
            target_rps: None,
            stable_window: Duration::from_secs(60),
            panic_window: Duration::from_secs(6),
            panic_threshold: 125,
            default_instance_warmup: Duration::from_secs(30),
            scale_up: MoveRules::up(),
            scale_down: MoveRules::down(),
            scale_in_cooldown: Duration::from_secs(300),
            start_timeout: Duration::from_secs(60),
            drain_timeout: Duration::from_secs(120),
            replace_after: None,
        }
    }
}

impl MoveRules {
    /// How a fleet grows unless told otherwise.
    #[must_use]
    pub fn up() -> MoveRules {
        let period = Duration::from_secs(15);
        MoveRules {
            stabilization_window: Duration::ZERO,
            tolerance: 5,
            policies: vec![
                RatePolicy { amount: Amount::Percent(100), period },
                RatePolicy { amount: Amount::Servers(4), period },
            ],
        }
    }

    /// How a fleet shrinks unless told otherwise.
    #[must_use]
    pub fn down() -> MoveRules {
        let period = Duration::from_secs(60);
        MoveRules {
            stabilization_window: Duration::from_secs(300),
            tolerance: 10,
            policies: vec![RatePolicy { amount: Amount::Percent(10), period }],
        }
    }
}
