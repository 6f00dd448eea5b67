//! gatewayctl against a real gateway: what scripts depend on.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use gateway_tests::{EVERYTHING, Fleet, Gateway, until};
use serde_json::Value;

fn gateway(fleet: &Fleet) -> Gateway {
    Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")))
}

#[test]
fn lists_keep_their_json_contract() {
    let fleet = Fleet::start(2);
    let gateway = gateway(&fleet);
    for (line, kind, keys) in [
        (
            "backend list",
            "BackendList",
            "name pool address weight effective_weight configured_weight standing standing_owner              standing_reason standing_expires health health_reason slow_start in_flight              requests_total errors_total rps p50_ms p99_ms error_ratio cpu_ratio share_ratio expected_ratio ramp_from ramp_until",
        ),
        (
            "pool list",
            "PoolList",
            "name balance backends ready draining rps in_flight p99_ms error_ratio headroom_ratio              panic share_ratio imbalance_ratio",
        ),
        (
            "status",
            "Status",
            "ready version uptime_s revision rps in_flight p50_ms p99_ms error_ratio              rejected_per_s rejected_total connections cpu_ratio rss_bytes workers problems",
        ),
    ] {
        let answer: Value =
            serde_json::from_str(&gateway.ctl.run(&format!("{line} -o json"))).unwrap();
        assert_eq!((&answer["kind"], &answer["v"]), (&kind.into(), &1.into()), "{line}");
        for key in ["context", "instance", "server_time", "revision", "age_ms"] {
            assert!(answer["meta"].get(key).is_some(), "{line}: meta without {key}");
        }
        for key in keys.split_whitespace() {
            assert!(answer["items"][0].get(key).is_some(), "{line}: item without {key}");
        }
    }
}

#[test]
fn each_output_format_lists_the_same_backends() {
    let fleet = Fleet::start(2);
    let gateway = gateway(&fleet);
    let ctl = &gateway.ctl;
    assert_eq!(ctl.run("backend list -o name"), "app-1\napp-2\n");
    assert_eq!(ctl.run("backend list -o jsonl").lines().count(), 2);
    let yaml = ctl.run("backend list -o yaml");
    let (kind, names) = (yaml.lines().nth(1), yaml.matches("\n- name: \"app-").count());
    assert_eq!((kind, names), (Some("kind: \"BackendList\""), 2), "{yaml}");
    let csv = ctl.run("backend list -o csv");
    assert!(csv.lines().next().unwrap().starts_with("name,"), "{csv}");
    assert_eq!(csv.lines().count(), 3);
    assert!(ctl.run("backend list").contains("app-2"));
}

#[test]
fn a_template_tells_each_item_in_the_operators_own_words() {
    let fleet = Fleet::start(2);
    let gateway = gateway(&fleet);
    let said = |command: &str, template: &str| {
        let words = command.split(' ').chain(["-o", template]);
        let said = gateway.ctl.try_args(&words.collect::<Vec<_>>());
        assert_eq!(said.code, 0, "{command} {template}: {}", said.err);
        said.out
    };
    until("both are known to be well", || {
        let well = |name| gateway.ctl.backend(name)["health"] == "healthy";
        (well("app-1") && well("app-2")).then_some(())
    });
    let told = said("backend list", r"template={{ name }}\t{{ weight }}\t{{ standing_reason }}");
    assert_eq!(told, "app-1\t100\t-\napp-2\t100\t-\n");
    let changed = said("backend weight app-1=50 -y", "template={{ what }} {{ target }} {{ undo }}");
    assert_eq!(changed, "weight backend/app-1 available\n");
    let watched =
        said("backend list -w --count 3", "template={{ name }} is {{ health }} at {{ weight }}");
    assert_eq!(watched, "app-1 is healthy at 50\napp-2 is healthy at 100\n", "news alone");
    let told = said("event tail --no-follow", "template={{ target }}: {{ what }}");
    assert!(
        told.contains("backend/app-1: weight: active weight 100 -> active weight 50\n"),
        "{told}"
    );
    assert_eq!(said("health", "template={{ ok }}"), "true\n");
}

#[test]
fn a_template_that_cannot_be_filled_in_changes_nothing() {
    let fleet = Fleet::start(2);
    let gateway = gateway(&fleet);
    let change = ["backend", "weight", "app-1=50", "-y", "-o"];
    for (template, told) in [
        ("template={{ what", "column 4: unexpected end of input"),
        ("template={{ what|uper }}", "column 9: filter uper is unknown"),
        ("template={{ wath }}", "no field `wath` for the template; there are id, time, actor"),
        ("template=", "it says nothing"),
    ] {
        let said = gateway.ctl.try_args(&[&change[..], &[template]].concat());
        assert_eq!((said.code, &*said.out), (2, ""), "{template}");
        assert!(said.err.contains(told) && said.err.contains("help output"), "{}", said.err);
    }
    assert_eq!(gateway.ctl.backend("app-1")["weight"], 100);
    let said = gateway.ctl.try_args(&[&change[..], &["template={{ confirm_by + 1 }}"]].concat());
    assert_eq!((said.code, &*said.out), (1, ""), "{}", said.err);
    assert!(said.err.contains("hint: the change was made"), "{}", said.err);
    assert_eq!(gateway.ctl.backend("app-1")["weight"], 50);
}

#[test]
fn failures_have_their_exit_codes_and_name_the_next_step() {
    let fleet = Fleet::start(2);
    let mut gateway = gateway(&fleet);
    let revision = gateway.ctl.items("status")[0]["revision"].as_u64().unwrap();
    gateway.ctl.run("backend weight app-1=50 -y");
    for (line, code) in [
        ("backend drain nobody -y", 5),
        ("backend weight app-1 -y", 2),
        ("backend frobnicate", 2),
        (&*format!("backend weight app-1=10 -y --if-revision {revision}"), 6),
        ("backend wait app-1 --for drained --timeout 200ms", 8),
        ("top", 2),
    ] {
        let said = gateway.ctl.try_run(line);
        assert_eq!(said.code, code, "{line}: {}{}", said.out, said.err);
        assert_eq!(said.out, "", "{line}: errors belong on stderr");
        assert!(said.err.lines().count() >= 1, "{line}");
    }
    assert_eq!(gateway.ctl.backend("app-1")["weight"], 50);
    gateway.kill();
    let said = gateway.ctl.try_run("backend list --connect-timeout 300ms");
    assert_eq!(said.code, 9, "{}", said.err);
}

#[test]
fn a_dry_run_changes_nothing() {
    let fleet = Fleet::start(2);
    let gateway = gateway(&fleet);
    let before = gateway.ctl.items("status")[0]["revision"].clone();
    gateway.ctl.run("backend drain app-1 --dry-run -m look");
    gateway.ctl.run("backend weight app-1=7 --dry-run");
    let backend = gateway.ctl.backend("app-1");
    assert_eq!((&backend["standing"], &backend["weight"]), (&"active".into(), &100.into()));
    assert_eq!(gateway.ctl.items("status")[0]["revision"], before);
}

#[test]
fn each_change_is_an_event_with_its_author_and_reason() {
    let fleet = Fleet::start(2);
    let gateway = gateway(&fleet);
    gateway.ctl.run("backend maintenance app-2 -y -m disks");
    let backend = gateway.ctl.backend("app-2");
    assert_eq!(backend["standing"], "maintenance");
    assert_eq!(backend["standing_reason"], "disks");
    let owner = backend["standing_owner"].as_str().unwrap();
    assert!(!owner.is_empty());
    let events = gateway.ctl.run("event tail --no-follow -o jsonl");
    let told = events.lines().find(|line| line.contains("maintenance") && line.contains("app-2"));
    assert!(told.is_some_and(|line| line.contains(owner)), "{events}");
}
