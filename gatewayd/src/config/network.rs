//! Networks: an address and how many of its bits count.

use std::net::IpAddr;

use ipnet::IpNet;

use super::value::Value;
use crate::model::{unwrapped, unwrapped_network};

impl Value<'_> {
    /// A network: an address alone, or with how many of its bits count. One of IPv4 may be written
    /// as IPv6.
    pub(super) fn network(self) -> Option<IpNet> {
        let text = self.text()?;
        if let Ok(address) = text.parse::<IpAddr>() {
            return Some(unwrapped(address).into());
        }
        let Ok(network) = text.parse::<IpNet>() else {
            return self.refuse(
                format!("{text:?} is not a network"),
                "write an address and how many of its bits count, as \"10.0.0.0/8\"",
            );
        };
        if network.trunc() != network {
            let message = format!("{text:?} has bits set behind its prefix");
            return self.refuse(message, &format!("write \"{}\"", network.trunc()));
        }
        Some(unwrapped_network(network))
    }
}
