//! Which address does a request come from?

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use ipnet::IpNet;

use crate::model::unwrapped;

/// The most entries of X-Forwarded-For that are looked at.
const MOST_HOPS: usize = 32;

/// The address of the client behind `peer`, which is who opened the connection.
///
/// Proxies append to X-Forwarded-For who connected to them, so the list is walked from the right,
/// and each entry is believed only if the one who wrote it is among `trusted`. The walk ends at
/// the first address that is not, at an entry that is no address, and after 32 entries. An
/// untrusted peer is the client, whatever it sent.
///
/// `forwarded` are the field's lines in the order received; together they are one list (RFC 9110,
/// section 5.3).
pub fn client_ip<'a>(
    peer: IpAddr,
    forwarded: impl DoubleEndedIterator<Item = &'a [u8]>,
    trusted: &[IpNet],
) -> IpAddr {
    let is_trusted = |address: &IpAddr| is_trusted(*address, trusted);
    let mut client = unwrapped(peer);
    let entries = forwarded.rev().flat_map(|line| line.rsplit(|byte| *byte == b','));
    for entry in entries.take(MOST_HOPS) {
        if !is_trusted(&client) {
            break;
        }
        match address(entry) {
            Some(address) => client = unwrapped(address),
            None => break,
        }
    }
    client
}

/// Whether what `address` says of earlier hops is believed.
#[must_use]
pub fn is_trusted(address: IpAddr, trusted: &[IpNet]) -> bool {
    let address = unwrapped(address);
    trusted.iter().any(|net| net.contains(&address))
}

/// What limits count a client by: all of an IPv4 address, the first `v6_bits` (1..=128) of an IPv6
/// address.
#[must_use]
pub fn limit_prefix(client: IpAddr, v6_bits: u8) -> [u8; 16] {
    match unwrapped(client) {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().octets(),
        IpAddr::V6(v6) => {
            let rest = 128 - u32::from(v6_bits.clamp(1, 128));
            Ipv6Addr::from_bits(v6.to_bits() >> rest << rest).octets()
        }
    }
}

/// The same in words: `192.0.2.7`, `2001:db8:7::/64`.
#[must_use]
pub fn limit_prefix_words(client: IpAddr, v6_bits: u8) -> String {
    match unwrapped(client) {
        IpAddr::V4(v4) => v4.to_string(),
        v6 @ IpAddr::V6(_) => {
            format!("{}/{v6_bits}", Ipv6Addr::from(limit_prefix(v6, v6_bits)))
        }
    }
}

/// An entry of X-Forwarded-For: an address, by some proxies with a port.
fn address(entry: &[u8]) -> Option<IpAddr> {
    let text = str::from_utf8(entry.trim_ascii()).ok()?;
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    match bare {
        Some(v6) => v6.parse().ok().map(IpAddr::V6),
        None => text.parse().ok().or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip())),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    /// The client behind `peer` when the proxies are 10.0.0.0/8 and fd00::/8.
    fn behind(peer: &str, lines: &[&str]) -> IpAddr {
        let trusted = ["10.0.0.0/8", "fd00::/8"].map(|net| net.parse().unwrap());
        client_ip(ip(peer), lines.iter().map(|line| line.as_bytes()), &trusted)
    }

    #[test]
    fn an_untrusted_peer_is_the_client_whatever_it_sends() {
        for lines in [&[][..], &["1.2.3.4"], &["10.0.0.1"], &["1.2.3.4, 10.0.0.1", "10.0.0.2"]] {
            assert_eq!(behind("192.0.2.9", lines), ip("192.0.2.9"), "{lines:?}");
        }
    }

    #[test]
    fn a_list_is_walked_from_the_right_through_trusted_proxies() {
        for (lines, client) in [
            (&["1.2.3.4"][..], "1.2.3.4"),
            (&["evil, 1.2.3.4"], "1.2.3.4"),
            (&["6.6.6.6, 1.2.3.4"], "1.2.3.4"),
            (&["6.6.6.6,1.2.3.4,10.0.0.2 ,\t10.0.0.3"], "1.2.3.4"),
            (&["6.6.6.6", "1.2.3.4, 10.0.0.2", "10.0.0.3"], "1.2.3.4"),
            (&["10.0.0.2, 10.0.0.3"], "10.0.0.2"),
            (&["fd00::1, fd00::2"], "fd00::1"),
            (&["1.2.3.4:5678"], "1.2.3.4"),
            (&["2001:db8::1"], "2001:db8::1"),
            (&["[2001:db8::1]"], "2001:db8::1"),
            (&["[2001:db8::1]:5678"], "2001:db8::1"),
            (&[], "10.0.0.1"),
        ] {
            assert_eq!(behind("10.0.0.1", lines), ip(client), "{lines:?}");
        }
    }

    #[test]
    fn the_walk_ends_at_what_is_no_address() {
        for (lines, client) in [
            (&["1.2.3.4, unknown"][..], "10.0.0.1"),
            (&["1.2.3.4, , 10.0.0.2"], "10.0.0.2"),
            (&["1.2.3.4", ""], "10.0.0.1"),
            (&["1.2.3.4, 10.0.0.256, 10.0.0.2"], "10.0.0.2"),
            (&["1.2.3.4, fe80::1%eth0"], "10.0.0.1"),
            (&["1.2.3.4, caf\u{e9}"], "10.0.0.1"),
        ] {
            assert_eq!(behind("10.0.0.1", lines), ip(client), "{lines:?}");
        }
    }

    #[test]
    fn no_more_than_thirty_two_entries_are_looked_at() {
        let hops = |count: u8| {
            let hops: Vec<_> = (1..=count).map(|hop| format!("10.0.0.{hop}")).collect();
            format!("1.2.3.4,{}", hops.join(","))
        };
        assert_eq!(behind("10.0.0.99", &[&hops(31)]), ip("1.2.3.4"));
        assert_eq!(behind("10.0.0.99", &[&hops(32)]), ip("10.0.0.1"));
        assert_eq!(behind("10.0.0.99", &[&hops(200)]), ip("10.0.0.169"));
    }

    #[test]
    fn an_ipv4_address_in_an_ipv6_one_is_the_ipv4_address() {
        assert_eq!(behind("::ffff:192.0.2.9", &[]), ip("192.0.2.9"));
        assert_eq!(behind("64:ff9b::192.0.2.9", &[]), ip("192.0.2.9"));
        assert_eq!(behind("::ffff:10.0.0.1", &["::ffff:1.2.3.4"]), ip("1.2.3.4"));
        assert_eq!(unwrapped(ip("::1")), ip("::1"));
        assert_eq!(unwrapped(ip("64:ff9b:1::1.2.3.4")), ip("64:ff9b:1::1.2.3.4"));
    }

    #[test]
    fn all_addresses_of_one_prefix_are_limited_as_one() {
        for (bits, inside, outside) in [
            (64, "2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:3::1"),
            (56, "2001:db8:1:ff::1", "2001:db8:1:100::1"),
            (48, "2001:db8:1:ffff::1", "2001:db8:2::1"),
        ] {
            let one = limit_prefix(ip("2001:db8:1:2::1"), bits);
            assert_eq!(limit_prefix(ip(inside), bits), one, "{bits}");
            assert_ne!(limit_prefix(ip(outside), bits), one, "{bits}");
        }
    }

    #[test]
    fn each_ipv4_address_is_limited_by_itself_however_it_is_written() {
        for bits in [32, 48, 64] {
            let one = limit_prefix(ip("1.2.3.4"), bits);
            assert_eq!(limit_prefix(ip("::ffff:1.2.3.4"), bits), one);
            assert_eq!(limit_prefix(ip("64:ff9b::1.2.3.4"), bits), one);
            assert_ne!(limit_prefix(ip("1.2.3.5"), bits), one);
            assert_ne!(limit_prefix(ip("::1"), bits), limit_prefix(ip("0.0.0.1"), bits));
        }
    }

    proptest! {
        #[test]
        fn nothing_left_of_the_client_matters(
            lines in prop::collection::vec("[0-9a-f.:, \\[\\]x]{0,40}", 0..4),
            client in any::<[u8; 4]>().prop_map(|it| IpAddr::from([it[0] | 0x80, it[1], it[2], it[3]])),
        ) {
            let own = client.to_string();
            let mut lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            lines.extend([own.as_str(), "10.0.0.2"]);
            prop_assert_eq!(behind("10.0.0.1", &lines), client);
        }

        #[test]
        fn only_a_peer_or_what_a_trusted_proxy_said_is_the_client(
            entries in prop::collection::vec((0..4_u8, any::<bool>()), 0..40),
        ) {
            // The oracle: the first untrusted one from the right, the peer being the rightmost.
            let entry = |(host, proxy): &(u8, bool)| {
                if *proxy { format!("10.0.0.{host}") } else { format!("192.0.2.{host}") }
            };
            let list: Vec<String> = entries.iter().map(entry).collect();
            let seen = list.iter().rev().take(MOST_HOPS);
            let chain: Vec<IpAddr> =
                std::iter::once("10.0.0.9").chain(seen.map(String::as_str)).map(ip).collect();
            let proxy: IpNet = "10.0.0.0/8".parse().unwrap();
            let expected =
                chain.iter().find(|address| !proxy.contains(*address)).or(chain.last()).unwrap();
            prop_assert_eq!(&behind("10.0.0.9", &[&list.join(",")]), expected);
        }
    }
}
