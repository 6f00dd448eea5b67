//! Bytes around a request that must not become one, and answers that must not be taken for more:
//! upgrades, expectations, unread bodies, pipelines.

use std::io::Write;
use std::thread;

use gateway_tests::{Call, EVERYTHING, Frame, Frames, Stage, until};

use super::{bad, verdict};

const UPGRADE: &str = "GET /ws HTTP/1.1\r\nHost: a.example\r\nConnection: Upgrade\r\n\
                       Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                       Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
const SWITCH: &str = "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\n\
                      Upgrade: websocket\r\n\r\n";

#[test]
fn case_17_bytes_of_another_protocol_move_only_after_the_switch() {
    let stage = Stage::playing(EVERYTHING, |call: &mut Call| {
        if call.request().is_some() {
            call.say(SWITCH.to_owned() + "early word");
            call.listen();
        }
    });
    let mut wire = stage.wire();
    wire.send(UPGRADE.to_owned() + "early bytes");
    let switched = wire.bodiless_answer();
    assert_eq!(switched.status(), 101);
    assert_eq!(wire.read(10), b"early word");
    wire.send(" and more");
    until("the backend has all", || {
        stage.backend.records()[0].bytes.ends_with(b"\r\n\r\nearly bytes and more").then_some(())
    });
}

#[test]
fn case_17_without_the_switch_early_bytes_are_http() {
    let mut stage = Stage::playing(EVERYTHING, |call: &mut Call| {
        while let Some(request) = call.request() {
            match request.target() {
                "/ws" => call.say("HTTP/1.1 426 Upgrade Required\r\nContent-Length: 2\r\n\r\nno"),
                _ => call.answer(&request),
            }
        }
    });
    let mut wire = stage.wire();
    wire.send(UPGRADE.to_owned() + "\x01\x02 no request\r\n\r\n");
    let (answers, _) = wire.answers();
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status()).collect();
    assert_eq!(statuses, [426, 400]);
    stage.assert_counted("early bytes", &["request_line_invalid"]);
    let bytes = stage.backend.records().concat_bytes();
    assert!(!bytes.contains("no request"), "{bytes}");
    stage.assert_serves("afterwards", stage.backend.bytes());

    // A body behind the head would be taken for early bytes by somebody.
    let with_body = UPGRADE.replace("\r\n\r\n", "\r\nContent-Length: 5\r\n\r\nhello");
    stage.assert_refused("an upgrade with a body", with_body, bad("upgrade_refused"));
}

#[test]
fn case_17_h2c_stays_behind_and_an_unasked_switch_is_no_answer() {
    let mut stage = Stage::playing(EVERYTHING, |call: &mut Call| {
        while let Some(request) = call.request() {
            match request.target() {
                "/unasked" => call.say(SWITCH.to_owned() + "HTTP/1.1 200 OK\r\n\r\n"),
                "/ws" => call.say("HTTP/1.1 101 x\r\nConnection: upgrade\r\nUpgrade: foo\r\n\r\n"),
                _ => call.answer(&request),
            }
        }
    });
    let input = "GET /h2c HTTP/1.1\r\nHost: a.example\r\nConnection: Upgrade, HTTP2-Settings\r\n\
                 Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n\r\n";
    let (answer, seen) = stage.relayed("h2c", input);
    assert_eq!(answer.status(), 200);
    for gone in ["upgrade", "http2-settings", "connection"] {
        assert!(seen.all(gone).is_empty(), "{gone} passed: {seen:?}");
    }
    let unasked = "GET /unasked HTTP/1.1\r\nHost: a.example\r\n\r\n";
    for (case, input) in [("an unasked switch", unasked), ("a switch to another", UPGRADE)] {
        let mut wire = stage.wire();
        wire.send(input);
        assert_eq!(wire.answer().status(), 502, "{case}");
        stage.assert_counted(case, &["upstream_invalid"]);
        stage.assert_serves(case, stage.backend.bytes());
    }
}

#[test]
fn case_18_a_client_is_told_to_continue_once_and_only_if_its_body_is_wanted() {
    let mut stage = Stage::open();
    let post = |lines: &str| format!("POST /target HTTP/1.1\r\nHost: a.example\r\n{lines}\r\n\r\n");
    for (case, lines, body) in [
        ("a length", "Content-Length: 5", "hello"),
        ("chunks", "Transfer-Encoding: chunked", "5\r\nhello\r\n0\r\n\r\n"),
        ("in other case", "content-length: 5\r\nX: y", "hello"),
    ] {
        let mut wire = stage.wire();
        wire.send(post(&format!("Expect: 100-Continue\r\n{lines}")));
        let told = wire.bodiless_answer();
        assert_eq!(told.status(), 100, "{case}");
        wire.send(body);
        let answer = wire.answer();
        assert_eq!(answer.status(), 200, "{case}: told to continue twice?");
        let seen = stage.backend.requests().pop().unwrap();
        assert_eq!((seen.text().as_str(), seen.all("expect").len()), ("hello", 0), "{case}");
    }
    let mut wire = stage.wire();
    wire.send(post("Expect: 100-continue\r\nContent-Length: 5") + "hello");
    assert_eq!(wire.answer().status(), 200, "a body that is there already is not asked for");
    let mut wire = stage.wire();
    let heads = stage.backend.bytes();
    wire.send(post("Content-Length: 5"));
    until("the backend has the head", || (stage.backend.bytes() > heads).then_some(()));
    wire.send("hello");
    assert_eq!(wire.answer().status(), 200, "who does not wait is not told to go on");
    let mut wire = stage.wire();
    wire.send(post("Expect: 100-continue"));
    assert_eq!(wire.answer().status(), 200, "no body is asked for");
    stage.assert_counted("met", &[]);

    for (lines, expected) in [
        ("Expect: x", verdict(417, "expectation_failed")),
        ("Expect: 100-continue, x", verdict(417, "expectation_failed")),
        ("Expect: 100-continue\r\nExpect: 100-continue", verdict(417, "expectation_failed")),
        ("Expect:", verdict(417, "expectation_failed")),
        ("Expect: 100-continue;q=1", verdict(417, "expectation_failed")),
        ("Expect : 100-continue", bad("header_invalid")),
        ("Expect:\r\n 100-continue", bad("header_invalid")),
        ("Expect: 100-continue\r\nContent-Length: 10485761", verdict(413, "body_too_large")),
    ] {
        stage.assert_refused(lines, post(lines), expected);
    }
    let options = "OPTIONS /x HTTP/1.1\r\nHost: a.example\r\nExpect:\r\n 100-continue\r\n\
                   Content-Length: 30\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n";
    stage.assert_refused("OPTIONS with a folded Expect", options, bad("header_invalid"));
}

const STRICT: &str = r#"
[[route]]
name = "small"
match = { path = "/small" }
max_body_bytes = 1024
pool = "app"

[[route]]
name = "limited"
match = { path = "/limited" }
pool = "app"
limits = ["once"]

[[route]]
name = "reading"
match = { path = "/reading", methods = ["GET"] }
pool = "app"

[[route]]
name = "normal"
match = { path = "/normal/{n}" }
pool = "app"

[[limit]]
name = "once"
key = "client-ip"
max = "1/hour"

"#;

#[test]
fn case_19_a_body_nobody_reads_is_never_read_as_a_request() {
    const BODY_BYTES: usize = 1024 * 1024;
    let mut stage = Stage::playing(STRICT, Call::answer_all);
    let smuggled = "GET /normal/smuggled HTTP/1.1\r\nHost: a.example\r\n\r\n";
    let mut wire = stage.wire();
    wire.send("GET /limited HTTP/1.1\r\nHost: a.example\r\n\r\n");
    assert_eq!(wire.answer().status(), 200, "the one that the limit admits");
    for (target, status, reason) in [
        ("/small", 413, "body_too_large"),
        ("/limited", 429, "limit"),
        ("/nowhere", 404, "no_route"),
        ("/reading", 405, "method_not_allowed"),
    ] {
        for chunked in [false, true] {
            let case = format!("{status} with {}", if chunked { "chunks" } else { "a length" });
            let body = smuggled.repeat(BODY_BYTES / smuggled.len());
            let head = format!("POST {target} HTTP/1.1\r\nHost: a.example\r\n");
            let input = match chunked {
                true => format!(
                    "{head}Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n{smuggled}",
                    body.len()
                ),
                false => {
                    format!("{head}Content-Length: {}\r\n\r\n{body}{smuggled}", body.len())
                }
            };
            let mut wire = stage.wire();
            let mut socket = wire.socket();
            // The gateway may close before all of it is sent.
            let sending = thread::spawn(move || drop(socket.write_all(input.as_bytes())));
            let (answers, _) = wire.answers();
            sending.join().unwrap();
            assert_eq!(answers.len(), 1, "{case}: {answers:?}");
            assert_eq!(answers[0].status(), status, "{case}");
            assert_eq!(answers[0].field("connection"), "close", "{case}");
            stage.assert_counted(&case, &[reason]);
            let asked = stage.backend.requests();
            let smuggled = asked.iter().filter(|it| it.target().contains("smuggled")).count();
            assert_eq!(smuggled, 0, "{case}");
            stage.assert_serves(&case, stage.backend.bytes());
        }
    }
}

#[test]
fn case_19_an_answer_of_ours_to_a_request_without_a_body_keeps_the_connection() {
    let stage = Stage::playing(STRICT, Call::answer_all);
    let mut wire = stage.wire();
    for _ in 0..3 {
        wire.send("GET /nowhere HTTP/1.1\r\nHost: a.example\r\n\r\n");
        assert_eq!(wire.answer().status(), 404);
        wire.send("POST /nowhere HTTP/1.1\r\nHost: a.example\r\nContent-Length: 0\r\n\r\n");
        assert_eq!(wire.answer().status(), 404);
        wire.send("GET /normal/1 HTTP/1.1\r\nHost: a.example\r\n\r\n");
        assert_eq!(wire.answer().status(), 200);
    }
}

#[test]
fn case_20_pipelined_requests_are_answered_in_order_up_to_the_broken_one() {
    let mut stage = Stage::open();
    let requests: String = (1..=100)
        .map(|number| match number {
            50 => "GET /50 HTTP/1.1\r\nHost : a.example\r\n\r\n".to_owned(),
            n if n % 3 == 0 => {
                format!("POST /{n} HTTP/1.1\r\nHost: a.example\r\nContent-Length: 5\r\n\r\nhello")
            }
            n => format!("GET /{n} HTTP/1.1\r\nHost: a.example\r\n\r\n"),
        })
        .collect();
    let mut wire = stage.wire();
    wire.send(requests);
    let (answers, _) = wire.answers();
    let told: Vec<String> = answers[..49].iter().map(|answer| answer.text()).collect();
    let expected: Vec<String> = (1..50).map(|number| format!("/{number}")).collect();
    assert_eq!(told, expected);
    assert_eq!((answers.len(), answers[49].status()), (50, 400));
    stage.assert_counted("the 50th", &["header_invalid"]);
    assert_eq!(stage.backend.requests().len(), 49);
    stage.assert_serves("afterwards", stage.backend.bytes());
}

/// All bytes of some connections as text.
trait ConcatBytes {
    fn concat_bytes(&self) -> String;
}

impl ConcatBytes for Vec<gateway_tests::Record> {
    fn concat_bytes(&self) -> String {
        let bytes: Vec<u8> = self.iter().flat_map(|record| record.bytes.clone()).collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

#[test]
fn case_19_who_sends_everything_before_reading_still_gets_the_answer() {
    let stage = Stage::playing(STRICT, Call::answer_all);
    let mut wire = stage.wire();
    let bytes = 8 * 1024 * 1024;
    let head =
        format!("POST /small HTTP/1.1\r\nHost: a.example\r\nContent-Length: {bytes}\r\n\r\n");
    let mut socket = wire.socket();
    let sent =
        socket.write_all(head.as_bytes()).and_then(|()| socket.write_all(&vec![b'x'; bytes]));
    // A reset would fail the writing of a client that never gets to read then.
    sent.expect("all of it is taken");
    assert_eq!(wire.answer().status(), 413);
}

#[test]
fn case_32_what_is_left_of_a_body_that_was_refused_is_never_taken_for_whole() {
    let mut stage = Stage::playing(STRICT, |call: &mut Call| {
        if call.head().is_some_and(|head| head.method() == "POST") {
            call.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
            call.listen();
        }
    });
    let mut frames = Frames::connect(stage.gateway.https, 1 << 16);
    frames.post(1, "/small");
    while frames.frame().unwrap().kind != Frame::DATA {}
    for piece in [&[b'a'; 800], &[b'b'; 800]] {
        frames.send(Frame::DATA, 0, 1, piece);
    }
    frames.send(Frame::DATA, Frame::END_STREAM, 1, b"the end");
    while frames.frame().unwrap().kind != Frame::RST_STREAM {}
    let record = until("its connection is closed", || {
        stage.backend.records().into_iter().find(|it| !it.bytes.is_empty() && it.ended.is_some())
    });
    let seen = String::from_utf8_lossy(&record.bytes);
    assert!(seen.contains("aaaa") && !seen.contains("the end"), "{seen}");
    assert!(!seen.ends_with("0\r\n\r\n"), "the backend must see that something is missing");
    stage.assert_counted("a body that is too large behind an early answer", &["body_too_large"]);
}
