//! Networks and addresses of IPv4, also where they are written as IPv6.

use std::net::{IpAddr, Ipv4Addr};

use ipnet::{IpNet, Ipv4Net};

/// The bits before an IPv4 address in an IPv6 one.
const BITS_BEFORE: u8 = 96;

/// The IPv4 address that an IPv6 address stands for, if it does: v4-mapped (`::ffff:1.2.3.4`, RFC
/// 4291) or translated by NAT64 (`64:ff9b::1.2.3.4`, RFC 6052).
#[must_use]
pub fn unwrapped(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => match v6.segments() {
            [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
                IpAddr::V4(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)))
            }
            _ => address,
        },
        IpAddr::V4(_) => address,
    }
}

/// The network of IPv4 that one of IPv6 stands for, if all of it does: `::ffff:10.0.0.0/104` is
/// `10.0.0.0/8`.
#[must_use]
pub fn unwrapped_network(network: IpNet) -> IpNet {
    let bits = network.prefix_len().checked_sub(BITS_BEFORE);
    match (unwrapped(network.network()), bits) {
        (IpAddr::V4(v4), Some(bits)) if network.addr().is_ipv6() => {
            Ipv4Net::new(v4, bits).map_or(network, IpNet::V4)
        }
        _ => network,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_of_what_stands_for_ipv4_is_one_of_ipv4() {
        for (written, means) in [
            ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
            ("::ffff:1.2.3.4/128", "1.2.3.4/32"),
            ("64:ff9b::c000:200/120", "192.0.2.0/24"),
            ("64:ff9b::/96", "0.0.0.0/0"),
            ("::ffff:0:0/90", "::ffff:0.0.0.0/90"),
            ("64:ff9b:1::/96", "64:ff9b:1::/96"),
            ("::/0", "::/0"),
            ("10.0.0.0/8", "10.0.0.0/8"),
        ] {
            let network: IpNet = written.parse().unwrap();
            assert_eq!(unwrapped_network(network).to_string(), means, "{written}");
        }
    }
}
