//! Servers that a command of an operator lists, starts and ends: what it is asked, and what never.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

use gateway_tests::{EVERYTHING, Fleet, Gateway, free_port, until, write_program};
use serde_json::{Value, json};
use tempfile::TempDir;

/// It prints what stands in `listing`, and accepts orders unless `broken` is there.
const SCALE: &str = r#"#!/bin/sh
cd "$(dirname "$0")" || exit 1
echo "$1 $2" >> calls
case $1 in
list) cat listing ;;
*) [ ! -e broken ] ;;
esac
"#;

fn cloud(servers: &[(&str, &str)]) -> TempDir {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("scale");
    write_program(&path, SCALE);
    list(place.path(), servers);
    place
}

/// From now on there are these servers.
fn list(place: &Path, servers: &[(&str, &str)]) {
    let servers: Vec<Value> =
        servers.iter().map(|(id, address)| json!({ "id": id, "address": address })).collect();
    let aside = place.join("aside");
    fs::write(&aside, json!({ "servers": servers }).to_string()).unwrap();
    fs::rename(aside, place.join("listing")).unwrap();
}

/// A gateway whose pool has one backend of its own besides, which `base` is.
fn start(place: &Path, keys: &str, base: &Fleet, more: &str) -> Gateway {
    let path = place.join("scale");
    let backend = format!("{{ name = \"base\", address = \"{}\" }}", base.servers[0].address);
    Gateway::start(&format!(
        "{EVERYTHING}\n[[pool]]\nname = \"app\"\nslow_start = \"0s\"\n\
         health = {{ path = \"/healthz\", interval = \"200ms\", timeout = \"1s\" }}\n\
         backend = [{backend}{more}]\n\
         [pool.autoscale]\ndriver = \"exec\"\nexec = {{ command = [{path:?}], interval = \"1s\" }}\n\
         {keys}\n"
    ))
}

fn calls(place: &Path, verb: &str) -> usize {
    let calls = fs::read_to_string(place.join("calls")).unwrap_or_default();
    calls.lines().filter(|line| line.starts_with(verb)).count()
}

/// Until the servers were listed so many times more.
fn look(place: &Path, times: usize) {
    let before = calls(place, "list");
    until("the servers are listed", || (calls(place, "list") >= before + times).then_some(()));
}

fn scaler(gateway: &Gateway) -> Value {
    gateway.ctl.items("scaler list").remove(0)
}

/// The backend called `name`, while there is one.
fn find(gateway: &Gateway, name: &str) -> Option<Value> {
    gateway.ctl.items("backend list").into_iter().find(|it| it["name"] == *name)
}

fn wait_for_health(gateway: &Gateway, name: &str, health: &str) {
    until(&format!("{name} is {health}"), || {
        (find(gateway, name)?["health"] == *health).then_some(())
    });
}

#[test]
fn a_server_that_is_ill_for_good_is_replaced_by_one_more_before_it_is_ended() {
    let (base, servers) = (Fleet::start(1), Fleet::start(3));
    let addresses: Vec<String> =
        servers.servers.iter().map(|server| server.address.to_string()).collect();
    let named = |number: usize| (["i-1", "i-2", "i-3"][number], addresses[number].as_str());
    let place = cloud(&[named(0), named(1)]);
    let place = place.path();
    let gateway = start(place, "min = 3\nmax = 3\nreplace_after = \"1s\"", &base, "");
    ["base", "i-1", "i-2"].iter().for_each(|name| wait_for_health(&gateway, name, "healthy"));
    servers.servers[0].turn("unhealthy?on=true");
    until("one more is ordered", || (calls(place, "scale-out 3") > 0).then_some(()));
    look(place, 2);
    assert_eq!(calls(place, "terminate"), 0, "the other one is not there yet");
    list(place, &[named(0), named(1), named(2)]);
    wait_for_health(&gateway, "i-3", "healthy");
    until("the ill one is ended", || (calls(place, "terminate i-1") > 0).then_some(()));
    list(place, &[named(1), named(2)]);
    until("it is gone", || find(&gateway, "i-1").is_none().then_some(()));
    look(place, 2);
    assert_eq!((calls(place, "scale-out"), calls(place, "terminate")), (1, 1), "nothing twice");
}

fn nowhere() -> String {
    format!("127.0.0.1:{}", free_port())
}

#[test]
fn a_paused_scaler_repeats_no_order_and_the_next_gateway_does_not_either() {
    let place = cloud(&[]);
    let place = place.path();
    fs::write(place.join("broken"), "").unwrap();
    let base = Fleet::start(1);
    let mut gateway = start(place, "min = 3\nmax = 4", &base, "");
    until("it is repeated", || (calls(place, "scale-out 2") > 1).then_some(()));
    gateway.ctl.run("scaler pause app -y -m failover");
    until("the pause is seen", || {
        (scaler(&gateway)["next"].as_str()?.starts_with("1: paused")).then_some(())
    });
    let before = calls(place, "scale-out");
    look(place, 5);
    assert_eq!(calls(place, "scale-out"), before, "nothing is started while it is paused");
    gateway.kill();
    gateway.start_again();
    look(place, 5);
    assert_eq!(calls(place, "scale-out"), before, "nor by the next gateway");
    gateway.ctl.run("scaler resume app -y");
    until("it goes on", || (calls(place, "scale-out 2") > before).then_some(()));
}

#[test]
fn servers_that_are_ordered_and_not_wanted_any_more_are_awaited_no_longer() {
    let place = cloud(&[]);
    let place = place.path();
    let base = Fleet::start(1);
    let gateway = start(place, "min = 0\nmax = 9", &base, "");
    gateway.ctl.run("scaler desired 6 app -y");
    until("five are coming", || (scaler(&gateway)["starting"] == 5).then_some(()));
    gateway.ctl.run("scaler desired 3 app -y");
    until("two are coming", || (scaler(&gateway)["starting"] == 2).then_some(()));
    gateway.ctl.run("scaler desired 1 app -y");
    until("none is coming", || (scaler(&gateway)["starting"] == 0).then_some(()));
    look(place, 3);
    let decided = gateway.ctl.items("scaler decisions --kind up,down");
    let all_done = decided.iter().all(|it| it["outcome"] == "done");
    assert!(!decided.is_empty() && all_done, "{decided:?}");
    assert_eq!(calls(place, "terminate"), 0, "the command does not know them");
}

#[test]
fn a_scaler_that_only_advises_ends_no_server_that_does_not_start() {
    let place = cloud(&[("srv-1", &nowhere())]);
    let place = place.path();
    let keys = "min = 0\nmax = 3\nstart_timeout = \"1s\"\nmode = \"advise\"";
    let base = Fleet::start(1);
    let gateway = start(place, keys, &base, "");
    wait_for_health(&gateway, "srv-1", "unhealthy");
    look(place, 5);
    assert_eq!(calls(place, "terminate"), 0);
    gateway.ctl.run("scaler set app --mode act -y");
    until("it is ended", || (calls(place, "terminate srv-1") > 0).then_some(()));
}

#[test]
fn a_backend_of_the_operators_own_stays_whatever_is_listed() {
    let place = cloud(&[("own-1", &nowhere())]);
    let place = place.path();
    let own = format!(", {{ name = \"own-1\", address = \"{}\" }}", nowhere());
    let base = Fleet::start(1);
    let gateway = start(place, "min = 0\nmax = 3\nstart_timeout = \"1s\"", &base, &own);
    wait_for_health(&gateway, "own-1", "unhealthy");
    until("it is told", || {
        let events = gateway.ctl.run("event list --kind scale -o jsonl");
        events.contains("which is a backend already: it is left alone").then_some(())
    });
    look(place, 5);
    let backend = gateway.ctl.backend("own-1");
    assert_eq!(backend["source"], "file", "{backend}");
    assert_eq!(calls(place, "terminate"), 0);
}

#[test]
fn a_server_is_followed_to_another_address_and_keeps_its_weight() {
    let fleet = Fleet::start(3);
    let [one, other] = [1, 2].map(|place| fleet.servers[place].address.to_string());
    let place = cloud(&[("srv-1", &one)]);
    let gateway = start(place.path(), "min = 1\nmax = 3", &fleet, "");
    wait_for_health(&gateway, "srv-1", "healthy");
    gateway.ctl.run("backend weight srv-1=70 -y");
    list(place.path(), &[("srv-1", &other)]);
    until("it is followed", || (find(&gateway, "srv-1")?["address"] == *other).then_some(()));
    wait_for_health(&gateway, "srv-1", "healthy");
    assert_eq!(gateway.ctl.backend("srv-1")["weight"], 70);
    // Two at one place are nobody's to choose from: what is known stays.
    list(place.path(), &[("srv-1", &one), ("srv-2", &one)]);
    until("it is told", || {
        scaler(&gateway)["next"].as_str()?.contains("at the same address").then_some(())
    });
    assert_eq!(gateway.ctl.items("backend list").len(), 2);
    assert_eq!(gateway.ctl.backend("srv-1")["address"], *other);
}
