//! Every key of the dashboard, pressed in a pseudo-terminal against a real gateway; what comes of it
//! is asked of `gatewayctl -o json`, or read from the screen where it is a matter of the screen alone.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod backends;
mod charts;
mod dashboard;
mod demo;
mod dialogs;
mod events;
mod everywhere;
mod limits;
mod overview;
mod rows;
mod scaler;
mod tls;
mod traffic;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use gateway_tests::Ctl;

/// The actions that `source` presses the keys of.
fn pressed(source: &str) -> BTreeSet<String> {
    let calls = [".act(\"", ".act_until(\"", ".act_until(\n"];
    let after = calls.iter().flat_map(|call| source.split(call).skip(1));
    let names =
        after.filter_map(|rest| rest.trim_start().trim_start_matches('"').split('"').next());
    names.map(str::to_owned).collect()
}

#[test]
fn each_action_is_done_here() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/walk");
    let sources = fs::read_dir(folder).unwrap().map(|it| fs::read_to_string(it.unwrap().path()));
    let pressed: BTreeSet<String> = sources.flat_map(|it| pressed(&it.unwrap())).collect();
    let keys = Ctl::new("/nonexistent".into()).run("config keys -o name");
    let known: BTreeSet<String> = keys.lines().map(str::to_owned).collect();
    assert!(known.contains("backend.drain") && known.len() > 100, "{known:?}");
    let missing: Vec<&String> = known.difference(&pressed).collect();
    assert!(missing.is_empty(), "press the keys of these in tests/tests/walk: {missing:?}");
}
