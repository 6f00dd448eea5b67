//! Networks: which of them is an address in, however many there are?

use std::collections::HashMap;
use std::net::IpAddr;

use ipnet::IpNet;

/// Networks by their prefix: a look-up for each length there is, none where there are none.
#[derive(Clone, Debug, Default)]
pub struct Networks {
    /// The longest prefix first.
    by_length: Vec<(u8, HashMap<IpNet, usize>)>,
}

impl Networks {
    /// These networks, each with its place in the list.
    #[must_use]
    pub fn of(networks: impl Iterator<Item = IpNet>) -> Networks {
        let mut by_length: Vec<(u8, HashMap<IpNet, usize>)> = Vec::new();
        for (place, network) in networks.enumerate() {
            let length = network.prefix_len();
            match by_length.iter_mut().find(|(other, _)| *other == length) {
                Some((_, all)) => drop(all.insert(network, place)),
                None => by_length.push((length, HashMap::from([(network, place)]))),
            }
        }
        by_length.sort_by_key(|(length, _)| std::cmp::Reverse(*length));
        Networks { by_length }
    }

    /// The place of the network with the longest prefix that `address` is in.
    #[must_use]
    pub fn find(&self, address: IpAddr) -> Option<usize> {
        self.by_length.iter().find_map(|(length, all)| {
            let network = IpNet::new(address, *length).ok()?.trunc();
            all.get(&network).copied()
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_longest_prefix_is_found_and_families_are_apart() {
        let all = ["10.0.0.0/8", "10.1.0.0/16", "10.1.2.3/32", "2001:db8::/32", "::/0"];
        let networks = Networks::of(all.iter().map(|network| network.parse().unwrap()));
        for (address, place) in [
            ("10.9.9.9", Some(0)),
            ("10.1.9.9", Some(1)),
            ("10.1.2.3", Some(2)),
            ("2001:db8::1", Some(3)),
            ("2001:db9::1", Some(4)),
            ("11.0.0.1", None),
        ] {
            assert_eq!(networks.find(address.parse().unwrap()), place, "{address}");
        }
        assert_eq!(Networks::default().find("10.0.0.1".parse().unwrap()), None);
    }

    proptest! {
        #[test]
        fn what_is_found_is_what_a_search_through_all_finds(
            networks in prop::collection::hash_set((0..16_u32, 0..=32_u8), 0..30), address in 0..64_u32,
        ) {
            let v4 = |bits: u32| IpAddr::from((bits << 27 | bits).to_be_bytes());
            let networks: std::collections::HashSet<IpNet> = networks
                .into_iter()
                .map(|(bits, length)| IpNet::new(v4(bits), length).unwrap().trunc())
                .collect();
            let list: Vec<IpNet> = networks.into_iter().collect();
            let slow = list
                .iter()
                .enumerate()
                .filter(|(_, network)| network.contains(&v4(address)))
                .max_by_key(|(_, network)| network.prefix_len())
                .map(|(place, _)| place);
            prop_assert_eq!(Networks::of(list.iter().copied()).find(v4(address)), slow);
        }
    }
}
