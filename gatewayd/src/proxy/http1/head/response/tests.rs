//! Every rule for the head of a response, one row each.

use crate::proxy::http1::framing::ResponseFraming;
use crate::proxy::http1::tests::{response, response_in};

use super::ResponseFault::*;
use super::*;

#[test]
fn a_response_is_read() {
    let bytes = "HTTP/1.1 200 Very Well\r\nContent-Length: 5\r\nServer: x\r\n\r\nhello";
    let seen = response(Method::GET, bytes).complete();
    assert_eq!((seen.status, seen.reason.as_str()), (200, "Very Well"));
    assert_eq!(seen.framed.framing, ResponseFraming::Length(5));
    assert_eq!((seen.len, seen.is_reusable), (bytes.len() - 5, true));
    for (bytes, reason) in [
        ("HTTP/1.1 204\r\n\r\n", ""),
        ("HTTP/1.1 204 \r\n\r\n", ""),
        ("HTTP/1.0 404 Not\tFound\r\n\r\n", "Not\tFound"),
    ] {
        assert_eq!(response(Method::GET, bytes).complete().reason, reason, "{bytes:?}");
    }
}

#[test]
fn what_is_no_response_is_refused() {
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "X: y\r\n".repeat(101));
    let long = format!("HTTP/1.1 200 OK\r\nX: {}", "y".repeat(64 * 1024));
    let no_line = "HTTP/1.1 200 ".to_owned() + &"y".repeat(64 * 1024);
    for (bytes, fault) in [
        ("220 mail.example ESMTP\r\n", StatusLine),
        ("<html>hello</html>", StatusLine),
        ("\x15\x03\x01\0\x02\x02\x46", StatusLine),
        ("HTTP/1.1 99\r\n\r\n", StatusLine),
        ("HTTP/1.1 1000 X\r\n\r\n", StatusLine),
        ("HTTP/1.1 -200 X\r\n\r\n", StatusLine),
        ("HTTP/1.1  200 OK\r\n\r\n", StatusLine),
        ("HTTP/2.0 200 OK\r\n\r\n", StatusLine),
        ("HTTP/1.1 200 O\0K\r\n\r\n", StatusLine),
        ("\r\nHTTP/1.1 200 OK\r\n\r\n", StatusLine),
        ("HTTP/1.1 099 X\r\n\r\n", Status(99)),
        ("HTTP/1.1 000 X\r\n\r\n", Status(0)),
        ("HTTP/1.1 600 X\r\n\r\n", Status(600)),
        ("HTTP/1.1 999 X\r\n\r\n", Status(999)),
        ("HTTP/1.1 200 OK\nX: y\r\n\r\n", Field),
        ("HTTP/1.1 200 OK\r\nX: y\n\r\n", Field),
        ("HTTP/1.1 200 OK\r\nX: y\r\n\n", Field),
        ("HTTP/1.1 200 OK\r\nX: \0\r\n\r\n", Field),
        ("HTTP/1.1 200 OK\r\nX : y\r\n\r\n", Field),
        ("HTTP/1.1 200 OK\r\nX: y\r\n z\r\n\r\n", Field),
        ("HTTP/1.1 200 OK\r\n: y\r\n\r\n", Field),
        ("HTTP/1.1 200 OK\r\nX: y\rZ: y\r\n\r\n", Field),
        (&many, TooManyFields),
        (&long, TooLarge),
        (&no_line, TooLarge),
        ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n", UnaskedSwitch),
    ] {
        assert_eq!(response(Method::GET, bytes).refused(), fault, "{:.60?}", bytes);
    }
}

#[test]
fn a_head_of_64_kib_is_read_to_its_last_byte() {
    let begin = "HTTP/1.1 200 OK\r\nX: ";
    let end = "\r\nEmpty:\r\nLast: z\r\n\r\n";
    let bytes = format!("{begin}{}{end}", "y".repeat(64 * 1024 - begin.len() - end.len()));
    let seen = response(Method::GET, bytes).complete();
    assert_eq!(seen.len, 64 * 1024);
    assert_eq!(
        seen.fields[1..],
        [("Empty".to_owned(), vec![]), ("Last".to_owned(), b"z".to_vec())]
    );
}

#[test]
fn a_switch_is_only_to_what_was_asked_for() {
    let answer = |lines: &str, for_websocket| {
        let bytes = format!("HTTP/1.1 101 Switching Protocols\r\n{lines}\r\n");
        response_in(bytes.as_bytes(), &[], Asked { method: &Method::GET, for_websocket })
    };
    let seen = answer("Connection: upgrade\r\nUpgrade: WebSocket\r\n", true).complete();
    assert!(!seen.is_reusable);
    assert_eq!(answer("Upgrade: websocket\r\n", false).refused(), UnaskedSwitch);
    assert_eq!(answer("Upgrade: h2c\r\n", true).refused(), UnaskedSwitch);
    assert_eq!(answer("", true).refused(), UnaskedSwitch);
}

#[test]
fn interim_responses_are_told_from_final_ones() {
    let mut lines = Lines::new();
    for (status, stage) in
        [(100, Stage::Interim), (103, Stage::Interim), (200, Stage::Final), (599, Stage::Final)]
    {
        let bytes = format!("HTTP/1.1 {status} X\r\n\r\n");
        let asked = Asked { method: &Method::GET, for_websocket: false };
        match ResponseParser::default().parse(bytes.as_bytes(), asked, &mut lines) {
            Parsed::Complete { head, .. } => {
                assert_eq!(head.stage(), stage, "{status}");
                assert!(!(head.is_reusable() && stage == Stage::Interim));
            }
            other => panic!("{other:?}"),
        }
    }
}
