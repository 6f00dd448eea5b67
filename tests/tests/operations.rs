//! Operations: whatever was done can be looked up, taken back, and take itself back.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Instant;

use gateway_proto as wire;
use gateway_tests::{
    Crowd, Ctl, EVERYTHING, Fleet, Gateway, Protocol, Setup, Signal, gatewayctl, until,
};
use serde_json::Value;

const LIMIT: &str =
    "[[limit]]\nname = \"per-ip\"\nkey = \"client-ip\"\nmax = \"100000/minute\"\n\n";
const SCALED: &str = "[pool.autoscale]\ndriver = \"advise\"\nmin = 1\nmax = 9\ntarget_cpu = 70\n\n";

fn gateway(fleet: &Fleet) -> Gateway {
    Gateway::start(&(EVERYTHING.to_owned() + LIMIT + &fleet.pool("")))
}

/// Makes a change; its operation.
#[track_caller]
fn change(ctl: &Ctl, line: &str) -> Value {
    let done = ctl.items(&format!("{line} -y")).remove(0);
    assert_ne!(done["id"], Value::Null, "{line}: {done}");
    done
}

fn id(operation: &Value) -> String {
    operation["id"].as_str().unwrap().to_owned()
}

#[track_caller]
fn show(ctl: &Ctl, op: &str) -> Value {
    ctl.items(&format!("op show {op}")).remove(0)
}

/// What is wanted of the gateway, as the lists tell it: all that is not observed or counted.
#[track_caller]
fn wanted(ctl: &Ctl) -> BTreeMap<String, Value> {
    let kept = [
        (
            "backend list",
            "name",
            "pool address weight configured_weight standing standing_owner \
         standing_reason standing_since standing_expires ramp_from ramp_until ramp_abort_if source",
        ),
        ("limit list", "name", "key rule max rate burst concurrent mode candidate then expires"),
        ("block list", "network", "owner reason since expires then"),
        (
            "scaler list",
            "pool",
            "mode min max target_cpu target_rps order_owner order_reason \
         order_expires order_desired",
        ),
    ];
    let mut all = BTreeMap::new();
    for (list, name, keys) in kept {
        for item in ctl.items(list) {
            for key in keys.split_whitespace().filter(|key| item.get(key).is_some()) {
                let place = format!("{list} {} {key}", item[name].as_str().unwrap());
                all.insert(place, item[key].clone());
            }
        }
    }
    all
}

/// Waits until what is wanted is this.
#[track_caller]
fn is(ctl: &Ctl, expected: &BTreeMap<String, Value>, what: &str) {
    let scalers = |all: &BTreeMap<String, Value>| {
        let own = all.iter().filter(|(key, _)| key.starts_with("scaler"));
        own.map(|(key, value)| (key.clone(), value.clone())).collect::<Vec<_>>()
    };
    until(what, || (scalers(&wanted(ctl)) == scalers(expected)).then_some(()));
    assert_eq!(wanted(ctl), *expected, "{what}");
}

#[test]
fn each_change_can_be_undone_and_done_again_to_the_letter() {
    let fleet = Fleet::start(3);
    let pool = fleet.pool("") + SCALED;
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + LIMIT + &pool));
    let ctl = &gateway.ctl;
    ctl.run("block add 198.51.100.0/24 --permanent -y -m before");
    ctl.run("backend drain app-3 --no-wait -y -m before");
    for line in [
        "backend drain app-1 --no-wait -m patch",
        "backend maintenance app-1 -m disks",
        "backend undrain app-3 -m done",
        "backend drain app-3 --no-wait -m another",
        "backend weight app-1=50 app-2=+10 app-3=80%",
        "backend weight app-1=300 --ramp 2h --abort-if error>50%",
        "backend add --pool app --name new --address 127.0.0.1:9 --no-probe",
        "backend remove app-2",
        "backend remove app-3",
        "limit set per-ip --max 50000/minute",
        "limit set per-ip --rate 5000/second --ttl 1h",
        "limit set per-ip --candidate 7000/minute",
        "limit shadow per-ip",
        "block add 192.0.2.0/24 --ttl 1h -m abuse",
        "block add 198.51.100.0/24 --ttl 1h -m again",
        "block remove 198.51.100.0/24",
        "scaler set app --max 20 --mode advise",
        "scaler pause app --ttl 1h -m failover",
        "scaler desired 3 app -m launch",
    ] {
        let before = wanted(ctl);
        let done = change(ctl, line);
        // What is said of scalers is told within a second.
        let after = until(&format!("{line} is seen"), || {
            Some(wanted(ctl)).filter(|after| *after != before)
        });
        assert_eq!(done["undo"], "available", "{line}: {done}");
        let undo = change(ctl, &format!("op undo {}", id(&done)));
        is(ctl, &before, &format!("{line} was undone"));
        let shown = show(ctl, &id(&done));
        assert_eq!((&shown["undo"], &shown["undone_by"]), (&"done".into(), &undo["id"]), "{line}");
        let redo = change(ctl, &format!("op undo {}", id(&undo)));
        is(ctl, &after, &format!("{line} was done again"));
        assert_eq!(show(ctl, &id(&done))["undo"], "available", "{line}");
        change(ctl, &format!("op undo {}", id(&redo)));
        is(ctl, &before, &format!("{line} was undone again"));
    }
}

#[test]
fn what_somebody_changed_since_is_named_and_stays_unless_it_is_overruled() {
    let fleet = Fleet::start(2);
    let gateway = gateway(&fleet);
    let ctl = &gateway.ctl;
    let first = id(&change(ctl, "backend weight app-1=50 app-2=60 -m mine"));
    let other = id(&change(ctl, "backend weight app-1=80 -m theirs"));
    let drain = id(&change(ctl, "backend drain app-2 --no-wait -m theirs"));
    let before = wanted(ctl);
    for line in ["-n", "-y"] {
        let said = ctl.try_run(&format!("op undo {first} {line}"));
        assert_eq!(said.code, 6, "{line}: {}{}", said.out, said.err);
        assert!(
            said.err.contains(&format!("changed backend/app-1 since (op {other})")),
            "{said:?}"
        );
        assert!(said.err.contains("--force"), "{said:?}");
        assert_eq!(wanted(ctl), before, "{line}: nothing happened");
    }
    let preview = ctl.try_run(&format!("op undo {first} -n")).out;
    assert!(preview.contains("conflict: "), "{preview}");
    ctl.run(&format!("op undo {first} -y --force -m agreed"));
    let [one, two] = ["app-1", "app-2"].map(|name| ctl.backend(name));
    assert_eq!((&one["weight"], &two["weight"]), (&100.into(), &100.into()));
    assert_eq!(two["standing"], "draining", "nobody undid {drain}");
    let again = ctl.run(&format!("op undo {first} -y"));
    assert!(again.contains("already as it was before"), "{again}");
    let told = ctl.run("event tail --no-follow -o jsonl");
    assert!(told.contains("forced: "), "{told}");
    let nothing = ctl.try_run("op undo nope -y");
    assert_eq!(nothing.code, 5, "{nothing:?}");
    assert!(nothing.err.contains("op list"), "{nothing:?}");
}

#[test]
fn a_stale_revision_is_refused_with_what_changed() {
    let fleet = Fleet::start(2);
    let gateway = gateway(&fleet);
    let ctl = &gateway.ctl;
    let first = change(ctl, "backend weight app-1=50");
    let revision = first["revision"].as_u64().unwrap();
    change(ctl, "backend weight app-2=60");
    let before = wanted(ctl);
    let said = ctl.try_run(&format!("op undo {} -y --if-revision {revision}", id(&first)));
    assert_eq!(said.code, 6, "{said:?}");
    assert!(said.err.contains("weight backend/app-2 by "), "{said:?}");
    assert_eq!(wanted(ctl), before);
}

#[test]
fn the_same_key_makes_a_change_once_whatever_happens_in_between() {
    let fleet = Fleet::start(2);
    let mut gateway = gateway(&fleet);
    let again = |ctl: &Ctl| change(ctl, "backend weight app-1=+10 --idempotency-key deploy-7");
    let first = again(&gateway.ctl);
    assert_eq!(id(&again(&gateway.ctl)), id(&first));
    assert_eq!(gateway.ctl.backend("app-1")["weight"], 110);
    gateway.kill();
    gateway.start_again();
    assert_eq!(id(&again(&gateway.ctl)), id(&first));
    assert_eq!(gateway.ctl.backend("app-1")["weight"], 110);
    let line = "backend weight app-1=+11 -y --idempotency-key deploy-7";
    let said = gateway.ctl.try_run(line);
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.err.contains("was the key of another change"), "{said:?}");
    // What changes nothing is answered from memory too: what happened since stays.
    let enable = || gateway.ctl.run("undrain app-1 -y --idempotency-key deploy-8");
    enable();
    change(&gateway.ctl, "drain app-1 --no-wait -m since");
    enable();
    assert_eq!(gateway.ctl.backend("app-1")["standing"], "draining");
}

#[test]
fn many_who_ask_at_once_with_one_key_change_once() {
    let fleet = Fleet::start(2);
    let gateway = gateway(&fleet);
    let admin = gateway.admin();
    let intent = |idempotency_key| wire::Intent { idempotency_key, ..wire::Intent::default() };
    let ask = |name: &str, intent: Option<wire::Intent>| {
        let mut backends = wire::backends_client::BackendsClient::new(admin.channel());
        let weight = Some(wire::weight_edit::Weight::Delta(10));
        let edits = vec![wire::WeightEdit { name: name.to_owned(), weight }];
        let request = wire::SetWeightsRequest { edits, intent, ramp: None };
        async move { backends.set_weights(request).await.map(|it| it.into_inner().id) }
    };
    // While the journal is written for those without a key, the others come together.
    for round in 1..=10 {
        let key = || intent(format!("race-{round}"));
        let without = (0..4).map(|_| ask("app-2", None));
        let asked = without.chain((0..32).map(|_| ask("app-1", Some(key()))));
        let all = admin.wait(futures_util::future::join_all(asked));
        let ids: BTreeSet<String> = all.into_iter().skip(4).map(Result::unwrap).collect();
        assert_eq!(ids.len(), 1, "{ids:?}");
        assert_eq!(gateway.ctl.backend("app-1")["weight"], 100 + 10 * round);
    }
}

#[test]
fn a_change_without_an_answer_is_asked_for_again_and_made_once() {
    let fleet = Fleet::start(2);
    let gateway = gateway(&fleet);
    gateway.signal(Signal::SIGSTOP);
    let line = "backend weight app-1=+10 -y --request-timeout 500ms";
    let mut command = gateway.ctl.command();
    command.args(line.split_whitespace()).stderr(Stdio::piped()).stdout(Stdio::piped());
    let mut asking = command.spawn().unwrap();
    let mut told = BufReader::new(asking.stderr.take().unwrap());
    let mut first = String::new();
    told.read_line(&mut first).unwrap();
    gateway.signal(Signal::SIGCONT);
    let output = asking.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(first.contains("no answer, asking again"), "{first}");
    assert!(output.status.success(), "{output:?}");
    assert!(said.contains("active weight 110 (op "), "{said}");
    assert_eq!(gateway.ctl.backend("app-1")["weight"], 110);
}

#[test]
fn a_drain_for_a_while_ends_by_itself_after_kill_9_too() {
    let fleet = Fleet::start(2);
    let mut gateway = gateway(&fleet);
    let drain = change(&gateway.ctl, "drain app-1 --no-wait --ttl 4s -m patch");
    let backend = gateway.ctl.backend("app-1");
    assert_eq!(backend["standing_expires"], drain["expires"], "{backend}");
    assert_ne!(drain["expires"], Value::Null);
    gateway.kill();
    gateway.start_again();
    until("it is back", || (gateway.ctl.backend("app-1")["standing"] == "active").then_some(()));
    let backend = gateway.ctl.backend("app-1");
    assert_eq!(
        (&backend["standing_expires"], &backend["standing_owner"]),
        (&Value::Null, &Value::Null)
    );
    let shown = show(&gateway.ctl, &id(&drain));
    assert_eq!(
        (&shown["undo"], &shown["undone_why"]),
        (&"done".into(), &"its time is over".into())
    );
    assert_eq!(shown["expires"], Value::Null, "{shown}");
}

#[test]
fn a_time_to_live_leaves_alone_what_somebody_changed_and_says_so() {
    let fleet = Fleet::start(2);
    let gateway = gateway(&fleet);
    let ctl = &gateway.ctl;
    let weighed = id(&change(ctl, "backend weight app-1=50 app-2=60 --ttl 2s -m try"));
    let since = id(&change(ctl, "backend weight app-1=80"));
    until("the other one is back", || (ctl.backend("app-2")["weight"] == 100).then_some(()));
    assert_eq!(ctl.backend("app-1")["weight"], 80);
    let told = ctl.run("event tail --no-follow -o jsonl");
    let left = format!("changed backend/app-1 since (op {since})");
    assert!(told.lines().any(|it| it.contains("left as it is") && it.contains(&left)), "{told}");
    assert_eq!(show(ctl, &weighed)["undo"], "done");
    for (line, words) in [
        ("undrain app-1 -y --ttl 1h", "is so already"),
        ("limit reset per-ip -y --confirm-within 1m", "nothing to go back to"),
        ("drain app-1 --no-wait -y --guard error>1%", "--confirm-within or --ttl"),
        ("drain app-1 --no-wait -y --ttl 1h --guard p50>1ms", "\"error>1%\""),
        ("drain app-1 --no-wait -y --ttl 10ms", "a second to a year"),
    ] {
        let said = ctl.try_run(line);
        assert_eq!(said.code, 2, "{line}: {said:?}");
        assert!(said.err.contains(words), "{line}: {said:?}");
    }
    assert_eq!(ctl.backend("app-1")["standing"], "active");
}

#[test]
fn what_nobody_confirms_goes_back_and_what_somebody_does_stays() {
    let fleet = Fleet::start(2);
    let gateway = gateway(&fleet);
    let ctl = &gateway.ctl;
    let kept = id(&change(ctl, "backend weight app-1=50 --confirm-within 5s -m canary"));
    assert_ne!(show(ctl, &kept)["confirm_by"], Value::Null);
    ctl.run(&format!("op confirm {kept} -y"));
    assert_eq!(show(ctl, &kept)["confirm_by"], Value::Null);
    let twice = ctl.try_run(&format!("op confirm {kept} -y"));
    assert!(twice.err.contains("waits for nobody's confirmation"), "{twice:?}");
    // It would go back after the other one did.
    let lost = id(&change(ctl, "limit set per-ip --max 7777/minute --confirm-within 6s -m canary"));
    let watched = ctl.try_run(&format!("op watch {lost} --timeout 30s"));
    assert_eq!(watched.code, 3, "{watched:?}");
    assert!(watched.out.contains("undone"), "{watched:?}");
    assert!(watched.out.contains("nobody confirmed it in time"), "{watched:?}");
    let limit = ctl.items("limit list").remove(0);
    assert_eq!(limit["max"], "100000/minute", "{limit}");
    assert_eq!(ctl.backend("app-1")["weight"], 50, "it was confirmed");
    assert_eq!(ctl.try_run(&format!("op watch {kept}")).code, 0);
    let told = ctl.try_run("backend weight app-1=70 -y --confirm-within 1m -m canary");
    let newest = ctl.items("op list --limit 1")[0]["id"].as_str().unwrap().to_owned();
    let how = format!("unless confirmed: gatewayctl op confirm {newest}\n");
    assert!(told.code == 0 && told.err.contains(&how), "{told:?}");
    let told = ctl.try_run("backend weight app-2=70 -y --ttl 1h -m canary");
    assert!(told.code == 0 && told.err.starts_with("over by itself at "), "{told:?}");
}

#[test]
fn a_guarded_weight_goes_back_by_itself_when_the_backend_is_slow_and_says_why() {
    let fleet = Fleet::start(2);
    let gateway = gateway(&fleet);
    let ctl = &gateway.ctl;
    let crowd = Crowd::gather(8, Protocol::Http, gateway.http, "/bytes/10");
    crowd.watch(200);
    let guarded = "backend weight app-2=300 -y -o json -m canary --confirm-within 5m --guard";
    let words: Vec<&str> = guarded.split_whitespace().chain(["error>20% or p99>300ms"]).collect();
    let said = ctl.try_args(&words);
    assert_eq!(said.code, 0, "{said:?}");
    let op: Value = serde_json::from_str(&said.out).unwrap();
    let op = id(&op["items"][0]);
    crowd.watch(2000);
    assert_eq!(ctl.backend("app-2")["weight"], 300, "it bears it so far");
    fleet.servers[1].turn("slow?ms=700");
    let slow = Instant::now();
    until("it has gone back", || (ctl.backend("app-2")["weight"] == 100).then_some(()));
    println!("went back {:?} after the backend became slow (700 ms)", slow.elapsed());
    let shown = show(ctl, &op);
    let why = shown["undone_why"].as_str().unwrap();
    assert!(why.starts_with("guard p99>300ms: p99 "), "{why}");
    assert_eq!((&shown["undo"], &shown["confirm_by"]), (&"done".into(), &Value::Null));
    let told = ctl.run("event tail --no-follow -o jsonl");
    assert!(told.lines().any(|it| it.contains("revert: ") && it.contains("guard p99")), "{told}");
    drop(crowd);
}

#[test]
fn a_dry_run_foretells_the_shares_that_are_then_measured() {
    let fleet = Fleet::start(3);
    let pool = fleet.pool("balance = \"round-robin\"");
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &pool));
    let crowd = Crowd::gather(8, Protocol::Http, gateway.http, "/bytes/10");
    crowd.watch(500);
    for line in [
        "backend weight app-1=50 app-2=150",
        "backend drain app-3 --no-wait -m patch",
        "backend remove app-3",
    ] {
        let plan = gateway.ctl.items(&format!("{line} -n")).remove(0);
        assert_eq!(plan["headrooms"][0]["pool"], "app", "{plan}");
        change(&gateway.ctl, line);
        crowd.watch(100);
        let before = crowd.ledger();
        crowd.watch(4000);
        let after = crowd.ledger();
        let by = |name: &str| (after.by(name) - before.by(name)) as f64;
        let all: f64 = ["app-1", "app-2", "app-3"].map(by).iter().sum();
        let shares = plan["shares"].as_array().unwrap();
        assert_eq!(shares.len(), 3, "{line}: {plan}");
        for share in shares {
            let name = share["backend"].as_str().unwrap();
            let (told, measured) = (share["after_ratio"].as_f64().unwrap(), by(name) / all);
            assert!((told - measured).abs() < 0.02, "{line}: {name} {told} {measured}");
        }
    }
    crowd.disperse().assert_none_failed();
}

#[test]
fn what_is_too_long_ago_is_gone_unless_somebody_insists() {
    let fleet = Fleet::start(2);
    let file = EVERYTHING.to_owned() + &fleet.pool("");
    let gateway = Setup::default().admin("undo_window = \"1s\"").start(&file);
    let ctl = &gateway.ctl;
    let op = id(&change(ctl, "backend weight app-1=50"));
    until("it is gone", || (show(ctl, &op)["undo"] == "gone").then_some(()));
    let said = ctl.try_run(&format!("op undo {op} -y"));
    assert_eq!(said.code, 7, "{said:?}");
    assert!(said.err.contains("undo_window") && said.err.contains("--force"), "{said:?}");
    ctl.run(&format!("op undo {op} -y --force -m sure"));
    assert_eq!(ctl.backend("app-1")["weight"], 100);
    let first = ctl.items("op list --kind config").remove(0);
    assert_eq!(first["undo"], "none", "there was nothing before the first file: {first}");
    let said = ctl.try_run(&format!("op undo {} -y", id(&first)));
    assert_eq!(said.code, 2, "{said:?}");
}

#[test]
fn a_file_that_was_applied_is_taken_back_and_stays_so_when_it_is_read_again() {
    let fleet = Fleet::start(2);
    let before = EVERYTHING.to_owned() + LIMIT + &fleet.pool("");
    let mut gateway = Gateway::start(&before);
    let more = "[[limit]]\nname = \"more\"\nkey = \"client-ip\"\nmax = \"5/minute\"\n\n";
    let pool = fleet.weighted_pool("balance = \"peak-ewma\"", &[10, 20]);
    gateway.write_file(&(EVERYTHING.to_owned() + LIMIT + more + &pool));
    let balance = |gateway: &Gateway| gateway.ctl.items("pool list")[0]["balance"].clone();
    let was = (wanted(&gateway.ctl), balance(&gateway));
    gateway.signal(Signal::SIGHUP);
    until("it is applied", || (gateway.ctl.backend("app-1")["weight"] == 10).then_some(()));
    assert_eq!(balance(&gateway), "peak-ewma");
    let op = id(&gateway.ctl.items("op list --who file").remove(0));
    change(&gateway.ctl, &format!("op undo {op}"));
    // What the file says is as it was said last.
    let told = |gateway: &Gateway| {
        let mut all = wanted(&gateway.ctl);
        all.retain(|key, _| !key.ends_with("configured_weight"));
        (all, balance(gateway))
    };
    let mut was = was;
    was.0.retain(|key, _| !key.ends_with("configured_weight"));
    assert_eq!(told(&gateway), was);
    gateway.signal(Signal::SIGHUP);
    until("it is read again", || {
        let told = gateway.ctl.run("event tail --no-follow --kind config -o jsonl");
        (told.contains("nothing in it is new") || told.contains("as an operator took"))
            .then_some(())
    });
    assert_eq!(told(&gateway), was);
    gateway.kill();
    gateway.start_again();
    assert_eq!(told(&gateway), was, "after a restart too");
}

#[test]
fn operations_are_listed_by_whom_since_when_and_what_and_by_the_script_of_operators() {
    let fleet = Fleet::start(2);
    let gateway = gateway(&fleet);
    let ctl = &gateway.ctl;
    let weighed = change(ctl, "backend weight app-1=50 app-2=60 -m one");
    let drained = change(ctl, "drain app-2 --no-wait -m two");
    let me = weighed["actor"].as_str().unwrap();
    let ids = |line: &str| ctl.run(&format!("op list {line} -o name"));
    let both = format!("{}\n{}\n", id(&drained), id(&weighed));
    assert_eq!(ids(&format!("--who {me} --since 5m")), both);
    assert_eq!(ids("--kind weight,drain"), both);
    assert_eq!(ids("--target backend/app-2"), both);
    assert_eq!(ids("--target backend/app-1"), format!("{}\n", id(&weighed)));
    assert_eq!(ids("--who nobody"), "");
    assert_eq!(ids("--limit 1"), format!("{}\n", id(&drained)));
    assert_eq!(ids("--filter what=weight"), format!("{}\n", id(&weighed)));
    let listed = ctl.items("op list").remove(0);
    for key in "id time actor via what target reason before after revision undo expires".split(' ')
    {
        assert!(listed.get(key).is_some(), "{key}: {listed}");
    }
    assert_eq!(ctl.run(&format!("op watch {}", id(&drained))).lines().count(), 1);
    for who in ["op2", me] {
        let script = format!(
            "gatewayctl op list --who {who} --since 5m -o name | while read -r op; do \
             gatewayctl op undo \"$op\" --dry-run; done"
        );
        let said = shell(ctl, &script);
        let undone = said.matches("dry run: nothing was changed").count();
        assert_eq!(undone, if who == me { 2 } else { 0 }, "{said}");
    }
    assert_eq!(ctl.backend("app-2")["standing"], "draining");
}

#[test]
fn a_file_of_commands_is_one_operation_or_none() {
    let fleet = Fleet::start(3);
    let gateway = gateway(&fleet);
    let ctl = &gateway.ctl;
    let file = gateway.directory().join("canary.txt");
    let change = |lines: &str, flags: &str| {
        std::fs::write(&file, lines).unwrap();
        ctl.try_run(&format!("change -f {} {flags}", file.display()))
    };
    let before = wanted(ctl);
    let good = "# the canary\nbackend weight app-1=50 app-2=150\n\ndrain app-3\n\
                gatewayctl-not\n";
    for (lines, code, words) in [
        (good, 2, "line 5: unrecognized subcommand"),
        ("drain app-1\ndrain app-9\n", 5, "change 2: no backend is called app-9"),
        ("drain app-1\nbackend list\n", 2, "line 2: expected a change"),
        ("drain app-1 -m now\n", 2, "line 1: --reason goes with all changes"),
        ("backend weight app-1=5 --ttl 1h\n", 2, "line 1: --ttl goes with all changes"),
        ("drain app-1 'oops\n", 2, "line 1: a quote does not end"),
        ("drain app-1 app-2 app-3\n", 7, "the last ready 3 backends"),
        ("# nothing\n", 2, "no change in the file"),
    ] {
        let said = change(lines, "-y");
        assert_eq!(said.code, code, "{lines}: {said:?}");
        assert!(said.err.contains(words), "{lines}: {said:?}");
        assert_eq!(wanted(ctl), before, "{lines}");
    }
    // A change at its end is not cut off: the file is refused as a whole.
    let padded = format!("drain app-1\n{}drain app-2\n", "# and so on\n".repeat(90_000));
    let said = change(&padded, "-y");
    assert!(said.code == 2 && said.err.contains("larger than 1048576 bytes"), "{said:?}");
    assert!(said.err.contains("name a file of a few commands"), "{said:?}");
    assert_eq!(wanted(ctl), before);
    let lines = "backend weight app-1=50 app-2=150\ndrain app-3\nbackend remove app-3\n\
                 limit set per-ip --max '777/minute' --ttl 1h\nblock add 192.0.2.0/24 --ttl 2h\n";
    let said = change(lines, "-n");
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.out.contains("change limit/per-ip: 100000/minute"), "{said:?}");
    assert_eq!(wanted(ctl), before);
    let asks = change(lines, "");
    let names = "192.0.2.0/24,app-1,app-2,app-3,per-ip";
    assert!(asks.err.contains(&format!("--confirm {names}")), "{asks:?}");
    let revision = ctl.items("status")[0]["revision"].as_u64().unwrap();
    let said = change(lines, &format!("--confirm {names} -m v42"));
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(ctl.items("status")[0]["revision"], revision + 1);
    assert_eq!(ctl.backend("app-2")["weight"], 150);
    assert_eq!(ctl.items("backend list").len(), 2);
    let op = id(&ctl.items("op list --kind change").remove(0));
    ctl.run(&format!("op undo {op} -y"));
    assert_eq!(wanted(ctl), before);
}

/// Runs a script of an operator, for whom gatewayctl is a command.
fn shell(ctl: &Ctl, script: &str) -> String {
    let directory = gatewayctl().parent().unwrap();
    let path = format!("{}:{}", directory.display(), std::env::var("PATH").unwrap());
    let mut bash = Command::new("bash");
    let output = bash
        .args(["-c", script])
        .env("PATH", path)
        .env("GATEWAYCTL_ADDR", ctl.address())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_drain_that_comes_to_its_end_stops_nobody_and_what_somebody_did_does() {
    let fleet = Fleet::start(3);
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    let seen = gateway.ctl.items("drain app-1 --no-wait -y").remove(0)["revision"].clone();
    until("the drain is over", || {
        (!gateway.ctl.backend("app-1")["drained"].is_null()).then_some(())
    });
    let newest = &gateway.ctl.items("op list --limit 1")[0];
    assert_eq!((&newest["what"], &newest["actor"]), (&"drained".into(), &"gateway".into()));
    gateway.ctl.run(&format!("undrain app-1 -y --if-revision {seen}"));
    let refused = gateway.ctl.try_run(&format!("backend weight app-2=7 -y --if-revision {seen}"));
    assert_eq!(refused.code, 6, "{}", refused.err);
    assert!(refused.err.contains("enable backend/app-1 by "), "{}", refused.err);
}
