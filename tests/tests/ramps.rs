//! Ramps: weights that the gateway moves by itself, and gives up when a backend does not bear it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use gateway_tests::{Call, Crowd, EVERYTHING, Fleet, Gateway, Protocol, Recorder, until};
use serde_json::Value;

fn effective(gateway: &Gateway, name: &str) -> u64 {
    gateway.ctl.backend(name)["effective_weight"].as_u64().unwrap()
}

#[test]
fn a_weight_on_a_ramp_moves_by_itself_arrives_and_is_told() {
    let fleet = Fleet::start(2);
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    gateway.wait_for_health("app-2", "healthy");
    let said = gateway.ctl.run("backend weight app-2=600 --ramp 4s -y -m canary");
    assert!(said.contains("weight"), "{said}");
    let first = gateway.ctl.backend("app-2");
    assert_eq!(first["weight"], 600, "{first}");
    let mut seen = vec![effective(&gateway, "app-2")];
    until("it has arrived", || {
        seen.push(effective(&gateway, "app-2"));
        (gateway.ctl.backend("app-2")["ramp_until"] == Value::Null).then_some(())
    });
    assert!(seen.is_sorted(), "{seen:?}");
    assert!(seen[0] < 600, "{seen:?}");
    assert_eq!(effective(&gateway, "app-2"), 600);
    let told = gateway.ctl.run("event tail --no-follow -o jsonl");
    for words in ["active weight 100 -> active weight 100 to 600 in 4s (canary)", "expire: active"]
    {
        assert!(told.contains(words), "no {words} in {told}");
    }
}

#[test]
fn a_ramp_outlives_the_gateway_and_ends_with_a_new_weight_or_a_drain() {
    let fleet = Fleet::start(2);
    let mut gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    gateway.wait_for_health("app-2", "healthy");
    gateway.ctl.run("backend weight app-2=900 --ramp 2h --abort-if error>50% -y -m canary");
    let before = gateway.ctl.backend("app-2");
    assert_eq!((&before["weight"], &before["ramp_from"]), (&900.into(), &100.into()), "{before}");
    assert_eq!(before["ramp_abort_if"], "error>50%");
    let listed = gateway.ctl.run("backend list");
    assert!(listed.contains("ramps from 100, "), "{listed}");
    assert!(listed.contains("left unless error>50%"), "{listed}");
    gateway.kill();
    gateway.start_again();
    gateway.wait_for_health("app-2", "healthy");
    let after = gateway.ctl.backend("app-2");
    assert_eq!(after["ramp_until"], before["ramp_until"]);
    assert_eq!(after["weight"], 900);
    assert!((100..120).contains(&effective(&gateway, "app-2")), "{after}");

    gateway.ctl.run("drain app-2 -y -m enough");
    let drained = gateway.ctl.backend("app-2");
    assert_eq!(drained["ramp_until"], Value::Null, "{drained}");
    assert!((100..120).contains(&drained["weight"].as_u64().unwrap()), "where it was: {drained}");
    let refused = gateway.ctl.try_run("backend weight app-2=900 --ramp 1h -y -m again");
    assert!(refused.err.contains("app-2 is draining: enable it first"), "{}", refused.err);

    gateway.ctl.run("undrain app-2 -y -m again");
    gateway.ctl.run("backend weight app-2=900 --ramp 2h -y -m again");
    gateway.ctl.run("backend weight app-2=300 -y -m now");
    let now = gateway.ctl.backend("app-2");
    assert_eq!((&now["weight"], &now["ramp_until"]), (&300.into(), &Value::Null), "{now}");
}

#[test]
fn a_ramp_is_given_up_when_its_backend_fails_and_everybody_is_told_why() {
    let fleet = Fleet::start(1);
    let fails = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&fails);
    let flaky = Recorder::start(move |call: &mut Call| {
        while let Some(request) = call.request() {
            match told.load(Ordering::Relaxed) {
                true => call.say("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"),
                false => call.answer(&request),
            }
        }
    });
    let pool = fleet.pool("balance = \"round-robin\"\nejection = { failures = 0 }");
    let address = flaky.address;
    let pool =
        format!("{pool}\n[[pool.backend]]\nname = \"new\"\naddress = \"{address}\"\nweight = 40\n");
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &pool));
    gateway.wait_for_health("new", "healthy");
    // Nothing was answered yet: there is nothing to compare with.
    let refused = gateway.ctl.try_run("backend weight new=100 --ramp 1h --abort-if p99>2x -y");
    assert!(refused.err.contains("there is no p99 to compare with"), "{}", refused.err);
    let refused = gateway.ctl.try_run("backend weight new=100 --ramp 1h --abort-if p50>2x -y");
    assert!(refused.err.contains("\"error>1%\""), "{}", refused.err);

    let crowd = Crowd::gather(4, Protocol::Http, gateway.address(Protocol::Http), "/bytes/10");
    crowd.watch(100);
    let ramp = "backend weight new=100 --ramp 2h -y -m canary --abort-if";
    let words: Vec<&str> =
        ramp.split_whitespace().chain(["error>20% or p99>60s or p99>1000x"]).collect();
    until("what it takes is known", || (gateway.ctl.try_args(&words).code == 0).then_some(()));
    crowd.watch(100);
    assert_eq!(gateway.ctl.backend("new")["weight"], 100, "it bears it so far");
    fails.store(true, Ordering::Relaxed);
    until("it is given up", || (gateway.ctl.backend("new")["weight"] == 40).then_some(()));
    assert_eq!(gateway.ctl.backend("new")["ramp_until"], Value::Null);
    let told = gateway.ctl.run("event tail --no-follow -o jsonl");
    assert!(told.contains("new goes back to weight 40: error "), "{told}");
    assert!(told.contains("error>20% gives it up"), "{told}");
    drop(crowd);
}
