//! Inquiries: what a rule would do, whom limits refuse, what is known of a client.

use std::io::Write;
use std::net::TcpStream;

use gateway_tests::{Fleet, Gateway, Protocol, Recorder, until};

use crate::{client, limited, listed, passed, trusting};

const FIVE: &str = "key = \"client-ip\"\nmax = \"5/hour\"";

#[test]
fn a_simulation_says_of_recorded_requests_what_enforcing_then_does() {
    let fleet = Fleet::start(1);
    let gateway = trusting(&limited("key = \"client-ip\"\nmax = \"100/hour\""), &fleet);
    let ask = |address: &str, times| passed(&mut client(&gateway, address), times);
    assert_eq!(
        (ask("198.51.100.1", 12), ask("198.51.100.2", 7), ask("198.51.100.3", 4)),
        (12, 7, 4)
    );
    let tried = &gateway.ctl.items("limit simulate all --max 5/hour --window 5m")[0];
    for (key, figure) in [
        ("arrived", 23),
        ("rejected", 0),
        ("would_reject", 9),
        ("keys", 3),
        ("keys_would_reject", 2),
        ("keys_newly_rejected", 2),
    ] {
        assert_eq!(tried[key], figure, "{key}: {tried}");
    }
    let most = &tried["top"][0];
    assert_eq!((&most["client"], &most["rejected"]), (&"198.51.100.1".into(), &7.into()));
    // The same requests, enforced.
    let enforcing = trusting(&limited(FIVE), &fleet);
    for (address, times) in [("198.51.100.1", 12), ("198.51.100.2", 7), ("198.51.100.3", 4)] {
        passed(&mut client(&enforcing, address), times);
    }
    assert_eq!(listed(&enforcing)["rejected_total"], tried["would_reject"]);
    assert_eq!(gateway.ctl.try_run("limit simulate nothing --max 5/hour").code, 5);
    assert_eq!(gateway.ctl.try_run("limit simulate all --max often").code, 2);
}

#[test]
fn a_rule_that_hurts_those_who_did_nothing_is_refused_unless_forced() {
    let fleet = Fleet::start(1);
    let gateway = trusting(&limited("key = \"client-ip\"\nmax = \"100/hour\""), &fleet);
    assert_eq!(passed(&mut client(&gateway, "198.51.100.1"), 12), 12);
    assert_eq!(passed(&mut client(&gateway, "198.51.100.2"), 3), 3);
    let said = gateway.ctl.try_run("limit set all --max 5/hour -y");
    assert_eq!(said.code, 7, "{}", said.err);
    assert!(said.err.contains("would refuse 1 of the 2 clients"), "{}", said.err);
    assert_eq!(listed(&gateway)["max"], "100/hour");
    gateway.ctl.run("limit set all --max 50/hour -y");
    gateway.ctl.run("limit set all --max 5/hour --mode shadow -y");
    gateway.ctl.run("limit set all --max 4/hour --mode enforce --force -y -m attack");
    assert_eq!(listed(&gateway)["max"], "4/hour");
}

#[test]
fn a_rule_that_hurts_is_told_from_shadows_and_from_what_is_under_way() {
    let fleet = Fleet::start(1);
    let shadow = format!("{FIVE}\nmode = \"shadow\"");
    let gateway = trusting(&limited(&shadow), &fleet);
    assert_eq!(passed(&mut client(&gateway, "198.51.100.1"), 9), 9);
    let said = gateway.ctl.try_run("limit enforce all -y");
    assert_eq!(said.code, 7, "{}", said.err);
    assert!(said.err.contains("would refuse 1 of the 1 clients"), "{}", said.err);
    // Whoever looked at another revision learns that first.
    let said = gateway.ctl.try_run("limit enforce all -y --if-revision 1000");
    assert_eq!(said.code, 6, "{}", said.err);
    gateway.ctl.run("limit enforce all -y --force -m attack");
    let events = gateway.ctl.items("event list --kind change");
    let forced = events.iter().find(|it| it["what"].as_str().unwrap().starts_with("forced: "));
    assert!(forced.unwrap()["what"].as_str().unwrap().contains("1 of the 1"), "{events:?}");

    let backend = Recorder::start(|call| {
        call.request();
        call.wait_until_left();
    });
    let rest = limited("key = \"client-ip\"\nconcurrent = 20") + &Recorder::pool(&[&backend], "");
    let gateway = Gateway::start(&rest);
    let _under_way = [(); 3].map(|()| {
        let mut stream = TcpStream::connect(gateway.http).unwrap();
        stream.write_all(b"GET /slow HTTP/1.1\r\nHost: a.example\r\n\r\n").unwrap();
        stream
    });
    until("all are with the backend", || (backend.requests().len() == 3).then_some(()));
    let said = gateway.ctl.try_run("limit set all --concurrent 2 -y");
    assert_eq!(said.code, 7, "it has three: {}", said.err);
    gateway.ctl.run("limit set all --concurrent 3 -y");
    gateway.ctl.run("limit set all --max 100/hour -y");
    let said = gateway.ctl.try_run("limit set all --concurrent 2 -y");
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.err.contains("nothing is known of how many"), "{}", said.err);
}

#[test]
fn refusals_of_sprays_and_of_clients_that_have_more_are_remembered() {
    let fleet = Fleet::start(1);
    let keys = "key = \"client-ip\"\nmax = \"3/hour\"\nv6_wide = { prefix = 48, times = 2 }\n\
                multipliers = [{ network = \"198.51.100.0/24\", times = 2 }]";
    let gateway = trusting(&limited(keys), &fleet);
    assert_eq!(passed(&mut client(&gateway, "198.51.100.1"), 9), 6);
    for number in 1..=5 {
        let address = format!("2001:db8:1:{number}::1");
        let times = if number < 3 { 3 } else { 2 };
        let through = if number < 3 { 3 } else { 0 };
        assert_eq!(passed(&mut client(&gateway, &address), times), through);
    }
    let rows = gateway.ctl.items("limit rejections --by key");
    let told = |key: &str| {
        rows.iter().find(|row| row["key"] == key).unwrap_or_else(|| {
            panic!("{key} in {rows:?}");
        })
    };
    let ratio = |row: &serde_json::Value| {
        row["rejected_per_s"].as_f64().unwrap() / row["passed_per_s"].as_f64().unwrap()
    };
    assert!((ratio(told("198.51.100.1")) - 0.5).abs() < 0.01, "3 to 6: {rows:?}");
    assert!((ratio(told("2001:db8:1::/48")) - 1.0).abs() < 0.01, "6 to 6: {rows:?}");
    assert_eq!(rows.len(), 2, "{rows:?}");
    let clients = gateway.ctl.items("limit rejections");
    assert!(clients.iter().any(|row| row["client"] == "2001:db8:1::/48"), "{clients:?}");
    let shown = |address: &str| gateway.ctl.items(&format!("client show {address}"))[0].clone();
    let client = shown("2001:db8:1:5::1");
    assert_eq!((&client["asked"], &client["rejected"]), (&2.into(), &2.into()), "{client}");
    assert_eq!(client["paths"], serde_json::json!(["/healthz"]), "{client}");
    let [own, wide] = &client["rules"].as_array().unwrap()[..] else { panic!("{client}") };
    assert_eq!((&own["used"], &own["free_in_s"]), (&2.into(), &0.0.into()), "{own}");
    assert_eq!((&wide["allows"], &wide["used"]), (&"6/hour".into(), &6.into()), "{wide}");
    assert!(wide["free_in_s"].as_f64().unwrap() > 0.0, "{wide}");
    assert!(wide["note"].as_str().unwrap().contains("2001:db8:1::/48"), "{wide}");
    let client = shown("198.51.100.1");
    assert_eq!((&client["asked"], &client["rejected"]), (&9.into(), &3.into()), "{client}");
    let text = gateway.ctl.run("client show 2001:db8:1:5::1");
    let lines: Vec<&str> = text.lines().collect();
    assert!(
        lines.iter().any(|line| line.starts_with("blocked_by") && line.ends_with(" -")),
        "{text}"
    );
    assert_eq!(lines.iter().filter(|line| line.contains("rule all allows")).count(), 2, "{text}");
    assert!(!text.contains("route -"), "{text}");
}

#[test]
fn rejections_can_be_watched() {
    let fleet = Fleet::start(1);
    let gateway = trusting(&limited(FIVE), &fleet);
    passed(&mut client(&gateway, "203.0.113.44"), 9);
    passed(&mut client(&gateway, "203.0.113.45"), 7);
    let said = gateway.ctl.run("limit rejections -w --count 2 -o jsonl");
    let lines: Vec<serde_json::Value> =
        said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let added = lines.iter().filter(|line| line["type"] == "added");
    let clients: Vec<_> = added.map(|line| line["item"]["client"].clone()).collect();
    assert_eq!(clients, ["203.0.113.44", "203.0.113.45"], "{said}");
    assert!(lines.iter().any(|line| line["type"] == "sync"), "{said}");
}

#[test]
fn rejections_name_the_offenders_by_rule_client_key_and_path() {
    let fleet = Fleet::start(1);
    let rest = limited("key = [\"client-ip\", \"header:x-token\"]\nmax = \"5/hour\"");
    let gateway = trusting(&rest, &fleet);
    let mut loud = client(&gateway, "203.0.113.44").with("x-token", "secret");
    assert_eq!(passed(&mut loud, 35), 5);
    let mut other = gateway.client(Protocol::Http2).with("x-forwarded-for", "2001:db8:7::1");
    (0..9).for_each(|_| drop(other.get("/search?q=1")));
    let by = |by: &str| gateway.ctl.items(&format!("limit rejections --by {by} --window 5m"));
    let clients = by("client");
    assert_eq!(clients.len(), 2, "{clients:?}");
    assert_eq!(
        (&clients[0]["client"], &clients[0]["rule"]),
        (&"203.0.113.44".into(), &"all".into())
    );
    assert_eq!(clients[1]["client"], "2001:db8:7::1");
    let rate = |row: &serde_json::Value, key: &str| row[key].as_f64().unwrap();
    assert!(rate(&clients[0], "rejected_per_s") > rate(&clients[1], "rejected_per_s"));
    let ratio = rate(&clients[0], "rejected_per_s") / rate(&clients[0], "passed_per_s");
    assert!((ratio - 6.0).abs() < 0.01, "30 to 5: {ratio}");
    assert_eq!(rate(&clients[0], "error_per_s"), 0.0);
    assert_eq!(by("rule").len(), 1);
    let paths: Vec<_> = by("path").iter().map(|row| row["path"].clone()).collect();
    assert_eq!(paths, ["/healthz", "/search"]);
    let keys = by("key");
    let key = keys[0]["key"].as_str().unwrap();
    assert!(key.starts_with("203.0.113.44+header:x-token#"), "{key}");
    assert!(!key.contains("secret"), "{key}");
}

#[test]
fn a_client_is_shown_with_its_address_and_why_and_what_it_used() {
    let fleet = Fleet::start(1);
    let keys = format!("{FIVE}\nexempt = [\"192.0.2.0/24\"]");
    let gateway = trusting(&limited(&keys), &fleet);
    passed(&mut client(&gateway, "203.0.113.44"), 7);
    let show = |line: &str| gateway.ctl.items(&format!("client show {line}"))[0].clone();
    let shown = show("203.0.113.44");
    assert_eq!(
        (&shown["client"], &shown["asked"], &shown["rejected"]),
        (&"203.0.113.44".into(), &7.into(), &2.into()),
        "{shown}"
    );
    assert_eq!(shown["paths"], serde_json::json!(["/healthz"]), "{shown}");
    let rule = &shown["rules"][0];
    assert_eq!((&rule["rule"], &rule["used"]), (&"all".into(), &5.into()), "{rule}");
    let free = rule["free_in_s"].as_f64().unwrap();
    assert!((3600.0 - 60.0..=3600.0 * 1.2).contains(&free), "{free}");
    assert_eq!(show("203.0.113.45")["rules"][0]["free_in_s"], 0.0);
    assert!(show("192.0.2.9")["rules"][0]["note"].as_str().unwrap().contains("192.0.2.0/24"));
    let behind = gateway.ctl.try_args(&[
        "client",
        "show",
        "127.0.0.1",
        "--forwarded-for",
        "6.6.6.6, 203.0.113.44",
        "-o",
        "json",
    ]);
    let behind: serde_json::Value = serde_json::from_str(&behind.out).unwrap();
    let behind = &behind["items"][0];
    assert_eq!(behind["client"], "203.0.113.44");
    assert!(behind["why"].as_str().unwrap().contains("no trusted proxy"), "{behind}");
    gateway.ctl.run("block add 203.0.113.0/24 --ttl 1h -y");
    assert_eq!(show("203.0.113.44")["blocked_by"], serde_json::json!(["203.0.113.0/24"]));
    assert_eq!(gateway.ctl.try_run("client show nobody").code, 2);
}
