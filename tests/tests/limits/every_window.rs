//! Every window: a client at full speed never gets more than its limit says, whenever one looks.
//!
//! With `GATEWAY_LONG_SHOWS=1` the limit is `100/minute` and the client asks for three minutes.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use gateway_tests::{Fleet, Gateway, Protocol, Setup};

use crate::limited;

/// How much in how long, and for how long it is asked.
struct Show {
    requests: usize,
    period: Duration,
    lasts: Duration,
}

impl Show {
    fn chosen() -> Show {
        let long = std::env::var_os("GATEWAY_LONG_SHOWS").is_some();
        let (requests, period_s, lasts_s) = if long { (100, 60, 180) } else { (50, 4, 10) };
        let (period, lasts) = (Duration::from_secs(period_s), Duration::from_secs(lasts_s));
        Show { requests, period, lasts }
    }
}

/// When a request that passed was sent, and when its answer was there.
type Spell = (Instant, Instant);

/// Asks without a pause until it is over; what passed.
fn hammer(gateway: &Gateway, protocol: Protocol, over: &AtomicBool) -> Vec<Spell> {
    let mut client = gateway.client(protocol).with("x-forwarded-for", "198.51.100.1");
    let mut passed = Vec::new();
    while !over.load(Ordering::Relaxed) {
        let sent = Instant::now();
        match client.get("/healthz").status.as_u16() {
            200 => passed.push((sent, Instant::now())),
            status => assert_eq!(status, 429),
        }
    }
    passed
}

#[track_caller]
fn no_window_holds_too_many(workers: u32) {
    let Show { requests, period, lasts } = Show::chosen();
    let fleet = Fleet::start(1);
    let keys = format!("key = \"client-ip\"\nmax = \"{requests}/{}s\"", period.as_secs());
    let setup = Setup::default().workers(workers).trusting("127.0.0.0/8");
    let gateway = setup.start(&(limited(&keys) + &fleet.pool("")));
    let over = AtomicBool::new(false);
    let mut passed: Vec<Spell> = thread::scope(|scope| {
        let protocols = [Protocol::Http, Protocol::Https, Protocol::Http2, Protocol::Http2];
        let (gateway, over) = (&gateway, &over);
        let clients = protocols.map(|it| scope.spawn(move || hammer(gateway, it, over)));
        // The show lasts as long as it lasts.
        thread::sleep(lasts);
        over.store(true, Ordering::Relaxed);
        clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
    });
    passed.sort_unstable();
    for (first, (sent, _)) in passed.iter().enumerate() {
        // Whenever they were decided, all of these were within the period (less a millisecond).
        let end = *sent + period - Duration::from_millis(1);
        let within = passed[first..].iter().filter(|(_, answered)| *answered < end).count();
        assert!(within <= requests, "{within} of {requests} in {period:?}, {workers} workers");
    }
    assert!(passed.len() > requests, "{} with {workers} workers: it got its next", passed.len());
}

#[test]
fn of_one_worker() {
    no_window_holds_too_many(1);
}

#[test]
fn of_two_workers() {
    no_window_holds_too_many(2);
}

#[test]
fn of_four_workers() {
    no_window_holds_too_many(4);
}
