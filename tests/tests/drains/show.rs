//! The show: a member of each of two pools is drained under everything that a gateway serves.

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use gateway_tests::{Crowd, GrpcClient, GrpcServer, Protocol, Recorder, Setup, Wire, until};
use tonic::Code;

use super::websocket::WebSocket;
use super::{member, shown, told, wait_until_told};

/// How many there are; with `GATEWAY_LONG_SHOWS=1`, which needs 4096 descriptors, so many more.
const WEBSOCKETS: usize = 100;
const MANY_WEBSOCKETS: usize = 500;
const STREAMS_UNTIL: Duration = Duration::from_secs(4);
const SPREAD: Duration = Duration::from_secs(4);
const ROUTES: &str = "[[route]]\nname = \"rpc\"\nmatch = { path = \"/test.Text/*\" }\npool = \"rpc\"\n\
                      [[route]]\nname = \"rest\"\nmatch = { path = \"/*\" }\npool = \"app\"\n\n";

fn opened() -> usize {
    let is_long = std::env::var_os("GATEWAY_LONG_SHOWS").is_some();
    if is_long { MANY_WEBSOCKETS } else { WEBSOCKETS }
}

#[test]
fn everything_that_is_under_way_has_its_time_and_short_requests_never_fail() {
    let members: Vec<Recorder> = (0..2).map(|_| Recorder::start(member)).collect();
    let servers = [GrpcServer::start(), GrpcServer::start()];
    let turn = "balance = \"round-robin\"";
    let app = Recorder::pool(&members.iter().collect::<Vec<_>>(), turn);
    let rpc =
        GrpcServer::pool(&servers.each_ref()).replace("h2 = true", &format!("h2 = true\n{turn}"));
    let rpc = rpc.replace("\"app", "\"rpc");
    let many = Setup::default().data_plane("max_connections_per_client = 0");
    let gateway = many.start(&(ROUTES.to_owned() + &app + &rpc));
    let kept = Crowd::gather(8, Protocol::Http, gateway.http, "/short");
    let streams = Crowd::gather(8, Protocol::Http2, gateway.https, "/short");
    let mut events: Vec<Wire> = (0..4).map(|_| Wire::connect(gateway.http)).collect();
    for wire in &mut events {
        wire.send("GET /events HTTP/1.1\r\nHost: a.example\r\n\r\n");
    }
    let http = gateway.http;
    let (tell, heard) = mpsc::channel();
    let opened = opened();
    for _ in 0..opened {
        let socket = WebSocket::open(http);
        let tell = tell.clone();
        thread::spawn(move || {
            // Those of the other member end with the gateway.
            if let Some(at) = socket.hear_the_end() {
                let _ = tell.send(at);
            }
        });
    }
    let mut client = GrpcClient::connect(gateway.https);
    let calls = thread::spawn(move || client.calls("Hold", 10, "held"));
    until("the calls are under way", || {
        let held = |it: &str| gateway.ctl.backend(it)["in_flight"].as_u64().unwrap_or_default();
        (held("rpc-1") + held("rpc-2") == 10).then_some(())
    });
    kept.watch(500);

    let began = Instant::now();
    gateway.ctl.run(&format!(
        "drain app-1 rpc-1 -y --no-wait -m patch --on-deadline kill --streams {}s --spread {}s",
        STREAMS_UNTIL.as_secs(),
        SPREAD.as_secs()
    ));
    let seen = until("what is left is told", || {
        let seen = shown(&gateway, "app-1");
        (seen["requests_left"] == 0 && seen["streams_left"].as_u64() > Some(0)).then_some(seen)
    });
    let websockets = seen["websockets_left"].as_u64().unwrap() as usize;
    let calls_left = shown(&gateway, "rpc-1")["streams_left"].as_u64().unwrap();
    println!("left of app-1: {seen}");
    assert!((opened / 4..=opened).contains(&websockets), "{seen}");
    for name in ["app-1", "rpc-1"] {
        wait_until_told(&gateway, name, "nothing was in flight for a second");
    }
    kept.watch(500);
    streams.watch(500);

    let mut ends: Vec<Duration> = (0..websockets)
        .map(|_| heard.recv_timeout(Duration::from_secs(9)).unwrap() - began)
        .collect();
    ends.sort_unstable();
    print_histogram(&ends);
    assert!(ends[0] >= STREAMS_UNTIL, "closed before its deadline: {:?}", ends[0]);
    let spread = ends[websockets - 1] - ends[0];
    assert!(spread >= SPREAD / 2, "all of them came back within {spread:?}");
    let most = ends
        .iter()
        .map(|from| ends.iter().filter(|at| (*from..*from + SPREAD / 8).contains(*at)).count());
    assert!(most.max() < Some(websockets / 2), "half of them came back at once: {ends:?}");
    assert!(heard.try_recv().is_err(), "those of the other member stay");

    for (name, kinds) in [("app-1", "streams are left"), ("rpc-1", "streams are left")] {
        let events = told(&gateway, name).join("\n");
        let order = ["drain: ", kinds, "drained: "];
        let places: Vec<usize> = order.iter().map(|it| events.find(it).expect(it)).collect();
        assert!(places.is_sorted(), "{events}");
    }
    for crowd in [kept, streams] {
        let ledger = crowd.disperse();
        println!("{} short requests, {} failed", ledger.sent, ledger.failed.len());
        ledger.assert_none_failed();
    }
    gateway.ctl.run("drain rpc-2 -y --force --no-wait -m end");
    gateway.ctl.run("backend kill rpc-2 -y -m end");
    let ended = calls.join().unwrap();
    assert!(ended.iter().all(|it| it.status.code() == Code::Unavailable), "{ended:?}");
    assert!(calls_left > 0 && calls_left < 10);
}

/// How many came back in each half second.
fn print_histogram(ends: &[Duration]) {
    let half = Duration::from_millis(500);
    let last = ends.last().map_or(0, |it| it.as_millis() / half.as_millis());
    for step in 0..=last {
        let count = ends.iter().filter(|it| it.as_millis() / half.as_millis() == step).count();
        println!("{:>4.1} s {:>3} {}", step as f64 / 2.0, count, "#".repeat(count));
    }
}
