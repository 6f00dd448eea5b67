//! ^C while a drain is waited for: it goes on, or is taken back.

use std::process::Stdio;

use gateway_tests::{Process, Signal, until};

use super::pool_of;

#[test]
fn an_interrupted_wait_leaves_the_drain_or_takes_it_back_as_told() {
    let (_members, gateway) = pool_of(2);
    let mut silent = gateway_tests::Wire::connect(gateway.http);
    silent.send(b"GET /silence HTTP/1.1\r\nHost: a\r\n\r\n");
    let busy = until("somebody is asked", || {
        let all = gateway.ctl.items("backend list");
        let busy = all.into_iter().find(|it| it["in_flight"] == 1)?;
        Some(busy["name"].as_str().unwrap().to_owned())
    });
    let standing = || gateway.ctl.backend(&busy)["standing"].as_str().unwrap().to_owned();
    for (flags, after, words) in [
        (vec!["--on-interrupt", "undo"], "active", "is taken back"),
        (vec![], "draining", "the drain goes on"),
    ] {
        let mut command = gateway.ctl.command();
        command.args(["drain", &busy, "-y", "-m", "patch", "--force"]).args(flags);
        command.stdout(Stdio::null());
        let log = gateway.directory().join(format!("drain-{after}"));
        let mut waiting = Process::start("gatewayctl drain", &mut command, &log);
        until("it drains, and is waited for", || {
            (standing() == "draining" && waiting.log().contains("in flight")).then_some(())
        });
        waiting.signal(Signal::SIGINT);
        assert_eq!(waiting.wait().code(), Some(130), "{}", waiting.log());
        assert!(waiting.log().contains(words), "{}", waiting.log());
        assert_eq!(standing(), after);
    }
    let undo = &gateway.ctl.items("op list --kind undo")[0];
    assert!(undo["reason"].as_str().unwrap().starts_with("interrupted while waiting"), "{undo}");
}
