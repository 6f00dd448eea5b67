//! Tiers of IPv6: how much of an address is one client, and how much one site.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

/// What clients of IPv6 are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct V6Tiers {
    /// The bits of an address that are one client, 32..=64.
    pub prefix: u8,
    /// A second, coarser count, against clients that have many such prefixes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wide: Option<WideTier>,
}

/// A coarser count beside that of single clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct WideTier {
    /// The bits that are counted together: fewer than of one client.
    pub prefix: u8,
    /// How many times as much as one client they may all together.
    pub times: NonZeroU32,
}

impl Default for V6Tiers {
    /// A site has at least a /64 to itself (RFC 6177) and could send from each of its addresses.
    fn default() -> V6Tiers {
        V6Tiers { prefix: 64, wide: None }
    }
}

impl V6Tiers {
    /// Whether it is the default.
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == V6Tiers::default()
    }
}
