//! An adjustment: a network that a limit does not concern, or that has a multiple of it.

use std::num::NonZeroU32;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

/// What a limit is for clients of one network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Adjustment {
    /// The network.
    pub network: IpNet,
    /// How many times as much each key may; absent, the limit does not concern it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<NonZeroU32>,
}
