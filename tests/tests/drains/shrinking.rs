//! A pool that shrinks under open streams: whoever is on a server that goes is told before it ends.

use gateway_tests::{Codes, Gateway, Setup, scaled_app, until};
use serde_json::Value;

use super::websocket::WebSocket;

/// Opens a WebSocket; the backend that has it, and it.
fn open(gateway: &Gateway) -> (String, WebSocket) {
    let streams = || -> Vec<(String, u64)> {
        let all = gateway.ctl.items("backend list");
        let one = |it: &Value| {
            (it["name"].as_str().unwrap().to_owned(), it["in_flight"].as_u64().unwrap())
        };
        all.iter().map(one).collect()
    };
    let before = streams();
    let socket = WebSocket::join(gateway.http);
    let server = until("it is seen where it went", || {
        let now = streams();
        let mut pairs = before.iter().zip(&now);
        pairs.find(|(was, is)| was.1 < is.1).map(|(_, is)| is.0.clone())
    });
    (server, socket)
}

#[test]
fn streams_of_a_server_that_the_autoscaler_ends_are_told_before_it_ends() {
    let codes = Codes::new();
    let keys = "min = 1\nmax = 3\ndrain_timeout = \"6s\"";
    let text = scaled_app(codes.path(), &["--with-parent"], keys) + "outlive = false\n";
    // With one worker, least connections are the same number on each.
    let gateway = Setup::default().workers(1).start(&text);
    gateway.await_ready(1);
    gateway.ctl.run("scaler desired 3 -y -m noon");
    gateway.await_ready(3);
    let sockets: Vec<(String, WebSocket)> = (0..9).map(|_| open(&gateway)).collect();
    gateway.ctl.run("scaler desired 1 -y -m night");
    let left = until("one is to stay", || {
        let all = gateway.ctl.items("backend list");
        let mut active = all.iter().filter(|it| it["standing"] == "active");
        let left = active.next()?["name"].as_str()?.to_owned();
        active.next().is_none().then_some(left)
    });
    let (stay, go): (Vec<_>, Vec<_>) = sockets.into_iter().partition(|(server, _)| *server == left);
    assert_eq!((stay.len(), go.len()), (3, 6), "{left} stays");
    for (server, socket) in go {
        assert!(socket.hear_the_end().is_some(), "one on {server} was cut off");
    }
    gateway.await_ready(1);
    codes.await_running(&gateway, 1);
    for (_, mut socket) in stay {
        assert!(socket.is_answered(), "one on {left} was closed");
    }
    let events = gateway.ctl.items("event list --limit 1000");
    for server in ["app-1", "app-2", "app-3"].into_iter().filter(|it| *it != left) {
        let told = about(server, &events);
        let steps = [
            "drain: active weight 100",
            "3 streams are left after 5.4s; they are closed over 600ms",
            "remove: ",
        ];
        let at = steps.map(|step| told.iter().position(|what| what.contains(step)));
        assert!(at.is_sorted() && at[0].is_some(), "{at:?}: {told:#?}");
    }
}

/// What is told of a server, by itself or with others, the oldest first.
fn about<'a>(server: &str, events: &'a [Value]) -> Vec<&'a str> {
    let target = format!("backend/{server}");
    let is_meant = |it: &&Value| it["target"].as_str().unwrap().split(',').any(|it| it == target);
    events.iter().rev().filter(is_meant).map(|it| it["what"].as_str().unwrap()).collect()
}
