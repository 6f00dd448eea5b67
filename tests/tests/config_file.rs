//! The file and what operators said since: told, exported, written back, replaced.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::io::Write;
use std::process::Stdio;

use gateway_proto::{ApplyConfigRequest, ValidateRequest, config_client::ConfigClient};
use gateway_tests::{EVERYTHING, Fleet, Gateway, Said, Signal, until};

const LIMIT: &str = r#"
# Agreed with sales.
[[limit]]
name = "create"
key = "client-ip"
max = "100/minute"   # in any minute
"#;

fn start(fleet: &Fleet) -> Gateway {
    let pool = fleet.pool("").replace("[[pool]]", "# The shop.\n[[pool]]");
    Gateway::start(&format!("{EVERYTHING}{LIMIT}{pool}"))
}

fn text(gateway: &Gateway) -> String {
    fs::read_to_string(gateway.file()).unwrap()
}

/// What `config diff` names: target and field.
fn drift(gateway: &Gateway) -> Vec<(String, String)> {
    let said = gateway.ctl.try_run("config diff -o json");
    let answer: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(answer["kind"], "ConfigDiff");
    let items = answer["items"].as_array().unwrap();
    assert_eq!(said.code, if items.is_empty() { 0 } else { 3 }, "{said:?}");
    let word = |it: &serde_json::Value| it.as_str().unwrap().to_owned();
    items.iter().map(|it| (word(&it["target"]), word(&it["field"]))).collect()
}

/// gatewayctl with `arguments` and a text on its standard input.
fn told(gateway: &Gateway, arguments: &[&str], text: &str) -> Said {
    let mut command = gateway.ctl.command();
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Said {
        code: output.status.code().unwrap_or(-1),
        out: text(&output.stdout),
        err: text(&output.stderr),
    }
}

#[test]
fn what_operators_did_is_told_and_written_back_with_the_comments_of_the_file() {
    let fleet = Fleet::start(3);
    let mut gateway = start(&fleet);
    assert!(drift(&gateway).is_empty());
    gateway.ctl.run("backend weight app-1=40 -y");
    gateway.ctl.run("limit set create --max 250/minute -y");
    gateway.ctl.run("drain app-2 --reason patch -y");
    gateway.ctl.run("backend remove app-3 --confirm app-3");
    gateway.ctl.run("block add 198.51.100.0/28 --ttl 1h -y");
    let pairs = |all: &[(&str, &str)]| -> Vec<(String, String)> {
        all.iter().map(|(target, field)| ((*target).to_owned(), (*field).to_owned())).collect()
    };
    let expected = [
        ("limit/create", "rule"),
        ("backend/app-1", "weight"),
        ("backend/app-2", "standing"),
        ("backend/app-3", "address"),
        ("block/198.51.100.0/28", "network"),
    ];
    assert_eq!(drift(&gateway), pairs(&expected));
    let standing = &gateway.ctl.items("config show backend/app-2 --filter field=standing")[0];
    assert_eq!((&standing["runtime"], &standing["file"]), (&"draining".into(), &"active".into()));
    assert_eq!((&standing["reason"], &standing["persists"]), (&"patch".into(), &false.into()));

    // Who said so, when, by which operation, and where the file says otherwise.
    let lines = text(&gateway);
    let line = |words: &str| lines.lines().position(|it| it.starts_with(words)).unwrap() + 1;
    for (target, field, what, place) in [
        ("backend/app-1", "weight", "weight", line("weight = 100")),
        ("limit/create", "rule", "limit", line("max = ")),
    ] {
        let line = format!("config show {target} --filter field={field}");
        let said = &gateway.ctl.items(&line)[0];
        let op = &gateway.ctl.items(&format!("op show {}", said["op"].as_str().unwrap()))[0];
        assert_eq!((&op["what"], &op["target"]), (&what.into(), &target.into()), "{said}");
        assert_eq!((&said["owner"], &said["since"]), (&op["actor"], &op["time"]), "{said}");
        assert_eq!(said["file_line"], place, "{said}");
    }
    let untouched = &gateway.ctl.items("config show limit/create --filter field=mode")[0];
    assert_eq!(untouched["file_line"], line("name = \"create\""), "it goes without saying");
    assert!(untouched["op"].is_null() && untouched["owner"].is_null(), "{untouched}");

    let before = text(&gateway);
    let exported = gateway.ctl.run("config export");
    assert_eq!(text(&gateway), before, "nothing is written yet");
    for there in ["# Agreed with sales.", "max = \"250/minute\"   # in any minute", "weight = 40"] {
        assert!(exported.contains(there), "{there} in\n{exported}");
    }
    let dry = gateway.ctl.try_run("config persist -n");
    assert!(dry.err.contains("+ max = \"250/minute\""), "{dry:?}");
    assert_eq!(text(&gateway), before, "a dry run writes nothing");

    gateway.ctl.run("config persist -m agreed -y");
    assert_eq!(text(&gateway), exported);
    assert_eq!(
        drift(&gateway),
        pairs(&[("backend/app-2", "standing"), ("block/198.51.100.0/28", "network")])
    );
    // The next start reads it and changes nothing.
    gateway.kill();
    gateway.start_again();
    assert_eq!(gateway.ctl.backend("app-1")["weight"], 40);
    assert_eq!(gateway.ctl.items("backend list").len(), 2);
    assert_eq!(gateway.ctl.backend("app-2")["standing"], "draining");
}

#[test]
fn another_file_takes_its_place_whole_or_not_at_all() {
    let fleet = Fleet::start(2);
    let gateway = start(&fleet);
    gateway.ctl.run("backend weight app-1=40 -y");
    let before = text(&gateway);
    let better = before.replace("100/minute", "300/minute");
    let wrong = before.replace("100/minute", "many");

    let said = told(&gateway, &["config", "validate", "-f", "-"], &wrong);
    assert_eq!(said.code, 3, "{said:?}");
    assert!(
        said.err.starts_with("standard input:") && said.err.contains("max = \"many\""),
        "{said:?}"
    );
    let said = told(&gateway, &["config", "apply", "-f", "-", "-y"], &wrong);
    assert_eq!(said.code, 2, "{said:?}");
    let listening =
        before.replace("[[listener]]\nname = \"http\"", "[[listener]]\nname = \"other\"");
    assert_ne!(listening, before);
    let said = told(&gateway, &["config", "apply", "-f", "-", "-y"], &listening);
    assert!(said.code == 1 && said.err.contains("SIGUSR2"), "{said:?}");
    let said = told(&gateway, &["config", "apply", "-f", "-", "-n"], &better);
    assert!(said.code == 0 && said.err.contains("+ max = \"300/minute\""), "{said:?}");
    assert_eq!(text(&gateway), before);

    let said = told(&gateway, &["config", "apply", "-f", "-", "-m", "release 118", "-y"], &better);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(text(&gateway), better);
    assert_eq!(gateway.ctl.items("limit list")[0]["max"], "300/minute");
    assert_eq!(gateway.ctl.backend("app-1")["weight"], 40, "what the file did not change stands");
    let event = &gateway.ctl.items("event list --kind change,config --limit 1")[0];
    assert_eq!(
        event["op"].as_str().unwrap(),
        said.out.rsplit("op ").next().unwrap().trim().trim_end_matches(')')
    );
}

#[test]
fn a_file_that_somebody_is_editing_is_left_alone() {
    let fleet = Fleet::start(1);
    let gateway = start(&fleet);
    gateway.ctl.run("backend weight app-1=40 -y");
    let edited = text(&gateway).replace("100/minute", "5/minute");
    fs::write(gateway.file(), &edited).unwrap();
    for line in ["config persist -y", "config export"] {
        let said = gateway.ctl.try_run(line);
        assert!(said.code == 7 && said.err.contains("SIGHUP"), "{line}: {said:?}");
    }
    let other = edited.replace("5/minute", "6/minute");
    let said = told(&gateway, &["config", "apply", "-f", "-", "-y"], &other);
    assert_eq!(said.code, 7, "{said:?}");
    assert_eq!(text(&gateway), edited);
    gateway.signal(Signal::SIGHUP);
    until("it is applied", || {
        (gateway.ctl.items("limit list")[0]["max"] == "5/minute").then_some(())
    });
    gateway.ctl.run("config persist -y");
    assert_eq!(text(&gateway).matches("weight = 40").count(), 1);
}

#[test]
fn a_text_that_no_start_would_read_is_not_applied_either() {
    let fleet = Fleet::start(1);
    let gateway = start(&fleet);
    let before = text(&gateway);
    let long = format!("{before}{}", "# and so on\n".repeat(90_000));
    let what = "gateway.toml:1:1: error: larger than 1048576 bytes";
    let admin = gateway.admin();
    let mut config = ConfigClient::new(admin.channel());
    let asked = ValidateRequest { text: long.clone(), file: String::new() };
    let found = admin.wait(config.validate(asked)).unwrap().into_inner();
    assert!(found.mistakes.contains(what) && found.summary.is_empty(), "{found:?}");
    let asked = ApplyConfigRequest { text: long, intent: None };
    let refused = admin.wait(config.apply(asked)).unwrap_err();
    assert!(refused.message().contains(what), "{refused:?}");
    assert_eq!(refused.code(), tonic::Code::InvalidArgument);
    assert_eq!(text(&gateway), before);
}
