//! A probe report: how an address was found before it is a backend's.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use super::unwrapped;

/// How an address was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProbeReport {
    /// Where a backend there would be; absent when its name has no address.
    pub address: Option<SocketAddr>,
    /// What was done, in its order; a step that failed is the last.
    pub steps: Vec<ProbeStep>,
}

/// One step of a probe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProbeStep {
    /// What was done: "dns", "tcp" or "health".
    pub step: &'static str,
    /// Whether it went well.
    pub passed: bool,
    /// What came of it.
    pub what: String,
    /// How long it took.
    pub took: Duration,
}

/// Why an address is nobody's backend; `None` for one that may be.
#[must_use]
pub fn is_no_backend(address: IpAddr) -> Option<&'static str> {
    let (is_local, is_many) = match unwrapped(address) {
        IpAddr::V4(it) => (it.is_link_local(), it.is_multicast() || it.is_broadcast()),
        IpAddr::V6(it) => (it.is_unicast_link_local(), it.is_multicast()),
    };
    match address {
        _ if is_local => {
            Some("link-local addresses are not probed: clouds keep their metadata there")
        }
        _ if is_many => Some("multicast and broadcast addresses are no backend's"),
        _ if unwrapped(address).is_unspecified() => Some("an unspecified address is no backend's"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_that_may_be_a_backends_are_tried() {
        for address in ["10.0.0.1", "127.0.0.1", "203.0.113.9", "::1", "2001:db8::1", "fd00::1"] {
            assert_eq!(is_no_backend(address.parse().unwrap()), None, "{address}");
        }
        for address in [
            "169.254.169.254",
            "::ffff:169.254.169.254",
            "fe80::1",
            "224.0.0.1",
            "ff02::1",
            "255.255.255.255",
            "0.0.0.0",
            "::",
        ] {
            assert!(is_no_backend(address.parse().unwrap()).is_some(), "{address}");
        }
    }
}
