//! A block: a network whose clients are refused, by whom, why and until when.

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::Mark;

/// A network whose clients are refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// The network.
    pub network: IpNet,
    /// Who blocked it, when and why.
    pub mark: Mark,
    /// When it ends by itself, milliseconds since the Unix epoch; absent, when it is removed.
    pub until_ms: Option<i64>,
    /// Who had blocked it until it is removed, before it was blocked for a while: what it goes back
    /// to when that ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub under: Option<Mark>,
}
