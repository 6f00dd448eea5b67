//! Bodies so large that they pass through a pipe: nothing of them is lost, added or mixed up.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::thread;

use gateway_tests::{Call, EVERYTHING, Ended, Fleet, Gateway, Setup, Stage, Wire};

const MIB: usize = 1024 * 1024;

/// Bytes that tell where in which body they belong.
fn body(seed: usize, bytes: usize) -> Vec<u8> {
    let word = |at: usize| ((at * 2_654_435_761 + seed * 40_503) as u32).to_le_bytes();
    (0..bytes / 4).flat_map(word).collect()
}

fn head(bytes: usize) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {bytes}\r\n\r\n")
}

fn get(target: &str) -> String {
    format!("GET /{target} HTTP/1.1\r\nHost: a.example\r\n\r\n")
}

/// A backend whose answers are as long as their targets say.
fn stage(workers: u32) -> Stage {
    Stage::set(Setup::default().workers(workers), EVERYTHING, |call: &mut Call| {
        while let Some(request) = call.request() {
            let Ok(seed) = request.target()[1..].parse::<usize>() else {
                call.answer(&request);
                continue;
            };
            let bytes = body(seed, seed * 1000 + 4 * MIB);
            call.say(head(bytes.len()));
            call.say(bytes);
        }
    })
}

#[test]
fn each_client_gets_its_own_body_whole_and_the_next_one_behind_it() {
    let stage = stage(2);
    let clients: Vec<_> = (0..6)
        .map(|number| {
            let mut wire = stage.wire();
            thread::spawn(move || {
                for round in 0..3 {
                    let seed = number * 3 + round;
                    wire.send(get(&seed.to_string()));
                    let answer = wire.answer();
                    assert_eq!(answer.status(), 200);
                    assert!(answer.body == body(seed, seed * 1000 + 4 * MIB), "body {seed}");
                }
            })
        })
        .collect();
    for client in clients {
        client.join().unwrap();
    }
}

#[test]
fn requests_sent_together_are_answered_in_order() {
    let stage = stage(1);
    let mut wire = stage.wire();
    wire.send(get("1") + &get("small") + &get("2"));
    assert!(wire.answer().body == body(1, 1000 + 4 * MIB));
    assert_eq!(wire.answer().status(), 200);
    assert!(wire.answer().body == body(2, 2000 + 4 * MIB));
}

#[test]
fn one_that_breaks_off_is_seen_to_break_off() {
    let mut stage = Stage::set(Setup::default().workers(1), EVERYTHING, |call: &mut Call| {
        while let Some(request) = call.request() {
            if request.target() == "/cut" {
                call.say(head(8 * MIB));
                call.say(body(7, 3 * MIB));
                return;
            }
            call.answer(&request);
        }
    });
    let mut wire = stage.wire();
    wire.send(get("cut"));
    let (answers, _) = wire.answers();
    let [answer] = answers.as_slice() else { panic!("{} answers", answers.len()) };
    assert!(!answer.whole && answer.body == body(7, 3 * MIB), "{} bytes", answer.body.len());
    stage.assert_counted("a large body that is cut off", &["upstream_truncated"]);
    stage.assert_serves("a large body that is cut off", stage.backend.bytes());
}

#[test]
fn what_stands_behind_one_reaches_nobody() {
    let stage = Stage::set(Setup::default().workers(1), EVERYTHING, |call: &mut Call| {
        while let Some(request) = call.request() {
            if request.target() == "/surplus" {
                call.say(head(4 * MIB));
                // In one piece: what comes later than the next request cannot be told from its answer.
                let mut all = body(3, 4 * MIB);
                all.extend(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nstolen");
                call.say(all);
                continue;
            }
            call.answer(&request);
        }
    });
    for _ in 0..5 {
        let mut wire = stage.wire();
        wire.send(get("surplus") + &get("next"));
        assert!(wire.answer().body == body(3, 4 * MIB));
        let next = wire.answer();
        assert_ne!(next.body, b"stolen");
    }
}

#[test]
fn a_client_that_leaves_in_the_middle_harms_nobody() {
    let fleet = Fleet::start(1);
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    for _ in 0..30 {
        let mut leaves = Wire::connect(gateway.http);
        leaves.send(get(&format!("bytes/{}", 8 * MIB)));
        leaves.read(100_000);
        drop(leaves);
    }
    let mut stays = Wire::connect(gateway.http);
    stays.send(get(&format!("bytes/{MIB}")));
    assert_eq!(stays.answer().body.len(), MIB);
    stays.send("GET /bytes/1 HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n");
    assert_eq!(stays.answer().body.len(), 1);
    assert_eq!(stays.rest(), (Vec::new(), Ended::Closed));
}
