//! A block: a network whose clients are refused, and what it refused.

use std::net::IpAddr;

/// A block and what it refused.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Block {
    /// The network.
    pub network: String,
    /// Who blocked it.
    pub owner: String,
    /// Why; empty when not told.
    pub reason: String,
    /// Since when, milliseconds since the Unix epoch.
    pub since_ms: i64,
    /// When it ends by itself, milliseconds since the Unix epoch.
    pub expires_ms: Option<i64>,
    /// Requests refused since the start of the gateway.
    pub hits_total: u64,
    /// What it goes back to when it ends; empty when its clients pass then.
    pub then: String,
}

impl Block {
    /// Whether it refuses all of `client`: an address, or a network as limits tell clients apart.
    #[must_use]
    pub fn covers(&self, client: &str) -> bool {
        let (Some((network, bits)), Some((client, own_bits))) =
            (network(&self.network), network(client))
        else {
            return false;
        };
        let same = |one: u128, other: u128, width: u32| {
            bits <= own_bits && (bits == 0 || (one ^ other) >> (width - bits.min(width)) == 0)
        };
        match (network, client) {
            (IpAddr::V4(one), IpAddr::V4(other)) => {
                same(one.to_bits().into(), other.to_bits().into(), 32)
            }
            (IpAddr::V6(one), IpAddr::V6(other)) => same(one.to_bits(), other.to_bits(), 128),
            _ => false,
        }
    }
}

/// An address and the length of its prefix; that of an address alone is the whole of it.
fn network(text: &str) -> Option<(IpAddr, u32)> {
    let (address, bits) = text.split_once('/').map_or((text, None), |(it, bits)| (it, Some(bits)));
    let address: IpAddr = address.parse().ok()?;
    let width = if address.is_ipv4() { 32 } else { 128 };
    let bits = bits.map_or(Some(width), |bits| bits.parse().ok())?;
    (bits <= width).then_some((address, bits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_covers_the_clients_in_its_network() {
        for (network, client, covered) in [
            ("198.51.100.0/28", "198.51.100.9", true),
            ("198.51.100.0/28", "198.51.100.16", false),
            ("198.51.100.9", "198.51.100.9", true),
            ("0.0.0.0/0", "198.51.100.9", true),
            ("2001:db8::/32", "2001:db8:7::/64", true),
            ("2001:db8:7::/80", "2001:db8:7::/64", false),
            ("::/0", "198.51.100.9", false),
            ("198.51.100.0/99", "198.51.100.9", false),
            ("198.51.100.0/28", "", false),
        ] {
            let block = Block { network: network.into(), ..Block::default() };
            assert_eq!(block.covers(client), covered, "{client} in {network}");
        }
    }
}
