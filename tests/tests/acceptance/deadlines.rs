//! Clients and backends that take their time. Every scenario has a gateway of its own and all of
//! them wait at once, so that together they last as long as the longest: a minute.

use std::io::Read;
use std::ops::RangeInclusive;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use gateway_tests::{
    Call, EVERYTHING, Ended, Fleet, Frame, Frames, Gateway, Protocol, Setup, Signal, Stage, Wire,
    until,
};

/// Longer than any deadline.
const PATIENCE: Duration = Duration::from_secs(90);
/// A deadline is never met early; late is anything that another deadline could explain.
const TEN_S: RangeInclusive<u64> = 9..=20;
const FIFTEEN_S: RangeInclusive<u64> = 14..=25;
const THIRTY_S: RangeInclusive<u64> = 29..=50;
const SIXTY_S: RangeInclusive<u64> = 59..=80;

#[test]
fn cases_35_to_40_and_69_nobody_is_waited_for_longer_than_a_deadline() {
    let scenarios: [(&str, fn()); 19] = [
        ("case 35: silence is closed after 10 s", silence),
        ("case 36: a handshake that trickles is closed after 10 s", trickled_handshake),
        ("case 36: silence behind a handshake is closed after 10 s", silence_behind_a_handshake),
        ("case 37: a head that trickles is closed after 10 s in all", trickled_head),
        ("case 38: a body that trickles is closed, its backend not charged", trickled_body),
        ("case 38: a body that trickles over HTTP/2 is refused", trickled_body_of_http2),
        ("case 38: a body that stops is closed after 30 s", stopped_body),
        ("case 39: a client that takes nothing is closed after 30 s", reader_that_stalls),
        ("case 39: a client that sips is closed after 30 s", reader_that_sips),
        ("case 39: a stream that takes nothing is reset after 30 s", stream_that_stalls),
        ("case 40: idle connections are closed after 60 s and cost little", idle),
        ("case 40: an idle connection of HTTP/2 is told to go after 60 s", idle_http2),
        ("case 40: a half-closed client costs no work", half_closed),
        ("case 69: a backend that does not answer is given up after 15 s", mute_backend),
        ("case 69: a backend that takes no upload is given up after 30 s", deaf_backend),
        ("case 69: a backend that stops is given up and taken out", stopped_backend),
        ("case 69: an answer that stops is cut off after 60 s", answer_that_stops),
        ("case 69: a client that stops behind an early answer is to blame", half_spoken),
        ("case 69: a tunnel into which nothing more goes is closed after 60 s", deaf_tunnel),
    ];
    let (results, failed) = (mpsc::channel(), &mut Vec::new());
    for (name, scenario) in scenarios {
        let sender = results.0.clone();
        let play = move || {
            let passed = catch_unwind(AssertUnwindSafe(scenario)).is_ok();
            sender.send((name, passed)).unwrap();
        };
        thread::Builder::new().name(name.to_owned()).spawn(play).unwrap();
    }
    drop(results.0);
    for (name, passed) in results.1 {
        if !passed {
            failed.push(name);
        }
    }
    assert!(failed.is_empty(), "{} of {} failed: {failed:#?}", failed.len(), scenarios.len());
}

fn stage(script: impl Fn(&mut Call) + Send + Sync + 'static) -> Stage {
    Stage::set(Setup::default().workers(1), EVERYTHING, script)
}

/// One that takes any number of connections from one address.
fn crowded() -> Stage {
    let setup = Setup::default().workers(1).data_plane("max_connections_per_client = 0");
    Stage::set(setup, EVERYTHING, Call::answer_all)
}

fn get(target: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: a.example\r\n\r\n")
}

fn patient(stage: &Stage) -> Wire {
    let wire = stage.wire();
    wire.wait_at_most(PATIENCE);
    wire
}

#[track_caller]
fn assert_took(case: &str, since: Instant, expected: &RangeInclusive<u64>) {
    let took = since.elapsed().as_secs();
    assert!(expected.contains(&took), "{case} took {took} s, expected {expected:?}");
}

/// Asserts that so many were counted for `reason` and nothing else was.
#[track_caller]
fn assert_all_counted(stage: &mut Stage, reason: &str, count: u64) {
    until(&format!("{count} of {reason}"), || (stage.rejected()[reason] >= count).then_some(()));
    let counted: Vec<_> = stage.rejected().into_iter().filter(|(_, count)| *count > 0).collect();
    assert_eq!(counted, [(reason.to_owned(), count)]);
}

#[track_caller]
fn wait_until_released(stage: &Stage) {
    until("the backend is released", || {
        stage.backend.records().iter().all(|record| record.ended.is_some()).then_some(())
    });
}

fn silence() {
    const CLIENTS: usize = 1000;
    let mut stage = crowded();
    let begun = Instant::now();
    let silent: Vec<Wire> = (0..CLIENTS).map(|_| patient(&stage)).collect();
    for mut wire in silent {
        let (rest, ended) = wire.rest();
        assert_eq!((rest.as_slice(), ended), (&b""[..], Ended::Closed), "closed without a word");
    }
    assert_took("silence", begun, &TEN_S);
    assert_all_counted(&mut stage, "timeout_first_byte", CLIENTS as u64);
    stage.forget();
    let begun = Instant::now();
    let begun_heads: Vec<Wire> = (0..CLIENTS)
        .map(|_| {
            let mut wire = patient(&stage);
            wire.send("PRI * HT");
            wire
        })
        .collect();
    for mut wire in begun_heads {
        let (answers, ended) = wire.answers();
        assert_eq!((answers[0].status(), answers.len(), ended), (408, 1, Ended::Closed));
    }
    assert_took("the beginning of a preface", begun, &TEN_S);
    assert_eq!(stage.rejected()["timeout_head"], CLIENTS as u64);
    stage.forget();
    stage.assert_serves("afterwards", 0);
}

/// Sends `bytes` one by one with `pause` between them until the other side has closed.
fn trickle(wire: &mut Wire, bytes: &[u8], pause: Duration) {
    let begun = Instant::now();
    for byte in bytes {
        if !wire.try_send([*byte]) || begun.elapsed() > PATIENCE {
            return;
        }
        // The slowness is what is tested.
        thread::sleep(pause);
    }
}

fn trickled_handshake() {
    let mut stage = stage(Call::answer_all);
    let begun = Instant::now();
    let mut wire = Wire::connect(stage.gateway.https);
    wire.wait_at_most(PATIENCE);
    let mut writer = Wire::over_socket(wire.socket());
    let hello = [&b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..], &[0; 100]].concat();
    let trickling = thread::spawn(move || trickle(&mut writer, &hello, Duration::from_secs(1)));
    wire.rest();
    assert_took("a handshake", begun, &TEN_S);
    trickling.join().unwrap();
    assert_eq!(stage.metric("gateway_handshake_failures_total"), 1);
    stage.assert_serves("afterwards", 0);
}

fn silence_behind_a_handshake() {
    let mut stage = stage(Call::answer_all);
    let begun = Instant::now();
    let mut wires: Vec<Wire> = [&b"http/1.1"[..], b"h2"]
        .map(|protocol| Wire::connect_tls(stage.gateway.https, protocol))
        .into();
    // The settings of HTTP/2 are no request.
    let mut frames = Frames::connect(stage.gateway.https, 1 << 16);
    frames.wait_at_most(PATIENCE, PATIENCE);
    for wire in &mut wires {
        wire.wait_at_most(PATIENCE);
        let (_, ended) = wire.rest();
        assert_ne!(ended, Ended::Silent);
        assert_took("silence", begun, &TEN_S);
    }
    goodbye(frames);
    assert_took("silence behind the settings", begun, &TEN_S);
    assert_all_counted(&mut stage, "timeout_first_byte", 3);
}

/// Reads until the connection ends, and asserts that the client was told to go.
#[track_caller]
fn goodbye(mut frames: Frames) {
    let mut told = false;
    loop {
        match frames.frame() {
            Ok(frame) => told |= frame.kind == Frame::GOAWAY,
            Err(ended) => {
                assert!(told && ended != Ended::Silent, "{ended:?}, told to go: {told}");
                return;
            }
        }
    }
}

fn trickled_head() {
    let mut stage = stage(Call::answer_all);
    let begun = Instant::now();
    let mut wire = patient(&stage);
    let mut writer = Wire::over_socket(wire.socket());
    let head = get(&"/long".repeat(20));
    let trickling =
        thread::spawn(move || trickle(&mut writer, head.as_bytes(), Duration::from_secs(1)));
    let (answers, _) = wire.answers();
    assert_took("a head", begun, &TEN_S);
    assert_eq!((answers[0].status(), answers.len()), (408, 1));
    trickling.join().unwrap();
    stage.assert_counted("a head", &["timeout_head"]);
    stage.assert_serves("a head", 0);
}

fn trickled_body() {
    let mut stage = stage(Call::answer_all);
    let begun = Instant::now();
    let wires =
        [("Content-Length: 1048576", &b"x"[..]), ("Transfer-Encoding: chunked", b"1\r\nx\r\n")]
            .map(|(framing, piece)| {
                let mut wire = patient(&stage);
                wire.send(format!("POST / HTTP/1.1\r\nHost: a.example\r\n{framing}\r\n\r\n"));
                let mut writer = Wire::over_socket(wire.socket());
                thread::spawn(move || {
                    while writer.try_send(piece) {
                        thread::sleep(Duration::from_secs(5));
                    }
                });
                wire
            });
    for mut wire in wires {
        let (answers, _) = wire.answers();
        assert_eq!((answers[0].status(), answers.len()), (408, 1));
        assert_took("a body", begun, &(9..=35));
    }
    stage.assert_counted("two bodies", &["timeout_body", "timeout_body"]);
    wait_until_released(&stage);
    assert!(stage.backend.requests().iter().all(|request| !request.whole));
    assert_backend_not_charged(&mut stage);
    stage.assert_serves("a body", stage.backend.bytes());
}

fn trickled_body_of_http2() {
    let mut stage = stage(Call::answer_all);
    let begun = Instant::now();
    let mut frames = Frames::connect(stage.gateway.https, 1 << 16);
    frames.wait_at_most(Duration::from_secs(5), PATIENCE);
    frames.post(1, "/upload");
    let answered = loop {
        match frames.frame() {
            Ok(frame) if frame.kind == Frame::HEADERS => break true,
            Ok(frame) if frame.kind == Frame::RST_STREAM => break true,
            Ok(_) => {}
            Err(Ended::Silent) if begun.elapsed() < PATIENCE => {
                frames.send(Frame::DATA, 0, 1, b"x");
            }
            Err(_) => break false,
        }
    };
    assert!(answered, "the stream was let trickle for {:?}", begun.elapsed());
    assert_took("a body", begun, &(9..=40));
    stage.assert_counted("a body", &["timeout_body"]);
    wait_until_released(&stage);
}

fn stopped_body() {
    let mut stage = stage(Call::answer_all);
    let begun = Instant::now();
    let mut wire = patient(&stage);
    wire.send("POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 1048576\r\n\r\nthe beginning");
    let (answers, _) = wire.answers();
    assert_eq!((answers[0].status(), answers.len()), (408, 1));
    assert_took("a body", begun, &THIRTY_S);
    stage.assert_counted("a body", &["timeout_body"]);
    wait_until_released(&stage);
}

/// Answers with 100 MiB.
fn at_length(call: &mut Call) {
    while let Some(request) = call.request() {
        if request.target().starts_with("/normal") {
            call.answer(&request);
            continue;
        }
        call.say("HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n");
        let piece = [b'x'; 64 * 1024];
        for _ in 0..1600 {
            call.say(piece);
        }
        call.listen();
    }
}

fn reader_that_stalls() {
    const CLIENTS: u64 = 20;
    let mut stage = stage(at_length);
    stage.assert_serves("before", 0);
    let before = resident_kib(&stage.gateway);
    let begun = Instant::now();
    let wires: Vec<Wire> = (0..CLIENTS)
        .map(|_| {
            let mut wire = stage.wire();
            wire.send(get("/long"));
            wire
        })
        .collect();
    wait_for(PATIENCE, || stage.metric("gateway_in_flight") == CLIENTS);
    // What comes within this time is what is held for the rest of it.
    thread::sleep(Duration::from_secs(5));
    let each = resident_kib(&stage.gateway).saturating_sub(before) / CLIENTS;
    println!("{each} KiB for each of {CLIENTS} readers that stall");
    assert!(each <= 256, "{each} KiB each");
    wait_for(PATIENCE, || stage.metric("gateway_in_flight") == 0);
    assert_took("a reader that stalls", begun, &THIRTY_S);
    wait_until_released(&stage);
    assert_backend_not_charged(&mut stage);
    drop(wires);
    stage.assert_serves("afterwards", stage.backend.bytes());
}

fn reader_that_sips() {
    let mut stage = stage(at_length);
    let begun = Instant::now();
    let mut wire = stage.wire();
    wire.send(get("/long"));
    wait_for(PATIENCE, || stage.metric("gateway_in_flight") == 1);
    let mut socket = wire.socket();
    let sipping = thread::spawn(move || {
        while begun.elapsed() < PATIENCE / 2 && socket.read(&mut [0]).is_ok_and(|count| count > 0) {
            thread::sleep(Duration::from_secs(1));
        }
    });
    wait_for(PATIENCE, || stage.metric("gateway_in_flight") == 0);
    assert_took("a reader that sips", begun, &THIRTY_S);
    assert_backend_not_charged(&mut stage);
    sipping.join().unwrap();
}

#[track_caller]
fn assert_backend_not_charged(stage: &mut Stage) {
    let failures = "gateway_backend_failures_total{pool=\"app\",backend=\"app-1";
    assert_eq!(stage.metric(failures), 0, "the backend is charged for its client");
}

fn stream_that_stalls() {
    let mut stage = stage(at_length);
    let begun = Instant::now();
    let mut frames = Frames::connect(stage.gateway.https, 0);
    frames.wait_at_most(PATIENCE, PATIENCE);
    frames.get(1, "/long");
    let reset = loop {
        let frame = frames.frame().unwrap();
        if frame.kind == Frame::RST_STREAM {
            break frame;
        }
    };
    assert_eq!(reset.stream, 1);
    assert_took("a stream that stalls", begun, &THIRTY_S);
    wait_until_released(&stage);
    // The connection serves on.
    frames.get(3, "/normal/of-http2");
    assert_eq!(frames.frame().unwrap().kind, Frame::HEADERS);
    until("it was asked", || {
        stage.backend.requests().iter().any(|it| it.target() == "/normal/of-http2").then_some(())
    });
    stage.assert_counted("a stream that stalls", &[]);
}

/// Waits until `so` is, however long that takes.
#[track_caller]
fn wait_for(at_most: Duration, mut so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !so() {
        assert!(begun.elapsed() < at_most, "still not so after {at_most:?}");
        thread::sleep(Duration::from_millis(100));
    }
}

fn idle() {
    const CLIENTS: usize = 2000;
    let mut stage = crowded();
    let ask = |stage: &Stage, count: usize| -> Vec<Wire> {
        (0..count)
            .map(|_| {
                let mut wire = patient(stage);
                wire.send(get("/"));
                assert_eq!(wire.answer().status(), 200);
                wire
            })
            .collect()
    };
    // What is held once, whoever comes, is there before the first look.
    drop(ask(&stage, 20));
    let before = resident_kib(&stage.gateway);
    let begun = Instant::now();
    let wires = ask(&stage, CLIENTS);
    let each = resident_kib(&stage.gateway).saturating_sub(before) as f64 / CLIENTS as f64;
    println!("{each:.1} KiB for each of {CLIENTS} idle connections");
    assert!(each <= 40.0, "{each} KiB each");
    for mut wire in wires {
        let (rest, ended) = wire.rest();
        assert_eq!((rest.as_slice(), ended), (&b""[..], Ended::Closed));
    }
    assert_took("idle connections", begun, &SIXTY_S);
    stage.assert_counted("idle connections", &[]);
    stage.assert_serves("idle connections", stage.backend.bytes());
}

fn idle_http2() {
    let stage = stage(Call::answer_all);
    let mut frames = Frames::connect(stage.gateway.https, 1 << 16);
    frames.wait_at_most(PATIENCE, PATIENCE);
    frames.get(1, "/");
    while frames.frame().unwrap().flags & Frame::END_STREAM == 0 {}
    let begun = Instant::now();
    goodbye(frames);
    assert_took("an idle connection of HTTP/2", begun, &SIXTY_S);
}

/// How much CPU time a process has used, in hundredths of a second.
fn cpu_time(gateway: &Gateway) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", gateway.pid())).unwrap();
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap().split(' ').collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}

fn half_closed() {
    const CLIENTS: usize = 100;
    let stage = stage(|call| {
        while let Some(request) = call.request() {
            match request.target() {
                "/slow" => call.listen(),
                _ => call.answer(&request),
            }
        }
    });
    let wires: Vec<Wire> = (0..CLIENTS)
        .map(|number| {
            let mut wire = patient(&stage);
            wire.send(match number % 3 {
                0 => String::new(),
                1 => get("/slow"),
                _ => "POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 10\r\n\r\n".to_owned(),
            });
            wire.finish();
            wire
        })
        .collect();
    let before = cpu_time(&stage.gateway);
    thread::sleep(Duration::from_secs(5));
    let used = cpu_time(&stage.gateway) - before;
    println!("half-closed clients: {used} hundredths of CPU time in 5 s");
    // A worker that spins would use up to 500 of them.
    assert!(used < 150, "{used} hundredths of a second in 5 s");
    drop(wires);
}

fn resident_kib(gateway: &Gateway) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", gateway.pid())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn mute_backend() {
    let mut stage = stage(|call| {
        while let Some(request) = call.request() {
            match request.target() {
                "/mute" => call.listen(),
                "/half" => {
                    call.say("HTTP/1.1 200 OK\r\nContent-Len");
                    call.listen();
                }
                "/hints" => {
                    // They must not buy more time.
                    for _ in 0..16 {
                        call.say("HTTP/1.1 103 Early Hints\r\n\r\n");
                        thread::sleep(Duration::from_secs(3));
                    }
                }
                _ => call.answer(&request),
            }
        }
    });
    let begun = Instant::now();
    let wires = ["/mute", "/half", "/hints"].map(|target| {
        let mut wire = patient(&stage);
        wire.send(get(target));
        (target, wire)
    });
    let mut frames = Frames::connect(stage.gateway.https, 1 << 16);
    frames.wait_at_most(PATIENCE, PATIENCE);
    frames.get(1, "/mute");
    for (target, mut wire) in wires {
        let answer = loop {
            let answer = wire.bodiless_answer();
            if answer.status() != 103 {
                break answer;
            }
        };
        assert_eq!(answer.status(), 504, "{target}");
        assert_took(target, begun, &FIFTEEN_S);
    }
    while frames.frame().unwrap().kind != Frame::HEADERS {}
    assert_took("/mute over HTTP/2", begun, &FIFTEEN_S);
    stage.assert_counted("mute", &["upstream_timeout"; 4]);
    stage.assert_serves("mute", stage.backend.bytes());
}

fn deaf_backend() {
    let mut stage = stage(|call| {
        if call.head().is_some_and(|head| head.method() == "POST") {
            call.wait_until_left();
        }
    });
    let body = vec![b'x'; 8 * 1024 * 1024];
    let begun = Instant::now();
    let mut wire = patient(&stage);
    let mut writer = Wire::over_socket(wire.socket());
    let head =
        format!("POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: {}\r\n\r\n", body.len());
    let sent = body.clone();
    let uploading = thread::spawn(move || {
        writer.send(head);
        writer.send(sent);
    });
    let address = stage.gateway.https;
    let over_http2 = thread::spawn(move || {
        let mut frames = Frames::connect(address, 1 << 16);
        frames.wait_at_most(PATIENCE, PATIENCE);
        frames.post(1, "/");
        // As much as the gateway takes without being asked to take more.
        for _ in 0..4 {
            frames.send(Frame::DATA, 0, 1, &[b'x'; 16 * 1024 - 1]);
        }
        let (mut window, mut sent) = (0_u64, 0_u64);
        loop {
            let frame = frames.frame().unwrap();
            if frame.kind == Frame::HEADERS || frame.kind == Frame::RST_STREAM {
                return frame.kind;
            }
            // WINDOW_UPDATE of the stream: the client sends on.
            if frame.kind == 8 && frame.stream == 1 {
                window += u64::from(u32::from_be_bytes(frame.payload.try_into().unwrap()));
                while sent + 16_384 <= window && sent < 8 * 1024 * 1024 {
                    frames.send(Frame::DATA, 0, 1, &[b'x'; 16 * 1024]);
                    sent += 16_384;
                }
            }
        }
    });
    let (answers, _) = wire.answers();
    assert_eq!((answers[0].status(), answers.len()), (504, 1));
    assert_took("a deaf backend", begun, &THIRTY_S);
    uploading.join().unwrap();
    assert_eq!(over_http2.join().unwrap(), Frame::HEADERS);
    assert_took("a deaf backend behind HTTP/2", begun, &THIRTY_S);
    stage.assert_counted("a deaf backend", &["upstream_timeout"; 2]);
}

fn stopped_backend() {
    let fleet = Fleet::start(2);
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    let stopped = &fleet.servers[0];
    stopped.signal(Signal::SIGSTOP);
    let begun = Instant::now();
    let asking: Vec<_> = (0..4)
        .map(|_| {
            let mut client = gateway.client(Protocol::Http);
            thread::spawn(move || client.get("/headers").status.as_u16())
        })
        .collect();
    let mut statuses: Vec<u16> = asking.into_iter().map(|asked| asked.join().unwrap()).collect();
    statuses.sort_unstable();
    assert!(statuses.iter().all(|status| [200, 504].contains(status)), "{statuses:?}");
    if statuses.contains(&504) {
        assert_took("a stopped backend", begun, &FIFTEEN_S);
    }
    gateway.wait_for_health("app-1", "unhealthy");
    let mut client = gateway.client(Protocol::Http);
    for _ in 0..10 {
        assert_eq!(client.get("/headers").served_by(), "app-2");
    }
    stopped.signal(Signal::SIGCONT);
    gateway.wait_for_health("app-1", "healthy");
}

fn answer_that_stops() {
    let mut stage = stage(|call| {
        while let Some(request) = call.request() {
            match request.target() {
                "/stops" => {
                    call.say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nthe beginning");
                    call.listen();
                }
                _ => call.answer(&request),
            }
        }
    });
    let begun = Instant::now();
    let mut wire = patient(&stage);
    wire.send(get("/stops"));
    let mut frames = Frames::connect(stage.gateway.https, 1 << 16);
    frames.wait_at_most(PATIENCE, PATIENCE);
    frames.get(1, "/stops");
    let over_http2 =
        thread::spawn(move || while frames.frame().unwrap().kind != Frame::RST_STREAM {});
    let answer = wire.answer();
    assert_eq!((answer.text().as_str(), answer.whole), ("the beginning", false));
    assert_took("an answer that stops", begun, &SIXTY_S);
    over_http2.join().unwrap();
    assert_took("an answer that stops over HTTP/2", begun, &SIXTY_S);
    stage.assert_counted("an answer that stops", &["upstream_timeout"; 2]);
    wait_until_released(&stage);
    stage.assert_serves("afterwards", stage.backend.bytes());
}

fn half_spoken() {
    let mut stage = stage(|call| {
        while let Some(head) = call.head() {
            match head.method() {
                "POST" => {
                    call.say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nthe beginning");
                    call.listen();
                }
                _ => call.answer(&head),
            }
        }
    });
    let begun = Instant::now();
    let mut wire = patient(&stage);
    wire.send("POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 10\r\n\r\nhalf");
    let mut frames = Frames::connect(stage.gateway.https, 1 << 16);
    frames.wait_at_most(PATIENCE, PATIENCE);
    frames.post(1, "/");
    frames.send(Frame::DATA, 0, 1, b"half");
    let over_http2 =
        thread::spawn(move || while frames.frame().unwrap().kind != Frame::RST_STREAM {});
    assert!(!wire.answer().whole);
    over_http2.join().unwrap();
    assert_took("half a conversation", begun, &SIXTY_S);
    stage.assert_counted("half a conversation", &["timeout_body"; 2]);
    let failures = stage.metric("gateway_backend_failures_total{pool=\"app\",backend=\"app-1\"}");
    assert_eq!(failures, 0, "the backend did nothing wrong");
    wait_until_released(&stage);
}

fn deaf_tunnel() {
    let mut stage = stage(|call| {
        if call.request().is_some() {
            call.say(
                "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\n\
                 Upgrade: websocket\r\n\r\n",
            );
            call.wait_until_left();
        }
    });
    let mut wire = patient(&stage);
    wire.send(
        "GET /ws HTTP/1.1\r\nHost: a.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    );
    assert_eq!(wire.bodiless_answer().status(), 101);
    let begun = Instant::now();
    let mut writer = Wire::over_socket(wire.socket());
    // Both are one socket, and this one's patience is the last word.
    wire.wait_at_most(PATIENCE);
    let sending = thread::spawn(move || while writer.try_send([b'x'; 64 * 1024]) {});
    let (_, ended) = wire.rest();
    assert_ne!(ended, Ended::Silent, "the tunnel stays open");
    assert_took("a deaf tunnel", begun, &SIXTY_S);
    sending.join().unwrap();
    wait_for(PATIENCE, || stage.metric("gateway_in_flight") == 0);
}
