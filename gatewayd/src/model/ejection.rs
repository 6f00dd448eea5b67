//! Ejection rules: when a backend that fails requests is taken out, and for how long.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// When a backend that fails requests is taken out, and for how long. Modelled on the outlier
/// detection of Envoy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EjectionRules {
    /// Failed attempts in a row (5xx, no connection, broken answers); 0 ejects nobody.
    pub failures: u32,
    /// How long the first ejection lasts; the n-th in a row lasts n times as long.
    pub time: Duration,
    /// How long one lasts at most, and after how long in service earlier ones are forgotten.
    pub longest: Duration,
    /// The most of a pool's backends that are out at once, 1..=100; one may always be, unless no
    /// other is healthy.
    pub percent: u8,
}

impl Default for EjectionRules {
    fn default() -> EjectionRules {
        EjectionRules {
            failures: 5,
            time: Duration::from_secs(10),
            longest: Duration::from_secs(300),
            percent: 30,
        }
    }
}
