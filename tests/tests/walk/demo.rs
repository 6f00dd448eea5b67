//! A demo: its servers are spoilt and mended, and its load is changed.

use std::path::Path;
use std::process::Command;

use gateway_tests::{Ctl, Process, gatewayd, until};

use crate::dashboard::Dashboard;

/// A demo on free ports with so little load that a busy machine carries it.
fn demo(directory: &Path) -> (Process, Ctl) {
    let socket = directory.join("admin.sock");
    let mut command = Command::new(gatewayd());
    command.args(["demo", "--https-port=0", "--http-port=0", "--load=40"]);
    command.arg("--socket").arg(&socket);
    let process = Process::start("the demo", &mut command, &directory.join("log"));
    let ctl = Ctl::new(socket);
    until("its servers serve", || {
        let said = ctl.try_run("backend list -o name --filter health=healthy");
        (said.out.lines().count() >= 2).then_some(())
    });
    (process, ctl)
}

#[test]
fn servers_are_spoilt_and_mended_and_the_load_is_changed_with_keys() {
    let directory = tempfile::tempdir().unwrap();
    let (_process, ctl) = demo(directory.path());
    let told = |dashboard: &Dashboard, what: &str| {
        let filter = format!("what~\"{what}\"");
        let arguments = ["event", "list", "--filter", &filter, "-o", "name"];
        dashboard.until(what, || (!ctl.try_args(&arguments).out.is_empty()).then_some(()));
    };
    let dashboard = Dashboard::open(&ctl, "backends");
    dashboard.wait_for("app-2");
    dashboard.choose("app-1");
    dashboard.act("demo.slow");
    dashboard
        .until("it is slow", || (ctl.backend("app-1")["p50_ms"].as_f64()? > 250.0).then_some(()));
    dashboard.until("it is told that it stands out", || {
        let problems = ctl.items("status")[0]["problems"].clone();
        let slow = |it: &serde_json::Value| {
            it["target"] == "backend/app-1"
                && it["what"].as_str().unwrap().starts_with("slow: p50 ")
        };
        problems.as_array()?.iter().any(slow).then_some(())
    });
    dashboard.act("demo.heal");
    dashboard.until("it is as fast as before", || {
        (ctl.backend("app-1")["p50_ms"].as_f64()? < 250.0).then_some(())
    });
    dashboard.act("demo.fail");
    dashboard
        .until("it is taken out", || (ctl.backend("app-1")["health"] == "ejected").then_some(()));
    dashboard.act("demo.heal");
    dashboard.until("it is back", || (ctl.backend("app-1")["health"] == "healthy").then_some(()));
    dashboard.act("demo.cold");
    told(&dashboard, "is cold");
    dashboard.act("demo.load-more");
    told(&dashboard, "load: 40 -> 80 requests/s");
    dashboard.act("demo.load-less");
    told(&dashboard, "load: 80 -> 40 requests/s");
    dashboard.act("demo.kill");
    told(&dashboard, "is killed");
    dashboard.until("it serves no more", || {
        let all = ctl.items("backend list");
        let it = all.iter().find(|it| it["name"] == "app-1");
        it.is_none_or(|it| it["health"] != "healthy").then_some(())
    });
}
