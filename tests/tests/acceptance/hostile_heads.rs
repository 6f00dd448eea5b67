//! Heads that break the grammar, say two things, or want to be more than a head may be.

use std::fmt::Write;
use std::fs;

use gateway_tests::{Call, EVERYTHING, Protocol, Setup, Stage, Wire};

use super::{bad, verdict};

/// A GET with these lines behind its Host.
fn with_lines(lines: &str) -> String {
    format!("GET /target HTTP/1.1\r\nHost: a.example\r\n{lines}\r\n\r\n")
}

#[test]
fn case_09_a_head_keeps_to_the_grammar() {
    let mut stage = Stage::open();
    for lines in [
        "X: y\nZ: z",
        "X: y\rZ: z",
        "X: y\r\n\rZ: z",
        "X: a\0b",
        "X: a\x7fb",
        "X: a\x01b",
        "X: y\r\n folded",
        "X: y\r\n\tfolded",
        "X : y",
        "X\t: y",
        "X y: z",
        ": v",
        "X",
        "X\r\nY: z",
        "X(: y",
        "X[]: y",
        "\"X\": y",
        "X=: y",
        "X{: y",
        "X,Y: z",
        "X/Y: z",
        "X@: y",
        "X\u{e9}: y",
        "X\0: y",
        "X: y\r\n\n",
        "X: \x1b[2J",
        "\tX: y",
        "X\x0b: y",
    ] {
        stage.assert_refused(&format!("{lines:?}"), with_lines(lines), bad("header_invalid"));
    }
    for (input, reason) in [
        ("GET /target HTTP/1.1\nHost: a.example\n\n", "header_invalid"),
        ("GET /target HTTP/1.1\nHost: a.example\r\n\r\n", "header_invalid"),
        ("GET /target HTTP/1.1\r\nHost: a.example\r\n\n", "header_invalid"),
        ("GET /target HTTP/1.1\r\nHost: a.example\n\r\n", "header_invalid"),
        ("GET /target HTTP/1.1\r\n Host: a.example\r\n\r\n", "header_invalid"),
        ("GET /target HTTP/1.1\rHost: a.example\r\n\r\n", "header_invalid"),
        ("GET\t/target HTTP/1.1\r\nHost: a.example\r\n\r\n", "request_line_invalid"),
        ("GET  /target HTTP/1.1\r\nHost: a.example\r\n\r\n", "target_invalid"),
        ("GET /target  HTTP/1.1\r\nHost: a.example\r\n\r\n", "request_line_invalid"),
        (" GET /target HTTP/1.1\r\nHost: a.example\r\n\r\n", "request_line_invalid"),
        ("\nGET /target HTTP/1.1\r\nHost: a.example\r\n\r\n", "request_line_invalid"),
        ("\0GET /target HTTP/1.1\r\nHost: a.example\r\n\r\n", "request_line_invalid"),
    ] {
        stage.assert_refused(&format!("{input:?}"), input, bad(reason));
    }
}

#[test]
fn case_10_a_request_names_exactly_one_host() {
    let mut stage = Stage::open();
    let hosts = [
        "",
        "Host: a\r\nHost: a",
        "Host: a\r\nhost: b",
        "Host:",
        "Host: ",
        "Host: a b",
        "Host: a,b",
        "Host: a/b",
        "Host: u@a",
        "Host: a:99999",
        "Host: a:0",
        "Host: a:",
        "Host: a:80:80",
        "Host: a:+80",
        "Host: a:8 0",
        "Host: :80",
        "Host: a..b",
        "Host: .a",
        "Host: [::1",
        "Host: [zz]",
        "Host: a?b",
        "Host: a#b",
        "Host: a\\b",
        "Host: a%2fb",
        "Host: http://a",
        "Host: \u{e9}",
        "Host: \"a\"",
        "Host: <a>",
    ];
    for lines in hosts {
        let input = match lines {
            "" => "GET /target HTTP/1.1\r\n\r\n".to_owned(),
            lines => format!("GET /target HTTP/1.1\r\n{lines}\r\n\r\n"),
        };
        stage.assert_refused(&format!("{lines:?}"), input, bad("host_invalid"));
    }
}

#[test]
fn case_15_connection_cannot_remove_what_the_gateway_says() {
    let mut stage = Stage::open();
    let lines = "Connection: close, X-Forwarded-For, X-Real-IP, Authorization, Host, Content-Length, \
                 :path, X-Forwarded-Proto, X-Forwarded-Host, Transfer-Encoding, X-Own\r\n\
                 Authorization: Basic Zm9v\r\nX-Real-IP: 203.0.113.9\r\nX-Own: 1\r\n\
                 X-Forwarded-For: 203.0.113.9\r\nX-Kept: yes\r\nContent-Length: 5";
    let input = format!("POST /target HTTP/1.1\r\nHost: a.example\r\n{lines}\r\n\r\nhello");
    let (answer, seen) = stage.relayed("nominated", input);
    assert_eq!(answer.status(), 200);
    assert_eq!(seen.all("host"), ["a.example"]);
    assert_eq!(seen.all("content-length"), ["5"]);
    assert_eq!(seen.all("x-forwarded-for"), ["127.0.0.1"]);
    assert_eq!(seen.all("x-forwarded-proto"), ["http"]);
    assert_eq!(seen.all("x-forwarded-host"), ["a.example"]);
    assert_eq!((seen.field("x-kept"), seen.text().as_str()), ("yes", "hello"));
    for gone in ["authorization", "x-real-ip", "x-own", "connection", "transfer-encoding"] {
        assert!(seen.all(gone).is_empty(), "{gone} passed: {seen:?}");
    }

    let told = with_lines(
        "X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\nForwarded: for=203.0.113.9",
    );
    let (_, seen) = stage.relayed("an untrusted word on earlier hops", told);
    assert_eq!(seen.all("x-forwarded-for"), ["127.0.0.1"]);
    assert_eq!(seen.all("x-forwarded-proto"), ["http"]);
    assert!(seen.all("forwarded").is_empty());

    let mut hundred = "Connection: close".to_owned();
    (1..100).for_each(|n| write!(hundred, ", x-{n}").unwrap());
    let (_, seen) = stage.relayed("100 options", with_lines(&format!("{hundred}\r\nX-99: gone")));
    assert!(seen.all("x-99").is_empty());
    let one_more = with_lines(&(hundred + ", x-100"));
    stage.assert_refused("101 options", one_more, bad("header_invalid"));
}

#[test]
fn case_16_a_name_that_reads_like_another_is_dropped() {
    let mut stage = Stage::open();
    let lines = "X_Forwarded_For: 203.0.113.9\r\nContent_Length: 3\r\nTransfer_Encoding: chunked\r\n\
                 X_Other: 1\r\n_: 1\r\nX.Dotted: 1\r\nX!: 1\r\nContent-Length: 5";
    let input = format!("POST /target HTTP/1.1\r\nHost: a.example\r\n{lines}\r\n\r\nhello");
    let (answer, seen) = stage.relayed("underscores", input);
    assert_eq!((answer.status(), seen.text().as_str()), (200, "hello"));
    let underscored: Vec<_> = seen.fields.iter().filter(|(name, _)| name.contains('_')).collect();
    assert!(underscored.is_empty(), "{underscored:?}");
    assert_eq!((seen.field("x.dotted"), seen.field("x!")), ("1", "1"));
}

/// Kilobytes of memory that a process has now.
fn resident_kib(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn case_21_a_head_is_bounded_in_every_direction() {
    let mut stage = Stage::open();
    let fields =
        |count: usize| (0..count).fold(String::new(), |all, n| all + &format!("X-{n}: y\r\n"));
    let get = |target: &str, lines: &str| {
        format!("GET {target} HTTP/1.1\r\nHost: a.example\r\n{lines}\r\n").into_bytes()
    };
    let long = |bytes: usize| format!("X: {}\r\n", "y".repeat(bytes));
    let path = |bytes: usize| format!("/{}", "p".repeat(bytes - 1));
    for (case, input, expected) in [
        ("101 fields", get("/", &fields(100)), verdict(431, "too_many_fields")),
        ("a value of 16 KiB", get("/", &long(16 * 1024)), verdict(431, "head_too_large")),
        ("many fields of 1 KiB", get("/", &long(1024).repeat(17)), verdict(431, "head_too_large")),
        (
            "a name of 16 KiB",
            get("/", &("x".repeat(16_384) + ": y\r\n")),
            verdict(431, "head_too_large"),
        ),
        ("a target of 8 KiB and one", get(&path(8193), ""), verdict(414, "target_too_long")),
        ("a target of 64 KiB", get(&path(65_536), ""), verdict(414, "target_too_long")),
        ("a target without end", get(&path(1_000_000), ""), verdict(414, "target_too_long")),
        ("a million empty lines", b"\r\n".repeat(1_000_000), bad("request_line_invalid")),
        ("a method without end", vec![b'A'; 100_000], verdict(431, "head_too_large")),
    ] {
        stage.assert_refused(case, input, expected);
    }
    let (answer, _) = stage.relayed("100 fields", get("/", &fields(99)));
    assert_eq!(answer.status(), 200);
    let (answer, seen) = stage.relayed("a target of 8 KiB", get(&path(8192), ""));
    assert_eq!((answer.status(), seen.target().len()), (200, 8192));
}

#[test]
fn case_21_a_head_that_is_never_finished_holds_little_memory() {
    const CLIENTS: usize = 400;
    let setup = Setup::default().data_plane("max_connections_per_client = 0");
    let stage = Stage::set(setup, EVERYTHING, Call::answer_all);
    let unfinished = get_unfinished(16_000);
    let hold = |count: usize| -> Vec<Wire> {
        (0..count)
            .map(|_| {
                let mut wire = stage.wire();
                wire.send(&unfinished);
                wire
            })
            .collect()
    };
    // What is held once, whoever comes, is there before the first look.
    let _first = hold(20);
    let before = resident_kib(stage.gateway.pid());
    let held = hold(CLIENTS);
    // All of them were read once the last of each worker's answers.
    for _ in 0..8 {
        let mut wire = stage.wire();
        wire.send("GET /normal HTTP/1.1\r\nHost: a\r\n\r\n");
        assert_eq!(wire.answer().status(), 200);
    }
    let grown = resident_kib(stage.gateway.pid()).saturating_sub(before);
    let each = grown / CLIENTS as u64;
    println!("{each} KiB for each of {} unfinished heads of 16 KiB", held.len());
    assert!(each <= 64, "{each} KiB each");
}

fn get_unfinished(bytes: usize) -> Vec<u8> {
    let mut head = b"GET / HTTP/1.1\r\nHost: a.example\r\nX: ".to_vec();
    head.resize(bytes, b'y');
    head
}

#[test]
fn case_22_nothing_of_a_request_writes_a_second_line_into_an_answer() {
    let mut stage = Stage::set(Setup::default(), EVERYTHING, Call::answer_all);
    for target in [
        "/%0d%0aSet-Cookie:x=y",
        "/%0D%0A%0D%0AHTTP/1.1%20200%20OK",
        "/a?b=%0d%0aX:y",
        "/%0a",
        "/%0d",
        "/a%0d%0a",
        "/?%0d%0a%0d%0a<script>",
    ] {
        let mut wire = Wire::connect(stage.gateway.redirect);
        wire.send(format!("GET {target} HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n"));
        let (answers, _) = wire.answers();
        assert_eq!(answers.len(), 1, "{target}: {answers:?}");
        assert_eq!(answers[0].status(), 308, "{target}");
        let location = answers[0].field("location");
        assert!(location.starts_with("https://a.example"), "{target}: {location}");
        assert!(location.to_ascii_lowercase().contains("%0"), "{target}: {location}");
        let names: Vec<&str> = answers[0].fields.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["location", "content-length", "date", "connection"], "{target}");
    }
    for (target, reason) in [("/caf\u{e9}", "path_invalid"), ("/?caf\u{e9}", "target_invalid")] {
        let mut wire = Wire::connect(stage.gateway.redirect);
        wire.send(format!("GET {target} HTTP/1.1\r\nHost: a.example\r\n\r\n"));
        let (answers, _) = wire.answers();
        assert_eq!((answers.len(), answers[0].status()), (1, 400), "{target}");
        stage.assert_counted(target, &[reason]);
    }
    let long = format!("/{}", "p".repeat(8191));
    let mut wire = Wire::connect(stage.gateway.redirect);
    wire.send(format!("GET {long} HTTP/1.1\r\nHost: a.example\r\n\r\n"));
    let answer = wire.answer();
    let port = stage.gateway.address(Protocol::Https).port();
    assert_eq!(answer.field("location"), format!("https://a.example:{port}{long}"));
}
