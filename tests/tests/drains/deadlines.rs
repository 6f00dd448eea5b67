//! Deadlines: nothing is closed before its own, and then what was ordered happens to it.

use std::thread;
use std::time::{Duration, Instant};

use gateway_tests::{EVERYTHING, Ended, GrpcClient, GrpcServer, Setup, Wire, until};
use tonic::Code;

use super::websocket::{MASKED_CLOSE, WebSocket};
use super::{body, pool_of, shown, told, wait_until_told};

fn ask(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: a.example\r\n\r\n")
}

#[test]
fn each_kind_is_told_of_and_closed_at_its_own_deadline_in_its_own_words() {
    let (members, gateway) = pool_of(2);
    // In turn: each of two is on the member that is drained.
    let mut silent = [0, 1].map(|_| Wire::connect(gateway.http));
    silent.iter_mut().for_each(|wire| wire.send(ask("/silence")));
    let mut events = [0, 1].map(|_| Wire::connect(gateway.http));
    events.iter_mut().for_each(|wire| wire.send(ask("/events")));
    let sockets = [0, 1].map(|_| WebSocket::open(gateway.http));
    until("all are under way", || {
        (gateway.ctl.backend("app-1")["in_flight"] == 3
            && gateway.ctl.backend("app-2")["in_flight"] == 3)
            .then_some(())
    });
    let began = Instant::now();
    gateway.ctl.run(
        "drain app-1 -y --no-wait -m patch --requests 2s --streams 4s \
         --spread 1s --on-deadline kill",
    );
    let seen = until("it tells what is left", || {
        let seen = shown(&gateway, "app-1");
        (seen["websockets_left"] == 1 && seen["streams_left"] == 1).then_some(seen)
    });
    assert_eq!((&seen["requests_left"], &seen["in_flight"]), (&1.into(), &3.into()), "{seen}");
    assert_eq!(seen["oldest_path"], "/silence", "{seen}");
    assert_eq!((&seen["on_deadline"], &seen["then"]), (&"kill".into(), &"stay".into()));

    let (answers, waited) = thread::scope(|scope| {
        let silent: Vec<_> =
            silent.iter_mut().map(|wire| scope.spawn(move || wire.answer())).collect();
        let ends: Vec<_> =
            sockets.into_iter().map(|it| scope.spawn(move || it.hear_the_end())).collect();
        wait_until_told(&gateway, "app-1", "drained");
        let seen = shown(&gateway, "app-1");
        assert_eq!(seen["in_flight"], 0, "{seen}");
        // The other member's are where they were.
        assert_eq!(gateway.ctl.backend("app-2")["in_flight"], 3);
        gateway.ctl.run("drain app-2 -y --no-wait --force -m end");
        gateway.ctl.run("backend kill app-2 -y -m end");
        let answers: Vec<_> = silent.into_iter().map(|it| it.join().unwrap()).collect();
        let ends: Vec<_> = ends.into_iter().filter_map(|it| it.join().unwrap()).collect();
        (answers, ends)
    });
    for answer in &answers {
        assert_eq!(answer.status(), 503);
        assert!(body(answer).contains("out of service"), "{answer:?}");
    }
    assert_eq!(waited.len(), 2, "both WebSockets are told");
    assert!(waited.iter().all(|at| *at - began >= Duration::from_secs(4)), "before the deadline");
    for mut wire in events {
        let (bytes, ended) = wire.rest();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(text.ends_with("data: 1\n\r\n"), "an end that is none: {text}");
        assert_eq!(ended, Ended::Closed);
    }
    let whole: Vec<u8> =
        members.iter().flat_map(|it| it.records()).flat_map(|it| it.bytes).collect();
    let closes = whole.windows(MASKED_CLOSE.len()).filter(|it| *it == MASKED_CLOSE).count();
    assert_eq!(closes, 2, "the servers hear of the end");
    let events = told(&gateway, "app-1").join("\n");
    let order =
        ["drain: ", "1 requests are left after 2s", "2 streams are left after 4s", "drained"];
    let places: Vec<usize> = order.iter().map(|it| events.find(it).expect(it)).collect();
    assert!(places.is_sorted(), "{events}");
}

#[test]
fn a_call_of_grpc_ends_with_unavailable_and_others_of_its_connection_go_on() {
    let servers = [GrpcServer::start(), GrpcServer::start()];
    let pool = GrpcServer::pool(&servers.each_ref()) + "balance = \"round-robin\"\n";
    let pool = pool.replace("slow_start", "balance = \"round-robin\"\nslow_start");
    let pool = pool.strip_suffix("balance = \"round-robin\"\n").unwrap();
    let gateway = Setup::default().workers(1).start(&(EVERYTHING.to_owned() + pool));
    let mut client = GrpcClient::connect(gateway.https);
    let calls = thread::spawn(move || client.calls("Hold", 2, "held"));
    until("each has one", || {
        ["app-1", "app-2"].iter().all(|it| gateway.ctl.backend(it)["in_flight"] == 1).then_some(())
    });
    let order = "--streams 1s --spread 0s --on-deadline kill";
    gateway.ctl.run(&format!("drain app-1 -y -m patch {order}"));
    assert_eq!(gateway.ctl.backend("app-2")["in_flight"], 1, "one stream ends, not the connection");
    gateway.ctl.run("drain app-2 -y --force --no-wait -m end");
    gateway.ctl.run("backend kill app-2 -y -m end");
    for told in calls.join().unwrap() {
        assert_eq!(told.messages, ["held"]);
        assert_eq!(told.status.code(), Code::Unavailable, "{told:?}");
        assert!(told.status.message().contains("out of service"), "{told:?}");
    }
}
