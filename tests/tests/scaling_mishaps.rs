//! A scaled pool to which the worst happens: servers killed, hung or never well, the gateway killed.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use gateway_tests::{Codes, Crowd, Gateway, Protocol, Signal, end, scaled_app, until};

/// The names of its backends, sorted.
fn names(gateway: &Gateway) -> Vec<String> {
    let backends = gateway.ctl.items("backend list");
    let mut names: Vec<String> =
        backends.iter().map(|it| it["name"].as_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

/// Waits until the record names `count` servers, and tells their process ids.
#[track_caller]
fn await_recorded(gateway: &Gateway, count: usize) -> Vec<u64> {
    until(&format!("{count} servers are written down"), || {
        Some(gateway.server_pids()).filter(|pids| pids.len() == count)
    })
}

#[track_caller]
fn await_draining(gateway: &Gateway) -> String {
    until("one drains", || {
        let backends = gateway.ctl.items("backend list");
        let drains = backends.iter().find(|it| it["standing"] == "draining")?;
        Some(drains["name"].as_str()?.to_owned())
    })
}

#[test]
fn of_two_servers_one_that_hangs_for_good_is_replaced_by_another_that_came_first() {
    let codes = Codes::new();
    let keys = "min = 2\nmax = 2\nreplace_after = \"2s\"";
    let gateway = Gateway::start(&scaled_app(codes.path(), &[], keys));
    gateway.await_ready(2);
    let before = await_recorded(&gateway, 2);
    end(before[0], Signal::SIGSTOP);
    until("another process took its place", || {
        let now = gateway.server_pids();
        (now.len() == 2 && !now.contains(&before[0])).then_some(())
    });
    gateway.await_ready(2);
    codes.await_running(&gateway, 2);
    assert!(gateway.server_pids().contains(&before[1]), "the other one goes on");
    assert_eq!(names(&gateway), ["app-2", "app-3"]);

    let decisions = gateway.ctl.items("scaler decisions");
    let find = |action: &str| {
        let told = |it: &&serde_json::Value| it["actions"].to_string().contains(action);
        let found = decisions.iter().find(told);
        found.unwrap_or_else(|| panic!("no {action} in {decisions:?}"))
    };
    let (started, drained) = (find("start 1"), find("drain app-1"));
    assert!(started["id"].as_u64() < drained["id"].as_u64(), "another came first");
    for it in [started, drained] {
        let sentence = it["sentence"].as_str().unwrap();
        assert!(sentence.contains("app-1 has been ill for 2s and does not count"), "{sentence}");
        assert_eq!(it["outcome"], "done", "{it}");
    }
    let events = gateway.ctl.run("event list --kind scale -o jsonl");
    assert!(events.contains("app-1 has been ill for 2s"), "{events}");
}

#[test]
fn an_ill_server_stays_where_nobody_said_that_it_is_replaced() {
    let codes = Codes::new();
    let gateway = Gateway::start(&scaled_app(codes.path(), &[], "min = 2\nmax = 3"));
    gateway.await_ready(2);
    let before = await_recorded(&gateway, 2);
    end(before[0], Signal::SIGSTOP);
    // Whichever that is: where a port was taken, app-1 is the one that started last.
    until("it is ill", || {
        let ill = gateway.ctl.items("backend list --filter health=unhealthy");
        (ill.len() == 1).then_some(())
    });
    let decided = |gateway: &Gateway| {
        let newest = gateway.ctl.items("scaler decisions").remove(0);
        newest["time"].as_str().unwrap().to_owned()
    };
    // A few more decisions, and it is still there.
    for _ in 0..4 {
        let last = decided(&gateway);
        until("it is decided again", || (decided(&gateway) != last).then_some(()));
    }
    assert_eq!(names(&gateway), ["app-1", "app-2"]);
    end(before[0], Signal::SIGCONT);
    gateway.await_ready(2);
    assert_eq!(gateway.server_pids(), before);
}

#[test]
fn servers_killed_while_the_fleet_grows_and_shrinks_leave_it_at_the_size_that_is_wanted() {
    let codes = Codes::new();
    let gateway = Gateway::start(&scaled_app(codes.path(), &[], "min = 2\nmax = 5"));
    gateway.await_ready(2);
    gateway.ctl.run("scaler desired 5 -y -m noon");
    let growing = await_recorded(&gateway, 5);
    // One that just started, and one that was there.
    end(growing[4], Signal::SIGKILL);
    end(growing[0], Signal::SIGKILL);
    until("others took their places", || {
        let now = gateway.server_pids();
        (now.len() == 5 && !now.contains(&growing[0]) && !now.contains(&growing[4])).then_some(())
    });
    gateway.await_ready(5);
    codes.await_running(&gateway, 5);

    // Under load, so that they drain for a while.
    let crowd = Crowd::gather(8, Protocol::Http, gateway.http, "/bytes/100");
    crowd.watch(50);
    let full = await_recorded(&gateway, 5);
    gateway.ctl.run("scaler desired 2 -y -m night");
    await_draining(&gateway);
    end(full[1], Signal::SIGKILL);
    end(full[4], Signal::SIGKILL);
    gateway.await_ready(2);
    crowd.watch(50);
    crowd.disperse();
    codes.await_running(&gateway, 2);
    assert_eq!(names(&gateway).len(), 2);
}

#[test]
fn a_gateway_killed_while_the_fleet_grows_and_shrinks_loses_no_server_and_starts_none_twice() {
    let codes = Codes::new();
    let mut gateway = Gateway::start(&scaled_app(codes.path(), &[], "min = 2\nmax = 5"));
    gateway.await_ready(2);
    let first = await_recorded(&gateway, 2);
    gateway.ctl.run("scaler desired 5 -y -m noon");
    until("the first of three more is written down", || {
        (gateway.server_pids().len() > 2).then_some(())
    });
    gateway.kill();
    gateway.start_again();
    gateway.await_ready(5);
    codes.await_running(&gateway, 5);
    let grown = gateway.server_pids();
    assert!(first.iter().all(|pid| grown.contains(pid)), "{first:?} {grown:?}");
    assert_eq!(names(&gateway), ["app-1", "app-2", "app-3", "app-4", "app-5"]);

    gateway.ctl.run("scaler desired 2 -y -m night");
    let victim = await_draining(&gateway);
    gateway.kill();
    gateway.start_again();
    gateway.await_ready(2);
    codes.await_running(&gateway, 2);
    assert!(gateway.server_pids().iter().all(|pid| grown.contains(pid)), "none is new");
    assert!(!names(&gateway).contains(&victim), "{victim} drained on");
}

#[test]
fn servers_that_never_pass_a_check_are_ended_told_and_not_started_for_ever() {
    let codes = Codes::new();
    let good = scaled_app(codes.path(), &[], "min = 1\nmax = 4\nstart_timeout = \"1s\"");
    let gateway = Gateway::start(&good);
    gateway.await_ready(1);
    let before = gateway.server_pids();
    // From now on they listen where nobody asks.
    let wrong = good
        .replace("--listen=127.0.0.1:{port}", "--listen=127.0.0.1:0")
        .replace("--name={name}", "--name={name}-{port}")
        .replace("min = 1", "min = 3");
    gateway.write_file(&wrong);
    gateway.signal(Signal::SIGHUP);
    let stopped = until("the ordering stops", || {
        let it = gateway.scaler();
        it["conditions"].as_array()?.iter().find(|it| it["reason"] == "FailedStart").cloned()
    });
    assert!(stopped["message"].as_str().unwrap().contains("failed to start"), "{stopped}");
    let events = gateway.ctl.run("event list --kind scale -o jsonl");
    assert!(events.contains("no passed probe after 1 s: "), "{events}");
    assert!(gateway.scaler()["next"].as_str().unwrap().contains("starts failed; next in"));
    codes.await_running(&gateway, 1);
    assert_eq!(gateway.server_pids(), before, "what ran before goes on");
    assert_eq!(names(&gateway).len(), 1);
}
