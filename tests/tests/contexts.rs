//! An operator's own file of gateways: which one is meant, and how much care it is treated with.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use gateway_tests::{Desk, EVERYTHING, Fleet, Gateway, Said, Terminal, gatewayctl};
use serde_json::Value;

fn gateway(fleet: &Fleet) -> Gateway {
    Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")))
}

#[test]
fn contexts_are_added_used_renamed_and_removed() {
    let desk = Desk::new();
    let said = desk.ctl.run("context add dev --addr unix:///run/dev.sock");
    assert!(said.contains("is in use"), "the first one is used at once: {said}");
    desk.ctl.run("context add prod --addr unix:///run/prod.sock --protect type-name");
    let names = |line: &str| desk.ctl.run(line);
    assert_eq!(names("context list -o name"), "dev\nprod\n");
    let mode = fs::metadata(desk.file()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    desk.ctl.run("context use prod");
    desk.ctl.run("context rename prod prod-eu");
    let used = &desk.ctl.items("context show")[0];
    assert_eq!((&used["name"], &used["chosen_by"]), (&"prod-eu".into(), &"file".into()));
    assert_eq!(used["protect"], "type-name");
    let said = desk.ctl.try_run("context remove prod-eu");
    assert!(said.err.contains("no context is in use now"), "{}", said.err);
    assert_eq!(names("context list --output name").lines().next(), Some("dev"));
    for (line, code) in [
        ("context use prod", 5),
        ("context show prod", 5),
        ("context rename prod x", 5),
        ("context remove prod", 5),
        ("context add dev --addr unix:///run/dev.sock", 2),
        ("context add d.v --addr unix:///run/dev.sock", 2),
        ("context add dev2", 2),
        ("status --context prod", 5),
        ("status --context dev --addr unix:///run/dev.sock", 2),
    ] {
        let before = desk.text();
        let said = desk.ctl.try_run(line);
        assert_eq!(said.code, code, "{line}: {}", said.err);
        assert!(said.err.contains("hint:"), "{line}: {}", said.err);
        assert_eq!(desk.text(), before, "{line}");
    }
}

#[test]
fn what_an_operator_wrote_beside_stays() {
    let desk = Desk::with(
        "# mine\ncurrent = \"a\" # for now\n\n[contexts.a] # home\naddr = \"unix:///a.sock\"\n",
    );
    desk.ctl.run("context add b --addr unix:///b.sock");
    desk.ctl.run("context use b");
    let text = desk.text();
    assert!(
        text.starts_with("# mine\ncurrent = \"b\" # for now\n\n[contexts.a] # home\n"),
        "{text}"
    );
}

#[test]
fn the_shell_can_have_a_gateway_of_its_own() {
    let desk = Desk::with("[contexts.a]\naddr = \"unix:///a.sock\"\n");
    assert_eq!(desk.ctl.run("context use a --shell"), "export GATEWAYCTL_CONTEXT=a\n");
    let said = desk.with_env("GATEWAYCTL_CONTEXT", "a", "context show -o json");
    let shown: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(shown["items"][0]["chosen_by"], "environment");
    let said = desk.with_env("GATEWAYCTL_CONTEXT", "b", "context list");
    assert_eq!(said.code, 0, "whoever asks for b sees that there is a: {}", said.err);
    assert!(said.out.contains("unix:///a.sock") && said.err.contains("no context `b`"));
}

#[test]
fn every_answer_names_the_context_that_gave_it() {
    let fleet = Fleet::start(1);
    let gateway = gateway(&fleet);
    let desk = Desk::of(&gateway, "");
    let answer: Value = serde_json::from_str(&desk.ctl.run("backend list -o json")).unwrap();
    assert_eq!(answer["meta"]["context"], "prod");
    let elsewhere = format!("backend list -o json --addr {}", gateway.ctl.address());
    let answer: Value = serde_json::from_str(&desk.ctl.run(&elsewhere)).unwrap();
    assert_eq!(answer["meta"]["context"], gateway.ctl.address());
    let tested = &desk.ctl.items("context test")[0];
    assert_eq!((&tested["name"], &tested["ok"]), (&"prod".into(), &true.into()));
    desk.ctl.run("context add gone --addr unix:///nonexistent/admin.sock");
    let said = desk.ctl.try_run("context test --all");
    assert_eq!(said.code, 3);
    assert!(said.out.contains("gone") && said.out.contains("cannot connect"), "{}", said.out);
}

#[test]
fn a_readonly_context_refuses_every_change() {
    let fleet = Fleet::start(2);
    let gateway = gateway(&fleet);
    let readonly = Desk::of(&gateway, "protect = \"readonly\"");
    let open = Desk::of(&gateway, "");
    for line in [
        "drain app-1 -y --no-wait",
        "drain app-1 -n",
        "undrain app-1 -y",
        "backend weight app-1=5 -y",
        "backend remove app-1 --confirm app-1",
        "backend add --pool app --name x --address 127.0.0.1:9 -y",
        "block add 203.0.113.1 --ttl 1h -y",
        "demo load 5",
        "op undo 0001 -y",
        "op confirm 0001 -y",
        "config persist -y",
        "pool shift --from app-1 --to app-2 --percent 5 -y",
    ] {
        let refused = readonly.ctl.try_run(line);
        assert_eq!(refused.code, 7, "{line}: {}", refused.err);
        assert!(refused.err.contains("context prod is readonly"), "{line}: {}", refused.err);
        let refused = open.with_env("GATEWAYCTL_READONLY", "1", line);
        assert_eq!(refused.code, 7, "{line} with GATEWAYCTL_READONLY: {}", refused.err);
    }
    assert_eq!(gateway.ctl.backend("app-1")["standing"], "active");
    assert_eq!(gateway.ctl.backend("app-1")["weight"], 100);
    readonly.ctl.run("backend list");
}

#[test]
fn a_protected_context_wants_the_name_whatever_the_change() {
    let fleet = Fleet::start(2);
    let gateway = gateway(&fleet);
    let desk = Desk::of(&gateway, "protect = \"type-name\"\nrequire_reason = true");
    for (line, said) in [
        ("drain app-1 --no-wait -y", "wants a reason"),
        ("drain app-1 --no-wait -y -m patch", "--confirm app-1"),
        ("drain app-1 --no-wait -y -m patch --confirm app-2", "must name the same"),
        ("backend weight app-1=5 app-2=7 -y -m try", "--confirm app-1,app-2"),
    ] {
        let refused = desk.ctl.try_run(line);
        assert_eq!(refused.code, 2, "{line}: {}", refused.err);
        assert!(refused.err.contains(said), "{line}: {}", refused.err);
    }
    assert_eq!(gateway.ctl.backend("app-1")["standing"], "active");
    desk.ctl.run("drain app-1 --no-wait -m patch --confirm app-1");
    assert_eq!(gateway.ctl.backend("app-1")["standing"], "draining");
    desk.ctl.run("undrain app-1 -n -m back");
    assert_eq!(gateway.ctl.backend("app-1")["standing"], "draining", "a dry run asks for no name");
}

#[test]
fn every_mistake_in_the_file_is_told_with_its_line_and_remedy() {
    let desk = Desk::with(
        "[ui]\nmouze = false\n\n[contexts.a]\naddr = \"localhost:1\"\nprotect = \"typename\"\n",
    );
    let said = desk.ctl.try_run("status");
    assert_eq!(said.code, 2);
    let file = desk.file().display().to_string();
    for expected in [
        &*format!("error: {file} has 3 mistakes\n"),
        &format!("{file}:2:1: unknown key `mouze` in [ui]\n  2 | mouze = false\n    | ^^^^^\n"),
        "hint: did you mean `mouse`?\n",
        &format!("{file}:5:8: expected unix:///path/admin.sock"),
        "hint: did you mean `type-name`?\n",
        "hint: --addr URL reaches a gateway without the file\n",
    ] {
        assert!(said.err.contains(expected), "{expected}\n{}", said.err);
    }
    let json: Value = serde_json::from_str(&desk.ctl.try_run("status -o json").err).unwrap();
    assert_eq!(json["error"]["details"].as_array().unwrap().len(), 3);
    assert_eq!(json["error"]["details"][0]["place"], format!("{file}:2:1"));
    let said = desk.ctl.try_run("context use a");
    assert_eq!(said.code, 2, "nothing is written over a file that is not understood");
    let said = desk.ctl.try_run("--addr unix:///nonexistent/admin.sock status");
    assert_eq!(said.code, 9, "an address needs no file: {}", said.err);
}

#[test]
fn a_file_that_names_a_key_is_for_its_owner_alone() {
    let desk = Desk::with(
        "current = \"a\"\n[contexts.a]\naddr = \"https://localhost:1\"\ncert = \"/a.pem\"\nkey = \"/a.key\"\n",
    );
    let mode = |mode| fs::set_permissions(desk.file(), fs::Permissions::from_mode(mode)).unwrap();
    for open in [0o644, 0o640, 0o602] {
        mode(open);
        let said = desk.ctl.try_run("context list");
        assert_eq!(said.code, 2, "{open:o}");
        assert!(said.err.contains("hint: chmod 600 "), "{open:o}: {}", said.err);
    }
    mode(0o600);
    assert_eq!(desk.ctl.run("context list -o name"), "a\n");
}

#[test]
fn a_file_that_is_named_and_not_there_is_no_reason_to_go_elsewhere() {
    let desk = Desk::new();
    let said = desk.ctl.try_run("status");
    assert_eq!(said.code, 2);
    assert!(said.err.contains("which GATEWAYCTL_CONFIG names"), "{}", said.err);
    let said = Said::of(
        desk.ctl
            .command()
            .env("GATEWAYCTL_CONFIG", "/dev/null")
            .args("context add a --addr unix:///a.sock".split(' ')),
    );
    assert_eq!(said.code, 2, "{}", said.err);
    assert!(said.err.contains("it is no file"), "{}", said.err);
}

#[test]
fn the_dashboard_shows_the_context_and_treats_it_with_its_care() {
    let fleet = Fleet::start(2);
    let gateway = gateway(&fleet);
    let desk = Desk::of(&gateway, "protect = \"type-name\"\nheader_color = \"red\"");
    let program = gatewayctl().display();
    let line = format!("env GATEWAYCTL_CONFIG={} {program} top backends", desk.file().display());
    let Some(terminal) = Terminal::open(120, 40, &line) else { return };
    let screen = terminal.wait_for("app-2");
    assert!(screen.starts_with(" prod type-name"), "{screen}");
    terminal.press(&["d"]);
    terminal.wait_for("type app-1 to go on");
    terminal.press(&["y", "Enter"]);
    terminal.wait_for("note type app-1 to go on");
    assert_eq!(gateway.ctl.backend("app-1")["standing"], "active");
    terminal.press(&["BSpace", "a", "p", "p", "-", "1", "Enter"]);
    gateway_tests::until("app-1 is drained", || {
        (gateway.ctl.backend("app-1")["standing"] == "draining").then_some(())
    });
}

#[test]
fn a_command_typed_in_the_dashboard_is_completed_planned_and_remembered() {
    let fleet = Fleet::start(2);
    let gateway = gateway(&fleet);
    let home = tempfile::tempdir().unwrap();
    let program = gatewayctl().display();
    let (home, address) = (home.path().display().to_string(), gateway.ctl.address());
    let line =
        format!("env HOME={home} XDG_STATE_HOME={home} {program} --addr={address} top backends");
    let Some(terminal) = Terminal::open(120, 40, &line) else { return };
    terminal.wait_for("app-2");
    terminal.press(&[":"]);
    terminal.wait_for("Tab completes");
    terminal.press(&["b", "a", "c", "k", "e", "n", "d", "Space", "d", "r"]);
    terminal.press(&["Tab"]);
    terminal.wait_for(": backend drain");
    terminal.press(&["a", "Tab"]);
    terminal.wait_for("app-1 UP");
    terminal.press(&["2", "Enter"]);
    terminal.wait_for("Drain app-2 ?");
    assert_eq!(gateway.ctl.backend("app-2")["standing"], "active", "nothing before the yes");
    terminal.press(&["y"]);
    gateway_tests::until("app-2 is drained", || {
        (gateway.ctl.backend("app-2")["standing"] == "draining").then_some(())
    });
    let kept = fs::read_to_string(format!("{home}/gatewayctl/lines")).unwrap();
    assert_eq!(kept, "backend drain app-2\n");
    terminal.wait_until("the question is gone", |screen| !screen.contains("Drain app-2 ?"));
    terminal.press(&[":", "Up"]);
    terminal.wait_for(": backend drain app-2");
    terminal.press(&["C-u"]);
    terminal.press(&["b", "a", "c", "k", "e", "n", "d", "Space", "l", "i", "s", "t", "Enter"]);
    terminal.wait_for("only what changes something is done here");
    terminal
        .press(&["C-u", "d", "r", "a", "i", "n", "Space", ".", "Space", "-", "-", "c", "o", "n"]);
    terminal.press(&["t", "e", "x", "t", "=", "x", "Enter"]);
    terminal.wait_for("a dashboard acts on its own gateway alone");
}
