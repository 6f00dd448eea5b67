//! The scripts that operators write, against a real gateway: what they drive is what they expect.
//!
//! They stand beside this file as an operator would keep them. Only what takes minutes is made short,
//! and what is not gatewayctl (ssh, a failover, a chat) is a small program that tells what it saw.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use gateway_tests::{
    AppServer, Crowd, EVERYTHING, Fleet, Gateway, Protocol, Said, gatewayctl, until, write_program,
};
use serde_json::Value;
use tempfile::TempDir;

/// Probes come often, so that nobody waits for them.
const HEALTH: &str = r#"health = { path = "/healthz", interval = "200ms", timeout = "1s", healthy_after = 2, unhealthy_after = 2 }"#;

/// The pool `api` of these servers under these names, and all traffic to it.
fn api(servers: &[AppServer], names: &[&str], keys: &str) -> String {
    let mut text = EVERYTHING.replace("\"app\"", "\"api\"");
    let _ = writeln!(text, "[[pool]]\nname = \"api\"\nslow_start = \"0s\"\n{HEALTH}");
    for (server, name) in servers.iter().zip(names) {
        let address = server.address;
        let _ = writeln!(text, "[[pool.backend]]\nname = \"{name}\"\naddress = \"{address}\"");
    }
    text + keys
}

fn three() -> (Fleet, Gateway) {
    let fleet = Fleet::start(3);
    let gateway = Gateway::start(&api(&fleet.servers, &["api-1", "api-2", "api-3"], ""));
    (fleet, gateway)
}

/// Where an operator's scripts are run.
struct Desk {
    directory: TempDir,
}

impl Desk {
    /// A desk whose contexts `prod`, in use, and `staging` are this gateway.
    fn at(gateway: &Gateway) -> Desk {
        let desk = Desk { directory: tempfile::tempdir().unwrap() };
        let address = gateway.ctl.address();
        let contexts = format!(
            "current = \"prod\"\n[contexts.prod]\naddr = \"{address}\"\n\
             [contexts.staging]\naddr = \"{address}\"\n"
        );
        fs::write(desk.path("config.toml"), contexts).unwrap();
        fs::create_dir(desk.path("bin")).unwrap();
        std::os::unix::fs::symlink(gatewayctl(), desk.path("bin/gatewayctl")).unwrap();
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Puts a program there that does `body`.
    fn program(&self, name: &str, body: &str) {
        let path = self.path(name);
        write_program(&path, format!("#!/usr/bin/env bash\n{body}\n"));
    }

    /// What is in a file that a script wrote.
    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    fn command(&self, script: &str) -> Command {
        let mut command = Command::new("timeout");
        command.args(["120", "bash", "-eo", "pipefail", "-c", script]);
        let path = std::env::var("PATH").unwrap();
        command.env("PATH", format!("{}:{path}", self.path("bin").display()));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("GATEWAYCTL_")) {
            command.env_remove(name);
        }
        command.env("GATEWAYCTL_CONFIG", self.path("config.toml"));
        command.current_dir(self.directory.path()).stdin(Stdio::null());
        command
    }

    /// Runs a script to its end.
    fn run(&self, script: &str) -> Said {
        Said::of(&mut self.command(script))
    }
}

/// A script with other words in it; each of them has to be there.
#[track_caller]
fn with(script: &str, words: &[(&str, &str)]) -> String {
    words.iter().fold(script.to_owned(), |script, (from, to)| {
        assert!(script.contains(from), "no {from} in {script}");
        script.replace(from, to)
    })
}

/// Tells the standing of the backend that it is to go to.
const SSH: &str = r#"gatewayctl backend show "$1" -o json | jq -r '"\(.items[0].name) \(.items[0].standing)"' >> calls"#;

#[test]
fn drain_patch_and_return() {
    const SCRIPT: &str = include_str!("01-drain-patch-return.sh");
    let (fleet, gateway) = three();
    let desk = Desk::at(&gateway);
    desk.program("bin/ssh", SSH);
    let said = desk.run(SCRIPT);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    assert_eq!(desk.text("calls"), "api-3 draining\n");
    let events = gateway.ctl.run("event list --kind change --filter target=backend/api-3 -o json");
    assert!(events.contains("kernel patch"), "{events}");

    // One that does not become idle is put back, and nobody patches it.
    for server in &fleet.servers {
        server.turn("slow?ms=60000");
    }
    let crowd = Crowd::gather(6, Protocol::Http, gateway.http, "/bytes/1");
    until("it is busy", || (fleet.servers[2].in_flight() > 0).then_some(()));
    let said = desk.run(&with(SCRIPT, &[("5m", "200ms")]));
    assert_eq!(said.code, 8, "{}{}", said.out, said.err);
    assert_eq!(gateway.ctl.backend("api-3")["standing"], "active");
    assert_eq!(desk.text("calls"), "api-3 draining\n");
    drop(fleet);
    drop(crowd);
}

#[test]
fn a_rolling_restart_goes_one_by_one_and_stops_at_the_first_trouble() {
    const SCRIPT: &str = include_str!("02-rolling-restart.sh");
    let (_fleet, gateway) = three();
    let desk = Desk::at(&gateway);
    let crowd = Crowd::gather(4, Protocol::Http, gateway.http, "/bytes/1");
    desk.program("bin/ssh", SSH);
    let short = with(SCRIPT, &[("--for 30s", "--for 1s")]);
    let said = desk.run(&short);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    assert_eq!(desk.text("calls"), "api-1 draining\napi-2 draining\napi-3 draining\n");
    crowd.disperse().assert_none_failed();

    desk.program("bin/ssh", &format!("{SSH}; [ \"$1\" != api-2 ]"));
    fs::remove_file(desk.path("calls")).unwrap();
    let said = desk.run(&short);
    assert_ne!(said.code, 0);
    assert_eq!(desk.text("calls"), "api-1 draining\napi-2 draining\n");
    assert_eq!(gateway.ctl.backend("api-2")["standing"], "active", "it was put back");
}

#[test]
fn a_canary_gets_more_and_more_or_nothing_at_all() {
    // A route has one pool: what is stable and what is new are backends of it.
    const SCRIPT: &str = include_str!("03-canary.sh");
    let script = with(
        SCRIPT,
        &[
            ("--from stable --to canary", "--from 'stable-*' --to 'canary-*'"),
            ("--from canary --to stable", "--from 'canary-*' --to 'stable-*'"),
            ("health --pool canary", "health 'canary-*'"),
            ("--for 2m", "--for 1s"),
            ("--ramp 30s", "--ramp 1s"),
        ],
    );
    let fleet = Fleet::start(3);
    let names = ["stable-1", "stable-2", "canary-1"];
    let gateway = Gateway::start(&api(&fleet.servers, &names, ""));
    let desk = Desk::at(&gateway);
    let crowd = Crowd::gather(4, Protocol::Http, gateway.http, "/bytes/1");
    let said = desk.run(&script);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    let weights = || names.map(|name| gateway.ctl.backend(name)["weight"].as_u64().unwrap());
    assert_eq!(weights(), [0, 0, 1000]);
    gateway.ctl.run("pool shift --from canary-1 --to stable-1,stable-2 --percent 100 -y");
    assert_eq!(weights(), [1000, 1000, 0]);
    gateway.ctl.run("pool shift --from stable-* --to canary-1 --percent 20 -y");
    assert_eq!(weights(), [1000, 1000, 500]);
    gateway.ctl.run("pool shift --from canary-1 --to stable-* --percent 100 -y");

    fleet.servers[2].turn("slow?ms=300");
    let said = desk.run(&script.replace("--percent 1 ", "--percent 20 "));
    assert_eq!(said.code, 1, "{}{}", said.out, said.err);
    assert!(said.out.contains("at most 80.0 ms wanted"), "{}", said.out);
    assert_eq!(weights(), [1000, 1000, 0]);
    let why = gateway.ctl.run("event list --kind change -o json");
    assert!(why.contains("abort v42 at <"), "{why}");
    crowd.disperse().assert_none_failed();
}

#[test]
fn a_raised_limit_goes_back_by_itself() {
    let limit = "[[limit]]\nname = \"per-ip-global\"\nkey = \"client-ip\"\nrate = \"40/second\"\nburst = 80\n";
    let fleet = Fleet::start(1);
    let routes = api(&fleet.servers, &["api-1"], limit)
        .replace("pool = \"api\"\n", "pool = \"api\"\nlimits = [\"per-ip-global\"]\n");
    let gateway = Gateway::start(&routes);
    gateway.client(Protocol::Http).get("/bytes/1");
    let desk = Desk::at(&gateway);
    let said = desk.run(include_str!("04-raise-a-limit.sh"));
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    let raised = &gateway.ctl.items("limit list")[0];
    assert_eq!((&raised["rate"], &raised["burst"]), (&"80/second".into(), &160.into()));
    assert!(raised["expires"].is_string(), "{raised}");
}

#[test]
fn a_pipeline_goes_on_or_stops() {
    let script = with(include_str!("05-gate.sh"), &[("--for 60s", "--for 1s")]);
    let (_fleet, mut gateway) = three();
    let desk = Desk::at(&gateway);
    let health = || -> Value { serde_json::from_str(&desk.text("health.json")).unwrap() };
    let said = desk.run(&script);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    assert_eq!(health()["meta"]["context"], "staging");
    let checks = health()["items"].as_array().unwrap().clone();
    assert!(!checks.is_empty() && checks.iter().all(|check| check["ok"] == true), "{checks:?}");
    gateway.ctl.run("drain api-1 --no-wait -y");
    assert_eq!(desk.run(&script).code, 3);
    assert!(health()["items"].as_array().unwrap().iter().any(|check| check["ok"] == false));
    gateway.kill();
    assert_eq!(desk.run(&script).code, 9);
}

#[test]
fn the_noisiest_are_shown_before_they_are_blocked() {
    let limit = "[[limit]]\nname = \"per-ip\"\nkey = \"client-ip\"\nmax = \"5/minute\"\n";
    let fleet = Fleet::start(1);
    let routes = api(&fleet.servers, &["api-1"], limit)
        .replace("pool = \"api\"\n", "pool = \"api\"\nlimits = [\"per-ip\"]\n");
    let gateway = Gateway::start(&routes);
    let desk = Desk::at(&gateway);
    let crowd = Crowd::gather(8, Protocol::Http, gateway.http, "/bytes/1");
    until("somebody is refused a lot", || {
        let refused = gateway.ctl.items("limit rejections --by client --window 1m");
        refused.iter().any(|it| it["rejected_per_s"].as_f64() > Some(100.0)).then_some(())
    });
    let said = desk.run(include_str!("06-block-the-noisiest.sh"));
    crowd.disperse();
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    assert!(said.out.contains("127.0.0.1") && said.out.contains("dry run"), "{}", said.out);
    assert!(gateway.ctl.items("block list").is_empty());
}

#[test]
fn what_is_not_as_the_file_says_is_mailed_and_nothing_else_is() {
    let (_fleet, gateway) = three();
    let desk = Desk::at(&gateway);
    desk.program("bin/mail", "echo \"$@\" > mail; cat >> mail");
    let script = include_str!("07-drift.sh");
    assert_eq!(desk.run(script).code, 0);
    assert_eq!(desk.text("mail"), "");
    gateway.ctl.run("backend weight api-1=7 -y");
    assert_eq!(desk.run(script).code, 0);
    let mail = desk.text("mail");
    let (head, body) = mail.split_once('\n').unwrap();
    assert_eq!(head, "-s edge drift ops@example.com");
    let drift: Value = serde_json::from_str(body).unwrap();
    assert_eq!(drift["items"][0]["target"], "backend/api-1");
}

#[test]
fn a_monitor_is_told_of_certificates_in_its_own_codes() {
    // Without -e: the script looks at the exit code itself.
    let script = format!("set +e; {}", include_str!("08-certificates.sh"));
    let (_fleet, mut gateway) = three();
    let desk = Desk::at(&gateway);
    let said = desk.run(&script);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    assert!(said.out.starts_with("OK "), "{}", said.out);
    let said = desk.run(&with(&script, &[("14d", "36500d"), ("3d", "36500d")]));
    assert_eq!(said.code, 2, "{}{}", said.out, said.err);
    assert!(said.out.starts_with("CRITICAL "), "{}", said.out);
    gateway.kill();
    let said = desk.run(&script);
    assert_eq!(said.code, 3, "{}{}", said.out, said.err);
    assert!(said.out.starts_with("UNKNOWN "), "{}", said.out);
}

#[test]
fn what_somebody_did_is_looked_at_before_it_is_undone() {
    let (_fleet, gateway) = three();
    let desk = Desk::at(&gateway);
    gateway.ctl.run("backend weight api-1=7 -y");
    gateway.ctl.run("drain api-2 --no-wait -y");
    let done = gateway.ctl.items("op list");
    let who = done[0]["actor"].as_str().unwrap().to_owned();
    let script = with(include_str!("12-undo.sh"), &[("op2", &who)]);
    let said = desk.run(&script);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    let (newest, oldest) = (said.out.find("api-2").unwrap(), said.out.find("api-1").unwrap());
    assert!(newest < oldest && said.out.contains("dry run"), "{}", said.out);
    assert_eq!(gateway.ctl.backend("api-2")["standing"], "draining");
    assert_eq!(desk.run(&script.replace(" --dry-run", " -y")).code, 0);
    assert_eq!(gateway.ctl.backend("api-2")["standing"], "active");
    assert_eq!(gateway.ctl.backend("api-1")["weight"], 100);
}

#[test]
fn figures_are_written_down_while_a_load_test_runs() {
    let script = with(include_str!("09-figures-as-csv.sh"), &[("10m", "3s")]);
    let (_fleet, gateway) = three();
    let desk = Desk::at(&gateway);
    // Without -e: the script looks at the exit code itself.
    let said = desk.run(&format!("set +e; {script}"));
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    let text = desk.text("run.csv");
    let mut rows = text.lines().map(|row| row.split(',').collect::<Vec<_>>());
    assert_eq!(rows.next().unwrap().join(","), "time,name,rps,in_flight,p99_ms,error_ratio");
    let names: Vec<String> = rows.map(|row| row[1].to_owned()).collect();
    assert!(names.len() >= 6 && names.len().is_multiple_of(3), "{text}");
    assert_eq!(names[..3], ["api-1", "api-2", "api-3"]);
}

#[test]
fn the_autoscaler_holds_during_a_failover_and_goes_on_after_it() {
    let fleet = Fleet::start(2);
    let scaled = "\n[pool.autoscale]\ndriver = \"advise\"\nmin = 2\nmax = 9\n";
    let gateway = Gateway::start(&api(&fleet.servers, &["api-1", "api-2"], scaled));
    let desk = Desk::at(&gateway);
    let paused = "gatewayctl scaler show -o json | jq -e '.items[0].next | contains(\"paused\")'";
    for (end, code) in [("", 0), ("; exit 7", 7)] {
        desk.program(
            "failover.sh",
            &format!("until {paused}; do :; done; echo held >> calls{end}"),
        );
        let said = desk.run(include_str!("10-hold-the-autoscaler.sh"));
        assert_eq!(said.code, code, "{}{}", said.out, said.err);
        until("it goes on, whatever came of the failover", || {
            let scaler = &gateway.ctl.items("scaler show")[0];
            (!scaler["next"].as_str()?.contains("paused")).then_some(())
        });
    }
    assert_eq!(desk.text("calls"), "held\nheld\n");
}

/// A script that runs until somebody ends it.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_chat_hears_of_every_change_of_health_across_a_restart() {
    let (mut fleet, mut gateway) = three();
    let desk = Desk::at(&gateway);
    desk.program("notify", "cat >> chat");
    let script = include_str!("11-chat-on-change.sh");
    let tail = desk.command(script).stderr(Stdio::null()).spawn().unwrap();
    let running = Running(tail);
    let heard = |what: &str| {
        until(&format!("the chat hears {what}"), || desk.text("chat").contains(what).then_some(()));
    };
    fleet.servers[0].kill();
    heard("backend/api-1 healthy -> unhealthy");
    gateway.kill();
    gateway.start_again();
    fleet.servers[1].kill();
    heard("backend/api-2 healthy -> unhealthy");
    drop(running);
}
