//! What `schema` promises of answers is what answers are.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use gateway_tests::{Crowd, Ctl, EVERYTHING, Fleet, Gateway, Protocol, until};
use serde_json::Value;

/// Where `value` is not as `schema` says; the part of JSON Schema that `gatewayctl schema` uses.
fn breaches(schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    if let Some(wanted) = schema.get("const")
        && wanted != value
    {
        found.push(format!("{at}: {value} is not {wanted}"));
    }
    if let Some(types) = schema.get("type") {
        let types: Vec<&str> = match types {
            Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
            one => one.as_str().into_iter().collect(),
        };
        if !types.iter().any(|word| is(value, word)) {
            found.push(format!("{at}: {value} is none of {types:?}"));
        }
    }
    for key in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if value.get(key).is_none() {
            found.push(format!("{at} has no {key}"));
        }
    }
    for (key, schema) in schema["properties"].as_object().into_iter().flatten() {
        if let Some(value) = value.get(key) {
            breaches(schema, value, &format!("{at}.{key}"), found);
        }
    }
    if let Some(schema) = schema.get("items") {
        for value in value.as_array().into_iter().flatten() {
            breaches(schema, value, &format!("{at}[]"), found);
        }
    }
}

fn is(value: &Value, word: &str) -> bool {
    match word {
        "null" => value.is_null(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => panic!("{word} is no type"),
    }
}

#[test]
fn the_checker_of_this_test_finds_what_is_wrong() {
    let schema: Value = serde_json::from_str(
        r#"{"type":"object","required":["a"],"properties":{"a":{"type":["integer","null"]},
            "b":{"type":"array","items":{"const":1}}}}"#,
    )
    .unwrap();
    for (text, count) in [
        (r#"{"a":null}"#, 0),
        ("{}", 1),
        (r#"{"a":1.5}"#, 1),
        (r#"{"a":1,"b":[1,2]}"#, 1),
        ("7", 2),
    ] {
        let mut found = Vec::new();
        breaches(&schema, &serde_json::from_str(text).unwrap(), "it", &mut found);
        assert_eq!(found.len(), count, "{text}: {found:?}");
    }
}

#[test]
fn every_answer_is_as_its_schema_says() {
    let fleet = Fleet::start(2);
    let limits = "[[limit]]\nname = \"per-ip\"\nkey = \"client-ip\"\nmax = \"5/minute\"\n";
    let routes = EVERYTHING.replace("pool = \"app\"", "pool = \"app\"\nlimits = [\"per-ip\"]");
    let scaled = "\n[pool.autoscale]\ndriver = \"advise\"\nmin = 2\nmax = 9\n";
    let gateway = Gateway::start(&(routes + limits + &fleet.pool("") + scaled));
    let crowd = Crowd::gather(2, Protocol::Http, gateway.http, "/bytes/1");
    until("something was refused and decided", || {
        let refused = !gateway.ctl.items("limit rejections").is_empty();
        let decided = !gateway.ctl.items("scaler decisions").is_empty();
        (refused && decided).then_some(())
    });
    crowd.disperse();
    let mut kinds = BTreeSet::new();
    let validate = format!("config validate -f {}", gateway.file().display());
    for line in [
        "status",
        &validate,
        "health --min-healthy 1 --max-p99 60s",
        "version",
        "doctor",
        "backend list",
        "backend show app-1",
        "pool list",
        "limit list",
        "limit show per-ip",
        "limit rejections",
        "limit simulate per-ip --max 6/minute",
        "client show 127.0.0.1",
        "block add 203.0.113.7 --ttl 1h -y -m abuse",
        "block list",
        "scaler list",
        "scaler show",
        "scaler decisions",
        "scaler explain",
        "event list",
        "drain app-1 -n",
        "drain app-1 -y --no-wait -m patch",
        "backend list --state drain",
        "backend drain app-9 -y",
        "backend list --columns nope",
        "cert list",
        "audit list",
        "audit verify",
        "whoami",
        "context list",
        "op list",
        "cert list",
        "audit list",
        "audit verify",
        "whoami",
        "backend stats app-1",
        "config show",
        "config diff",
        "config export",
        "config history",
        "config keys",
        "traffic summary --window 1s",
        "context test",
    ] {
        let said = gateway.ctl.try_run(&format!("{line} -o json"));
        let text = if said.out.is_empty() { &said.err } else { &said.out };
        let answer: Value =
            serde_json::from_str(text).unwrap_or_else(|error| panic!("{line}: {error}: {text}"));
        let kind = answer.get("kind").map_or("Error", |kind| kind.as_str().unwrap()).to_owned();
        let schema = gateway.ctl.run(&format!("schema {kind}"));
        let mut found = Vec::new();
        breaches(&serde_json::from_str(&schema).unwrap(), &answer, &kind, &mut found);
        assert!(found.is_empty(), "{line}: {found:#?}\n{text}");
        kinds.insert(kind);
    }
    let unasked: Vec<String> = every_kind(&gateway.ctl).difference(&kinds).cloned().collect();
    // Two need a demo, the next a load that was measured for minutes; the last is told line by line
    // (tests/traffic.rs).
    assert_eq!(unasked, ["Load", "Practised", "ScalerSimulation", "TrafficList"]);
}

/// The kinds that the sources of the commands name.
fn named(directory: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            named(&path, found);
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let quoted = text.split('"').skip(1).step_by(2).filter(|it| it.ends_with("List"));
        let labelled = text.split("kind: \"").skip(1).filter_map(|rest| rest.split('"').next());
        let kinds = quoted.chain(labelled).filter(|kind| {
            kind.starts_with(|first: char| first.is_ascii_uppercase())
                && kind.chars().all(char::is_alphanumeric)
        });
        found.extend(kinds.map(str::to_owned));
    }
}

#[test]
fn no_command_answers_in_a_kind_without_a_schema() {
    let mut kinds = BTreeSet::new();
    let commands = Path::new(env!("CARGO_MANIFEST_DIR")).join("../gatewayctl/src/commands");
    named(&commands, &mut kinds);
    assert!(kinds.contains("BackendList") && kinds.contains("Health"), "{kinds:?}");
    let gateway = Ctl::new("/nonexistent/admin.sock".into());
    let known = every_kind(&gateway);
    let unknown: Vec<_> = kinds.difference(&known).collect();
    assert!(unknown.is_empty(), "gatewayctl/src/output/schema.rs has no {unknown:?}");
}

/// The kinds there are, as the refusal of another names them.
fn every_kind(ctl: &Ctl) -> BTreeSet<String> {
    let said = ctl.try_run("schema Nothing").err;
    let listed = said.split_once("possible values: ").unwrap().1.split_once(']').unwrap().0;
    listed.split([',', ' ', '\n']).filter(|kind| !kind.is_empty()).map(str::to_owned).collect()
}
