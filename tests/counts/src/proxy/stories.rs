//! What those who watch traffic cost a request.

use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr};

use http::Method;

use crate::clock::Clock;
use crate::model::{Comparison, Name, Refusal, TrafficFilter, TrafficTest};
use crate::state::Traffic;

use super::heads::BROWSER;
use super::http1::{Lines, Parsed, RequestParser};
use super::peer::Peer;
use super::story::Stories;

/// How many watch.
const WATCHERS: u64 = 10;

/// Nobody watches.
pub(crate) fn watched_by_nobody(times: u64) {
    serve(0, None, times);
}

/// Ten want each request and have no room for more.
pub(crate) fn watched_by_ten(times: u64) {
    serve(WATCHERS, None, times);
}

/// Ten want those that fail, and none does.
pub(crate) fn watched_for_failures_by_ten(times: u64) {
    let wanted = vec![("500".to_owned(), Some(500.0))];
    let test = TrafficTest::new("status", Comparison::AtLeast, wanted).expect("a test");
    serve(WATCHERS, Some(&TrafficFilter::Test(test)), times);
}

/// Serves requests of a browser as far as their stories go.
fn serve(watchers: u64, filter: Option<&TrafficFilter>, times: u64) {
    let clock = Clock::start();
    let traffic = Traffic::new(1, clock);
    let watch = |seed| traffic.watch(filter.cloned(), 1, seed).expect("there is room for ten");
    let watching: Vec<_> = (0..watchers).map(watch).collect();
    let mut stories = Stories::new(clock, None, traffic.teller(0));
    let mut lines = Lines::new();
    let Parsed::Complete { head, .. } = RequestParser::new("http").parse(BROWSER, &mut lines)
    else {
        panic!("it is a request");
    };
    let peer = Peer::in_clear(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 17)));
    let [route, pool, backend]: [Name; 3] =
        ["everything", "app", "app-1"].map(|name| name.parse().expect("a name"));
    for now_us in 0..times {
        let Some(mut story) = black_box(&mut stories).begin(peer, "HTTP/1.1") else { continue };
        story.asked(&Method::GET, "www.a.example", "/urls/7");
        story.told(Some("utm=x"), false, black_box(&head.fields));
        story.served().route = Some(route.clone());
        story.served().pool = Some(pool.clone());
        story.tries(&backend, Refusal::NoBackend, now_us, now_us);
        story.reached(true, clock);
        story.answered(200, now_us);
        story.served().status = Some(200);
        stories.end(story, now_us);
    }
    drop(black_box(watching));
}
