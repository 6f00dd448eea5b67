//! The traffic tail: requests as they are answered, to those who watch.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use bytes::Bytes;
use gateway_proto as wire;
use gateway_proto::traffic_filter::Condition;
use gateway_tests::{
    Admin, Call, Client, Crowd, EVERYTHING, Fleet, Gateway, Protocol, Recorder, Setup, shortener,
    until, wrong_fields,
};
use http::Method;
use serde_json::Value;
use tonic::Code;
use wire::{Comparison, ServedRequest, TailRequest, TrafficFilter};

/// As many as may watch at once.
const MOST: usize = 16;
/// How long is waited for requests that fit.
const PATIENCE: Duration = Duration::from_secs(30);

fn test(field: &str, comparison: Comparison, values: &[&str]) -> TrafficFilter {
    let values = values
        .iter()
        .map(|text| wire::TrafficValue { text: (*text).to_owned(), number: text.parse().ok() });
    let (field, comparison) = (field.to_owned(), comparison.into());
    let test = wire::TrafficTest { field, comparison, values: values.collect() };
    TrafficFilter { condition: Some(Condition::Test(test)) }
}

fn not(filter: TrafficFilter) -> TrafficFilter {
    TrafficFilter { condition: Some(Condition::Not(Box::new(filter))) }
}

fn of(filter: TrafficFilter) -> TailRequest {
    TailRequest { filter: Some(filter), sample: 1 }
}

/// A watcher of everything, or of some.
struct Watcher<'a> {
    batches: gateway_tests::Messages<'a, wire::TailBatch>,
    requests: Vec<ServedRequest>,
    matched: u64,
    dropped: u64,
}

impl Watcher<'_> {
    fn new(admin: &Admin, asked: TailRequest) -> Watcher<'_> {
        let batches = admin.tail(asked).unwrap();
        Watcher { batches, requests: Vec::new(), matched: 0, dropped: 0 }
    }

    /// Reads until so many have matched.
    #[track_caller]
    fn until_matched(&mut self, count: u64) -> &[ServedRequest] {
        let since = Instant::now();
        while self.matched < count {
            assert!(since.elapsed() < PATIENCE, "{} of {count} have matched", self.matched);
            let batch = self.batches.next().unwrap();
            self.matched += batch.matched;
            self.dropped += batch.dropped;
            self.requests.extend(batch.requests);
        }
        assert_eq!(self.matched, count);
        // One that fits may be counted and not be told yet.
        while (self.requests.len() as u64) + self.dropped < count {
            let batch = self.batches.next().unwrap();
            self.requests.extend(batch.requests);
        }
        &self.requests
    }

    /// Reads until nothing can be missing any more of what was answered by then, milliseconds since
    /// the Unix epoch; how many have matched, and how many of these were told.
    #[track_caller]
    fn all_until(&mut self, time_ms: i64) -> (u64, u64) {
        loop {
            let batch = self.batches.next().unwrap();
            self.matched += batch.matched;
            self.requests.extend(batch.requests);
            if batch.time_ms > time_ms + 500 {
                return (self.matched, self.requests.len() as u64);
            }
        }
    }
}

fn app(fleet: &Fleet, data_plane: &str) -> Gateway {
    let rest = shortener("2/minute", "100000/minute") + &fleet.pool("");
    Setup::default().data_plane(data_plane).start(&rest)
}

#[test]
fn a_request_is_told_as_it_was_and_its_query_is_masked() {
    let fleet = Fleet::start(1);
    let gateway = app(&fleet, "");
    let admin = gateway.admin();
    let mut watcher = Watcher::new(&admin, TailRequest::default());
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let mut client = gateway
        .client(Protocol::Http2)
        .with("user-agent", "shop/4.2")
        .with("x-request-id", "r-17")
        .with("traceparent", &format!("00-{trace}-00f067aa0ba902b7-01"))
        .with("content-type", "application/json");
    let body = r#"{"url":"https://example.org/"}"#;
    for _ in 0..3 {
        client
            .ask(Method::POST, "/urls?token=secret", Bytes::from_static(body.as_bytes()))
            .unwrap();
    }
    gateway.client(Protocol::Http).get("/a/b/c");
    let told = watcher.until_matched(4);
    let first = &told[0];
    let words = [
        (&first.client, "127.0.0.1"),
        (&first.method, "POST"),
        (&first.host, "localhost"),
        (&first.path, "/urls"),
        (&first.protocol, "HTTP/2.0"),
        (&first.tls, "1.3"),
        (&first.route, "create"),
        (&first.pool, "app"),
        (&first.backend, "app-1"),
        (&first.agent, "shop/4.2"),
        (&first.request_id, "r-17"),
        (&first.trace_id, trace),
        (&first.refused, ""),
        (&first.rule, ""),
    ];
    for (word, expected) in words {
        assert_eq!(word, expected, "{first:?}");
    }
    assert_eq!((first.status, first.in_bytes), (201, body.len() as u64), "{first:?}");
    assert!(first.out_bytes > 0 && first.time_ms > 0, "{first:?}");
    let parts = first.queue_us.unwrap() + first.connect_us.unwrap() + first.ttfb_us.unwrap();
    assert!(parts > 0 && parts <= first.total_us, "{first:?}");
    let attempt = &first.attempts[0];
    assert_eq!((attempt.backend.as_str(), attempt.ended.as_str()), ("app-1", "201"));
    assert!(!attempt.reused && first.attempts.len() == 1, "{first:?}");
    assert!(told[1].attempts[0].reused && told[1].connect_us.is_none(), "{:?}", told[1]);
    let limited = &told[2];
    assert_eq!(
        (limited.status, limited.rule.as_str(), limited.refused.as_str(), limited.attempts.len()),
        (429, "create-per-ip", "limit", 0)
    );
    let lost = &told[3];
    assert_eq!((lost.status, lost.refused.as_str(), lost.route.as_str()), (404, "no_route", ""));
    assert_eq!((lost.tls.as_str(), lost.protocol.as_str()), ("", "HTTP/1.1"));
    assert!(first.query_masked && first.query.is_none() && !lost.query_masked);
    let ids: std::collections::BTreeSet<u64> = told.iter().map(|it| it.id).collect();
    assert_eq!(ids.len(), 4, "{ids:?}");
    assert!(!format!("{told:?}").contains("secret"));
}

#[test]
fn a_query_is_told_where_the_file_says_so() {
    let fleet = Fleet::start(1);
    let gateway = app(&fleet, "show_queries = true");
    let admin = gateway.admin();
    let mut watcher = Watcher::new(&admin, TailRequest::default());
    gateway.client(Protocol::Http).get("/nobody?q=1");
    let told = &watcher.until_matched(1)[0];
    assert_eq!((told.query.as_deref(), told.query_masked), (Some("q=1"), false));
}

#[test]
fn a_filter_lets_through_exactly_what_it_says() {
    let fleet = Fleet::start(1);
    let gateway = app(&fleet, "");
    let admin = gateway.admin();
    let filters = [
        (test("status", Comparison::AtLeast, &["400"]), 4),
        (test("status", Comparison::Equal, &["429"]), 1),
        (test("rule", Comparison::Equal, &["create-*"]), 1),
        (test("path", Comparison::Contains, &["NOBODY"]), 3),
        (not(test("method", Comparison::Equal, &["POST"])), 3),
        (not(test("status", Comparison::Equal, &["429"])), 5),
        (test("client", Comparison::Equal, &["10.0.0.0/8"]), 0),
        (test("client", Comparison::Equal, &["127.0.0.0/8"]), 6),
        (test("agent", Comparison::Contains, &["probe"]), 3),
        (test("backend", Comparison::Equal, &["-"]), 1),
    ];
    let mut watchers: Vec<(Watcher<'_>, u64)> = filters
        .into_iter()
        .map(|(filter, count)| (Watcher::new(&admin, of(filter)), count))
        .collect();
    let mut all = Watcher::new(&admin, TailRequest::default());
    let mut client = gateway.client(Protocol::Http);
    (0..3).for_each(|_| drop(client.shorten("https://example.org/")));
    let mut prober = gateway.client(Protocol::Https).with("user-agent", "Probe/1");
    (0..3).for_each(|_| drop(prober.get("/nobody")));
    let last_ms = all.until_matched(6).iter().map(|it| it.time_ms).max().unwrap();
    for (at, (watcher, count)) in watchers.iter_mut().enumerate() {
        assert_eq!(watcher.all_until(last_ms), (*count, *count), "filter {at}");
    }
}

#[test]
fn a_filter_that_makes_no_sense_or_costs_too_much_is_refused() {
    let fleet = Fleet::start(1);
    let gateway = app(&fleet, "");
    let admin = gateway.admin();
    let deep = (0..20).fold(test("path", Comparison::Equal, &["/"]), |it, _| not(it));
    let many = wire::TrafficFilters {
        filters: (0..33).map(|_| test("path", Comparison::Equal, &["/"])).collect(),
    };
    let many = TrafficFilter { condition: Some(Condition::Any(many)) };
    let none = TrafficFilter { condition: Some(Condition::All(wire::TrafficFilters::default())) };
    for (filter, said) in [
        (test("colour", Comparison::Equal, &["red"]), "no field \"colour\"; there are client"),
        (test("path", Comparison::Less, &["3"]), "path is a text"),
        (test("status", Comparison::Equal, &["5xx"]), "status is a number"),
        (test("path", Comparison::Equal, &[&"x".repeat(300)]), "a value of 300 bytes"),
        (test("path", Comparison::Unspecified, &["/"]), "without a comparison"),
        (test("path", Comparison::Equal, &[]), "without a value"),
        (TrafficFilter { condition: None }, "without anything in it"),
        (none, "without a part"),
        (deep, "nested more than 16 deep"),
        (many, "33 comparisons; at most 32"),
    ] {
        let status = admin.tail(of(filter)).map(drop).unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
        assert_eq!(wrong_fields(&status), ["filter"], "{status:?}");
        assert!(status.message().contains(said), "{said}: {status:?}");
    }
    let sample = TailRequest { filter: None, sample: 1_000_001 };
    let status = admin.tail(sample).map(drop).unwrap_err();
    assert_eq!(wrong_fields(&status), ["sample"], "{status:?}");
}

#[test]
fn a_sample_is_one_of_so_many() {
    let fleet = Fleet::start(1);
    let rest = EVERYTHING.to_owned() + &fleet.pool("");
    let gateway = Setup::default().workers(1).start(&rest);
    let admin = gateway.admin();
    let mut watcher = Watcher::new(&admin, TailRequest { filter: None, sample: 20 });
    let mut client = gateway.client(Protocol::Http);
    (0..400).for_each(|_| drop(client.get("/healthz")));
    let mut matched = 0;
    let mut told = 0;
    while matched < 400 || told < 20 {
        let batch = watcher.batches.next().unwrap();
        (matched, told) = (matched + batch.matched, told + batch.requests.len());
        assert_eq!(batch.dropped, 0);
    }
    assert_eq!((matched, told), (400, 20));
}

#[test]
fn attempts_are_told_with_how_they_ended() {
    let broken = Recorder::start(|call: &mut Call| drop(call.request()));
    let healthy = Recorder::answering();
    let pool = Recorder::pool(&[&broken, &healthy], "");
    let gateway = Setup::default().workers(1).start(&(EVERYTHING.to_owned() + &pool));
    let admin = gateway.admin();
    let twice = test("tries", Comparison::More, &["1"]);
    let mut watcher = Watcher::new(&admin, of(twice));
    let mut client = gateway.client(Protocol::Http);
    // Until the broken one is asked first; probes reach it by another path.
    while !broken.records().iter().any(|it| String::from_utf8_lossy(&it.bytes).contains("/x")) {
        assert_eq!(client.get("/x").status, 200);
    }
    let told = &watcher.until_matched(1)[0];
    let attempts: Vec<(&str, &str)> =
        told.attempts.iter().map(|it| (it.backend.as_str(), it.ended.as_str())).collect();
    assert_eq!(attempts, [("app-1", "upstream_broken"), ("app-2", "200")]);
    assert_eq!((told.backend.as_str(), told.status), ("app-2", 200));
    assert_eq!(told.refused, "", "it was answered");
}

#[test]
fn so_many_may_watch_and_one_more_is_told_so() {
    let fleet = Fleet::start(1);
    let gateway = app(&fleet, "");
    let admin = gateway.admin();
    let mut watchers: Vec<Watcher<'_>> =
        (0..MOST).map(|_| Watcher::new(&admin, TailRequest::default())).collect();
    let status = admin.tail(TailRequest::default()).map(drop).unwrap_err();
    assert_eq!(status.code(), Code::ResourceExhausted, "{status:?}");
    assert!(status.message().contains("16 watch traffic already"), "{status:?}");
    watchers.pop();
    until("there is room again", || admin.tail(TailRequest::default()).is_ok().then_some(()));
}

#[test]
fn who_reads_nothing_loses_requests_which_are_counted_and_is_sent_away() {
    let fleet = Fleet::start(1);
    let rest = EVERYTHING.to_owned() + &fleet.pool("");
    let gateway = Setup::default().workers(1).start(&rest);
    let narrow = Admin::narrow(&gateway.socket());
    let asleep = Watcher::new(&narrow, TailRequest::default());
    let other = gateway.admin();
    let mut counting = Watcher::new(&other, TailRequest { filter: None, sample: 1_000_000 });
    let crowd = Crowd::gather(4, Protocol::Http, gateway.http, "/healthz");
    let nobody = || of(test("path", Comparison::Equal, &["/nobody"]));
    let rest: Vec<Watcher<'_>> = (2..MOST).map(|_| Watcher::new(&other, nobody())).collect();
    until("the one that sleeps is sent away", || {
        counting.matched += counting.batches.next().unwrap().matched;
        other.tail(nobody()).is_ok().then_some(())
    });
    drop(rest);
    let ledger = crowd.disperse();
    ledger.assert_none_failed();
    let ended = asleep.batches.end().unwrap_err();
    assert_eq!(ended.code(), Code::ResourceExhausted, "{ended:?}");
    assert!(ended.message().contains("has taken nothing"), "{ended:?}");
    while counting.matched < ledger.sent {
        counting.matched += counting.batches.next().unwrap().matched;
    }
    assert_eq!(counting.matched, ledger.sent, "one that reads misses nothing in its counts");
}

#[test]
fn what_a_client_says_is_told_as_it_is_and_no_longer() {
    let fleet = Fleet::start(1);
    let gateway = app(&fleet, "");
    let admin = gateway.admin();
    let mut watcher = Watcher::new(&admin, TailRequest::default());
    let mut client: Client =
        gateway.client(Protocol::Http).with("user-agent", &"long ".repeat(1000));
    client.get(&format!("/{}", "p".repeat(4000)));
    let told = &watcher.until_matched(1)[0];
    assert_eq!((told.path.len(), told.agent.len()), (512, 256));
}

/// Requests of all kinds, one after the other, for as long as they are wanted.
fn crowd(gateway: &Gateway) -> Crowd {
    Crowd::gather(1, Protocol::Http, gateway.http, "/nobody?token=secret")
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn the_command_tells_requests_line_by_line_as_its_schema_says() {
    let fleet = Fleet::start(1);
    let gateway = app(&fleet, "");
    let _crowd = crowd(&gateway);
    let told = gateway.ctl.run("traffic tail --count 3 --filter status=404 -o jsonl");
    assert!(!told.contains("secret"), "{told}");
    let told = lines(&told);
    assert_eq!(told.len(), 3);
    let schema: Value = serde_json::from_str(&gateway.ctl.run("schema TrafficList")).unwrap();
    let wanted = schema["properties"]["items"]["items"]["required"].as_array().unwrap();
    for key in wanted.iter().map(|key| key.as_str().unwrap()) {
        assert!(told[0].get(key).is_some(), "{key} in {}", told[0]);
    }
    for (key, value) in [
        ("path", Value::from("/nobody")),
        ("query", Value::Null),
        ("query_masked", Value::from(true)),
        ("status", Value::from(404)),
        ("backend", Value::from("app-1")),
        ("tries", Value::from(1)),
    ] {
        assert_eq!(told[0][key], value, "{}", told[0]);
    }
    assert_eq!(told[0]["attempts"][0]["ended"], "404", "{}", told[0]);
    let csv = gateway.ctl.run("traffic tail --count 2 -o csv --columns status,path");
    assert_eq!(csv, "status,path\n404,/nobody\n404,/nobody\n");
    let table = gateway.ctl.run("traffic tail --count 1");
    assert!(table.contains("/nobody?***"), "{table}");
    let until = gateway.ctl.run("traffic tail --until status=404 -o jsonl");
    assert_eq!(lines(&until).len(), 1, "it ends with the first that fits");
}

#[test]
fn the_command_ends_as_it_is_told_and_refuses_what_makes_no_sense() {
    let fleet = Fleet::start(1);
    let gateway = app(&fleet, "");
    let said = gateway.ctl.try_run("traffic tail --timeout 200ms");
    assert_eq!((said.code, said.out.as_str()), (8, ""), "{said:?}");
    for (line, expected) in [
        ("--filter colour=red", "no field `colour`; there are id, client"),
        ("--filter status=5xx", "status is a number"),
        ("--filter path>3", "path is a text"),
        ("--sample 2:3", "expected one of so many, as 1:20"),
        ("--count 0", "0 is not in"),
    ] {
        let said = gateway.ctl.try_run(&format!("traffic tail {line}"));
        assert_eq!(said.code, 2, "{line}: {said:?}");
        assert!(said.err.contains(expected), "{line}: {said:?}");
    }
}

#[test]
fn every_field_that_is_offered_is_judged_by_the_gateway() {
    let fleet = Fleet::start(1);
    let gateway = app(&fleet, "");
    let said = gateway.ctl.try_run("traffic tail --filter nothing=1").err;
    let known = said.split_once("there are ").unwrap().1.lines().next().unwrap();
    let fields: Vec<&str> = known.split(", ").collect();
    assert_eq!(fields.len(), 23, "{fields:?}");
    for field in fields {
        let line = format!("traffic tail --filter {field}=- --timeout 1ms");
        assert_eq!(gateway.ctl.try_run(&line).code, 8, "{line}");
    }
}

#[test]
fn a_summary_tells_who_asks_most() {
    let fleet = Fleet::start(1);
    let gateway = app(&fleet, "");
    let _crowd = crowd(&gateway);
    let by_path = gateway.ctl.items("traffic summary --by path --window 1s");
    assert_eq!(by_path[0]["key"], "/nobody", "{by_path:?}");
    let by_status = gateway.ctl.items("traffic summary --by status --window 1s");
    assert_eq!((by_status[0]["key"].as_str(), by_status.len()), (Some("404"), 1), "{by_status:?}");
    assert!(by_status[0]["requests"].as_u64().unwrap() > 0);
}

#[test]
fn a_tail_goes_on_after_the_gateway_was_away() {
    let fleet = Fleet::start(1);
    let mut gateway = app(&fleet, "");
    let path = gateway.directory().join("tail.jsonl");
    let mut command = gateway.ctl.command();
    command.args(["traffic", "tail", "-o", "jsonl", "--until", "path=/after"]);
    let mut tail = gateway_tests::Process::start("tail", &mut command, &path);
    until("a request is told", || {
        gateway.client(Protocol::Http).get("/before");
        (tail.log().contains("/before")).then_some(())
    });
    gateway.kill();
    until("it says that the gateway is away", || tail.log().contains("trying again").then_some(()));
    gateway.start_again();
    until("it is back", || tail.log().contains("back; what was").then_some(()));
    gateway.client(Protocol::Http).get("/after");
    assert_eq!(tail.wait().code(), Some(0));
    assert!(tail.log().contains("/after"), "{}", tail.log());
}

#[test]
fn what_clients_write_reaches_no_terminal_as_it_is() {
    let fleet = Fleet::start(1);
    let gateway = app(&fleet, "");
    let hostile = b"GET /nobody HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\
                    User-Agent: \xe2\x80\xae\xc2\x9b2J\r\n\r\n";
    for (format, spelled) in [("jsonl", "\\u202e\\u009b2J"), ("table", "<U+202E>\\x9b2J")] {
        let place = gateway.directory().join(format);
        let mut command = gateway.ctl.command();
        command.args(["traffic", "tail", "--count", "1", "--columns", "agent", "-o", format]);
        let mut tail = gateway_tests::Process::start("tail", &mut command, &place);
        until("it is told", || {
            let mut client = TcpStream::connect(gateway.http).unwrap();
            client.write_all(hostile).unwrap();
            client.read_to_end(&mut Vec::new()).unwrap();
            tail.ended()
        });
        let told = tail.log();
        assert!(told.contains(spelled), "{told:?}");
        assert!(!told.contains(['\u{9b}', '\u{202e}']), "{told:?}");
    }
}
