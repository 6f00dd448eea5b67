//! The floor plan in README cannot drift: it is read from the sources, and the reader is itself
//! shown one planted defect of each kind.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use gateway_tests::architecture::{
    GATEWAYCTL, GATEWAYD, LONGEST_FILE, Plan, Source, read_sources, violations,
};

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn assert_follows(plan: &Plan, package: &str) {
    let sources = read_sources(&workspace().join(package).join("src")).unwrap();
    assert!(!sources.is_empty(), "{package} has no sources");
    let found = violations(plan, &sources);
    let told: Vec<String> = found.iter().map(|one| format!("{package}/src/{one}")).collect();
    assert!(told.is_empty(), "{} ways off the floor plan:\n{}", told.len(), told.join("\n"));
}

#[test]
fn gatewayd_follows_its_floor_plan() {
    assert_follows(&GATEWAYD, "gatewayd");
}

#[test]
fn gatewayctl_follows_its_floor_plan() {
    assert_follows(&GATEWAYCTL, "gatewayctl");
}

#[test]
fn the_visible_top_level_is_what_the_plan_names() {
    const NAMED: [&str; 9] = [
        "CHANGELOG.md",
        "Cargo.lock",
        "Cargo.toml",
        "LICENSE",
        "README.md",
        "gatewayctl",
        "gatewayd",
        "proto",
        "tests",
    ];
    let entries = fs::read_dir(workspace()).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    let stray: Vec<String> = names
        .filter(|name| !name.starts_with('.') && name != "target" && !NAMED.contains(&&**name))
        .collect();
    assert!(stray.is_empty(), "find {stray:?} a room inside one of {NAMED:?}");
}

/// What the checker says of one file of gatewayd.
fn verdicts(path: &str, code: &str) -> Vec<String> {
    let source = Source::new(path, &format!("//! A noun.\n{code}"));
    violations(&GATEWAYD, &[source]).iter().map(ToString::to_string).collect()
}

#[track_caller]
fn assert_caught(path: &str, code: &str, expected: &str) {
    let found = verdicts(path, code);
    assert!(found.iter().any(|one| one.contains(expected)), "{code:?}: {found:?}");
}

#[test]
fn an_upward_import_is_caught_however_it_is_written() {
    let expected = "`policy` may not import `state`";
    assert_caught("policy/pick.rs", "use crate::state::Table;", expected);
    assert_caught("policy/pick.rs", "use crate::{model::{Pool, Id}, state::{Table}};", expected);
    assert_caught("policy/pick.rs", "fn f(table: &crate::state::Table) {}", expected);
    assert_caught("policy/pick.rs", "use super::super::state::Table;", expected);
    assert_caught("policy/balance/mod.rs", "use super::super::state::Table;", expected);
    assert_caught("policy/balance/hash.rs", "use super::super::super::state::Table;", expected);
    assert_caught("proxy/mod.rs", "use crate::tasks;", "`proxy` may not import `tasks`");
    assert_caught("demo/load/mod.rs", "use crate::model;", "`demo` may not import `model`");
}

#[test]
fn a_downward_import_is_fine() {
    assert_eq!(verdicts("policy/pick.rs", "use crate::model::Pool;"), [""; 0]);
    assert_eq!(verdicts("policy/pick.rs", "use super::state::Roll;"), [""; 0]);
    assert_eq!(verdicts("policy/balance/hash.rs", "use super::super::apply;"), [""; 0]);
    assert_eq!(verdicts("app/run.rs", "use crate::{admin, proxy, tasks};"), [""; 0]);
}

#[test]
fn a_forbidden_word_is_caught_in_code_and_nowhere_else() {
    assert_caught("policy/pick.rs", "fn f() { Instant::now(); }", "policy/pick.rs:2: `policy`");
    assert_caught("model/pool.rs", "use std::sync::{Arc, Mutex};", "`Mutex`");
    assert_caught("admin/mod.rs", "use hyper::Request;", "`hyper`");
    let innocent = "// Instant::now\n/* async */\nconst A: &str = \"tokio \\\" tokio\";\n\
                    const B: &str = r#\"async \" async\"#;\nfn asynchronous<'a>(c: &'a char) { '\"'; }\n\
                    #[cfg(test)]\nmod tests { use std::time::Instant; fn f() { Instant::now(); } }";
    assert_eq!(verdicts("policy/pick.rs", innocent), [""; 0]);
}

#[test]
fn wire_types_outside_their_room_are_caught() {
    assert_caught("state/writer.rs", "use gateway_proto::Snapshot;", "wire types");
    assert_eq!(verdicts("admin/convert.rs", "use gateway_proto::Snapshot;"), [""; 0]);
}

#[test]
fn a_file_that_does_two_things_is_caught() {
    assert_caught("model/pool.rs", &"fn f() {}\n".repeat(LONGEST_FILE), "401 lines");
    let tested = format!("#[cfg(test)]\nmod tests {{\n{}}}", "fn f() {}\n".repeat(LONGEST_FILE));
    assert_eq!(verdicts("model/pool.rs", &tested), [""; 0]);
}

#[test]
fn a_module_without_a_room_or_an_opening_sentence_is_caught() {
    assert_caught("misc/bits.rs", "", "no room");
    let mute = Source::new("model/pool.rs", "use std::fmt;\n");
    assert!(violations(&GATEWAYD, &[mute])[0].what.contains("opens without"));
}
