//! Requests whose body does not end with certainty: Content-Length, Transfer-Encoding, chunks,
//! trailers (RFC 9112, sections 6 and 7).

use gateway_tests::{Ended, Stage, Verdict, until};

use super::{bad, verdict};

const SMUGGLED: &str = "0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a.example\r\n\r\n";

/// A POST with these lines behind its Host.
fn post(lines: &str, body: &str) -> String {
    format!("POST /target HTTP/1.1\r\nHost: a.example\r\n{lines}\r\n\r\n{body}")
}

#[test]
fn case_01_a_length_and_a_coding_together_are_refused_in_either_order() {
    let mut stage = Stage::open();
    for lines in [
        "Content-Length: 50\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 50",
        "content-length: 5\r\nX: y\r\ntransfer-encoding: CHUNKED",
        "Transfer-Encoding: chunked\r\nContent-Length: 0",
        "Transfer-Encoding: gzip, chunked\r\nContent-Length: 50",
        "Transfer-Encoding: chunked\r\nContent-Length: bad",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\nContent-Length: 5",
    ] {
        stage.assert_refused(lines, post(lines, SMUGGLED), bad("cl_te"));
    }
}

/// Transfer-Encoding lines that some implementation takes for `chunked` and another one does not,
/// with the reason for which each is refused.
fn mutations() -> Vec<(Vec<u8>, &'static str)> {
    let mut lines: Vec<(Vec<u8>, &'static str)> = Vec::new();
    let mut line = |bytes: Vec<u8>, reason| lines.push((bytes, reason));
    let junk: Vec<u8> = (0..=0x20).chain([0x7f, 0x80, 0x85, 0xa0, 0xff]).collect();
    for byte in junk {
        let with = |parts: [&str; 2]| [parts[0].as_bytes(), &[byte], parts[1].as_bytes()].concat();
        // A line end at the beginning leaves an honest line behind it: the head ends early there.
        line(with(["", "Transfer-Encoding: chunked"]), "header_invalid");
        line(with(["Transfer", "-Encoding: chunked"]), "header_invalid");
        line(with(["Transfer-Encoding", ": chunked"]), "header_invalid");
        // A space or a tab beside a value is none of it, and inside it is a value of its own.
        let in_value = match byte {
            b'\t' | b' ' | 0x80.. => "te_invalid",
            _ => "header_invalid",
        };
        line(with(["Transfer-Encoding: chun", "ked"]), in_value);
        if ![b'\t', b' '].contains(&byte) {
            line(with(["Transfer-Encoding: ", "chunked"]), in_value);
            line(with(["Transfer-Encoding: chunked", ""]), in_value);
        }
    }
    for value in [
        "",
        ",",
        "chunked,",
        ",chunked",
        "chunked;q=1",
        "chunked; a=b",
        "\"chunked\"",
        "'chunked'",
        "xchunked",
        "chunkedx",
        "x-chunked",
        "chunke",
        "chunked chunked",
        "chunked\t,",
        "[chunked]",
        "chunked, identity",
        "identity, identity",
        "chunked, gzip",
        "chunked, cow",
        "identity",
        "chunked, chunked",
        "chunked,chunked",
        "identity;chunked",
        "c\u{4b}",
        "\u{17f}hunked",
        "chunked#",
        "chunked:",
        "Transfer-Encoding: chunked",
        "none",
        "0",
        "true",
        "{}",
    ] {
        line(format!("Transfer-Encoding: {value}").into_bytes(), "te_invalid");
    }
    for two in [
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding:\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nX: y\r\ntransfer-encoding: x",
    ] {
        line(two.into(), "te_invalid");
    }
    for folded in [
        "Transfer-Encoding:\r\n chunked",
        "Transfer-Encoding: chunked\r\n , identity",
        "Transfer-Encoding: chunked\r\n\t",
        "X: y\r\n Transfer-Encoding: chunked",
        "Transfer-Encoding\r\n : chunked",
        "Transfer-Encoding: chunked\n X: y",
        "X: y\nTransfer-Encoding: chunked",
        "X: y\rTransfer-Encoding: chunked",
    ] {
        line(folded.into(), "header_invalid");
    }
    lines
}

#[test]
fn case_02_a_disguised_transfer_encoding_is_refused() {
    let mut stage = Stage::open();
    let mutations = mutations();
    assert!(mutations.len() >= 130, "{} mutations", mutations.len());
    for (line, reason) in mutations {
        let case = String::from_utf8_lossy(&line).into_owned();
        let head = b"POST /target HTTP/1.1\r\nHost: a.example\r\n";
        let input = [head, line.as_slice(), b"\r\n\r\n", SMUGGLED.as_bytes()].concat();
        stage.assert_refused(&format!("{case:?}"), input, bad(reason));
    }
}

#[test]
fn case_03_an_unknown_coding_is_not_implemented() {
    let mut stage = Stage::open();
    for (value, expected) in [
        ("gzip, chunked", verdict(501, "te_unsupported")),
        ("deflate, gzip, chunked", verdict(501, "te_unsupported")),
        ("identity, chunked", verdict(501, "te_unsupported")),
        ("identity", bad("te_invalid")),
        ("gzip", bad("te_invalid")),
        ("chunked, chunked", bad("te_invalid")),
    ] {
        let input = post(&format!("Transfer-Encoding: {value}"), SMUGGLED);
        stage.assert_refused(value, input, expected);
    }
}

#[test]
fn case_04_versions_get_the_framing_they_know() {
    let mut stage = Stage::open();
    let te = "Host: a\r\nTransfer-Encoding: chunked";
    let keep = "Host: a\r\nConnection: keep-alive";
    for (input, expected) in [
        (format!("POST / HTTP/1.0\r\n{te}\r\n\r\n{SMUGGLED}"), bad("te_invalid")),
        (format!("POST / HTTP/1.0\r\n{keep}\r\n\r\nhello"), bad("content_length_invalid")),
        ("GET / HTTP/1.2\r\nHost: a\r\n\r\n".into(), verdict(505, "version_unsupported")),
        ("GET / HTTP/2.0\r\nHost: a\r\n\r\n".into(), verdict(505, "version_unsupported")),
        ("GET / HTTP/0.9\r\nHost: a\r\n\r\n".into(), verdict(505, "version_unsupported")),
        ("GET / HTTP/1.10\r\nHost: a\r\n\r\n".into(), bad("header_invalid")),
        ("GET / http/1.1\r\nHost: a\r\n\r\n".into(), bad("request_line_invalid")),
        ("GET / HTTP/1.1 \r\nHost: a\r\n\r\n".into(), bad("header_invalid")),
        ("GET /\r\n\r\n".into(), bad("target_invalid")),
        ("GET / \r\n\r\n".into(), bad("request_line_invalid")),
    ] {
        stage.assert_refused(&input.clone(), input, expected);
    }
}

#[test]
fn case_05_a_length_is_one_line_of_digits() {
    let mut stage = Stage::open();
    let values = [
        "+5",
        "-1",
        "-0",
        "0x5",
        "5_0",
        "5, 5",
        "5,5",
        "5 5",
        "",
        "5.0",
        "5e0",
        "٥",
        "5;",
        "\"5\"",
        "18446744073709551616",
        "99999999999999999999999",
        "0b1",
        "5\u{a0}",
        "NaN",
        "five",
    ];
    for value in values {
        let input = post(&format!("Content-Length: {value}"), "hello");
        stage.assert_refused(&format!("{value:?}"), input, bad("content_length_invalid"));
    }
    for lines in [
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: 5\r\nContent-Length: 5",
        "Content-Length: 5\r\nX: y\r\ncontent-length: 5",
        "Content-Length:\r\nContent-Length: 5",
    ] {
        stage.assert_refused(lines, post(lines, "hello"), bad("content_length_invalid"));
    }
}

/// Asserts that a chunked body is refused, and that what the backend saw of it has no end.
fn assert_body_refused(stage: &mut Stage, case: &str, body: &[u8], expected: Verdict) {
    let mut wire = stage.wire();
    wire.send(post("Transfer-Encoding: chunked", ""));
    wire.send(body);
    let (answers, ended) = wire.answers();
    assert_eq!(answers.len(), 1, "{case}");
    assert_eq!(answers[0].status(), expected.status, "{case}");
    assert_ne!(ended, Ended::Silent, "{case}");
    stage.assert_counted(case, &[expected.reason]);
    until(&format!("{case}: the backend's connection ends"), || {
        stage.backend.records().iter().all(|it| it.ended.is_some()).then_some(())
    });
    let requests = stage.backend.requests();
    assert!(
        requests.iter().all(|it| !it.whole && it.target() == "/target"),
        "{case}: {requests:?}"
    );
}

#[test]
fn case_06_a_broken_chunk_ends_in_no_last_chunk_for_the_backend() {
    let mut stage = Stage::open();
    for body in [
        "0x5\r\nhello\r\n0\r\n\r\n",
        "5_\r\nhello\r\n0\r\n\r\n",
        "-1\r\nhello\r\n0\r\n\r\n",
        "+5\r\nhello\r\n0\r\n\r\n",
        "00000000000000005\r\nhello\r\n0\r\n\r\n",
        "fffffffffffffffff\r\nhello\r\n0\r\n\r\n",
        " 5\r\nhello\r\n0\r\n\r\n",
        "5 \r\nhello\r\n0\r\n\r\n",
        "5\t\r\nhello\r\n0\r\n\r\n",
        "5\nhello\r\n0\r\n\r\n",
        "5\rhello\r\n0\r\n\r\n",
        "\r\nhello\r\n0\r\n\r\n",
        ";a=b\r\nhello\r\n0\r\n\r\n",
        "5\r\nhello0\r\n\r\n",
        "5\r\nhello\n0\r\n\r\n",
        "5\r\nhello\r0\r\n\r\n",
        "5\r\nhello!\r\n0\r\n\r\n",
        "4\r\nhello\r\n0\r\n\r\n",
        "g\r\nhello\r\n0\r\n\r\n",
        "5\r\nhello\r\n0\n\r\n",
        "5\r\nhello\r\n0x0\r\n\r\n",
    ] {
        let case = format!("{body:?}");
        assert_body_refused(&mut stage, &case, body.as_bytes(), bad("chunk_invalid"));
    }
    stage.assert_serves("afterwards", stage.backend.bytes());
}

#[test]
fn case_07_chunk_extensions_are_bounded_and_go_nowhere() {
    let mut stage = Stage::open();
    let body = "5;secret=1\r\nhello\r\n1;secret=\"a b\"\r\n!\r\n0;secret\r\n\r\n";
    let (answer, seen) = stage.relayed("extensions", post("Transfer-Encoding: chunked", body));
    assert_eq!((answer.status(), seen.text().as_str()), (200, "hello!"));
    let raw = String::from_utf8(seen.raw).unwrap();
    assert!(!raw.contains("secret") && !raw.contains(';'), "{raw}");

    let tiny = "1\r\nx\r\n".repeat(100_000) + "0\r\n\r\n";
    let (answer, seen) = stage.relayed("tiny chunks", post("Transfer-Encoding: chunked", &tiny));
    assert_eq!((answer.status(), seen.body.len()), (200, 100_000));

    drop(stage);
    let mut stage = Stage::open();
    let long = format!("5;{}\r\nhello\r\n0\r\n\r\n", "x".repeat(16 * 1024 + 1));
    let many = "1;abcdefghi\r\nx\r\n".repeat(1_000_000);
    for (case, body) in [
        ("a bare LF in one", "5;a\nb\r\nhello\r\n0\r\n\r\n"),
        ("a bare CR in one", "5;a\rb\r\nhello\r\n0\r\n\r\n"),
        ("a NUL in one", "5;a\0b\r\nhello\r\n0\r\n\r\n"),
        ("a long one", &long),
        ("a million of them", &many),
    ] {
        assert_body_refused(&mut stage, case, body.as_bytes(), bad("chunk_invalid"));
    }
    stage.assert_serves("afterwards", stage.backend.bytes());
}

#[test]
fn case_08_trailers_are_bounded_and_none_of_them_frames_routes_or_authorises() {
    let mut stage = Stage::open();
    let dropped = "gateway_trailers_dropped_total";
    let before = stage.metric(dropped);
    let body = "5\r\nhello\r\n0\r\nContent-Length: 3\r\nX-Checksum: 7\r\nTransfer-Encoding: x\r\n\
                Host: b.example\r\nAuthorization: Basic Zm9v\r\nX-Forwarded-For: 203.0.113.9\r\n\
                Content_Length: 3\r\n\r\n";
    let (answer, seen) = stage.relayed("forbidden", post("Transfer-Encoding: chunked", body));
    assert_eq!((answer.status(), seen.text().as_str()), (200, "hello"));
    assert_eq!(seen.trailers, [("x-checksum".to_owned(), "7".to_owned())]);
    until("the dropped ones are counted", || (stage.metric(dropped) == before + 6).then_some(()));

    drop(stage);
    let mut stage = Stage::open();
    let many: String = (0..101).map(|n| format!("X-{n}: y\r\n")).collect();
    let long = format!("X: {}\r\n", "y".repeat(16 * 1024));
    for (case, trailers) in [
        ("101 fields", many.as_str()),
        ("more than 16 KiB", &long),
        ("a bare LF", "X: y\nX: z\r\n"),
        ("a NUL", "X: \0\r\n"),
        ("folded", "X: y\r\n z\r\n"),
        ("a space before the colon", "X : y\r\n"),
    ] {
        let body = format!("5\r\nhello\r\n0\r\n{trailers}\r\n");
        assert_body_refused(&mut stage, case, body.as_bytes(), bad("trailer_invalid"));
    }
    stage.assert_serves("afterwards", stage.backend.bytes());
}
