//! Balancing as it shows over sockets: what a server that fails fast, or is slow, makes of shares and
//! latencies.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write as _;

use gateway_tests::{Call, Crowd, EVERYTHING, Fleet, Protocol, Recorder, Setup};

/// How a pool can be balanced, each with what it needs.
const ALL: [&str; 4] = [
    "balance = \"round-robin\"",
    "balance = \"least-connections\"",
    "balance = \"peak-ewma\"",
    "balance = \"consistent-hash\"\nhash_key = \"header:x-test-id\"",
];

#[test]
fn a_server_that_answers_503_at_once_attracts_no_extra_traffic_by_any_method() {
    for balance in ALL {
        let fleet = Fleet::start(3);
        fleet.servers.iter().for_each(|server| server.turn("slow?ms=30"));
        let failing = Recorder::start(|call: &mut Call| {
            while call.request().is_some() {
                call.say("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n");
            }
        });
        // Nobody is ejected: the method is what is judged.
        let mut pool = fleet.pool(&format!("{balance}\nejection = {{ failures = 0 }}"));
        let address = failing.address;
        let _ = writeln!(pool, "[[pool.backend]]\nname = \"app-4\"\naddress = \"{address}\"");
        let gateway = Setup::default().workers(2).start(&(EVERYTHING.to_owned() + &pool));
        gateway.wait_for_health("app-4", "healthy");
        let crowd = Crowd::gather(24, Protocol::Http, gateway.address(Protocol::Http), "/bytes/10");
        crowd.watch(1500);
        let ledger = crowd.disperse();
        let failed = ledger.statuses.get(&503).copied().unwrap_or_default();
        // A quarter is its share; keys are dealt within a few percent, and drawn at random.
        let part = failed as f64 / ledger.sent as f64;
        assert!(failed > 0 && part <= 0.29, "{balance}: {part} {:?}", ledger.statuses);
    }
}
