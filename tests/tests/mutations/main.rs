//! Every kind of change under load: what its dry run foretells is what is measured then, it is made once
//! however often it is asked for, a gateway that moved on refuses it, and an undo gives back the very
//! gateway that was before.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod rows;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use gateway_tests::{Crowd, EVERYTHING, Fleet, Gateway, Protocol, until};
use serde_json::Value;

use rows::{Comes, ROWS, Row};

/// How far a share may be from what was foretold.
const TOLERANCE: f64 = 0.02;
/// How many answers a share is measured by.
const MEASURED: u64 = 1500;

const LIMIT: &str =
    "[[limit]]\nname = \"per-ip\"\nkey = \"client-ip\"\nmax = \"1000000/minute\"   # agreed\n\n";
const SCALED: &str = "[pool.autoscale]\ndriver = \"advise\"\nmin = 1\nmax = 9\ntarget_cpu = 70\n\n";

/// The variants of an enum, read out of its source.
fn variants(source: &str, name: &str) -> BTreeSet<String> {
    let (_, rest) = source.split_once(&format!("pub enum {name} {{\n")).unwrap();
    let (body, _) = rest.split_once("\n}").unwrap();
    let own = body.lines().filter(|line| line.starts_with("    ") && !line.starts_with("     "));
    let names = own.filter(|line| line[4..].starts_with(|it: char| it.is_ascii_uppercase()));
    names.map(|line| line[4..].split(['(', ',', ' ']).next().unwrap().to_owned()).collect()
}

#[test]
fn each_kind_of_change_has_a_row() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../gatewayd/src/model/change.rs");
    let known = variants(&fs::read_to_string(source).unwrap(), "Change");
    assert!(known.contains("AddBackend") && known.contains("ApplyFile"), "{known:?}");
    let rows: BTreeSet<String> = ROWS.iter().map(|row| row.variant.to_owned()).collect();
    assert_eq!(rows, known, "give each a row in tests/tests/mutations/rows.rs");
}

/// A gateway under load, and files and a server that changes may name.
struct Stage {
    gateway: Gateway,
    crowd: Crowd,
    fleet: Fleet,
    /// The revision, and the gateway, that each row begins with.
    base: (u64, Vec<String>),
}

impl Stage {
    fn start() -> Stage {
        let mut fleet = Fleet::start(3);
        let pool = fleet.pool("balance = \"round-robin\"\nejection = { failures = 0 }") + SCALED;
        let routes = EVERYTHING.replace("pool = \"app\"", "pool = \"app\"\nlimits = [\"per-ip\"]");
        let gateway = Gateway::start(&(routes + LIMIT + &pool));
        fleet.join();
        let crowd = Crowd::gather(6, Protocol::Http, gateway.http, "/bytes/10");
        crowd.watch(100);
        let text = fs::read_to_string(gateway.file()).unwrap();
        let other =
            text.replace("1000000/minute", "900000/minute").replacen("= 100\n", "= 200\n", 1);
        fs::write(gateway.directory().join("other.toml"), other).unwrap();
        let commands = "backend weight app-1=50 app-2=150\ndrain app-3\nlimit shadow per-ip\n";
        fs::write(gateway.directory().join("commands"), commands).unwrap();
        let mut stage = Stage { gateway, crowd, fleet, base: (0, Vec::new()) };
        stage.base = (stage.revision(), stage.whole());
        stage
    }

    /// The last revision that somebody asked for.
    fn revision(&self) -> u64 {
        let newest = self.gateway.ctl.items("op list --filter via!=auto --limit 1").remove(0);
        newest["revision"].as_u64().unwrap()
    }

    /// All that is wanted of the gateway, line by line: its file as it would be, byte for byte, and what
    /// no file says.
    fn whole(&self) -> Vec<String> {
        let ctl = &self.gateway.ctl;
        let keep = |items: Vec<Value>, keys: &[&str]| -> Vec<String> {
            let kept = |it: &Value| keys.iter().map(|key| it[*key].clone()).collect::<Value>();
            items.iter().map(|it| kept(it).to_string()).collect()
        };
        let fields = keep(ctl.items("config show"), &["target", "field", "runtime"]);
        let backends = keep(
            ctl.items("backend list"),
            &[
                "name",
                "pool",
                "address",
                "weight",
                "standing",
                "standing_owner",
                "standing_reason",
                "standing_since",
                "standing_expires",
                "ramp_from",
                "ramp_until",
            ],
        );
        let limits =
            keep(ctl.items("limit list"), &["name", "mode", "candidate", "then", "expires"]);
        let blocks = keep(ctl.items("block list"), &["network", "owner", "reason", "expires"]);
        let file = ctl.run("config export").lines().map(str::to_owned).collect();
        [file, fields, backends, limits, blocks].concat()
    }

    fn line(&self, line: &str, op: &str) -> String {
        let directory = self.gateway.directory();
        line.replace("{op}", op)
            .replace("{revision}", &self.base.0.to_string())
            .replace("{file}", &directory.join("other.toml").display().to_string())
            .replace("{commands}", &directory.join("commands").display().to_string())
            .replace("{address}", &self.fleet.servers[3].address.to_string())
    }

    /// Makes a change; its operation.
    #[track_caller]
    fn change(&self, line: &str) -> Value {
        // A third of a small pool is much at once.
        let reason = if line.contains(" -m ") { "" } else { "-m row" };
        self.gateway.ctl.items(&format!("{line} --force {reason} -y")).remove(0)
    }

    /// Holds what `plan` foretells against what the next answers tell.
    #[track_caller]
    fn measure(&self, plan: &Value, what: &str) {
        let shares = plan["shares"].as_array().unwrap();
        if shares.is_empty() {
            assert!(!moves_load(plan), "{what}: {plan}");
            return;
        }
        until("every backend has been checked and has its weight", || {
            let all = self.gateway.ctl.items("backend list");
            let is_settled = |it: &Value| it["health"] != "checking" && it["ramp_until"].is_null();
            all.iter().all(is_settled).then_some(())
        });
        self.crowd.watch(50);
        let before = self.crowd.ledger();
        self.crowd.watch(MEASURED);
        let after = self.crowd.ledger();
        // A server calls itself app-4, whatever it is called in the gateway.
        let by = |name: &str| {
            let name = name.replace("new", "app-4");
            (after.by(&name) - before.by(&name)) as f64
        };
        let all: f64 = ["app-1", "app-2", "app-3", "app-4"].map(by).iter().sum();
        assert!(all >= MEASURED as f64, "{what}: {all}");
        for share in shares {
            let name = share["backend"].as_str().unwrap();
            let (told, is) = (share["after_ratio"].as_f64().unwrap(), by(name) / all);
            assert!((told - is).abs() <= TOLERANCE, "{what}: {name} {told} {is}\n{plan}");
        }
    }

    /// Plays one row, and puts the gateway back to what it was.
    fn play(&self, row: &Row) {
        // Somebody else is at work as well.
        self.change("block add 203.0.113.9 --ttl 1h");
        let (stale, mut op) = (self.revision() - 1, String::new());
        for line in row.before {
            op = self.change(&self.line(line, &op))["id"].as_str().unwrap().to_owned();
        }
        match row.comes {
            Comes::Asked(line) => self.ask(&self.line(line, &op), stale, true),
            Comes::Noted(line) => self.ask(&self.line(line, &op), stale, false),
            Comes::Idle(line) => self.ask_for_nothing(&self.line(line, &op), stale),
            Comes::ByItself(line, what) => self.await_it(&self.line(line, &op), what),
        }
        let (revision, whole) = &self.base;
        if row.variant == "ApplyFile" {
            // An undo leaves the file alone.
            self.change(&format!("config apply -f {}", self.gateway.file().display()));
        }
        self.change(&format!("config rollback {revision}"));
        same(&self.whole(), whole, row.variant);
    }

    fn ask(&self, line: &str, stale: u64, leaves: bool) {
        let ctl = &self.gateway.ctl;
        let before = self.whole();
        let reason = if line.contains(" -m ") { "" } else { "-m row" };
        let flags = format!("--force {reason} -y");

        self.is_refused(line, &flags, stale);
        let plan = ctl.items(&format!("{line} --force {reason} -n")).remove(0);
        same(&self.whole(), &before, &format!("{line}: a dry run changes nothing"));

        let key = format!("--idempotency-key row-{}", self.revision());
        let done = ctl.items(&format!("{line} {flags} {key}")).remove(0);
        let id = done["id"].as_str().unwrap_or_else(|| panic!("{line}: {done}"));
        assert_eq!(foretold(&done), foretold(&plan), "{line}");
        let (revision, after) = (self.revision(), self.whole());
        let again = ctl.items(&format!("{line} {flags} {key}")).remove(0);
        assert_eq!((&again["id"], self.revision()), (&done["id"], revision), "{line}");
        same(&self.whole(), &after, &format!("{line}: it is made once"));
        self.measure(&plan, line);
        let after = self.whole();
        if !leaves {
            assert_eq!(done["undo"], "none", "{line}");
            same(&after, &before, line);
            return;
        }
        // Of a kill a list shows only that nothing is left.
        assert!(after != before || line.contains("kill"), "{line}");
        assert_eq!(done["undo"], "available", "{line}: {done}");
        let undo = self.change(&format!("op undo {id}"));
        same(&self.whole(), &before, &format!("{line} was undone"));
        self.change(&format!("op undo {}", undo["id"].as_str().unwrap()));
        same(&self.whole(), &after, &format!("{line} was done again"));
    }

    #[track_caller]
    fn is_refused(&self, line: &str, flags: &str, stale: u64) {
        let said = self.gateway.ctl.try_run(&format!("{line} {flags} --if-revision {stale}"));
        assert_eq!(said.code, 6, "{line}: {said:?}");
        assert!(said.err.contains("block block/203.0.113.9/32 by "), "{line}: {said:?}");
    }

    fn ask_for_nothing(&self, line: &str, stale: u64) {
        self.is_refused(line, "-y", stale);
        let revision = self.revision();
        for flag in ["-n", "-y"] {
            let done = self.gateway.ctl.items(&format!("{line} {flag}")).remove(0);
            assert_eq!((&done["unchanged"], &done["id"]), (&true.into(), &Value::Null), "{done}");
        }
        assert_eq!(self.revision(), revision, "{line}");
    }

    /// What comes about by itself is an operation too, and everybody is told.
    fn await_it(&self, line: &str, what: &str) {
        let since = self.change(line)["revision"].as_u64().unwrap();
        if what == "abort" {
            self.fleet.servers[1].turn("fail?on=true");
        }
        let done = until(&format!("{line}: {what}"), || {
            let newer = self.gateway.ctl.items("op list --who gateway --limit 5").into_iter();
            newer.filter(|it| it["revision"].as_u64() > Some(since)).find(|it| it["what"] == what)
        });
        assert_eq!(done["via"], "auto", "{line}: {done}");
        if what == "abort" {
            self.fleet.servers[1].turn("fail?on=false");
        }
    }
}

/// Whether a plan is of a change that gives servers another part of the load.
fn moves_load(plan: &Value) -> bool {
    let moving = ["add", "remove", "weight", "ramp", "maintenance", "drain", "enable", "shift"];
    moving.contains(&plan["what"].as_str().unwrap())
}

/// Panics with the lines that differ.
#[track_caller]
fn same(is: &[String], was: &[String], what: &str) {
    let not_in = |one: &[String], other: &[String]| -> Vec<String> {
        one.iter().filter(|line| !other.contains(line)).cloned().collect()
    };
    assert!(is == was, "{what}: {:#?} instead of {:#?}", not_in(is, was), not_in(was, is));
}

/// What a plan and the change itself have to agree on.
fn foretold(operation: &Value) -> Value {
    let shares = operation["shares"].as_array().unwrap().iter();
    let parts = shares.map(|it| [&it["backend"], &it["before_ratio"], &it["after_ratio"]]);
    let parts: Value = parts.map(|it| it.into_iter().cloned().collect::<Value>()).collect();
    // A drain may come to its end in between.
    let text = |key: &str| operation[key].as_str().unwrap().replace("drained", "draining");
    let told = ["what", "target", "after"].map(|key| Value::from(text(key)));
    Value::Array(vec![parts, told.into_iter().collect()])
}

#[test]
fn what_is_foretold_is_measured_and_what_is_undone_is_as_if_it_never_was() {
    let stage = Stage::start();
    for row in ROWS {
        stage.play(row);
    }
    let ledger = stage.crowd.disperse();
    assert!(ledger.sent > MEASURED, "{}", ledger.sent);
}
