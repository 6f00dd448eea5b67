//! Pools whose backends speak HTTP/2: calls of gRPC, and clients of either protocol.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::HashSet;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use gateway_tests::{
    EVERYTHING, Ended, Frame, Frames, Gateway, GrpcClient, GrpcServer, Http2Backend, Protocol,
    Stage, Turn, Wire, pool_of, until,
};
use h2::Reason;
use http::{HeaderMap, Response};
use tokio::sync::Notify;
use tonic::Code;

fn before(servers: &[&GrpcServer]) -> Gateway {
    Gateway::start(&(EVERYTHING.to_owned() + &GrpcServer::pool(servers)))
}

/// A gateway in front of a backend that does this with each stream.
fn scripted<F>(
    script: impl Fn(Turn) -> F + Clone + Send + Sync + 'static,
) -> (Gateway, Http2Backend)
where
    F: Future<Output = ()> + Send + 'static,
{
    let backend = Http2Backend::start(script);
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &Http2Backend::pool(&[&backend])));
    (gateway, backend)
}

fn counted(gateway: &Gateway, sample: &str) -> u64 {
    let text = gateway.ask_metrics("/metrics").body;
    let text = String::from_utf8_lossy(&text).into_owned();
    let line = text.lines().find_map(|line| line.strip_prefix(sample)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {sample} in {text}")).parse().unwrap()
}

fn rejected(gateway: &Gateway, reason: &str) -> u64 {
    counted(gateway, &format!("gateway_rejected_total{{reason=\"{reason}\"}}"))
}

#[test]
fn all_four_kinds_of_calls_pass_with_their_fields_and_their_status() {
    let server = GrpcServer::start();
    let gateway = before(&[&server]);
    let mut client = GrpcClient::connect(gateway.https);
    let unary = client.call("Echo", &["hello"]);
    assert_eq!((unary.status.code(), &unary.messages[..]), (Code::Ok, &["hello".to_owned()][..]));
    assert_eq!(unary.fields.get("x-before").unwrap(), "fields");
    assert_eq!(client.call("Count", &["3"]).messages, ["0", "1", "2"]);
    assert_eq!(client.call("Sum", &["four", "", "five5"]).messages, ["9"]);
    assert_eq!(client.converse(&["a", "b", "c"]), ["a", "b", "c"]);
    assert!(client.call("Count", &["0"]).messages.is_empty());
    let fields = server.fields();
    assert_eq!(fields.len(), 5);
    for fields in fields {
        assert_eq!(fields["te"], "trailers");
        assert_eq!(fields["content-type"], "application/grpc");
        assert_eq!(fields["x-forwarded-for"], "127.0.0.1");
        assert_eq!(fields["x-forwarded-proto"], "https");
    }
    let peers: HashSet<_> = server.peers().into_iter().collect();
    assert_eq!(peers.len(), 1, "one connection carries all");
}

#[test]
fn a_status_passes_behind_messages_and_alone() {
    let server = GrpcServer::start();
    let gateway = before(&[&server]);
    let mut client = GrpcClient::connect(gateway.https);
    for wanted in ["0", "2"] {
        let told = client.call("Fail", &[wanted]);
        assert_eq!(told.messages.len().to_string(), wanted);
        assert_eq!(told.status.code(), Code::ResourceExhausted);
        assert_eq!(told.status.message(), "no more: 100 % used");
        assert_eq!(told.status.metadata().get("x-reason").unwrap(), "planned");
    }
    assert_eq!(client.call("Nonsense", &[]).status.code(), Code::Unimplemented);
}

#[test]
fn the_gateways_own_answers_are_statuses_of_grpc() {
    let server = GrpcServer::start();
    let routes = r#"
        [[route]]
        name = "limited"
        match = { path = "/test.Text/Echo" }
        pool = "app"
        limits = ["few"]

        [[route]]
        name = "empty"
        match = { path = "/test.Text/Count" }
        pool = "none"

        [[route]]
        name = "gone"
        match = { path = "/test.Text/Sum" }
        pool = "gone"

        [[limit]]
        name = "few"
        key = "client-ip"
        max = "2/minute"

    "#;
    let gone = Http2Backend::start(async |mut turn| {
        turn.read().await;
        turn.reset(Reason::INTERNAL_ERROR);
    });
    let idle = GrpcServer::pool(&[]).replace("\"app\"", "\"none\"")
        + &format!("[[pool.backend]]\nname = \"idle\"\naddress = \"{}\"\n", server.address);
    let lost = GrpcServer::pool(&[]).replace("\"app\"", "\"gone\"")
        + &format!("[[pool.backend]]\nname = \"gone\"\naddress = \"{}\"\n", gone.address);
    let gateway =
        Gateway::start(&(routes.to_owned() + &GrpcServer::pool(&[&server]) + &idle + &lost));
    gateway.ctl.run("backend maintenance idle -y --force -m test");
    let mut client = GrpcClient::connect(gateway.https);
    for _ in 0..2 {
        assert_eq!(client.call("Echo", &["hello"]).status.code(), Code::Ok);
    }
    for (method, code, reason) in [
        ("Echo", Code::ResourceExhausted, "too many requests"),
        ("Count", Code::Unavailable, "no server can take the request"),
        ("Sum", Code::Unavailable, "broke off"),
        ("Other", Code::Unimplemented, "nothing is served here"),
    ] {
        let status = client.call(method, &["hello"]).status;
        assert_eq!(status.code(), code, "{method}: {status}");
        assert!(status.message().contains(reason), "{method}: {status}");
    }
    let mut plain = Wire::connect(gateway.http);
    plain.send(
        "POST /test.Text/Count HTTP/1.1\r\nHost: a\r\nContent-Type: application/grpc+proto\r\n\
         Content-Length: 0\r\n\r\n",
    );
    let answer = plain.answer();
    assert_eq!((answer.status(), answer.field("grpc-status")), (200, "14"));
    let reply = gateway.client(Protocol::Http2).post("/test.Text/Count", "text/plain", "a".into());
    assert_eq!(reply.status, 503, "who does not speak gRPC is told in HTTP");
}

/// Answers with what was asked: its fields one a line, its body, and the number of trailers.
async fn tell(mut turn: Turn) {
    turn.read().await;
    let mut text = format!("{} {}\n", turn.head.method, turn.head.uri);
    for (name, value) in &turn.head.headers {
        text += &format!("{name}: {}\n", value.to_str().unwrap());
    }
    let answer = Response::builder()
        .header("x-backend", "here")
        .header("server", "secret")
        .header("endpoint-load-metrics", "TEXT cpu_utilization=0.5")
        .body(())
        .unwrap();
    let mut sending = turn.answer(answer, false);
    sending.send_data(text.into(), false).unwrap();
    let mut trailers = HeaderMap::new();
    trailers.insert("x-checksum", "abc".parse().unwrap());
    trailers.insert("set-cookie", "a=b".parse().unwrap());
    sending.send_trailers(trailers).unwrap();
}

#[test]
fn fields_are_sifted_as_on_the_way_to_any_backend() {
    let (gateway, backend) = scripted(tell);
    let mut wire = Wire::connect(gateway.http);
    wire.send(
        "GET /a?b=c HTTP/1.1\r\nHost: a.example\r\nConnection: close, X-Secret, TE\r\n\
         X-Secret: 1\r\nKeep-Alive: timeout=5\r\nTE: trailers\r\nProxy-Connection: close\r\n\
         X_Under: 1\r\nX-Kept: yes\r\nExpect: 100-continue\r\n\r\n",
    );
    let answer = wire.answer();
    let kept =
        |name: &str| !["x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"].contains(&name);
    let seen = backend.seen().remove(0).head;
    let names: Vec<&str> =
        seen.headers.keys().map(|it| it.as_str()).filter(|it| kept(it)).collect();
    assert_eq!(names, ["x-kept", "te"]);
    assert_eq!(seen.uri, "http://a.example/a?b=c");
    assert_eq!(seen.headers["x-forwarded-host"], "a.example");
    assert_eq!((answer.field("x-backend"), answer.field("server")), ("here", ""));
    assert_eq!(answer.field("endpoint-load-metrics"), "");
    let mut client = gateway.client(Protocol::Http2).with("x-kept", "yes");
    let reply = client.get("/a?b=c");
    assert_eq!(reply.header("x-backend"), "here");
    let seen = backend.seen().remove(1).head;
    assert!(!seen.headers.contains_key("te"), "it was not said: {seen:?}");
    assert_eq!(
        seen.uri.authority().unwrap().as_str(),
        format!("localhost:{}", gateway.https.port())
    );
    until("the load report has come", || {
        (gateway.ctl.backend("app-1")["cpu_ratio"] == 0.5).then_some(())
    });
}

#[test]
fn trailers_pass_both_ways_where_they_may() {
    let (gateway, backend) = scripted(tell);
    for (te, shown) in [("TE: trailers\r\n", true), ("", false)] {
        let mut wire = Wire::connect(gateway.http);
        wire.send(format!(
            "POST / HTTP/1.1\r\nHost: a.example\r\n{te}Connection: close\r\n\
             Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\
             X-Sum: 5\r\nAuthorization: no\r\n\r\n"
        ));
        let (bytes, _) = wire.rest();
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.starts_with("HTTP/1.1 200 OK\r\n"), "{text}");
        let end = if shown { "\r\n0\r\nx-checksum: abc\r\n\r\n" } else { "\r\n0\r\n\r\n" };
        assert!(text.ends_with(end), "{text}");
        let seen = backend.seen().pop().unwrap();
        assert_eq!(seen.body, b"abcde");
        let trailers = seen.trailers.unwrap();
        assert_eq!((trailers.len(), &trailers["x-sum"]), (1, &"5".parse().unwrap()));
    }
    let reply = gateway.client(Protocol::Http2).get("/");
    assert_eq!(reply.trailers.len(), 1, "{:?}", reply.trailers);
    assert_eq!(reply.trailers["x-checksum"], "abc");
}

#[test]
fn a_body_goes_only_where_there_may_be_one() {
    let (gateway, _backend) = scripted(async |mut turn| {
        let path = turn.head.uri.path().to_owned();
        let status = path[1..].parse().unwrap_or(200);
        let head = Response::builder().status(status).header("content-length", "5");
        let head_only = turn.head.method == "HEAD" || status == 304;
        let mut sending = turn.answer(head.body(()).unwrap(), head_only);
        if !head_only {
            let _ = sending.send_data(Bytes::from("hello"), true);
        }
    });
    let mut wire = Wire::connect(gateway.http);
    for (status, length) in [(204, ""), (205, "0"), (304, "5")] {
        wire.send(format!("GET /{status} HTTP/1.1\r\nHost: a\r\n\r\n"));
        let answer = wire.bodiless_answer();
        assert_eq!((answer.status(), answer.field("content-length")), (status, length));
    }
    wire.send("HEAD /200 HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!(wire.bodiless_answer().field("content-length"), "5");
    wire.send("GET /200 HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!(wire.answer().text(), "hello");
    let mut client = gateway.client(Protocol::Http2);
    for status in [204, 205, 304] {
        let reply = client.get(&format!("/{status}"));
        assert_eq!((reply.status.as_u16(), reply.body.len()), (status, 0));
    }
    assert_eq!(client.get("/200").body, "hello");
}

#[test]
fn bodies_of_any_size_pass_unchanged_both_ways() {
    let (gateway, _backend) = scripted(async |mut turn| turn.echo().await);
    for protocol in [Protocol::Http, Protocol::Https, Protocol::Http2] {
        let mut client = gateway.client(protocol);
        for size in [0, 1, 64 * 1024, 8_000_000] {
            let sent = "0123456789abcdef".repeat(size / 16 + 1)[..size].to_owned();
            let echoed = client.post("/echo", "text/plain", sent.clone());
            assert!(echoed.body == sent.as_bytes(), "{protocol:?} {size}");
        }
    }
}

#[test]
fn case_68_an_answer_that_breaks_off_is_seen_to_break_off() {
    let seen = Arc::new(Notify::new());
    let told = Arc::clone(&seen);
    let (gateway, _backend) = scripted(move |turn| break_off(turn, Arc::clone(&told)));
    for path in ["/told", "/chunked"] {
        let mut wire = Wire::connect(gateway.http);
        wire.send(format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n"));
        read_up_to(&mut wire, "half");
        seen.notify_one();
        let (bytes, ended) = wire.rest();
        assert!(!bytes.ends_with(b"0\r\n\r\n"), "{path} seems whole");
        assert_eq!(ended, Ended::Closed, "{path}");
        let mut frames = Frames::connect(gateway.https, 1 << 16);
        frames.get(1, path);
        let reset = loop {
            let frame = frames.frame().unwrap();
            if frame.kind == Frame::RST_STREAM {
                break frame.payload;
            }
            assert_eq!(frame.flags & Frame::END_STREAM, 0, "{path} seems whole: {frame:?}");
            if frame.kind == Frame::DATA {
                seen.notify_one();
            }
        };
        assert_eq!(reset, 2_u32.to_be_bytes(), "{path}: INTERNAL_ERROR");
    }
    until("each is counted", || (rejected(&gateway, "upstream_truncated") == 4).then_some(()));
}

/// Answers with half a body, waits until a client has seen it, and ends as no answer may end.
async fn break_off(mut turn: Turn, seen: Arc<Notify>) {
    let told = turn.head.uri.path() == "/told";
    let mut head = Response::builder();
    if told {
        head = head.header("content-length", "100");
    }
    let mut sending = turn.answer(head.body(()).unwrap(), false);
    sending.send_data(Bytes::from("half"), false).unwrap();
    seen.notified().await;
    sending.send_reset(if told { Reason::NO_ERROR } else { Reason::CANCEL });
}

#[track_caller]
fn read_up_to(wire: &mut Wire, end: &str) {
    let mut read = Vec::new();
    while !read.ends_with(end.as_bytes()) {
        read.extend(wire.read(1));
    }
}

#[test]
fn what_a_backend_did_nothing_with_is_asked_again_body_and_all() {
    let (gateway, backend) = scripted(async |mut turn| {
        if turn.number % 2 == 0 {
            return turn.reset(Reason::REFUSED_STREAM);
        }
        turn.read().await;
        turn.say("done");
    });
    for protocol in [Protocol::Http, Protocol::Http2] {
        let mut client = gateway.client(protocol);
        for size in [5, 60_000] {
            let sent = "x".repeat(size);
            assert_eq!(client.post("/", "text/plain", sent.clone()).body, "done");
            assert!(backend.seen().pop().unwrap().body == sent.as_bytes());
        }
    }
    assert_eq!(backend.seen().len(), 8);
}

#[test]
fn what_may_have_been_done_is_not_done_again() {
    let (gateway, backend) = scripted(async |mut turn| {
        turn.read().await;
        turn.reset(Reason::INTERNAL_ERROR);
    });
    let mut client = gateway.client(Protocol::Http2);
    assert_eq!(client.post("/", "text/plain", "pay".into()).status, 502);
    assert_eq!(backend.seen().len(), 1);
    assert_eq!(client.get("/").status, 502);
    assert_eq!(backend.seen().len(), 2, "nobody else is there to ask, and this one has reset it");
}

#[test]
fn a_backend_that_says_goodbye_in_mid_traffic_loses_nothing() {
    let age = Duration::from_millis(300);
    let server = GrpcServer::set(1, |server| server.max_connection_age(age));
    let gateway = before(&[&server]);
    let mut client = GrpcClient::connect(gateway.https);
    until("it has said goodbye ten times", || {
        for told in client.calls("Echo", 20, "hello") {
            assert_eq!((told.status.code(), told.messages.len()), (Code::Ok, 1), "{told:?}");
        }
        let peers: HashSet<_> = server.peers().into_iter().collect();
        (peers.len() > 10).then_some(())
    });
}

#[test]
fn what_came_behind_a_goodbye_is_asked_again_elsewhere_body_and_all() {
    // The first to ask is the prober; the second hears that nothing was done for it.
    let heads = Arc::new(AtomicUsize::new(0));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let count = Arc::clone(&heads);
    thread::spawn(move || {
        for socket in listener.incoming().map_while(Result::ok) {
            let heads = Arc::clone(&count);
            thread::spawn(move || {
                let mut frames = Frames::serve(socket);
                while let Ok(frame) = frames.frame() {
                    if frame.kind != Frame::HEADERS {
                        continue;
                    }
                    if heads.fetch_add(1, Ordering::SeqCst) == 1 {
                        return frames.send(Frame::GOAWAY, 0, 0, &[0; 8]);
                    }
                    frames.answer(frame.stream);
                }
            });
        }
    });
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &pool_of(&[address], "h2 = true")));
    let reply = gateway.client(Protocol::Http).post("/", "text/plain", "pay".into());
    assert_eq!(reply.status, 200);
    assert_eq!(heads.load(Ordering::SeqCst), 3);
}

#[test]
fn when_all_streams_of_a_connection_are_in_use_another_one_is_opened() {
    let server = GrpcServer::set(10, |server| server.max_concurrent_streams(3));
    let gateway = gateway_tests::Setup::default()
        .workers(1)
        .start(&(EVERYTHING.to_owned() + &GrpcServer::pool(&[&server])));
    let mut client = GrpcClient::connect(gateway.https);
    for told in client.calls("Meet", 10, "") {
        assert_eq!(told.messages, ["met"], "{told:?}");
    }
    let peers: HashSet<_> = server.peers().into_iter().collect();
    assert_eq!(peers.len(), 4);
}

#[test]
fn a_client_that_leaves_takes_its_stream_along_and_no_other() {
    let (gateway, backend) = scripted(async |mut turn| {
        let mut sending = turn.answer(Response::new(()), false);
        match turn.head.uri.path() {
            "/endless" => {
                sending.send_data(Bytes::from("begun"), false).unwrap();
                turn.wait_for_reset(&mut sending).await;
            }
            _ => sending.send_data(Bytes::from("here"), true).unwrap(),
        }
    });
    let mut wire = Wire::connect(gateway.http);
    wire.send("GET /endless HTTP/1.1\r\nHost: a\r\n\r\n");
    read_up_to(&mut wire, "begun");
    drop(wire);
    let mut frames = Frames::connect(gateway.https, 1 << 16);
    frames.get(1, "/endless");
    while frames.frame().unwrap().kind != Frame::DATA {}
    frames.send(Frame::RST_STREAM, 0, 1, &8_u32.to_be_bytes());
    until("both streams were reset", || {
        let resets = backend.seen().iter().filter(|it| it.reset == Some(Reason::CANCEL)).count();
        (resets == 2).then_some(())
    });
    frames.get(3, "/next");
    while frames.frame().unwrap().kind != Frame::DATA {}
    assert_eq!(gateway.client(Protocol::Http).get("/next").body, "here");
}

#[test]
fn clients_that_take_nothing_hold_up_nobody_elses_answer() {
    let backend = Http2Backend::start(async |mut turn| match turn.head.uri.path() {
        "/large" => turn.pour(1 << 20).await,
        _ => turn.say("here"),
    });
    let gateway = gateway_tests::Setup::default()
        .workers(1)
        .start(&(EVERYTHING.to_owned() + &Http2Backend::pool(&[&backend])));
    let mut idle = Frames::connect(gateway.https, 0);
    for number in 0..40 {
        idle.get(2 * number + 1, "/large");
        while idle.frame().unwrap().kind != Frame::HEADERS {}
    }
    assert_eq!(gateway.client(Protocol::Http).get("/small").body, "here");
    let connections: HashSet<_> = backend.seen().iter().map(|it| it.connection).collect();
    assert_eq!(connections.len(), 1);
}

#[test]
fn case_72_an_early_answer_stops_the_upload() {
    let (gateway, backend) = scripted(async |mut turn| {
        let head = Response::builder().status(413).header("content-length", "5");
        let mut sending = turn.answer(head.body(()).unwrap(), false);
        sending.send_data(Bytes::from("large"), true).unwrap();
    });
    let mut wire = Wire::connect(gateway.http);
    wire.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nsome");
    let answer = wire.answer();
    assert_eq!((answer.status(), answer.text()), (413, "large".to_owned()));
    assert_eq!(answer.field("connection"), "close");
    let mut frames = Frames::connect(gateway.https, 1 << 16);
    frames.post(1, "/");
    frames.send(Frame::DATA, 0, 1, b"some");
    let mut kinds = Vec::new();
    let reset = loop {
        let frame = frames.frame().unwrap();
        if frame.kind == Frame::RST_STREAM {
            break frame.payload;
        }
        kinds.push((frame.kind, frame.flags & Frame::END_STREAM));
    };
    assert!(kinds.contains(&(Frame::DATA, Frame::END_STREAM)), "{kinds:?}");
    assert_eq!(reset, 0_u32.to_be_bytes(), "NO_ERROR");
    assert_eq!(backend.seen().len(), 2);
}

#[test]
fn a_websocket_is_refused_where_backends_speak_http2() {
    let (gateway, backend) = scripted(tell);
    let mut wire = Wire::connect(gateway.http);
    wire.send(
        "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    );
    let answer = wire.answer();
    assert_eq!(answer.status(), 501);
    assert!(answer.text().contains("takes no WebSocket"), "{}", answer.text());
    until("it is counted", || (rejected(&gateway, "upgrade_unsupported") == 1).then_some(()));
    assert!(backend.seen().is_empty());
}

#[test]
fn a_backend_that_speaks_no_http2_is_unhealthy_and_the_reason_is_told() {
    let (server, stage) = (GrpcServer::start(), Stage::open());
    let old =
        format!("[[pool.backend]]\nname = \"old\"\naddress = \"{}\"\n", stage.backend.address);
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &GrpcServer::pool(&[&server]) + &old));
    gateway.wait_for_health("old", "unhealthy");
    let reason = gateway.ctl.backend("old")["health_reason"].to_string();
    assert!(reason.contains("http2"), "{reason}");
}

#[test]
fn a_client_that_resets_its_stream_in_mid_upload_has_left_and_was_not_slow() {
    let stage = Stage::playing(EVERYTHING, |call| {
        call.head();
        call.wait_until_left();
    });
    let (streaming, backend) = scripted(async |mut turn| turn.read().await);
    for gateway in [&stage.gateway, &streaming] {
        let mut frames = Frames::connect(gateway.https, 1 << 16);
        frames.post(1, "/");
        frames.send(Frame::DATA, 0, 1, b"some");
        until("the backend has it", || {
            let came = match gateway.https == streaming.https {
                true => backend.seen().len(),
                false => stage.backend.bytes(),
            };
            (came > 0).then_some(())
        });
        frames.send(Frame::RST_STREAM, 0, 1, &8_u32.to_be_bytes());
        until("the request is over", || (counted(gateway, "gateway_in_flight") == 0).then_some(()));
        assert_eq!(rejected(gateway, "timeout_body"), 0);
    }
    until("the backend's stream is reset", || {
        (backend.seen()[0].reset == Some(Reason::CANCEL)).then_some(())
    });
}

#[test]
fn many_small_pieces_of_a_body_take_little_memory() {
    const CLIENTS: u64 = 20;
    let (gateway, backend) = scripted(async |mut turn| turn.read().await);
    let resident_kib = || -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", gateway.pid())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    };
    let before = resident_kib();
    let wires: Vec<Wire> = (0..CLIENTS)
        .map(|_| {
            let mut wire = Wire::connect(gateway.http);
            wire.send("POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n");
            wire.send("1\r\nx\r\n".repeat(65_000));
            wire
        })
        .collect();
    until("all of it is with the backend", || {
        let seen = backend.seen();
        let whole = seen.iter().filter(|it| it.body.len() == 65_000).count() as u64;
        (whole == CLIENTS).then_some(())
    });
    let each = resident_kib().saturating_sub(before) / CLIENTS;
    drop(wires);
    println!("{each} KiB each");
    assert!(each <= 2048, "{each} KiB for each body of 64 KiB in pieces of a byte");
}
