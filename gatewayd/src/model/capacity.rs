//! Capacity: how much each backend of a pool takes at once, and how many requests wait for a place.

use std::num::NonZeroU32;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How much each backend of a pool takes at once, and how many requests wait for a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capacity {
    /// Requests under way on one backend at most; unlimited when absent.
    pub requests: Option<NonZeroU32>,
    /// Requests that wait for a place, for each backend that takes requests; 0 is none.
    pub pending: u32,
    /// How long one waits at most.
    pub patience: Duration,
}

impl Capacity {
    /// Requests under way on one backend at most.
    #[must_use]
    pub fn max_requests(self) -> u32 {
        self.requests.map_or(u32::MAX, NonZeroU32::get)
    }
}

impl Default for Capacity {
    fn default() -> Capacity {
        Capacity { requests: None, pending: 1024, patience: Duration::from_secs(1) }
    }
}
