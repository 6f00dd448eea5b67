//! What an operator learns of a backend in trouble: why attempts failed, whether their requests went
//! elsewhere, what it holds open and what it reports.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use bytes::Bytes;
use gateway_tests::{Call, Client, EVERYTHING, Fleet, Gateway, Protocol, Recorder, until};
use http::Method;
use serde_json::{Value, json};

/// What `backend show` says of one.
fn shown(gateway: &Gateway, name: &str) -> Value {
    gateway.ctl.items(&format!("backend show {name}")).remove(0)
}

/// How many attempts failed for this reason, in all and in the last minute.
fn failed(gateway: &Gateway, name: &str, reason: &str) -> Value {
    let shown = shown(gateway, name);
    let failures = shown["failures"].as_array().unwrap();
    let found = failures.iter().find(|it| it["reason"] == reason);
    found.map_or_else(|| json!([0, 0]), |it| json!([it["total"], it["last_minute"]]))
}

/// Fails in the way that the path says.
fn troubled(call: &mut Call) {
    while let Some(request) = call.request() {
        match request.target() {
            "/status_5xx" => call.say("HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n"),
            "/reset" => return,
            "/cut_off" => return call.say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegun"),
            "/bad_response" => return call.say("This is not HTTP.\r\n\r\n"),
            "/reports" => call.say(
                "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\
                 endpoint-load-metrics: TEXT mem_utilization=0.41\r\n\r\n",
            ),
            _ => call.say_ok("well"),
        }
    }
}

/// Asks once, by a method that is not asked again, and does not care for the answer.
fn ask(client: &mut Client, path: &str) {
    let _ = client.ask(Method::POST, path, Bytes::new());
}

#[test]
fn each_way_to_fail_is_counted_as_what_it_is() {
    let backend = Recorder::start(troubled);
    let pool = Recorder::pool(&[&backend], "");
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &pool));
    let reasons = ["status_5xx", "reset", "cut_off", "bad_response"];
    for protocol in [Protocol::Http, Protocol::Http2] {
        for reason in reasons {
            ask(&mut gateway.client(protocol), &format!("/{reason}"));
        }
    }
    for reason in reasons {
        until(&format!("two of {reason}"), || {
            (failed(&gateway, "app-1", reason) == json!([2, 2])).then_some(())
        });
    }
    let backend = shown(&gateway, "app-1");
    assert_eq!(backend["errors_total"], 8, "{backend}");
    assert_eq!(backend["failures"].as_array().unwrap().len(), reasons.len(), "{backend}");
    let metrics = String::from_utf8(gateway.ask_metrics("/metrics").body.to_vec()).unwrap();
    for reason in reasons {
        let line = format!(
            "gateway_backend_failures_by_reason_total\
             {{pool=\"app\",backend=\"app-1\",reason=\"{reason}\"}} 2\n"
        );
        assert!(metrics.contains(&line), "no {line} in {metrics}");
    }
}

#[test]
fn a_backend_that_says_nothing_has_timed_out() {
    let backend = Recorder::start(|call| {
        // Until the gateway has enough of it.
        while call.request().is_some() {}
    });
    let pool = Recorder::pool(&[&backend], "");
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &pool));
    let reply = gateway.client(Protocol::Http).get("/silent");
    assert_eq!(reply.status.as_u16(), 504);
    until("it is counted", || {
        (failed(&gateway, "app-1", "timeout") == json!([1, 1])).then_some(())
    });
}

#[test]
fn what_was_refused_and_went_elsewhere_is_told_of_the_one_it_left() {
    let mut fleet = Fleet::start(2);
    // Probes so rare that only traffic can notice, and nothing is ejected.
    let pool = fleet.pool("balance = \"round-robin\"\nejection = { failures = 0 }");
    let pool =
        pool.replace("\"200ms\"", "\"60s\"").replace("healthy_after = 2", "healthy_after = 1");
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &pool));
    fleet.servers[0].kill();
    let mut client = gateway.client(Protocol::Http);
    for _ in 0..10 {
        assert_eq!(client.get("/headers").served_by(), "app-2");
    }
    until("some of them were there first", || {
        let left = shown(&gateway, "app-1")["retried_away_total"].as_u64().unwrap();
        let refused = failed(&gateway, "app-1", "connect_refused");
        (left >= 3 && refused == json!([left, left])).then_some(())
    });
    assert_eq!(shown(&gateway, "app-2")["retried_away_total"], 0);
    let table = gateway.ctl.run("backend show app-1");
    assert!(table.contains("connect_refused"), "{table}");
    assert_eq!(shown(&gateway, "app-1")["connections"], 0);
}

#[test]
fn connections_are_told_as_they_open_idle_and_close() {
    let backend = Recorder::start(troubled);
    let pool = Recorder::pool(&[&backend], "max_requests = 7");
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &pool));
    let is = |open: u32, idle: u32| {
        let shown = shown(&gateway, "app-1");
        (shown["connections"] == open && shown["connections_idle"] == idle).then_some(())
    };
    let mut client = gateway.client(Protocol::Http);
    assert_eq!(client.get("/well").status.as_u16(), 200);
    until("one is kept", || is(1, 1));
    // The backend closes it in the middle of an answer.
    ask(&mut client, "/cut_off");
    until("it is closed", || is(0, 0));
    let shown = shown(&gateway, "app-1");
    assert_eq!((&shown["max_requests"], &shown["memory_ratio"]), (&json!(7), &Value::Null));
    gateway.client(Protocol::Http).get("/reports");
    until("its memory is known", || {
        (gateway.ctl.backend("app-1")["memory_ratio"] == 0.41).then_some(())
    });
}
