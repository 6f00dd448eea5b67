//! Bad files under a gateway that runs: nothing changes, nobody notices, and it is told.

use std::fs;

use gateway_proto::{ApplyConfigRequest, config_client::ConfigClient};
use gateway_tests::{Crowd, EVERYTHING, Fleet, Gateway, Protocol, Signal, until};

use super::corpus::{BAD, GOOD};

const REFUSED: &str = "gateway_reload_failed_total{what=\"file\"}";
const GOOD_AT: &str = "gateway_reload_good_seconds{what=\"file\"}";

/// How often it is told that a file is not applied.
fn refusals(gateway: &Gateway) -> usize {
    let told = gateway.ctl.items("event list --kind config --limit 1000");
    let refused = |what: &str| what.starts_with("the file is not applied");
    told.iter().filter(|it| it["what"].as_str().is_some_and(refused)).count()
}

#[test]
fn each_bad_file_changes_nothing_under_load_by_signal_and_by_call() {
    let fleet = Fleet::start(2);
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    let good = fs::read_to_string(gateway.file()).unwrap();
    let revision = || gateway.ctl.items("config history --limit 1")[0]["revision"].clone();
    let before = revision();
    let was_good = gateway.metric(GOOD_AT);
    let crowd = Crowd::gather(4, Protocol::Http, gateway.http, "/bytes/10");
    let admin = gateway.admin();
    for (number, (from, to, _, _)) in BAD.iter().enumerate() {
        let text = GOOD.replacen(from, to, 1);
        fs::write(gateway.file(), &text).unwrap();
        gateway.signal(Signal::SIGHUP);
        until(&format!("it is told of {to:?}"), || {
            (refusals(&gateway) == number + 1).then_some(())
        });
        let mut config = ConfigClient::new(admin.channel());
        let asked = ApplyConfigRequest { text, intent: None };
        let refused = admin.wait(config.apply(asked)).unwrap_err();
        assert_eq!(refused.code(), tonic::Code::InvalidArgument, "{to:?}: {refused}");
    }
    assert_eq!(revision(), before);
    assert_eq!(gateway.metric(REFUSED), 2.0 * BAD.len() as f64, "once by each way");
    assert_eq!(gateway.metric(GOOD_AT), was_good);
    fs::write(gateway.file(), good).unwrap();
    gateway.signal(Signal::SIGHUP);
    until("a good one is read again", || {
        let newest = gateway.ctl.items("event list --kind config --limit 1").remove(0);
        newest["what"].as_str().unwrap().contains("nothing in it is new").then_some(())
    });
    assert_eq!(gateway.metric(REFUSED), 2.0 * BAD.len() as f64);
    assert!(gateway.metric(GOOD_AT) > was_good);
    crowd.watch(100);
    crowd.disperse().assert_none_failed();
}
