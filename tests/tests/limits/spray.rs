//! A spray of new keys costs no memory, frees nobody who is spent, and rejects nobody who is not.

use gateway_tests::{Fleet, Protocol, Setup};

use crate::{client, limited, listed, passed};

/// Far more keys than there is room for.
const KEYS: u32 = 20_000;

#[test]
fn evicts_itself_and_nobody_else() {
    let fleet = Fleet::start(1);
    let setup = Setup::default().trusting("127.0.0.0/8").data_plane("limiter_keys = 2000");
    let gateway =
        setup.start(&(limited("key = \"client-ip\"\nmax = \"5/hour\"") + &fleet.pool("")));
    let mut spent = client(&gateway, "2001:db8::1");
    assert_eq!(passed(&mut spent, 9), 5);
    let memory = || gateway.ctl.items("status")[0]["rss_bytes"].as_u64().unwrap();
    let before = memory();
    let mut sprayed = gateway.client(Protocol::Http);
    for number in 0..KEYS {
        let address = format!("2001:db8:{:x}:{:x}::1", 1 + (number >> 16), number & 0xffff);
        sprayed = sprayed.with("x-forwarded-for", &address);
        assert_eq!(passed(&mut sprayed, 1), 1, "number {number} is innocent");
        if number % 500 == 0 {
            assert_eq!(passed(&mut spent, 1), 0, "after {number}");
        }
    }
    let limit = listed(&gateway);
    let (keys, evicted) =
        (limit["keys"].as_u64().unwrap(), limit["evicted_total"].as_u64().unwrap());
    assert!(keys <= 2000, "{limit}");
    assert_eq!(keys + evicted, u64::from(KEYS) + 1, "{limit}");
    let grown = memory().saturating_sub(before);
    // What each of two workers remembers of late is 4 MiB at most, whoever asks.
    assert!(grown < 16 << 20, "{grown} bytes for {KEYS} keys");
}
