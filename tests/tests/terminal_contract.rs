//! What the dashboard and its terminal owe each other, byte by byte.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::process::Command;
use std::time::Duration;

use gateway_tests::{
    Fleet, Gateway, Piece, RawTerminal, Terminal, Wire, gatewayctl, sequences, shortener, until,
};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// All that the dashboard may send: the cursor's place, erasing and colours, and the modes that it
/// turns on at the start and off at the end: another screen, no cursor, pastes and focus told
/// apart from keys, whole frames. The mouse is turned off at the end, whether it was on or not.
const ALLOWED: [&str; 15] = [
    "CSI H",
    "CSI J",
    "CSI m",
    "CSI ?25l",
    "CSI ?25h",
    "CSI ?1000l",
    "CSI ?1004h",
    "CSI ?1004l",
    "CSI ?1006l",
    "CSI ?1049h",
    "CSI ?1049l",
    "CSI ?2004h",
    "CSI ?2004l",
    "CSI ?2026h",
    "CSI ?2026l",
];

/// What must be off again at the end, and how it is turned off.
const TURNED_OFF: [(&str, &str); 4] = [
    ("CSI ?1004h", "CSI ?1004l"),
    ("CSI ?1049h", "CSI ?1049l"),
    ("CSI ?2004h", "CSI ?2004l"),
    ("CSI ?25l", "CSI ?25h"),
];

/// What every frame ends with.
const FRAME_ENDS: &[u8] = b"\x1b[?2026l";
/// Pictures come a second apart. What is drawn so soon after another frame says the same.
const AT_ONCE: Duration = Duration::from_millis(300);

/// Erases the screen and turns the text around, with nothing in it that a head may not have.
const HOSTILE: &str = "\u{9b}2J\u{202e}\u{2066}end";

fn gateway() -> (Fleet, Gateway) {
    let fleet = Fleet::start(3);
    let gateway = Gateway::start(&(shortener("1/hour", "3/hour") + &fleet.pool("")));
    (fleet, gateway)
}

/// gatewayctl with what it remembers in a place of this gateway's own.
fn dashboard(gateway: &Gateway) -> Command {
    let mut command = Command::new(gatewayctl());
    command.arg(format!("--addr={}", gateway.ctl.address())).arg("top");
    command.env("TERM", "xterm-256color").env("LC_ALL", "C.UTF-8").env_remove("SSH_TTY");
    command.env("XDG_STATE_HOME", gateway.file().with_file_name("remembered"));
    command
}

fn open(gateway: &Gateway) -> RawTerminal {
    let terminal = RawTerminal::open(120, 40, &dashboard(gateway));
    terminal.wait_for("app");
    terminal
}

/// What the terminal was sent from its first byte to its last.
fn sent(terminal: &RawTerminal) -> Vec<u8> {
    terminal.pieces().into_iter().flat_map(|piece| piece.bytes).collect()
}

/// Asks the gateway by agents, and drains for a reason, that no terminal should be shown as they are.
fn attack(gateway: &Gateway) {
    for number in 0..9 {
        let mut wire = Wire::connect(gateway.http);
        let request = format!(
            "GET /evil{number} HTTP/1.1\r\nHost: a\r\nUser-Agent: {HOSTILE}\r\n\
             Connection: close\r\n\r\n"
        );
        wire.send(request);
        let (answer, _) = wire.rest();
        let line = String::from_utf8_lossy(&answer[..answer.len().min(12)]).into_owned();
        assert!(["HTTP/1.1 404", "HTTP/1.1 429"].contains(&&*line), "it is read: {line}");
    }
    // Control characters are refused there; what turns text around is text.
    let reason = "\u{202e}reason\u{2066}";
    let drain = ["backend", "drain", "app-1", "--no-wait", "-y", "-m", reason];
    let drained = gateway.ctl.try_args(&drain);
    assert_eq!(drained.code, 0, "{drained:?}");
}

#[test]
fn only_known_sequences_reach_the_terminal_whatever_was_said_to_the_gateway() {
    let (_fleet, gateway) = gateway();
    let mut terminal = open(&gateway);
    terminal.press("5");
    terminal.wait_for("no request was answered yet");
    attack(&gateway);
    terminal.wait_for("agent \\x9b2J<U+202E><U+2066>end");
    // Each screen and what opens over it: what must come and, if anything, be gone before the next key.
    for (key, shown, gone) in [
        ("2", "WEIGHT", None),
        ("\r", "─ app-1  ", Some("WEIGHT")),
        ("z", "WEIGHT", None),
        ("3", "Top offenders", None),
        ("t", "by key", None),
        ("t", "by path", None),
        ("6", "<U+202E>reason<U+2066>", None),
        ("\r", "[2 Backends", None),
        ("?", "any other key closes", None),
    ] {
        let is_there =
            |screen: &str| screen.contains(shown) && gone.is_none_or(|gone| !screen.contains(gone));
        assert!(!is_there(&terminal.screen()), "{shown:?} is there before {key:?}");
        terminal.press(key);
        terminal.wait_until(&format!("after {key:?} it shows {shown:?}"), is_there);
    }
    terminal.press("q");
    until("it quits", || {
        terminal.press("q");
        terminal.try_wait()
    });
    let bytes = sent(&terminal);
    let sequences = sequences(&bytes);
    let foreign: Vec<&String> =
        sequences.keys().filter(|name| !ALLOWED.contains(&name.as_str())).collect();
    assert!(foreign.is_empty(), "{foreign:?}");
    for (on, off) in TURNED_OFF {
        assert!(sequences.contains_key(on) && sequences.contains_key(off), "{on} and {off}");
    }
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.contains("<U+202E>"), "what turns text around is shown as an escape");
    assert!(!text.contains('\u{202e}') && !text.contains('\u{2066}'));
}

#[test]
fn a_window_that_is_closed_ends_it() {
    let (_fleet, gateway) = gateway();
    let mut terminal = open(&gateway);
    terminal.hang_up();
    terminal.wait();
}

#[test]
fn half_a_key_holds_nothing_up() {
    let (_fleet, gateway) = gateway();
    let mut terminal = open(&gateway);
    let erased = || sequences(&sent(&terminal)).get("CSI J").copied().unwrap_or_default();
    for round in 0..12 {
        // The half comes, sooner or later, while what was before it is being answered.
        terminal.press("\x1b[<0;60;30M");
        std::thread::sleep(Duration::from_millis(round));
        terminal.press("\x1b[1;");
        let before = erased();
        terminal.resize(120, if round % 2 == 0 { 39 } else { 40 });
        until("it is drawn for another size", || (erased() > before).then_some(()));
        terminal.press("2B");
    }
    terminal.press("\x1b[1;");
    kill(Pid::from_raw(terminal.pid() as i32), Signal::SIGTERM).unwrap();
    assert_eq!(terminal.wait().code(), Some(143));
}

#[test]
fn each_signal_that_ends_it_gives_the_terminal_back() {
    let (_fleet, gateway) = gateway();
    for (signal, code) in [
        (Signal::SIGINT, 130),
        (Signal::SIGTERM, 143),
        (Signal::SIGHUP, 129),
        (Signal::SIGQUIT, 131),
    ] {
        let mut terminal = open(&gateway);
        kill(Pid::from_raw(terminal.pid() as i32), signal).unwrap();
        assert_eq!(terminal.wait().code(), Some(code), "{signal}");
        let bytes = until("the last bytes came", || {
            let bytes = sent(&terminal);
            bytes.ends_with(b"\x1b[?25h").then_some(bytes)
        });
        let sequences = sequences(&bytes);
        assert!(TURNED_OFF.iter().all(|(_, off)| sequences.contains_key(*off)), "{signal}");
    }
}

#[test]
fn a_storm_of_sizes_leaves_the_whole_picture() {
    let (_fleet, gateway) = gateway();
    let terminal = open(&gateway);
    for round in 0..200_u16 {
        terminal.resize(1 + (round * 37) % 200, 1 + (round * 13) % 60);
    }
    // A terminal forgets what a smaller window did not show, and in the end the size is the same.
    terminal.resize(120, 40);
    terminal.wait_until("the whole picture stands there", |screen| {
        ["[1 Overview]", "Needs attention", "q quit"].iter().all(|part| screen.contains(part))
    });
}

#[test]
fn it_stops_by_a_key_and_comes_back_whole() {
    let (_fleet, gateway) = gateway();
    let line = format!("{} --addr={} top", gatewayctl().display(), gateway.ctl.address());
    let Some(terminal) = Terminal::open(120, 40, "env PS1='ready> ' sh -i") else { return };
    terminal.wait_for("ready>");
    terminal.press(&[&line, "Enter"]);
    terminal.wait_for("Needs attention");
    terminal.press(&["C-z"]);
    let stopped = terminal.wait_for("Stopped");
    assert!(!stopped.contains("Needs attention"), "{stopped}");
    terminal.press(&["echo still a terminal", "Enter"]);
    terminal
        .wait_until("the shell echoes", |screen| screen.matches("still a terminal").count() > 1);
    terminal.press(&["fg", "Enter"]);
    terminal.wait_until("the whole picture is back", |screen| {
        ["[1 Overview]", "Needs attention", "q quit"].iter().all(|part| screen.contains(part))
    });
}

#[test]
fn a_picture_is_drawn_once() {
    let (_fleet, gateway) = gateway();
    // Whether a terminal is still busy when a frame was drawn is a matter of luck.
    let terminals: Vec<RawTerminal> = (0..8).map(|_| open(&gateway)).collect();
    let uptime = || gateway.ctl.items("status")[0]["uptime_s"].as_f64().unwrap();
    let begun = uptime();
    until("twelve pictures were told", || (uptime() >= begun + 12.0).then_some(()));
    let is_end = |piece: &&Piece| piece.bytes.windows(FRAME_ENDS.len()).any(|it| it == FRAME_ENDS);
    for terminal in terminals {
        let pieces = terminal.pieces();
        let drawn: Vec<Duration> = pieces.iter().filter(is_end).map(|it| it.after).collect();
        // Of the second half, for at the beginning much is learned at once.
        let drawn = &drawn[drawn.len() / 2..];
        let again = drawn.windows(2).filter(|pair| pair[1] - pair[0] < AT_ONCE).count();
        assert!(drawn.len() > 3, "{drawn:?}");
        assert!(again * 4 < drawn.len(), "{again} of {} came at once", drawn.len());
    }
}
