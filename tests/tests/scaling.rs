//! A pool that grows and shrinks: real servers, started and ended by the gateway.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Command;

use gateway_proto::externalscaler::external_scaler_client::ExternalScalerClient;
use gateway_proto::externalscaler::{GetMetricsRequest, ScaledObjectRef};
use gateway_tests::{
    Crowd, EVERYTHING, Fleet, Gateway, Protocol, Setup, Signal, end, free_port, gatewayd,
    scaled_app, scaled_pool, until, write_program,
};
use serde_json::Value;
use tonic::Code;

/// What a script of an operator may look like: it runs app servers and keeps them in a directory.
const SCALE: &str = r#"#!/bin/sh
cd "$(dirname "$0")" || exit 1
echo "$1 $2 $GATEWAYD_ORDER" >> calls
case $1 in
list)
    printf '{"servers": ['; comma=
    for it in [0-9]*.pid; do
        [ -e "$it" ] && kill -0 "$(cat "$it")" 2>/dev/null || continue
        printf '%s{"id": "srv-%s", "address": "127.0.0.1:%s"}' "$comma" "${it%.pid}" "${it%.pid}"
        comma=,
    done
    printf ']}' ;;
scale-out)
    [ -e broken ] && { echo "the quota is used up" >&2; exit 7; }
    there=0
    for it in [0-9]*.pid; do [ -e "$it" ] && there=$((there + 1)); done
    for port in PORTS; do
        [ "$there" -lt "$2" ] || break
        [ -e "$port.pid" ] && continue
        PROGRAM demo app --name "srv-$port" --listen "127.0.0.1:$port" --work 20ms \
            --codes "$PWD/codes" </dev/null >> printed 2>&1 &
        echo $! > "$port.pid"
        there=$((there + 1))
    done ;;
terminate)
    port=${2#srv-}
    [ -e "$port.pid" ] && kill "$(cat "$port.pid")" && rm "$port.pid"
    exit 0 ;;
esac
"#;

/// A pool whose servers a script of its own lists, starts and ends, in `place`.
fn by_script(place: &Path, keys: &str) -> String {
    let ports: Vec<String> = (0..3).map(|_| free_port().to_string()).collect();
    let script = SCALE.replace("PORTS", &ports.join(" "));
    let script = script.replace("PROGRAM", gatewayd().to_str().unwrap());
    let path = place.join("scale");
    fs::create_dir_all(place.join("codes")).unwrap();
    write_program(&path, script);
    format!(
        "{EVERYTHING}\n[[pool]]\nname = \"app\"\nslow_start = \"0s\"\n\
         health = {{ path = \"/healthz\", interval = \"200ms\", timeout = \"1s\" }}\n\
         [pool.autoscale]\ndriver = \"exec\"\n\
         exec = {{ command = [{path:?}], timeout = \"20s\", interval = \"1s\" }}\n\
         stable_window = \"5s\"\npanic_window = \"1s\"\ndefault_instance_warmup = \"1s\"\n{keys}\n"
    )
}

/// Ends what the script started, also when a test fails.
struct EndsServers<'a>(&'a Path);

impl Drop for EndsServers<'_> {
    fn drop(&mut self) {
        for entry in fs::read_dir(self.0).into_iter().flatten().flatten() {
            if entry.path().extension().is_some_and(|it| it == "pid") {
                let pid = fs::read_to_string(entry.path()).unwrap_or_default();
                let _ = Command::new("kill").arg("-KILL").arg(pid.trim()).status();
            }
        }
    }
}

fn calls(place: &Path, verb: &str) -> Vec<String> {
    let calls = fs::read_to_string(place.join("calls")).unwrap_or_default();
    calls.lines().filter(|it| it.starts_with(verb)).map(str::to_owned).collect()
}

#[test]
fn a_script_starts_servers_and_ends_them_once_they_are_drained() {
    let place = tempfile::tempdir().unwrap();
    let _ends = EndsServers(place.path());
    let mut gateway = Gateway::start(&by_script(place.path(), "min = 1\nmax = 3"));
    gateway.await_ready(1);
    gateway.ctl.run("scaler desired 3 -y -m noon");
    let crowd = Crowd::gather(4, Protocol::Http, gateway.http, "/bytes/100");
    gateway.await_ready(3);
    gateway.ctl.run("scaler desired 1 -y -m night");
    gateway.await_ready(1);
    until("only one server is left", || {
        (gateway.ctl.items("backend list").len() == 1).then_some(())
    });
    crowd.watch(50);
    let ledger = crowd.disperse();
    assert!(ledger.failed.is_empty(), "{:?}", ledger.failed);
    let left = gateway.ctl.items("backend list").remove(0)["name"].clone();
    let ended = calls(place.path(), "terminate");
    assert_eq!(ended.len(), 2, "each is ended once: {ended:?}");

    gateway.kill();
    gateway.start_again();
    gateway.await_ready(1);
    assert_eq!(gateway.ctl.items("backend list").remove(0)["name"], left, "it was found again");
    let asked = calls(place.path(), "scale-out");
    assert_eq!(asked.len(), 2, "nothing is started twice: {asked:?}");
}

#[test]
fn a_script_that_fails_is_told_with_what_it_says_and_repeated_as_the_same_order() {
    let place = tempfile::tempdir().unwrap();
    let _ends = EndsServers(place.path());
    let gateway = Gateway::start(&by_script(place.path(), "min = 1\nmax = 3"));
    gateway.await_ready(1);
    fs::write(place.path().join("broken"), "").unwrap();
    gateway.ctl.run("scaler set app --min 2 -y");
    until("the ordering stops", || {
        let it = gateway.scaler();
        it["conditions"].as_array()?.iter().find(|it| it["reason"] == "FailedStart").cloned()
    });
    let events = gateway.ctl.run("event list --kind scale -o jsonl");
    assert!(events.contains("exit status: 7: the quota is used up"), "{events}");
    fs::remove_file(place.path().join("broken")).unwrap();
    gateway.await_ready(2);
    let asked = calls(place.path(), "scale-out 2 app-");
    assert!(asked.len() > 3 && asked.iter().all(|it| *it == asked[0]), "{asked:?}");
}

#[test]
fn whoever_scales_from_outside_is_told_how_many_servers_are_wanted() {
    let fleet = Fleet::start(2);
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()));
    let setup = Setup::default().admin(&format!("external_scaler = \"{address}\""));
    let scaled = "\n[pool.autoscale]\ndriver = \"advise\"\nmin = 2\nmax = 9\n";
    let gateway = setup.start(&(EVERYTHING.to_owned() + &fleet.pool("") + scaled));
    gateway.ctl.run("scaler desired 5 app -y -m noon");
    let metric = "gateway_scaler_desired{pool=\"app\"} 5\n";
    until("the metrics tell it", || {
        let told = gateway.ask_metrics("/metrics").body;
        String::from_utf8_lossy(&told).contains(metric).then_some(())
    });
    let told = String::from_utf8(gateway.ask_metrics("/metrics").body.to_vec()).unwrap();
    for line in ["current{pool=\"app\"} 2", "min{pool=\"app\"} 2", "max{pool=\"app\"} 9"] {
        assert!(told.contains(&format!("gateway_scaler_{line}\n")), "{line}: {told}");
    }
    assert!(told.contains("gateway_scaler_condition{pool=\"app\",condition=\"AbleToScale\""));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(ask_as_keda(address));
}

/// Asks as KEDA's operator does.
async fn ask_as_keda(address: SocketAddr) {
    let mut keda = ExternalScalerClient::connect(format!("http://{address}")).await.unwrap();
    let asked = |pool: &[&str]| ScaledObjectRef {
        name: "app".to_owned(),
        namespace: "shop".to_owned(),
        scaler_metadata: pool.iter().map(|it| ("pool".to_owned(), (*it).to_owned())).collect(),
    };
    assert!(keda.is_active(asked(&["app"])).await.unwrap().into_inner().result);
    let mut changes = keda.stream_is_active(asked(&["app"])).await.unwrap().into_inner();
    assert!(changes.message().await.unwrap().unwrap().result);
    let specs = keda.get_metric_spec(asked(&["app"])).await.unwrap().into_inner().metric_specs;
    let [spec] = &specs[..] else { panic!("{specs:?}") };
    assert_eq!((spec.target_size, spec.target_size_float), (1, 1.0));
    let question = |metric_name: &str| GetMetricsRequest {
        scaled_object_ref: Some(asked(&["app"])),
        metric_name: metric_name.to_owned(),
    };
    let answer = keda.get_metrics(question(&spec.metric_name)).await.unwrap().into_inner();
    let [value] = &answer.metric_values[..] else { panic!("{answer:?}") };
    assert_eq!(
        (value.metric_name.as_str(), value.metric_value, value.metric_value_float),
        (spec.metric_name.as_str(), 5, 5.0)
    );
    let refused = keda.get_metrics(question("other")).await.unwrap_err();
    assert_eq!(refused.code(), Code::NotFound, "{refused}");
    let refused = keda.is_active(asked(&["web"])).await.unwrap_err();
    assert_eq!(refused.code(), Code::NotFound);
    assert!(refused.message().contains("there are: app"), "{refused}");
    let refused = keda.get_metric_spec(asked(&[])).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    assert!(refused.message().contains("add `pool: NAME`"), "{refused}");
}

#[test]
fn servers_whose_pool_is_not_scaled_any_more_are_told_with_what_to_do() {
    let codes = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(&scaled_app(codes.path(), &[], "min = 2\nmax = 3"));
    gateway.await_ready(2);
    let left = gateway.server_pids();
    gateway.write_file(&format!("{EVERYTHING}\n[[pool]]\nname = \"app\"\n"));
    gateway.signal(Signal::SIGHUP);
    until("it is an event", || {
        let events = gateway.ctl.run("event list --kind scale -o jsonl");
        events.contains("2 servers are nobody's").then_some(())
    });
    until("it is a problem", || {
        let status = gateway.ctl.try_run("status -o json").out;
        (status.contains("nobody's") && status.contains("backend remove")).then_some(())
    });
    left.into_iter().for_each(|pid| end(pid, Signal::SIGKILL));
}

#[test]
fn the_fleet_grows_with_the_load_and_shrinks_without_a_failed_request() {
    let codes = tempfile::tempdir().unwrap();
    let keys = "min = 1\nmax = 4";
    let gateway =
        Gateway::start(&(scaled_app(codes.path(), &["--with-parent"], keys) + "outlive = false\n"));
    gateway.await_ready(1);
    let crowd = Crowd::gather(16, Protocol::Http, gateway.http, "/bytes/100");
    gateway.await_ready(4);
    let grown = gateway.ctl.items("scaler decisions --kind up");
    assert!(
        grown.iter().any(|it| it["sentence"].as_str().unwrap().contains("÷ 70 %")),
        "{grown:?}"
    );
    assert!(grown.iter().all(|it| it["outcome"] == "done"), "{grown:?}");
    let backend = gateway.ctl.backend("app-4");
    assert_eq!(backend["source"], "autoscaler", "{backend}");

    gateway.ctl.run("scaler desired 2 -y -m night --ttl 1h");
    gateway.await_ready(2);
    let held = gateway.scaler();
    assert_eq!((&held["order_reason"], &held["desired"]), (&"night".into(), &2.into()));
    assert_eq!(gateway.ctl.items("backend list").len(), 2);
    crowd.watch(100);
    let ledger = crowd.disperse();
    assert!(ledger.failed.is_empty(), "{:?}", ledger.failed);
    let told = gateway.ctl.run("scaler explain");
    assert!(told.contains("2 desired by hand") && told.contains("ScalingDisabled"), "{told}");
}

#[test]
fn other_rules_are_tried_on_the_load_there_was_and_change_nothing() {
    let codes = tempfile::tempdir().unwrap();
    let keys = "min = 1\nmax = 2\ntarget_cpu = 90";
    let gateway =
        Gateway::start(&(scaled_app(codes.path(), &["--with-parent"], keys) + "outlive = false\n"));
    let crowd = Crowd::gather(2, Protocol::Http, gateway.http, "/bytes/100");
    let tried = || {
        let line = "scaler simulate --set target_cpu=30,max=3 --load 4 -o json";
        let said: Value = serde_json::from_str(&gateway.ctl.try_run(line).out).ok()?;
        let runs = said["items"].as_array()?.clone();
        (runs[1]["hit_max"] == true).then_some(runs)
    };
    let runs = until("more load would have wanted more", tried);
    crowd.disperse();
    assert_eq!((&runs[0]["run"], &runs[0]["max"]), (&"now".into(), &2.into()));
    assert_eq!((&runs[1]["run"], &runs[1]["peak_servers"]), (&"what-if".into(), &3.into()));
    assert!(runs[1]["server_hours"].as_f64() > runs[0]["server_hours"].as_f64(), "{runs:?}");
    let it = gateway.scaler();
    assert_eq!((&it["max"], &it["target_cpu"]), (&2.into(), &90.into()));
    assert_eq!(gateway.ctl.try_run("scaler simulate --set min=9,max=3").code, 2);
    assert_eq!(gateway.ctl.try_run("scaler simulate nowhere").code, 5);
}

#[test]
fn killed_servers_come_back_and_a_killed_gateway_finds_its_servers_again() {
    let codes = tempfile::tempdir().unwrap();
    let mut gateway = Gateway::start(&scaled_app(codes.path(), &[], "min = 3\nmax = 4"));
    gateway.await_ready(3);
    let before = gateway.server_pids();
    end(before[0], Signal::SIGKILL);
    until("another process took its place", || {
        let now = gateway.server_pids();
        (now.len() == 3 && !now.contains(&before[0])).then_some(())
    });
    gateway.await_ready(3);

    let before = gateway.server_pids();
    gateway.kill();
    end(before[1], Signal::SIGKILL);
    gateway.start_again();
    gateway.await_ready(3);
    let after = gateway.server_pids();
    assert_eq!((after[0], after[2]), (before[0], before[2]), "those that lived are the same");
    assert_eq!(after.len(), 3);
    let mut names: Vec<String> =
        gateway.ctl.items("backend list").iter().map(|it| it["name"].to_string()).collect();
    names.sort();
    assert_eq!(names, ["\"app-1\"", "\"app-2\"", "\"app-3\""]);
    gateway.kill();
    after.into_iter().for_each(|pid| end(pid, Signal::SIGKILL));
}

#[test]
fn a_command_that_cannot_start_is_told_and_not_tried_for_ever() {
    let codes = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(
        &(scaled_app(codes.path(), &["--with-parent"], "min = 1\nmax = 3") + "outlive = false\n"),
    );
    let broken = scaled_pool(&["false", "{port}"], "min = 2\nmax = 3") + "outlive = false\n";
    gateway.write_file(&broken);
    gateway.signal(Signal::SIGHUP);
    until("the ordering stops", || {
        let it = gateway.scaler();
        it["conditions"].as_array()?.iter().find(|it| it["reason"] == "FailedStart").cloned()
    });
    let events = gateway.ctl.run("event list --kind scale -o jsonl");
    assert!(events.contains("failed to start: exit status: 1"), "{events}");
    assert!(gateway.scaler()["next"].as_str().unwrap().contains("starts failed"));
    let left = gateway.ctl.items("backend list");
    assert_eq!(left.len(), 1, "what ran before goes on: {left:?}");
    assert_eq!(left[0]["health"], "healthy", "{left:?}");
}

#[test]
fn a_paused_scaler_does_nothing_until_it_is_resumed() {
    let codes = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(
        &(scaled_app(codes.path(), &["--with-parent"], "min = 1\nmax = 3") + "outlive = false\n"),
    );
    gateway.await_ready(1);
    gateway.ctl.run("scaler pause app -y -m failover");
    gateway.ctl.run("scaler set app --min 2 -y");
    until("the pause is seen", || (gateway.scaler()["next"] == "1: paused").then_some(()));
    assert_eq!(gateway.scaler()["desired"], 1);
    gateway.ctl.run("scaler resume app -y");
    gateway.await_ready(2);
    assert_eq!(gateway.ctl.try_run("scaler desired 9 app -y").code, 2);
    assert_eq!(gateway.ctl.try_run("scaler pause nowhere -y").code, 5);
}
