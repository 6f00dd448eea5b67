//! Backends that refuse, break off, babble, or answer more than they were asked.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;

use bytes::Bytes;
use gateway_tests::{
    Call, EVERYTHING, Ended, Gateway, Message, Protocol, Recorder, Setup, Stage, until,
};
use http::Method;

fn get(target: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: a.example\r\n\r\n")
}

fn one_worker() -> Setup {
    Setup::default().workers(1)
}

/// A stage with one worker, so that requests one after the other share an upstream connection.
fn stage(script: impl Fn(&mut Call) + Send + Sync + 'static) -> Stage {
    Stage::set(one_worker(), EVERYTHING, script)
}

/// A gateway with one worker in front of `backends`, tried in turn.
fn gateway(backends: &[&Recorder]) -> Gateway {
    one_worker().start(&(EVERYTHING.to_owned() + &Recorder::pool(backends, "")))
}

/// What breaks off before its answer.
fn broken(reset: bool) -> impl Fn(&mut Call) + Send + Sync + 'static {
    move |call| {
        while let Some(request) = call.request() {
            if request.target().starts_with("/kept") {
                call.answer(&request);
                continue;
            }
            if reset {
                call.reset();
            }
            return;
        }
    }
}

#[test]
fn case_67_only_what_may_be_repeated_is_and_only_once() {
    for reset in [false, true] {
        let backends = [0; 3].map(|_| Recorder::start(broken(reset)));
        let gateway = gateway(&backends.each_ref());
        let mut ledger: BTreeMap<String, usize> = BTreeMap::new();
        for (number, kept) in (0..40).map(|number| (number, number % 2 == 1)) {
            let mut client = gateway.client(Protocol::Http);
            if kept {
                // Each backend then has a connection that waits for its next request.
                for _ in 0..3 {
                    assert_eq!(client.get("/kept").status, 200);
                }
            }
            for method in [Method::GET, Method::PUT, Method::DELETE, Method::POST, Method::PATCH] {
                let target = format!("/{method}/{number}");
                let reply = client.ask(method, &target, Bytes::new()).unwrap();
                assert_eq!(reply.status, 502, "{target}");
            }
            let target = format!("/PUT-with-body/{number}");
            let reply = client.ask(Method::PUT, &target, Bytes::from_static(b"body")).unwrap();
            assert_eq!(reply.status, 502, "{target}");
        }
        for request in backends.iter().flat_map(Recorder::requests) {
            *ledger.entry(request.target().to_owned()).or_default() += 1;
        }
        for (target, count) in &ledger {
            let most = match target.split('/').nth(1).unwrap() {
                "GET" | "PUT" | "DELETE" => 2,
                "kept" => usize::MAX,
                _ => 1,
            };
            assert!(*count <= most, "{target} was sent {count} times");
        }
        let twice = ledger.iter().filter(|(target, count)| **count == 2 && *target != "/kept");
        let twice = twice.count();
        println!("{twice} of {} were sent twice", ledger.len());
        assert!(twice > 0, "none was repeated");
    }
}

#[test]
fn case_67_a_lone_backend_that_drops_kept_connections_costs_no_idempotent_request() {
    let stage = stage(|call| {
        // It closes the moment the second request comes, as a server does whose patience is over.
        if let Some(request) = call.request() {
            call.answer(&request);
            call.request();
        }
    });
    for number in 0..20 {
        let mut wire = stage.wire();
        wire.send(get(&format!("/{number}")));
        assert_eq!(wire.answer().status(), 200, "GET {number}");
    }
}

/// Answers that end before they are whole.
const CUT: [(&str, &str); 6] = [
    ("/length", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf of it"),
    ("/none", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"),
    ("/chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nhalf of it"),
    ("/between", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"),
    ("/last", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n"),
    (
        "/trailers",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX: y\r\n",
    ),
];

#[test]
fn case_68_an_answer_that_is_cut_off_never_looks_whole() {
    for reset in [false, true] {
        let mut stage = stage(move |call| {
            while let Some(request) = call.request() {
                match CUT.iter().find(|(target, _)| request.target() == *target) {
                    Some((_, answer)) => {
                        call.say(answer);
                        if reset {
                            call.reset();
                        }
                        return;
                    }
                    None => call.answer(&request),
                }
            }
        });
        for (target, _) in CUT {
            let case = format!("{target}, reset: {reset}");
            let mut wire = stage.wire();
            wire.send(get(target));
            let (answers, _) = wire.answers();
            // A reset may overtake what was sent before it.
            match answers.as_slice() {
                [answer] if answer.status() == 502 && reset => {
                    stage.assert_counted(&case, &["upstream_broken"]);
                }
                [answer] => {
                    assert_eq!((answer.status(), answer.whole), (200, false), "{case}");
                    stage.assert_counted(&case, &["upstream_truncated"]);
                }
                other => panic!("{case}: {other:?}"),
            }
            stage.assert_serves(&case, stage.backend.bytes());
            let mut client = stage.gateway.client(Protocol::Http2);
            let told = client.ask(Method::GET, target, Bytes::new());
            assert!(
                told.is_err() || told.as_ref().is_ok_and(|it| it.status == 502),
                "{case}: {told:?}"
            );
            stage.forget();
        }
    }
}

#[test]
fn case_70_what_is_no_http_becomes_502_and_nothing_of_it_passes() {
    let many: String = (0..101).map(|n| format!("X-{n}: SECRET\r\n")).collect();
    let tls = "\u{16}\u{3}\u{3}\0\u{2}SECRET".to_owned();
    let garbage: Arc<Vec<String>> = Arc::new(
        [
            "SECRET SECRET SECRET\r\n\r\n".to_owned(),
            "<html>SECRET</html>".to_owned(),
            "HTTP/1.1 99 SECRET\r\n\r\n".to_owned(),
            "HTTP/1.1 1000 SECRET\r\n\r\n".to_owned(),
            "HTTP/1.1 600 SECRET\r\nContent-Length: 0\r\n\r\n".to_owned(),
            "HTTP/1.1 000 SECRET\r\n\r\n".to_owned(),
            "HTTP/1.1 20 SECRET\r\n\r\n".to_owned(),
            "HTTP/1.1  200 SECRET\r\n\r\n".to_owned(),
            "HTTP/2.0 200 SECRET\r\n\r\n".to_owned(),
            "HTTP/0.9 200 SECRET\r\n\r\n".to_owned(),
            "http/1.1 200 SECRET\r\n\r\n".to_owned(),
            "\r\n\r\nHTTP/1.1 200 SECRET\r\n\r\n".to_owned(),
            "220 mail.example ESMTP SECRET\r\n".to_owned(),
            "SSH-2.0-SECRET\r\n".to_owned(),
            tls,
            "\0\0\u{12}\u{4}\0\0\0\0\0SECRET".to_owned(),
            format!("HTTP/1.1 200 OK\r\nX: {}", "SECRET".repeat(11_000)),
            "SECRET".repeat(11_000),
            format!("HTTP/1.1 200 OK\r\n{many}\r\n"),
            "HTTP/1.1 200 OK\r\nX: SEC\0RET\r\n\r\n".to_owned(),
            "HTTP/1.1 200 OK\r\nX: y\nZ: SECRET\r\n\r\n".to_owned(),
            "HTTP/1.1 200 OK\nX: SECRET\n\n".to_owned(),
            "HTTP/1.1 200 OK\r\nX: y\r\n SECRET\r\n\r\n".to_owned(),
            "HTTP/1.1 200 OK\r\nX : SECRET\r\n\r\n".to_owned(),
            "HTTP/1.1 200 OK\r\n: SECRET\r\n\r\n".to_owned(),
            "HTTP/1.1 200 OK\r\nSECRET\r\n\r\n".to_owned(),
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nSECRET".to_owned(),
            "HTTP/1.1 200 OK\r\nContent-Length: +6\r\n\r\nSECRET".to_owned(),
            "HTTP/1.1 200 OK\r\nContent-Length: 6, 6\r\n\r\nSECRET".to_owned(),
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\nSECRET".to_owned(),
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\nSECRET".to_owned(),
            "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nSECRET\r\n0\r\n\r\n"
                .to_owned(),
        ]
        .into(),
    );
    let said = Arc::clone(&garbage);
    let mut stage = stage(move |call| {
        while let Some(request) = call.request() {
            match request.target().strip_prefix("/garbage/") {
                Some(number) => {
                    call.say(&said[number.parse::<usize>().unwrap()]);
                    call.listen();
                    return;
                }
                None => call.answer(&request),
            }
        }
    });
    for (number, garbage) in garbage.iter().enumerate() {
        let case: String = format!("{:?}", &garbage[..garbage.len().min(60)]);
        for protocol in [Protocol::Http, Protocol::Http2] {
            let mut client = stage.gateway.client(protocol);
            let reply = client.get(&format!("/garbage/{number}"));
            assert_eq!(reply.status, 502, "{case}");
            let told = format!("{reply:?}");
            assert!(!told.contains("SECRET") && !told.contains("RET"), "{case}: {told}");
            stage.assert_counted(&case, &["upstream_invalid"]);
            stage.assert_serves(&case, stage.backend.bytes());
        }
    }
}

/// Answers with more behind them than was asked for, or with two framings.
const SURPLUS: [(&str, &str); 7] = [
    (
        "/behind-a-length",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison",
    ),
    (
        "/behind-chunks",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison",
    ),
    (
        "/behind-204",
        "HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison",
    ),
    ("/behind-304", "HTTP/1.1 304 Not Modified\r\nContent-Length: 6\r\n\r\npoison"),
    (
        "/both",
        "HTTP/1.1 200 OK\r\nContent-Length: 60\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    ),
    ("/205", "HTTP/1.1 205 Reset Content\r\nContent-Length: 6\r\n\r\npoison"),
    ("/head", "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison"),
];

#[test]
fn case_71_what_says_too_much_is_not_used_again() {
    let mut stage = stage(|call| {
        while let Some(request) = call.request() {
            match SURPLUS.iter().find(|(target, _)| request.target() == *target) {
                Some((_, answer)) => call.say(answer),
                None => call.answer(&request),
            }
        }
    });
    for (target, _) in SURPLUS {
        let mut wire = stage.wire();
        let method = if target == "/head" { "HEAD" } else { "GET" };
        wire.send(format!("{method} {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
        let answer = match target {
            "/behind-204" | "/behind-304" | "/head" => wire.bodiless_answer(),
            _ => wire.answer(),
        };
        assert!(!answer.text().contains("poison"), "{target}: {answer:?}");
        let (rest, ended) = wire.rest();
        assert_eq!((rest.as_slice(), ended), (&b""[..], Ended::Closed), "{target}");
        if target == "/both" {
            assert!(answer.all("content-length").is_empty(), "{answer:?}");
        }
        stage.assert_serves(target, stage.backend.bytes());
        let mut client = stage.gateway.client(Protocol::Http2);
        assert_eq!(client.get("/after").body, "/after");
        let records = stage.backend.records();
        let on =
            records.iter().find(|it| it.requests.iter().any(|it| it.target() == target)).unwrap();
        assert_eq!(on.requests.last().unwrap().target(), target, "its connection was used again");
    }
    stage.assert_counted("surplus", &[]);
}

#[test]
fn case_71_an_answer_nobody_asked_for_reaches_nobody() {
    let ((heard, hears), (says, said)) = (mpsc::channel(), mpsc::channel());
    let hears = Mutex::new(hears);
    let mut stage = stage(move |call| {
        while let Some(request) = call.request() {
            call.answer(&request);
            if request.target() == "/later" {
                // The connection rests when it comes.
                hears.lock().unwrap().recv().unwrap();
                call.say("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison");
                says.send(()).unwrap();
            }
        }
    });
    for number in 0..50 {
        let mut wire = stage.wire();
        wire.send(get("/later"));
        assert_eq!(wire.answer().text(), "/later");
        heard.send(()).unwrap();
        said.recv().unwrap();
        let target = format!("/own/{number}");
        wire.send(get(&target));
        assert_eq!(wire.answer().text(), target);
    }
    stage.assert_counted("unasked", &[]);
}

#[test]
fn case_71_interim_answers_pass_at_once_and_are_bounded() {
    let asked = Arc::new(AtomicBool::new(false));
    let heard = Arc::clone(&asked);
    let mut stage = stage(move |call| {
        while let Some(request) = call.request() {
            match request.target() {
                "/hints" => {
                    call.say("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n");
                    until("the client has the hints", || {
                        heard.load(Ordering::Relaxed).then_some(())
                    });
                    call.answer(&request);
                }
                "/flood" => call.say("HTTP/1.1 103 Early Hints\r\n\r\n".repeat(100_000)),
                "/continues" => call.say("HTTP/1.1 100 Continue\r\n\r\n".repeat(100_000)),
                _ => call.answer(&request),
            }
        }
    });
    let mut wire = stage.wire();
    wire.send(get("/hints"));
    let hints = wire.bodiless_answer();
    assert_eq!((hints.status(), hints.field("link")), (103, "</x>"));
    asked.store(true, Ordering::Relaxed);
    assert_eq!(wire.answer().text(), "/hints");

    for target in ["/flood", "/continues"] {
        let mut wire = stage.wire();
        wire.send(get(target));
        let (bytes, _) = {
            let answer = loop {
                let answer = wire.bodiless_answer();
                if answer.status() != 103 {
                    break answer;
                }
            };
            (answer.raw.clone(), answer)
        };
        assert!(
            bytes.starts_with(b"HTTP/1.1 502"),
            "{target}: {}",
            String::from_utf8_lossy(&bytes)
        );
        stage.assert_counted(target, &["upstream_invalid"]);
        stage.assert_serves(target, stage.backend.bytes());
    }
}

#[test]
fn case_72_an_early_answer_ends_the_upload() {
    const BODY_BYTES: usize = 100 * 1024 * 1024;
    let routes = EVERYTHING.replace("pool = \"app\"", "pool = \"app\"\nmax_body_bytes = 0");
    for status in [200, 401, 413] {
        let mut stage = Stage::set(one_worker(), &routes, move |call| {
            while let Some(head) = call.head() {
                match head.method() {
                    "POST" => {
                        call.say(format!(
                            "HTTP/1.1 {status} Early\r\nContent-Length: 5\r\n\r\nearly"
                        ));
                        // It reads no more; its connection stays open.
                        call.wait_until_left();
                        return;
                    }
                    _ => call.answer(&head),
                }
            }
        });
        let mut wire = stage.wire();
        let mut socket = wire.socket();
        let sending = thread::spawn(move || {
            let head = format!(
                "POST /upload HTTP/1.1\r\nHost: a.example\r\nContent-Length: {BODY_BYTES}\r\n\r\n"
            );
            let piece = vec![b'x'; 64 * 1024];
            let mut sent = 0;
            if socket.write_all(head.as_bytes()).is_ok() {
                while sent < BODY_BYTES && socket.write_all(&piece).is_ok() {
                    sent += piece.len();
                }
            }
            sent
        });
        let (answers, ended) = wire.answers();
        assert_eq!(answers.len(), 1, "{status}");
        assert_eq!((answers[0].status(), answers[0].text().as_str()), (status, "early"));
        assert_eq!(answers[0].field("connection"), "close", "{status}");
        assert_ne!(ended, Ended::Silent, "{status}");
        let sent = sending.join().unwrap();
        assert!(sent < BODY_BYTES / 2, "{sent} bytes of the upload were taken");
        let mut client = stage.gateway.client(Protocol::Http2);
        let reply =
            client.ask(Method::POST, "/upload", Bytes::from(vec![b'x'; BODY_BYTES])).unwrap();
        assert_eq!((reply.status.as_u16(), &reply.body[..]), (status, &b"early"[..]));
        stage.assert_counted("early answers", &[]);
    }
}

#[test]
fn case_73_answers_without_a_body_have_none() {
    let stage = stage(|call| {
        while let Some(request) = call.request() {
            match (request.method(), request.target()) {
                (_, "/204") => call.say("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n"),
                (_, "/304") => call.say("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"),
                (_, "/304c") => {
                    call.say("HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n");
                }
                (_, "/205") => call.say("HTTP/1.1 205 Reset\r\nContent-Length: 0\r\n\r\n"),
                ("HEAD", _) => call.say("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"),
                _ => call.answer(&request),
            }
        }
    });
    let mut wire = stage.wire();
    for (method, target, status, length) in [
        ("GET", "/204", 204, vec![]),
        ("GET", "/304", 304, vec!["5"]),
        ("GET", "/304c", 304, vec![]),
        ("GET", "/205", 205, vec!["0"]),
        ("HEAD", "/x", 200, vec!["5"]),
        ("HEAD", "/204", 204, vec![]),
    ] {
        wire.send(format!("{method} {target} HTTP/1.1\r\nHost: a.example\r\n\r\n"));
        let answer = wire.bodiless_answer();
        let told = (answer.status(), answer.all("content-length"));
        assert_eq!(told, (status, length), "{method} {target}");
        assert!(answer.all("transfer-encoding").is_empty(), "{method} {target}");
        // The next answer begins where this one ends.
        wire.send(get("/next"));
        assert_eq!(wire.answer().text(), "/next", "{method} {target}");
        let mut client = stage.gateway.client(Protocol::Http2);
        let reply = client.ask(method.parse().unwrap(), target, Bytes::new()).unwrap();
        assert_eq!((reply.status.as_u16(), reply.body.len()), (status, 0), "{method} {target}");
    }
}

#[test]
fn case_73_trailers_of_a_backend_are_kept_where_they_are_understood() {
    let mut stage = stage(|call| {
        while call.request().is_some() {
            call.say(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\
                 grpc-status: 0\r\nContent-Length: 7\r\nSet-Cookie: a=b\r\n\r\n",
            );
        }
    });
    let mut wire = stage.wire();
    wire.send(get("/"));
    let answer = wire.answer();
    assert_eq!((answer.text().as_str(), answer.whole), ("hello", true));
    assert_eq!(answer.trailers, [("grpc-status".to_owned(), "0".to_owned())]);
    let reply = stage.gateway.client(Protocol::Http2).get("/");
    assert_eq!(reply.body, "hello");
    assert_eq!(reply.trailers["grpc-status"], "0");
    assert_eq!(reply.trailers.len(), 1);
    until("the dropped ones are counted", || {
        (stage.metric("gateway_trailers_dropped_total") == 4).then_some(())
    });
    // A client of HTTP/1.0 gets the body alone, and sees its end by the close.
    let mut wire = stage.wire();
    wire.send("GET / HTTP/1.0\r\nHost: a.example\r\n\r\n");
    let answer: Message = wire.answer();
    assert_eq!((answer.text().as_str(), answer.field("transfer-encoding")), ("hello", ""));
}

#[test]
fn case_74_without_a_backend_the_answer_comes_at_once_and_says_when_to_come_back() {
    let mut stage = Stage::open();
    stage.gateway.ctl.run("backend drain app-1 -y --force -m none");
    for protocol in [Protocol::Http, Protocol::Http2] {
        let reply = stage.gateway.client(protocol).get("/");
        assert_eq!((reply.status.as_u16(), reply.header("retry-after")), (503, "1"));
        stage.assert_counted("none", &["no_backend"]);
    }
    assert_eq!(stage.backend.bytes(), 0);
}
