//! The demo of README, from its first second to ^C.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::process::Command;

use gateway_tests::{Ctl, Process, Signal, gatewayd, until};

/// A demo on free ports, and gatewayctl for it.
fn demo(directory: &Path) -> (Process, Ctl) {
    let socket = directory.join("admin.sock");
    let mut command = Command::new(gatewayd());
    command.args(["demo", "--https-port=0", "--http-port=0"]).arg("--socket").arg(&socket);
    let process = Process::start("the demo", &mut command, &directory.join("log"));
    (process, Ctl::new(socket))
}

fn serving(ctl: &Ctl) -> usize {
    let said = ctl.try_run("backend list -o json");
    let list: serde_json::Value = serde_json::from_str(&said.out).unwrap_or_default();
    let items = list["items"].as_array().cloned().unwrap_or_default();
    items.iter().filter(|it| it["standing"] == "active" && it["health"] == "healthy").count()
}

#[test]
fn a_server_is_drained_as_readme_says_and_nothing_fails() {
    let directory = tempfile::tempdir().unwrap();
    let (mut process, ctl) = demo(directory.path());
    until("three servers take the load", || (serving(&ctl) == 3).then_some(()));
    let errors = || ctl.items("status")[0]["errors_total"].clone();
    let before = errors();
    let drained = ctl.try_run("drain app-2 -m look -y");
    assert_eq!(drained.code, 0, "{drained:?}");
    assert_eq!(errors(), before, "requests failed meanwhile");
    assert_eq!(ctl.backend("app-2")["in_flight"], 0);
    ctl.run("undrain app-2 -y");
    until("it serves again", || (serving(&ctl) >= 3).then_some(()));
    process.signal(Signal::SIGINT);
    assert!(process.wait().success());
}
