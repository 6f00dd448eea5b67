//! The revisions of a gateway, and the way back to any that is kept.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use gateway_tests::{EVERYTHING, Fleet, Gateway};
use serde_json::Value;

const LIMIT: &str =
    "[[limit]]\nname = \"per-ip\"\nkey = \"client-ip\"\nmax = \"100000/minute\"\n\n";

fn start(fleet: &Fleet) -> Gateway {
    let routes = EVERYTHING.replace("pool = \"app\"", "pool = \"app\"\nlimits = [\"per-ip\"]");
    Gateway::start(&(routes + LIMIT + &fleet.pool("")))
}

fn revision(gateway: &Gateway) -> u64 {
    gateway.ctl.items("config history --limit 1")[0]["revision"].as_u64().unwrap()
}

/// All that is said of the gateway: the file as it would be, and what no file says.
fn whole(gateway: &Gateway) -> (String, Vec<(Value, Value, Value)>) {
    let fields = gateway.ctl.items("config show").into_iter();
    let said = |it: Value| (it["target"].clone(), it["field"].clone(), it["runtime"].clone());
    (gateway.ctl.run("config export"), fields.map(said).collect())
}

#[test]
fn a_gateway_goes_back_to_any_revision_after_a_restart_too_and_that_is_undone() {
    let fleet = Fleet::start(3);
    let mut gateway = start(&fleet);
    let mut known = vec![(revision(&gateway), whole(&gateway))];
    let address = fleet.servers[2].address;
    for line in [
        "backend weight app-1=40 -y -m canary".to_owned(),
        "drain app-2 --no-wait -y -m patch".to_owned(),
        "limit set per-ip --max 90000/minute -y".to_owned(),
        "backend remove app-3 --confirm app-3".to_owned(),
        "block add 198.51.100.0/28 --ttl 1h -y".to_owned(),
        format!("backend add --pool app --name app-4 --address {address} --weight 7 -y"),
        "backend weight app-1=70 app-4=9 -y".to_owned(),
        "undrain app-2 -y".to_owned(),
    ] {
        gateway.ctl.run(&line);
        known.push((revision(&gateway), whole(&gateway)));
    }
    gateway.kill();
    gateway.start_again();
    let history = gateway.ctl.items("config history");
    let first = history.iter().find(|it| it["revision"] == known[1].0).unwrap();
    assert_eq!((&first["what"], &first["reason"]), (&"weight".into(), &"canary".into()));
    assert_eq!(first["target"], "backend/app-1");
    assert!(first["actor"].is_string() && first["time"].is_string());
    assert_eq!(history[0]["what"], "enable", "newest first");
    let newest = known.last().unwrap().clone();
    assert_eq!(whole(&gateway), newest.1);
    for (was, expected) in known.iter().rev().skip(1) {
        // Two thirds of a small pool come and go at once.
        let line = format!("config rollback {was} --force -m back");
        let plan = gateway.ctl.try_run(&format!("{line} -n"));
        assert_eq!(plan.code, 0, "{plan:?}");
        assert!(plan.err.contains(&format!("since revision {was}:")), "{plan:?}");
        assert_eq!(whole(&gateway), newest.1, "a dry run changes nothing");
        gateway.ctl.run(&format!("{line} --confirm {was}"));
        assert_eq!(&whole(&gateway), expected, "revision {was}");
        let done = &gateway.ctl.items("op list")[0];
        assert_eq!((&done["what"], &done["undo"]), (&"rollback".into(), &"available".into()));
        assert_eq!(done["after"].as_str().unwrap().find(&format!("as at revision {was}")), Some(0));
        gateway.ctl.run(&format!("op undo {} --force -m forward -y", done["id"].as_str().unwrap()));
        assert_eq!(whole(&gateway), newest.1);
    }
}

#[test]
fn what_cannot_be_gone_back_to_is_said_with_its_exit_code() {
    let fleet = Fleet::start(2);
    let gateway = start(&fleet);
    let first = revision(&gateway);
    gateway.ctl.run("backend weight app-1=40 -y");
    gateway.ctl.run("drain app-2 --no-wait -y");
    for (line, code, words) in [
        (format!("config rollback {first}"), 2, format!("--confirm {first} or --yes")),
        (format!("config rollback {first} --confirm 9999"), 2, "--confirm says 9999".to_owned()),
        ("config rollback 9999 -y".to_owned(), 5, "has come to".to_owned()),
        ("config rollback 9999 -n".to_owned(), 5, "has come to".to_owned()),
        ("config rollback 0 -y".to_owned(), 5, "the oldest that is kept is 1".to_owned()),
        ("config rollback x -y".to_owned(), 2, "invalid value".to_owned()),
        (
            format!("config rollback {first} -y --if-revision {first}"),
            6,
            "weight backend/app-1".to_owned(),
        ),
    ] {
        let said = gateway.ctl.try_run(&line);
        assert_eq!(said.code, code, "{line}: {said:?}");
        assert!(said.err.contains(&words), "{line}: {said:?}");
    }
    assert_eq!(gateway.ctl.backend("app-1")["weight"], 40);
    // A guard asks as it does with any other change.
    gateway.ctl.run("drain app-1 --no-wait -y --force -m flood");
    let nobody = revision(&gateway);
    gateway.ctl.run("undrain app-1 -y");
    let refused = gateway.ctl.try_run(&format!("config rollback {nobody} -y"));
    assert_eq!(refused.code, 7, "{refused:?}");
    assert_eq!(gateway.ctl.backend("app-1")["standing"], "active");
    gateway.ctl.run(&format!("config rollback {nobody} -y --force -m flood"));
    assert_eq!(gateway.ctl.backend("app-1")["standing"], "draining");
}
