//! A new process takes the place of a running one: nobody's request is lost, nothing is forgotten.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;

use gateway_tests::{
    Crowd, EVERYTHING, Fleet, Gateway, Protocol, Setup, Signal, gatewayd, until, write_program,
};

const LIMITED: &str = r#"
[[route]]
name = "limited"
match = { path = "/bytes/3" }
pool = "app"
limits = ["three"]

[[limit]]
name = "three"
key = "client-ip"
max = "3/hour"
"#;

fn file(fleet: &Fleet) -> String {
    format!("{EVERYTHING}{LIMITED}{}", fleet.pool(""))
}

fn limited(gateway: &Gateway, times: usize) -> Vec<u16> {
    let mut client = gateway.client(Protocol::Http);
    (0..times).map(|_| client.get("/bytes/3").status.as_u16()).collect()
}

fn said(gateway: &Gateway, what: &str) -> usize {
    gateway.log().matches(what).count()
}

#[test]
fn case_76_ten_hand_overs_lose_no_request_no_count_and_no_change() {
    let fleet = Fleet::start(2);
    let mut gateway = Gateway::start(&file(&fleet));
    gateway.ctl.run("drain app-2 --reason patch -y");
    assert_eq!(limited(&gateway, 2), [200, 200]);
    let crowds = [
        Crowd::gather(4, Protocol::Http, gateway.http, "/bytes/10"),
        Crowd::gather(4, Protocol::Https, gateway.https, "/bytes/10"),
        Crowd::gather(4, Protocol::Http2, gateway.https, "/bytes/10"),
    ];
    for round in 0..10 {
        crowds.iter().for_each(|crowd| crowd.watch(20));
        gateway.hand_over();
        if round == 0 {
            assert_eq!(limited(&gateway, 3), [200, 429, 429], "two of three were asked before");
        }
        assert_eq!(limited(&gateway, 1), [429], "round {round}");
        let drained = gateway.ctl.backend("app-2");
        assert_eq!(
            (&drained["standing"], &drained["standing_reason"]),
            (&"draining".into(), &"patch".into())
        );
    }
    crowds.iter().for_each(|crowd| crowd.watch(20));
    let sent: u64 = crowds
        .map(|crowd| {
            let ledger = crowd.disperse();
            ledger.assert_none_failed();
            ledger.sent
        })
        .iter()
        .sum();
    println!("{sent} requests through ten hand-overs, none failed");
    gateway.ctl.run("undrain app-2 -y");
    gateway.signal(Signal::SIGTERM);
    until("it has ended and its socket with it", || (!gateway.socket().exists()).then_some(()));
}

#[test]
fn a_process_that_fails_to_take_over_changes_nothing() {
    let fleet = Fleet::start(2);
    let directory = tempfile::tempdir().unwrap();
    let program = directory.path().join("gatewayd");
    let built = fs::read(gatewayd()).unwrap();
    write_program(&program, &built);
    let mut gateway = Setup::default().program(program.clone()).start(&file(&fleet));
    let crowd = Crowd::gather(4, Protocol::Http, gateway.http, "/bytes/10");
    assert_eq!(limited(&gateway, 2), [200, 200]);

    let failures: [(&[u8], &str); 5] = [
        (b"#!/bin/sh\nexit 3\n", "exit status: 3"),
        (b"no program at all", "does not start"),
        // It says that it is ready, takes nothing, and ends.
        (b"#!/bin/sh\nprintf r >&0\nexit 4\n", "not handed over"),
        // It takes what it is given and asks for no counts.
        (b"#!/bin/sh\nprintf r >&0\nhead -c 100 >/dev/null\nexit 5\n", "exit status: 5"),
        // It asks for them and ends.
        (b"#!/bin/sh\nprintf rc >&0\nhead -c 100 >/dev/null\nexit 6\n", "not handed over"),
    ];
    for (number, (content, told)) in failures.into_iter().enumerate() {
        write_program(&program, content);
        gateway.signal(Signal::SIGUSR2);
        until("it says that nobody took over", || {
            (said(&gateway, "not handed over") > number).then_some(())
        });
        assert!(gateway.log().contains(told), "{told}");
        // The journal is its own again.
        gateway.ctl.run(&format!("backend weight app-1={} -y", 50 + number));
        crowd.watch(20);
    }
    write_program(&program, &built);
    fs::write(gateway.file(), "nonsense").unwrap();
    gateway.signal(Signal::SIGUSR2);
    until("a bad file is told", || said(&gateway, "exit status: 78").checked_sub(1));
    gateway.write_file(&file(&fleet));

    gateway.hand_over();
    assert_eq!(gateway.ctl.backend("app-1")["weight"], 54);
    assert_eq!(limited(&gateway, 2), [200, 429]);
    crowd.watch(20);
    crowd.disperse().assert_none_failed();
}

#[test]
fn what_only_a_start_reads_is_read_anew() {
    let fleet = Fleet::start(1);
    let mut gateway = Setup::default().workers(3).start(&file(&fleet));
    assert_eq!(limited(&gateway, 3), [200; 3]);
    let text = fs::read_to_string(gateway.file()).unwrap();
    let fewer = text.replace("workers = 3", "workers = 1\nlimiter_keys = 5000");
    fs::write(gateway.file(), fewer).unwrap();
    let crowd = Crowd::gather(4, Protocol::Http, gateway.http, "/bytes/10");
    crowd.watch(20);
    gateway.hand_over();
    crowd.watch(20);
    crowd.disperse().assert_none_failed();
    assert_eq!(gateway.ctl.items("status")[0]["workers"], 1);
    assert_eq!(limited(&gateway, 1), [200], "counts of a store of another size begin anew");
    until("that is told", || said(&gateway, "limits begin anew").checked_sub(1));
}

#[test]
fn a_gateway_that_takes_its_servers_with_it_does_not_hand_over() {
    let fleet = Fleet::start(1);
    let scaled = r#"
[[pool]]
name = "scaled"
[pool.autoscale]
driver = "process"
process = { command = ["sleep", "1000", "{port}"], ports = "9100-9199", outlive = false }
min = 1
max = 1
"#;
    let gateway = Gateway::start(&(file(&fleet) + scaled));
    gateway.signal(Signal::SIGUSR2);
    until("it says why", || said(&gateway, "set outlive = true").checked_sub(1));
    gateway.ctl.items("backend list");
}
