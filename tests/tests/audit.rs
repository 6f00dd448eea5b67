//! The audit log: who tried what, and whether it still says so.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use gateway_proto as wire;
use gateway_tests::{Ctl, EVERYTHING, Fleet, Gateway, Protocol, Setup, Signal, shortener, until};
use serde_json::Value;

const KILLS: u32 = 50;

#[track_caller]
fn start(fleet: &Fleet) -> Gateway {
    Gateway::start(&(shortener("100/minute", "1000/minute") + &fleet.pool("")))
}

fn log(gateway: &Gateway) -> PathBuf {
    gateway.directory().join("state/audit.jsonl")
}

#[track_caller]
fn verified(ctl: &Ctl, line: &str) -> (i32, Value) {
    let said = ctl.try_run(&format!("audit verify {line} -o json"));
    let answer: Value = serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{said:?}"));
    (said.code, answer["items"][0].clone())
}

/// The records of operators, newest first.
#[track_caller]
fn tried(gateway: &Gateway, flags: &str) -> Vec<Value> {
    let mut found = gateway.ctl.items(&format!("audit list {flags}"));
    found.retain(|record| record["listener"] == "socket");
    found
}

#[test]
fn each_try_is_written_with_who_why_and_what_came_of_it() {
    let fleet = Fleet::start(2);
    let gateway = start(&fleet);
    let ctl = &gateway.ctl;
    let op = ctl.items("backend drain app-1 --no-wait -y -m patch")[0]["id"].clone();
    assert_eq!(ctl.try_run("backend drain app-2 --no-wait -y").code, 7, "the last one");
    ctl.run("backend drain app-2 --no-wait -y --force -m really");
    assert_eq!(ctl.try_run("backend weight nobody=1 -y").code, 5);
    assert_eq!(ctl.try_run("backend weight app-1=7 -y --if-revision 1").code, 6);
    // What changes nothing, and what only asks, are no tries.
    ctl.run("backend weight app-1=9 -n");
    ctl.run("backend weight app-1=100 -y -m again");
    let admin = gateway.admin();
    let nonsense = wire::SetWeightsRequest {
        edits: vec![wire::WeightEdit { name: "s3cret value".to_owned(), weight: None }],
        ..wire::SetWeightsRequest::default()
    };
    admin.weigh(nonsense).unwrap_err();
    let records = tried(&gateway, "");
    let told: Vec<(&str, &str, &str)> = records
        .iter()
        .map(|it| {
            let text = |key: &str| it[key].as_str().unwrap_or_default();
            (text("result"), text("target"), text("reason"))
        })
        .collect();
    assert_eq!(
        told,
        [
            ("rejected", "", ""),
            ("rejected", "backend/app-1", ""),
            ("rejected", "backend/nobody", ""),
            ("accepted", "backend/app-2", "really"),
            ("rejected", "backend/app-2", ""),
            ("accepted", "backend/app-1", "patch"),
        ]
    );
    let first = &records[5];
    let me = ctl.items("whoami")[0]["actor"].clone();
    for (key, value) in [
        ("actor", me),
        ("role", "admin".into()),
        ("via", "cli".into()),
        ("method", "/gatewayd.v1.Backends/SetStanding".into()),
        ("what", "drain".into()),
        ("op", op),
        ("forced", false.into()),
    ] {
        assert_eq!(first[key], value, "{key}: {first}");
    }
    assert!(first["before"].as_str().unwrap().contains("active"), "{first}");
    assert!(first["after"].as_str().unwrap().contains("draining"), "{first}");
    assert_eq!(records[3]["forced"], true);
    assert!(records[4]["error"].as_str().unwrap().contains("last"), "{}", records[4]);
    assert!(records[0]["error"].as_str().unwrap().contains("edits.weight"), "{}", records[0]);
    assert_eq!(verified(ctl, "").0, 0);
}

#[test]
fn what_is_wanted_is_found_newest_first() {
    let fleet = Fleet::start(2);
    let gateway = start(&fleet);
    for weight in 1..=5 {
        gateway.ctl.run(&format!("backend weight app-1={weight} -y"));
        assert_eq!(gateway.ctl.try_run("backend weight nobody=1 -y").code, 5);
    }
    assert_eq!(tried(&gateway, "--kind rejected").len(), 5);
    assert_eq!(tried(&gateway, "--kind accepted,rejected --limit 3").len(), 3);
    assert_eq!(tried(&gateway, "--since 1h").len(), 10);
    assert_eq!(tried(&gateway, "--who nobody").len(), 0);
    assert_eq!(tried(&gateway, "--filter target=backend/app-1 --limit 2").len(), 2);
    let seqs: Vec<u64> = tried(&gateway, "").iter().map(|it| it["seq"].as_u64().unwrap()).collect();
    assert!(seqs.is_sorted_by(|one, other| one > other), "{seqs:?}");
    let table = gateway.ctl.run("audit list --limit 1");
    assert!(table.contains("Backends/SetWeights") && table.contains("REJECTED"), "{table}");
    assert_eq!(gateway.ctl.try_run("audit list --kind frob").code, 2);
}

#[test]
fn what_the_file_changes_is_written_and_what_it_may_not_too() {
    let fleet = Fleet::start(2);
    let gateway = start(&fleet);
    gateway.write_file(&(shortener("7/minute", "1000/minute") + &fleet.pool("")));
    gateway.signal(Signal::SIGHUP);
    let of_file = |result: &str| {
        until("the file's doing is written", || {
            let mut found = gateway.ctl.items(&format!("audit list --who file --kind {result}"));
            found.retain(|it| result == "rejected" || it["target"].is_string());
            (found.len() >= if result == "accepted" { 2 } else { 1 }).then(|| found[0].clone())
        })
    };
    let changed = of_file("accepted");
    assert_eq!((&changed["role"], &changed["via"]), (&"gateway".into(), &"file".into()));
    gateway.write_file("nonsense = \"s3cret\"");
    gateway.signal(Signal::SIGHUP);
    let refused = of_file("rejected");
    assert!(!refused.to_string().contains("s3cret"), "{refused}");
}

#[test]
fn who_replaces_the_file_is_written_and_what_the_file_says_is_not() {
    let fleet = Fleet::start(2);
    let gateway = start(&fleet);
    let before = fs::read_to_string(gateway.file()).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let apply = |text: &str| {
        let path = directory.path().join("new.toml");
        fs::write(&path, text).unwrap();
        gateway.ctl.try_run(&format!("config apply -f {} -y -m file", path.display()))
    };
    let wrong = before.clone() + "s3cret = 1\n";
    assert_ne!(apply(&wrong).code, 0);
    let admin = gateway.admin();
    let mut config = wire::config_client::ConfigClient::new(admin.channel());
    admin.wait(config.apply(wire::ApplyConfigRequest { text: wrong, intent: None })).unwrap_err();
    assert_eq!(apply(&before.replace("100/minute", "7/minute")).code, 0);
    let told: Vec<(Value, Value)> =
        tried(&gateway, "").iter().map(|it| (it["result"].clone(), it["method"].clone())).collect();
    let method = Value::from("/gatewayd.v1.Config/Apply");
    assert_eq!(told[0], ("accepted".into(), method.clone()), "{told:?}");
    assert_eq!(told[1..], [("rejected".into(), method)], "{told:?}");
    assert!(!fs::read_to_string(log(&gateway)).unwrap().contains("s3cret"));
}

#[test]
fn fifty_kills_leave_a_chain_that_verifies_and_tells_all_that_was_acknowledged() {
    let fleet = Fleet::start(3);
    let mut gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    let mut acknowledged = Vec::new();
    for round in 0..KILLS {
        let (over, made) = (AtomicBool::new(false), AtomicU32::new(0));
        let ctl = gateway.ctl.clone();
        let operator = |name: &'static str| {
            let mut done = Vec::new();
            for number in 0_u32.. {
                let weight = 1 + (round * 31 + number) % 999;
                let line =
                    format!("backend weight {name}={weight} -y -m r{round}n{number} -o name");
                if over.load(Ordering::Relaxed) || ctl.try_run(&line).code != 0 {
                    break;
                }
                done.push(format!("backend/{name} r{round}n{number}"));
                made.fetch_add(1, Ordering::Relaxed);
            }
            done
        };
        thread::scope(|scope| {
            let operators = ["app-1", "app-2"].map(|name| scope.spawn(move || operator(name)));
            // Another moment of the stream each time.
            until("some changes are made", || {
                (made.load(Ordering::Relaxed) > round % 3).then_some(())
            });
            thread::sleep(Duration::from_millis(u64::from(round * 7 % 20)));
            gateway.kill();
            over.store(true, Ordering::Relaxed);
            acknowledged.extend(operators.into_iter().flat_map(|it| it.join().unwrap()));
        });
        gateway.start_again();
    }
    let (code, found) = verified(&gateway.ctl, "");
    assert_eq!((code, &found["breaks"]), (0, &0.into()), "{found}");
    let told: Vec<String> = gateway
        .ctl
        .items("audit list --kind accepted --limit 100000")
        .iter()
        .map(|it| {
            format!(
                "{} {}",
                it["target"].as_str().unwrap(),
                it["reason"].as_str().unwrap_or_default()
            )
        })
        .collect();
    for change in &acknowledged {
        assert!(told.contains(change), "{change} was acknowledged and is not in the audit log");
    }
    println!("{KILLS} kills, {} acknowledged changes, all audited", acknowledged.len());
    assert!(acknowledged.len() >= KILLS as usize, "only {}", acknowledged.len());
}

#[test]
fn half_a_line_that_a_crash_left_is_told_and_the_chain_goes_on() {
    let fleet = Fleet::start(2);
    let mut gateway = start(&fleet);
    gateway.ctl.run("backend weight app-1=7 -y");
    gateway.kill();
    let whole = fs::read(log(&gateway)).unwrap();
    fs::write(log(&gateway), &whole[..whole.len() - 20]).unwrap();
    let (code, found) = verified(&gateway.ctl, &log(&gateway).display().to_string());
    assert_eq!(code, 0, "{found}");
    assert!(found["torn_bytes"].as_u64().unwrap() > 100, "{found}");
    gateway.start_again();
    assert!(gateway.log().contains("half a line"), "{}", gateway.log());
    gateway.ctl.run("backend weight app-1=8 -y");
    let records = gateway.ctl.items("audit list");
    assert_eq!(
        (&records[0]["result"], &records[1]["result"]),
        (&"accepted".into(), &"note".into())
    );
    assert_eq!(verified(&gateway.ctl, "").0, 0);
}

#[test]
fn a_bit_that_flips_is_found_with_its_line_by_the_gateway_and_without_it() {
    let fleet = Fleet::start(2);
    let mut gateway = start(&fleet);
    for weight in 1..=9 {
        gateway.ctl.run(&format!("backend weight app-1={weight} -y -m line"));
    }
    let path = log(&gateway);
    let flipped = |line: usize| {
        let mut text = fs::read(&path).unwrap();
        let mut starts = vec![0];
        starts.extend(text.iter().enumerate().filter(|it| *it.1 == b'\n').map(|it| it.0 + 1));
        let at = starts[line - 1] + 40;
        text[at] ^= 4;
        fs::write(&path, text).unwrap();
    };
    flipped(4);
    let (code, found) = verified(&gateway.ctl, "");
    assert_eq!((code, &found["ok"], &found["breaks"]), (3, &false.into(), &1.into()), "{found}");
    assert_eq!(found["broken"][0]["line"], 4);
    assert_eq!(found["broken"][0]["file"], "audit.jsonl");
    gateway.kill();
    for path in [log(&gateway), gateway.directory().join("state")] {
        let (code, found) = verified(&gateway.ctl, &path.display().to_string());
        assert_eq!((code, &found["broken"][0]["line"]), (3, &4.into()), "{found}");
    }
    flipped(4);
    assert_eq!(verified(&gateway.ctl, &log(&gateway).display().to_string()).0, 0);
    let said = gateway.ctl.try_run("audit verify /nowhere/audit.jsonl");
    assert!(said.code == 1 && said.err.contains("cannot be read"), "{said:?}");
}

#[test]
fn lines_that_are_gone_from_the_end_show_while_it_runs() {
    let fleet = Fleet::start(2);
    let gateway = start(&fleet);
    gateway.ctl.run("backend weight app-1=7 -y");
    let before = fs::read(log(&gateway)).unwrap();
    gateway.ctl.run("backend weight app-1=8 -y");
    fs::write(log(&gateway), before).unwrap();
    let (code, found) = verified(&gateway.ctl, "");
    assert_eq!(code, 3, "{found}");
    gateway.ctl.run("backend weight app-1=9 -y");
    let (code, found) = verified(&gateway.ctl, "");
    assert!(
        code == 3 && found["broken"][0]["what"].to_string().contains("does not follow"),
        "{found}"
    );
    assert!(gateway.log().contains("somebody took lines away"), "{}", gateway.log());
}

#[test]
fn while_it_cannot_be_written_nothing_is_changed_and_traffic_goes_on() {
    let fleet = Fleet::start(2);
    let gateway = start(&fleet);
    let lock = gateway.directory().join("state/audit.lock");
    fs::remove_file(&lock).unwrap();
    fs::create_dir(&lock).unwrap();
    let said = gateway.ctl.try_run("backend weight app-1=7 -y -o json");
    assert!(said.code == 1 && said.err.contains("could not be audited"), "{said:?}");
    assert!(said.err.contains("traffic goes on"), "{said:?}");
    assert_eq!(gateway.ctl.backend("app-1")["weight"], 100);
    assert_eq!(gateway.client(Protocol::Http).shorten("https://example.org/").status, 201);
    until("it is told", || gateway.log().contains("audit log cannot be written").then_some(()));
    fs::remove_dir(&lock).unwrap();
    gateway.ctl.run("backend weight app-1=7 -y");
    assert_eq!(verified(&gateway.ctl, "").0, 0);
}

/// Every file below `directory`, but for those that may hold a secret.
fn files(directory: &Path, but: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, but));
        } else if path.is_file() && !but.iter().any(|name| path.ends_with(name)) {
            found.push(path);
        }
    }
    found
}

#[test]
fn secrets_are_nowhere_to_be_read() {
    const CANARY: &str = "c4n4ry-0f-a-s3cret";
    let fleet = Fleet::start(2);
    let limit = "[[limit]]\nname = \"per-key\"\nkey = \"header:x-api-key\"\nmax = \"2/hour\"\n";
    let routes = EVERYTHING.replace("pool = \"app\"", "pool = \"app\"\nlimits = [\"per-key\"]");
    let setup = Setup::default().data_plane("access_log = \"access.log\"");
    let gateway = setup.start(&(routes + limit + &fleet.pool("")));
    let mut client = gateway.client(Protocol::Http).with("x-api-key", CANARY);
    (0..5).for_each(|_| drop(client.get("/a")));
    let ctl = &gateway.ctl;
    // A key of a limit is what clients prove themselves with; then, secrets in all wrong places.
    ctl.run(&format!("limit reset per-key {CANARY} -y"));
    for line in [
        format!("limit reset create {CANARY} -y"),
        format!("backend weight {CANARY}!=7 -y"),
        format!("backend add --name {CANARY}! --address 127.0.0.1:9 --pool app -y --no-probe"),
        format!("backend add --name new --address {CANARY} --pool app -y --no-probe"),
        format!("limit set per-key --max {CANARY} -y"),
    ] {
        assert_ne!(ctl.try_run(&line).code, 0, "{line}");
    }
    let mut shown = String::new();
    for line in
        ["audit list", "event list", "limit list", "limit rejections", "limit rejections --by key"]
    {
        shown += &ctl.run(&format!("{line} -o json"));
        shown += &ctl.run(line);
    }
    shown += &String::from_utf8_lossy(&gateway.ask_metrics("/metrics").body);
    assert!(!shown.contains(CANARY), "{shown}");
    assert!(shown.contains("what it says of"), "the wrong places were tried");
    for path in files(gateway.directory(), &[]) {
        let bytes = fs::read(&path).unwrap();
        let found = bytes.windows(CANARY.len()).any(|it| it == CANARY.as_bytes());
        assert!(!found, "the secret stands in {}", path.display());
    }
}

#[test]
fn what_would_steer_a_terminal_is_escaped() {
    let fleet = Fleet::start(2);
    let gateway = start(&fleet);
    let admin = gateway.admin();
    let reason = "\u{202e}gnp.exe \u{200b}\u{2066}größer";
    let weigh = |name: &str, reason: &str| wire::SetWeightsRequest {
        edits: vec![wire::WeightEdit {
            name: name.to_owned(),
            weight: Some(wire::weight_edit::Weight::Absolute(7)),
        }],
        intent: Some(wire::Intent { reason: reason.to_owned(), ..wire::Intent::default() }),
        ramp: None,
    };
    admin.weigh(weigh("app-1", reason)).unwrap();
    for hostile in ["\u{1b}[2J\u{1b}]0;owned\u{7}", "a\nb", "\u{9b}2J"] {
        admin.weigh(weigh(hostile, "fine")).unwrap_err();
        admin.weigh(weigh("app-1", hostile)).unwrap_err();
    }
    let hostile = |text: &str| {
        text.contains(|it: char| {
            !"\n\t".contains(it) && (it.is_control() || ('\u{200b}'..='\u{206f}').contains(&it))
        })
    };
    let file = fs::read_to_string(log(&gateway)).unwrap();
    assert!(!hostile(&file) && file.contains("\\u202e"), "{file}");
    let table = gateway.ctl.run("audit list");
    assert!(!hostile(&table) && table.contains("<U+202E>"), "{table}");
    let json = gateway.ctl.run("audit list -o json");
    assert!(!hostile(&json), "{json}");
    let records: Value = serde_json::from_str(&json).unwrap();
    let told = records["items"].as_array().unwrap().iter().any(|it| it["reason"] == reason);
    assert!(told, "the reason is what was said: {json}");
    let printed = gateway.log();
    assert!(!hostile(&printed) && printed.contains("<U+202E>"), "{printed}");
    assert_eq!(verified(&gateway.ctl, "").0, 0);
}

#[test]
fn only_admins_read_it() {
    let fleet = Fleet::start(1);
    let uid = nix::unistd::geteuid();
    let roles = format!("[admin.roles]\noperator = [\"user:{uid}\"]\n");
    let setup = Setup::default().admin(&roles);
    let gateway = setup.start(&(shortener("100/minute", "1000/minute") + &fleet.pool("")));
    assert_eq!(gateway.ctl.try_run("audit list").code, 4);
    assert_eq!(gateway.ctl.try_run("audit verify").code, 4);
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &fs::metadata(log(&gateway)).unwrap().permissions(),
    );
    assert_eq!(mode & 0o777, 0o600);
}
