//! The dashboard in a real terminal, against a real gateway.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use gateway_tests::{
    Codes, Crowd, EVERYTHING, Fleet, Gateway, Protocol, Setup, Terminal, gatewayctl, scaled_app,
    shortener, until,
};

fn dashboard(gateway: &Gateway, columns: u16, rows: u16) -> Option<Terminal> {
    let program = gatewayctl().display();
    Terminal::open(columns, rows, &format!("{program} --addr={} top", gateway.ctl.address()))
}

#[test]
fn it_shows_the_fleet_at_each_size() {
    let fleet = Fleet::start(3);
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    for (columns, rows) in [(120, 40), (80, 24), (40, 12)] {
        let Some(terminal) = dashboard(&gateway, columns, rows) else { return };
        let screen = terminal.wait_until("the fleet is shown", |screen| {
            screen.contains("app-1") || screen.contains("app ")
        });
        println!("──── {columns}x{rows}\n{screen}");
        assert!(screen.contains("LIVE"), "{screen}");
        terminal.resize(13, 3);
        terminal.resize(columns, rows);
        terminal.wait_until("it survived other sizes", |screen| screen.contains("app"));
    }
}

#[test]
fn a_drain_done_with_keys_is_a_drain() {
    let fleet = Fleet::start(3);
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    let Some(terminal) = dashboard(&gateway, 120, 40) else { return };
    terminal.wait_for("app");
    terminal.press(&["2"]);
    terminal.wait_for("app-3");
    terminal.press(&["d"]);
    let dialog = terminal.wait_until("a dialog asks", |screen| screen.contains("rain app-"));
    let target = ["app-1", "app-2", "app-3"]
        .into_iter()
        .find(|name| dialog.contains(&format!("rain {name}")))
        .unwrap();
    terminal.press(&["Enter"]);
    until("it drains", || (gateway.ctl.backend(target)["standing"] == "draining").then_some(()));
    let others = gateway.ctl.items("backend list");
    let drained = others.iter().filter(|backend| backend["standing"] != "active");
    assert_eq!(drained.count(), 1);
}

#[test]
fn other_rules_are_tried_on_the_load_there_was_and_applied_with_keys() {
    let codes = Codes::new();
    let gateway = Gateway::start(&scaled_app(codes.path(), &[], "min = 1\nmax = 2"));
    let crowd = Crowd::gather(2, Protocol::Http, gateway.http, "/bytes/100");
    until("there is enough to replay", || {
        (gateway.ctl.try_run("scaler simulate -o json").code == 0).then_some(())
    });
    let Some(terminal) = dashboard(&gateway, 120, 40) else { return };
    terminal.wait_for("app");
    terminal.press(&["4"]);
    terminal.wait_for("Guards");
    terminal.press(&["w"]);
    terminal.wait_for("What if? Pool app");
    terminal.wait_for("replayed");
    terminal.press(&["Tab"]);
    terminal.press(&["3"]);
    terminal.wait_for("max     [ 3");
    let tried = terminal.wait_for("replayed");
    assert!(tried.contains("server-hours"), "{tried}");
    assert_eq!(gateway.scaler()["max"], 2, "trying changes nothing");
    terminal.press(&["A"]);
    terminal.wait_for("max 3, was 2");
    until("it is applied", || {
        let screen = terminal.screen();
        if screen.contains("[y] change") {
            terminal.press(&["y"]);
        }
        // The scaler may be quicker with a change of its own.
        if screen.contains("[r] look again") {
            terminal.press(&["r"]);
        }
        (gateway.scaler()["max"] == 3).then_some(())
    });
    crowd.disperse();
}

#[test]
fn it_outlives_the_gateway_and_finds_it_again() {
    let fleet = Fleet::start(2);
    let mut gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    let Some(terminal) = dashboard(&gateway, 120, 40) else { return };
    let lost = |screen: &str| {
        ["disconnected", "reconnect"].iter().any(|word| screen.to_lowercase().contains(word))
    };
    terminal.wait_until("it is connected", |screen| screen.contains("app") && !lost(screen));
    gateway.kill();
    let marked = terminal.wait_until("it says that the gateway is gone", lost);
    assert!(marked.contains("app"), "the last picture stays:\n{marked}");
    gateway.start_again();
    terminal.wait_until("it is connected again", |screen| !lost(screen));
}

#[test]
fn quitting_gives_the_terminal_back() {
    let fleet = Fleet::start(1);
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    let program = gatewayctl().display();
    let line =
        format!("sh -c '{program} --addr={} top; echo left with $?; cat'", gateway.ctl.address());
    let Some(terminal) = Terminal::open(80, 24, &line) else { return };
    terminal.wait_for("q quit");
    terminal.press(&["q"]);
    let screen = terminal.wait_for("left with 0");
    assert!(!screen.contains("q quit"), "the screen of before is back:\n{screen}");
    terminal.press(&["echoed", "Enter"]);
    terminal.wait_until("the terminal echoes", |screen| screen.matches("echoed").count() == 2);
}

/// The keys of a text, as tmux names them.
fn type_in(terminal: &Terminal, text: &str) {
    let keys: Vec<String> = text.chars().map(|key| key.to_string()).collect();
    let keys: Vec<&str> = keys.iter().map(|key| if *key == " " { "Space" } else { key }).collect();
    for key in keys {
        // As fast as a person types: faster is taken for a paste outside of a field.
        terminal.press(&[key]);
    }
}

#[test]
fn a_limit_tried_and_set_with_keys_holds_for_as_long_as_was_said() {
    let fleet = Fleet::start(1);
    let gateway = Gateway::start(&(shortener("3/hour", "1000/minute") + &fleet.pool("")));
    let mut client = gateway.client(Protocol::Http);
    (0..9).for_each(|_| drop(client.shorten("https://example.org/")));
    let Some(terminal) = dashboard(&gateway, 120, 40) else { return };
    terminal.wait_for("app");
    terminal.press(&["3"]);
    terminal.wait_for("Top offenders of create-per-ip by client");
    terminal.wait_for("127.0.0.1");
    terminal.press(&["E"]);
    terminal.wait_for("Edit limit create-per-ip");
    terminal.press(&["C-u"]);
    type_in(&terminal, "8/hour");
    terminal.wait_for("9 requests replayed");
    terminal.wait_for("clients  1 → 1 of 1 refused");
    terminal.press(&["Enter", "Enter", "Enter"]);
    type_in(&terminal, "20m");
    terminal.press(&["Enter", "Enter"]);
    type_in(&terminal, "drill");
    terminal.press(&["Enter"]);
    terminal.wait_for("Change limit create-per-ip ?");
    terminal.say_yes("change");
    let limit = until("the limit is another", || {
        let limit = gateway.ctl.items("limit show create-per-ip").remove(0);
        (limit["max"] == "8/hour").then_some(limit)
    });
    assert!(!limit["expires"].is_null(), "{limit}");
    terminal.wait_for("then    3/hour enforce in 19m");
}

#[test]
fn an_offender_blocked_with_keys_is_refused_until_the_block_is_taken_back() {
    let fleet = Fleet::start(1);
    let setup = Setup::default().trusting("127.0.0.0/8");
    let gateway = setup.start(&(shortener("2/hour", "1000/minute") + &fleet.pool("")));
    let mut client = gateway.client(Protocol::Http).with("x-forwarded-for", "203.0.113.7");
    (0..5).for_each(|_| drop(client.shorten("https://example.org/")));
    let Some(terminal) = dashboard(&gateway, 120, 40) else { return };
    terminal.wait_for("app");
    terminal.press(&["3"]);
    terminal.wait_for("203.0.113.7");
    terminal.press(&["Tab"]);
    terminal.wait_for("▶203.0.113.7");
    terminal.press(&["B"]);
    terminal.wait_for("[ 203.0.113.7");
    terminal.press(&["Enter", "Enter"]);
    terminal.say_yes("block");
    terminal.wait_for("Active blocks 1");
    assert_eq!(client.get("/healthz").status, 403);
    terminal.press(&["Tab"]);
    terminal.wait_for("▶203.0.113.7/32");
    terminal.press(&["R"]);
    terminal.say_yes("unblock");
    terminal.wait_for("Active blocks 0");
    assert_ne!(client.get("/healthz").status, 403);
}

#[test]
fn a_scaler_held_with_keys_is_held_for_as_long_as_was_said() {
    let fleet = Fleet::start(1);
    let scaled = "[pool.autoscale]\ndriver = \"advise\"\nmin = 1\nmax = 9\ntarget_rps = 5\n";
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("") + scaled));
    let Some(terminal) = dashboard(&gateway, 120, 40) else { return };
    terminal.wait_for("app");
    terminal.press(&["4"]);
    terminal.wait_for("1 wanted of 1..9");
    terminal.press(&["H"]);
    terminal.wait_for("Hold pool app at 1 servers");
    type_in(&terminal, "2h");
    terminal.press(&["Enter"]);
    type_in(&terminal, "failover");
    terminal.press(&["Enter"]);
    terminal.say_yes("hold");
    let scaler = until("the scaler is held", || {
        let scaler = gateway.ctl.items("scaler list").remove(0);
        (!scaler["order_owner"].is_null()).then_some(scaler)
    });
    assert_eq!(scaler["order_reason"], "failover");
    assert!(!scaler["order_expires"].is_null(), "{scaler}");
    terminal.wait_for("HELD     the rules decide again in 1h59m");
}

#[test]
fn requests_are_watched_and_filtered_with_keys() {
    let fleet = Fleet::start(2);
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    let Some(terminal) = dashboard(&gateway, 120, 40) else { return };
    terminal.wait_for("app");
    terminal.press(&["5"]);
    terminal.wait_for("no request was answered yet");
    let _crowd = Crowd::gather(1, Protocol::Http, gateway.http, "/nobody?token=secret");
    let screen = terminal.wait_until("requests are told", |screen| screen.contains("/nobody?***"));
    assert!(screen.contains("FOLLOWING") && !screen.contains("secret"), "{screen}");
    terminal.press(&["k", "k"]);
    terminal.wait_until("it stands still and counts", |screen| {
        screen.contains("PAUSED +") && !screen.contains("PAUSED +0 ")
    });
    terminal.press(&["F"]);
    terminal.wait_for("FOLLOWING");
    terminal.press(&["/", "status=200", "Enter"]);
    terminal.wait_for("no request fits yet: status=200");
    terminal.press(&["/", "C-u", "path=/nobody", "Enter"]);
    terminal.wait_until("only those that fit are told", |screen| {
        screen.contains("filter: path=/nobody") && screen.contains("/nobody?***")
    });
    terminal.press(&["b"]);
    terminal.wait_for("[2 Backends]");
}
