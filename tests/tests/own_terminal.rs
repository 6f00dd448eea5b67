//! The dashboard fits its operator's terminal: keys, themes, contexts, and what it leaves behind.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use gateway_tests::{
    Desk, EVERYTHING, Fleet, Gateway, RawTerminal, Terminal, gatewayctl, until, write_program,
};

fn gateway(fleet: &Fleet) -> Gateway {
    Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")))
}

#[test]
fn keys_of_the_file_do_what_they_are_given_to() {
    let fleet = Fleet::start(2);
    let gateway = gateway(&fleet);
    let desk = Desk::of(&gateway, "[keys]\n\"backend.drain\" = [\"D\"]\nbackend.kill = []");
    let keys = desk.ctl.items("config keys");
    let drain = keys.iter().find(|it| it["action"] == "backend.drain").unwrap();
    assert_eq!(drain["keys"], serde_json::json!(["D"]));
    assert_eq!((&drain["is_own"], &drain["where"]), (&true.into(), &"Backends".into()));
    let Some(terminal) = Terminal::open(120, 40, &desk.dashboard("backends")) else { return };
    terminal.wait_for("app-2");
    terminal.wait_for("D drain");
    terminal.press(&["?"]);
    terminal.wait_for("D            drain: no new requests");
    terminal.press(&["Escape"]);
    // A key right after Esc would be taken for one with Alt.
    terminal.wait_until("the help is closed", |screen| !screen.contains("any other key closes"));
    // In a question of the old key j would choose nothing.
    terminal.press(&["d", "j"]);
    terminal.wait_for("─ app-2  ");
    terminal.press(&["k"]);
    terminal.wait_for("─ app-1  ");
    terminal.press(&["D"]);
    terminal.wait_for("Drain app-1 ?");
    terminal.press(&["y"]);
    until("app-1 is drained", || {
        (gateway.ctl.backend("app-1")["standing"] == "draining").then_some(())
    });
}

#[test]
fn a_mistake_in_the_keys_is_told_with_its_line_and_the_default_keys_get_in() {
    let fleet = Fleet::start(1);
    let gateway = gateway(&fleet);
    let keys = "[keys]\n\"backend.drian\" = [\"D\"]\n\"backend.enable\" = [\"F5\", \"d\"]";
    let desk = Desk::of(&gateway, keys);
    let said = desk.ctl.try_run("config keys");
    assert_eq!(said.code, 2);
    let file = desk.file().display().to_string();
    for expected in [
        &*format!("{file} has 3 mistakes"),
        &format!("{file}:5:1: there is no action `backend.drian`"),
        "hint: did you mean `backend.drain`?",
        &format!("{file}:6:21: F5 does not come through every terminal"),
        &format!("{file}:6:27: d is the key of backend.drain there"),
        "hint: `gatewayctl top --default-keys` leaves [keys] aside",
    ] {
        assert!(said.err.contains(expected), "{expected}\n{}", said.err);
    }
    desk.ctl.run("backend list");
    let line = format!("sh -c '{}; cat'", desk.dashboard(""));
    let Some(terminal) = Terminal::open(120, 40, &line) else { return };
    terminal.wait_for("has 3 mistakes");
    let line = desk.dashboard("backends --default-keys");
    let Some(terminal) = Terminal::open(120, 40, &line) else { return };
    terminal.wait_for("d drain");
}

/// Whether a screen has any colour; bold, dim and reverse are none.
fn is_coloured(painted: &str) -> bool {
    let sequences = painted.split("\u{1b}[").skip(1).filter_map(|rest| rest.split_once('m'));
    sequences.flat_map(|(codes, _)| codes.split(';')).any(|code| {
        code.parse().is_ok_and(|code: u8| {
            (30..=38).contains(&code) || (40..=48).contains(&code) || (90..=107).contains(&code)
        })
    })
}

#[test]
fn colours_are_as_the_flag_the_environment_and_the_file_say_in_this_order() {
    let fleet = Fleet::start(1);
    let gateway = gateway(&fleet);
    let desk = Desk::of(&gateway, "[ui]\ntheme = \"own.toml\"");
    let own = desk.file().with_file_name("own.toml");
    std::fs::write(&own, "base = \"mono\"\naccent = \"magenta\"\n").unwrap();
    let magenta = "\u{1b}[38;5;5m";
    for (environment, flags, is_own, coloured) in [
        ("", "", true, true),
        ("GATEWAYCTL_THEME=mono", "", false, false),
        ("GATEWAYCTL_THEME=mono", "--theme ansi16", false, true),
        ("NO_COLOR=1", "", false, false),
        ("NO_COLOR=1", "--theme dark", false, true),
        ("", "--theme dark --color never", false, false),
    ] {
        let line = format!("env {environment} {}", desk.dashboard(flags));
        let Some(terminal) = Terminal::open(80, 24, &line) else { return };
        terminal.wait_for("app");
        let painted = terminal.painted();
        assert_eq!(painted.contains(magenta), is_own, "{environment} {flags}\n{painted:?}");
        assert_eq!(is_coloured(&painted), coloured, "{environment} {flags}\n{painted:?}");
        if coloured {
            terminal.press(&["T"]);
            terminal.wait_for("note theme");
        }
    }
    std::fs::write(&own, "ok = \"pink\"\n").unwrap();
    let line = format!("sh -c '{}; cat'", desk.dashboard(""));
    let Some(terminal) = Terminal::open(120, 24, &line) else { return };
    let said = terminal.wait_for("`pink` is no colour");
    assert!(said.replace('\n', "").contains("own.toml:1:6: "), "{said}");
    let said = desk.with_env("GATEWAYCTL_X", "", "top --theme drak");
    assert_eq!(said.code, 2);
    assert!(said.err.contains("did you mean `dark`?"), "{}", said.err);
}

#[test]
fn another_gateway_is_turned_to_without_a_restart_and_looked_at_as_last_time() {
    let (big, small) = (Fleet::start(3), Fleet::start(1));
    let (here, there) = (gateway(&big), gateway(&small));
    let there = there.ctl.address();
    let desk = Desk::of(
        &here,
        &format!(
            "[contexts.small]\naddr = \"{there}\"\nprotect = \"readonly\"\n[contexts.gone]\naddr = \"unix:///nonexistent/a.sock\""
        ),
    );
    let Some(terminal) = Terminal::open(120, 40, &desk.dashboard("backends")) else { return };
    terminal.wait_for("Backends 3");
    terminal.press(&["s", "]"]);
    terminal.wait_for("sort: ");
    terminal.press(&["C"]);
    terminal.wait_for("answers in ");
    terminal.wait_for("✖ cannot connect");
    terminal.press(&["j"]);
    terminal.press(&["Enter"]);
    let turned = terminal.wait_for("Backends 1");
    assert!(turned.starts_with(" small read-only"), "{turned}");
    assert!(!turned.contains("app-2") && !turned.contains("sort: "), "{turned}");
    terminal.press(&["d"]);
    terminal.wait_for("read-only: changes are disabled");
    terminal.press(&["6", ":", "@", "p", "r", "o", "d", "Enter"]);
    let back = terminal.wait_for("Backends 3");
    assert!(back.starts_with(" prod ") && back.contains("sort: "), "{back}");
    terminal.press(&[":", "@", "g", "o", "n", "e", "Enter"]);
    terminal.wait_for("unix:///nonexistent/a.sock");
    let lost = terminal.wait_for("DISCONNECTED");
    assert!(!lost.contains("app-1"), "{lost}");
    terminal.press(&["q"]);
}

#[test]
fn a_file_that_is_saved_holds_at_once_and_a_broken_one_does_not() {
    let fleet = Fleet::start(1);
    let gateway = gateway(&fleet);
    let desk = Desk::of(&gateway, "");
    let Some(terminal) = Terminal::open(120, 40, &desk.dashboard("backends")) else { return };
    terminal.wait_for("d drain");
    let good = desk.text() + "protect = \"readonly\"\n[keys]\n\"backend.drain\" = [\"D\"]\n";
    std::fs::write(desk.file(), &good).unwrap();
    let screen = terminal.wait_for("D drain");
    assert!(screen.starts_with(" prod read-only"), "{screen}");
    std::fs::write(desk.file(), good.replace("[\"D\"]", "[\"q\"]")).unwrap();
    let screen = terminal.wait_for("error config.toml:7:20: q is the key of screen.quit there");
    assert!(screen.contains("D drain"), "{screen}");
}

/// A command that goes on, and the lines it wrote to a pipe.
struct Listener {
    child: Child,
    lines: Receiver<String>,
    heard: Vec<String>,
}

impl Listener {
    fn to(desk: &Desk, line: &str) -> Listener {
        let mut command = desk.ctl.command();
        command.args(line.split_whitespace()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let (say, lines) = channel();
        thread::spawn(move || {
            out.lines().map_while(Result::ok).try_for_each(|line| say.send(line).ok())
        });
        Listener { child, lines, heard: Vec::new() }
    }

    /// Waits until a line has `text` in it; the line.
    #[track_caller]
    fn wait_for(&mut self, text: &str) -> String {
        until(&format!("a line says {text:?}, after {:?}", self.heard), || {
            self.heard.extend(self.lines.try_iter());
            let at = self.heard.iter().position(|line| line.contains(text))?;
            self.heard.drain(..=at).next_back()
        })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

#[test]
fn what_happens_is_told_line_by_line_where_no_terminal_is() {
    let fleet = Fleet::start(2);
    let mut gateway = gateway(&fleet);
    let desk = Desk::of(&gateway, "");
    until("all serve", || (gateway.ctl.backend("app-2")["health"] == "healthy").then_some(()));
    for line in ["top --plain", "event tail --summary", "top --plain --every 1s"] {
        let mut plain = Listener::to(&desk, line);
        plain.wait_for("HEALTHY");
        plain.wait_for("problems");
        gateway.ctl.run("drain app-1 --no-wait -m patch -y");
        let drain = plain.wait_for(" backend app-1 drain: ");
        assert!(drain.as_bytes()[2] == b':' && !drain.contains('\u{1b}'), "{drain:?}");
        if line.contains("--every") {
            plain.wait_for("requests a second");
        }
        gateway.ctl.run("undrain app-1 -y");
        plain.wait_for(" backend app-1 enable: ");
        if line == "top --plain" {
            gateway.kill();
            plain.wait_for(" connection lost, trying again: ");
            gateway.start_again();
            plain.wait_for(" the gateway was restarted");
            plain.wait_for("backend app-2 UP ");
        }
    }
    let refused = desk.ctl.try_run("top --every 1s");
    assert_eq!(refused.code, 2, "{}", refused.err);
    let refused = desk.ctl.try_run("top");
    assert!(refused.err.contains("`gatewayctl top --plain` tells"), "{}", refused.err);
}

/// A desk whose editor puts the texts `texts` into the file, one each time.
fn editor(desk: &Desk, texts: &[&str]) -> String {
    let folder = desk.file().with_file_name("texts");
    std::fs::create_dir_all(&folder).unwrap();
    for (at, text) in texts.iter().enumerate() {
        std::fs::write(folder.join(at.to_string()), text).unwrap();
    }
    let script = format!(
        "#!/bin/sh\ncd {} && next=$(ls | head -1) && cat \"$next\" > \"$1\" && rm \"$next\"\n",
        folder.display()
    );
    let program = desk.file().with_file_name("editor");
    write_program(&program, &script);
    program.display().to_string()
}

#[test]
fn the_file_is_edited_until_it_has_no_mistakes() {
    let desk = Desk::with("# mine\n[ui]\nrefresh = \"2s\"\n");
    let good = "# mine\n[keys]\n\"backend.drain\" = [\"D\"]\n";
    let editor = editor(&desk, &["[ui]\nmouze = 1\n", "[keys]\nx = [\"D\"]\n", good]);
    let (program, file) = (gatewayctl().display(), desk.file());
    let edit =
        format!("env EDITOR={editor} GATEWAYCTL_CONFIG={} {program} config edit", file.display());
    let Some(terminal) =
        Terminal::open(120, 40, &format!("sh -c '{edit}; echo left with $?; cat'"))
    else {
        return;
    };
    terminal.wait_for("unknown key `mouze` in [ui]");
    assert!(desk.text().contains("2s"), "the file is as it was");
    terminal.press(&["Enter"]);
    terminal.wait_for("there is no action `x`");
    terminal.press(&["y", "Enter"]);
    terminal.wait_for("left with 0");
    assert_eq!(desk.text(), good);
    let left = std::fs::read_dir(file.parent().unwrap()).unwrap();
    let copies =
        left.filter(|it| it.as_ref().unwrap().file_name().to_string_lossy().contains("edit-"));
    assert_eq!(copies.count(), 0);
    let said = desk.ctl.try_run("config edit");
    assert_eq!(said.code, 2, "without a terminal: {}", said.err);
}

#[test]
fn a_name_is_copied_by_the_terminal_and_rows_are_exported_over_nothing() {
    let fleet = Fleet::start(2);
    let gateway = gateway(&fleet);
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(gatewayctl());
    command.arg(format!("--addr={}", gateway.ctl.address())).args(["top", "backends"]);
    command.env("TERM", "xterm-256color").env("LC_ALL", "C.UTF-8").current_dir(folder.path());
    command.env("XDG_STATE_HOME", folder.path().join("state"));
    let mut terminal = RawTerminal::open(120, 40, &command);
    let sent = |terminal: &RawTerminal| -> Vec<u8> {
        terminal.pieces().into_iter().flat_map(|piece| piece.bytes).collect()
    };
    terminal.wait_for("app-2");
    terminal.press("y");
    terminal.wait_for("row as JSON");
    terminal.press("n");
    terminal.wait_for("copied by the terminal");
    // "app-1" in base64.
    let clipboard = b"\x1b]52;c;YXBwLTE=\x07";
    until("it is in the clipboard", || {
        sent(&terminal).windows(clipboard.len()).any(|bytes| bytes == clipboard).then_some(())
    });
    let files = || {
        let all = std::fs::read_dir(folder.path()).unwrap().map(|it| it.unwrap().path());
        all.filter(|it| it.is_file()).collect::<Vec<_>>()
    };
    for (written, key) in (1..).zip(["c", "c", "t"]) {
        terminal.press("x");
        terminal.wait_for("rows as CSV");
        terminal.press(key);
        until("it is written", || (files().len() == written).then_some(()));
        terminal.wait_for(" ok ");
    }
    terminal.press("q");
    terminal.wait();
    for file in files() {
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.contains("app-1") && text.contains("app-2"), "{}: {text}", file.display());
        let is_csv = file.extension().is_some_and(|it| it == "csv");
        assert!(!is_csv || text.starts_with("name,pool,"), "{text}");
    }
}

#[test]
fn the_mouse_selects_where_it_is_listened_to_and_is_given_back() {
    let fleet = Fleet::start(3);
    let gateway = gateway(&fleet);
    let mut command = Command::new(gatewayctl());
    command.arg(format!("--addr={}", gateway.ctl.address())).args(["top", "backends", "--mouse"]);
    command.env("TERM", "xterm-256color").env("LC_ALL", "C.UTF-8");
    command.env("XDG_STATE_HOME", "/nonexistent");
    let mut terminal = RawTerminal::open(120, 40, &command);
    let screen = terminal.wait_for("app-3");
    let line = screen.lines().position(|line| line.contains("app-3")).unwrap();
    terminal.press(&format!("\x1b[<0;20;{}M\x1b[<0;20;{}m", line + 1, line + 1));
    terminal.wait_for("─ app-3 ");
    terminal.press("\x1b[<64;70;9M");
    terminal.wait_for("─ app-1 ");
    terminal.press("q");
    terminal.wait();
    let bytes: Vec<u8> = terminal.pieces().into_iter().flat_map(|piece| piece.bytes).collect();
    let text = String::from_utf8_lossy(&bytes);
    for mode in ["\x1b[?1000h", "\x1b[?1006h", "\x1b[?1006l\x1b[?1000l"] {
        assert!(text.contains(mode), "{mode:?}");
    }
}

#[test]
fn the_place_of_the_file_is_told_whether_it_is_there_or_not() {
    let desk = Desk::new();
    assert_eq!(desk.ctl.run("config path"), format!("{}\n", desk.file().display()));
}
