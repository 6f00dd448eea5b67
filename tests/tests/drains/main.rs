//! Drains: deadlines by kind and what follows, told while they go, and nobody cut before.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and tells"
)]

mod course;
mod deadlines;
mod guards;
mod interrupt;
mod show;
mod shrinking;
mod sticky;
mod websocket;

use gateway_tests::{Call, Gateway, Message, Recorder, until};
use serde_json::Value;

/// What a member of a pool does: answers, streams events, becomes a WebSocket, or says nothing.
fn member(call: &mut Call) {
    while let Some(head) = call.head() {
        match head.target() {
            "/events" => {
                call.say(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\
                     Transfer-Encoding: chunked\r\n\r\n8\r\ndata: 1\n\r\n",
                );
                return call.wait_until_left();
            }
            "/silence" => return call.wait_until_left(),
            "/ws" => return websocket::serve(call),
            _ => call.answer(&head),
        }
    }
}

/// So many members, and a gateway before them with one worker, so that one turn goes round.
fn pool_of(count: usize) -> (Vec<Recorder>, Gateway) {
    let members: Vec<Recorder> = (0..count).map(|_| Recorder::start(member)).collect();
    let all: Vec<&Recorder> = members.iter().collect();
    let pool = Recorder::pool(&all, "balance = \"round-robin\"");
    let gateway = gateway_tests::Setup::default()
        .workers(1)
        .start(&(gateway_tests::EVERYTHING.to_owned() + &pool));
    (members, gateway)
}

/// The figures of `backend show`.
#[track_caller]
fn shown(gateway: &Gateway, name: &str) -> Value {
    gateway.ctl.items(&format!("backend show {name}"))[0].clone()
}

/// What the events of a backend say, the oldest first.
#[track_caller]
fn told(gateway: &Gateway, name: &str) -> Vec<String> {
    let target = format!("backend/{name}");
    let events = gateway.ctl.items("event list --limit 1000");
    let those = events.iter().filter(|event| event["target"] == *target);
    // The newest comes first.
    those.rev().map(|event| event["what"].as_str().unwrap().to_owned()).collect()
}

/// Waits until an event of a backend says `words`.
#[track_caller]
fn wait_until_told(gateway: &Gateway, name: &str, words: &str) {
    until(&format!("it is told of {name}: {words}"), || {
        told(gateway, name).iter().any(|what| what.contains(words)).then_some(())
    });
}

/// What the gateway says of the one request that a client has on it.
fn body(answer: &Message) -> String {
    answer.text()
}
