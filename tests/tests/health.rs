//! What pipelines and puzzled operators ask: is it as well as it should be, and if not, why?

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixListener;
use std::path::PathBuf;
use std::process::Stdio;
use std::{fs, thread};

use gateway_tests::{Crowd, Ctl, EVERYTHING, Fleet, Gateway, Protocol, until};
use serde_json::Value;

fn gateway(fleet: &Fleet) -> Gateway {
    Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")))
}

#[test]
fn what_is_as_asserted_ends_with_0_and_what_is_not_with_3() {
    let fleet = Fleet::start(2);
    let gateway = gateway(&fleet);
    let crowd = Crowd::gather(4, Protocol::Http, gateway.http, "/bytes/1");
    until("there are figures", || {
        gateway.ctl.items("pool list")[0]["p99_ms"].is_number().then_some(())
    });
    for (line, code) in [
        ("health", 0),
        ("health app-1 app-2", 0),
        ("health --pool app --min-healthy 2 --max-p99 60s --max-error 100%", 0),
        ("health --min-healthy 100% --max-reject 0/s", 0),
        ("health --min-healthy 3", 3),
        ("health --max-p99 fast", 2),
        ("health --max-p99 0s", 3),
        ("health --pool ap", 5),
        ("health app-9", 5),
        ("health --min-healthy 80", 3),
        ("health --max-error 80", 2),
    ] {
        let said = gateway.ctl.try_run(line);
        assert_eq!(said.code, code, "{line}: {}{}", said.out, said.err);
    }
    let said = gateway.ctl.try_run("health --pool app --min-healthy 3 -o json");
    let answer: Value = serde_json::from_str(&said.out).unwrap();
    let failing = &answer["items"][1];
    assert_eq!((&answer["kind"], &failing["check"]), (&"Health".into(), &"min_healthy".into()));
    assert_eq!(
        (&failing["ok"], &failing["value"], &failing["limit"]),
        (&false.into(), &2.0.into(), &3.0.into())
    );
    assert_eq!(gateway.ctl.try_run("health --min-healthy 3 -q").out, "");
    crowd.disperse().assert_none_failed();
}

#[test]
fn an_assertion_for_a_while_ends_as_soon_as_it_is_broken() {
    let fleet = Fleet::start(2);
    let gateway = gateway(&fleet);
    let ctl = gateway.ctl.clone();
    assert_eq!(ctl.run("health --min-healthy 2 --for 1s -q"), "");
    let mut command = ctl.command();
    command.args("health --min-healthy 100% --for 20s".split(' '));
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut told = BufReader::new(child.stderr.take().unwrap()).lines();
    let line = told.next().unwrap().unwrap();
    assert!(line.starts_with("as wanted, "), "{line}");
    gateway.ctl.run("drain app-2 --no-wait -y");
    let rest = thread::spawn(move || told.map_while(Result::ok).count());
    let output = child.wait_with_output().unwrap();
    rest.join().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let out = String::from_utf8(output.stdout).unwrap();
    assert!(out.contains("1 of 2 healthy, at least 100% wanted"), "{out}");
}

#[test]
fn where_nothing_answers_nothing_is_asserted() {
    let nobody = Ctl::new(PathBuf::from("/nonexistent/gatewayd.sock"));
    assert_eq!(nobody.try_run("health").code, 9);
    assert_eq!(nobody.try_run("health --for 10s").code, 9);
}

/// What the doctor says of `subject`, and its exit code.
fn diagnosis(ctl: &Ctl, subject: &str) -> (i32, Value) {
    let said = ctl.try_run("doctor -o json");
    let answer: Value = serde_json::from_str(&said.out)
        .unwrap_or_else(|error| panic!("{error}: {}{}", said.out, said.err));
    let findings = answer["items"].as_array().unwrap();
    let found = findings.iter().find(|it| it["subject"] == subject);
    (said.code, found.unwrap_or_else(|| panic!("nothing of {subject} in {answer}")).clone())
}

#[test]
fn the_doctor_finds_nothing_where_all_works() {
    let fleet = Fleet::start(1);
    let gateway = gateway(&fleet);
    for subject in ["program", "config", "context", "connection", "version", "clock", "gateway"] {
        let (code, finding) = diagnosis(&gateway.ctl, subject);
        assert_eq!((code, &finding["grade"]), (0, &"ok".into()), "{finding}");
    }
}

#[test]
fn the_doctor_names_what_is_amiss_and_its_remedy() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    fs::write(path("file"), "").unwrap();
    let _nobody = UnixListener::bind(path("deaf.sock")).unwrap();
    let key = path("ops.key");
    fs::write(&key, "").unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    let config = |keys: &str| {
        let file = path("config.toml");
        fs::write(&file, format!("current = \"a\"\n[contexts.a]\n{keys}\n")).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        Ctl::with_file(file)
    };
    let tls =
        format!("addr = \"https://localhost:1\"\ncert = \"/no.pem\"\nkey = \"{}\"", key.display());
    let leaks = config(&tls);
    let (code, finding) = diagnosis(&leaks, "tls");
    assert_eq!((code, &finding["grade"]), (3, &"bad".into()), "{finding}");
    assert!(finding["sentence"].as_str().unwrap().contains("/no.pem: No such file"), "{finding}");
    let said = leaks.try_run("doctor");
    assert!(said.out.contains(&format!("chmod 600 {}", key.display())), "{}", said.out);
    for (ctl, subject, sentence) in [
        (Ctl::new(path("none/admin.sock")), "socket", "there is no "),
        (Ctl::new(path("file")), "socket", "is no socket"),
        (Ctl::new(path("none.sock")), "connection", "cannot connect"),
        (config("adr = \"unix:///x\""), "config", ":2: [contexts.a] has no `addr`"),
    ] {
        let (code, finding) = diagnosis(&ctl, subject);
        assert_eq!((code, &finding["grade"]), (3, &"bad".into()), "{finding}");
        assert!(finding["sentence"].as_str().unwrap().contains(sentence), "{finding}");
        assert!(finding["remedy"].is_string(), "{finding}");
    }
}
