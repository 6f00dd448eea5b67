//! A dashboard in a pseudo-terminal, whose keys are pressed by the names of their actions.

use std::collections::BTreeMap;
use std::path::PathBuf;

use gateway_tests::{Ctl, RawTerminal};
use tempfile::TempDir;

/// A running dashboard, and a directory of its own that it runs in.
pub(crate) struct Dashboard {
    terminal: RawTerminal,
    keys: BTreeMap<String, String>,
    folder: TempDir,
}

impl Dashboard {
    /// `gatewayctl top` with these arguments, as large as an operator's window.
    #[track_caller]
    pub(crate) fn open(ctl: &Ctl, arguments: &str) -> Dashboard {
        let folder = tempfile::tempdir().unwrap();
        let mut command = ctl.command();
        command.arg("top").args(arguments.split_whitespace()).current_dir(folder.path());
        command.env("TERM", "xterm-256color").env("LC_ALL", "C.UTF-8").env_remove("SSH_TTY");
        command.env("XDG_STATE_HOME", folder.path().join("state"));
        let terminal = RawTerminal::open(120, 40, &command);
        terminal.wait_for("LIVE");
        let keys = ctl.items("config keys").into_iter().map(|it| {
            let key = it["keys"][0].as_str().unwrap_or_default().to_owned();
            (it["action"].as_str().unwrap().to_owned(), key)
        });
        Dashboard { terminal, keys: keys.collect(), folder }
    }

    /// Presses the first key of the action of this name.
    #[track_caller]
    pub(crate) fn act(&self, action: &str) {
        let key = self.keys.get(action).unwrap_or_else(|| panic!("no action {action}"));
        self.terminal.press(&bytes(key));
    }

    /// The same until it has come to something: a key that comes right after another may be taken
    /// for one that was typed ahead.
    #[track_caller]
    pub(crate) fn act_until<T>(
        &self,
        action: &str,
        what: &str,
        mut seen: impl FnMut() -> Option<T>,
    ) -> T {
        self.until(what, || {
            self.act(action);
            seen()
        })
    }

    /// Writes `text` into the field that is open.
    pub(crate) fn write(&self, text: &str) {
        self.terminal.press(text);
    }

    /// Empties the field that is open, and writes `text` into it.
    pub(crate) fn overwrite(&self, text: &str) {
        self.terminal.press(&format!("\x15{text}"));
    }

    /// Answers the question for `verb` with yes, once it is put, and once more when somebody else was
    /// quicker; it is gone when that is done.
    #[track_caller]
    pub(crate) fn say_yes(&self, verb: &str) {
        let is_stopped = |screen: &str| screen.contains("[r] look again");
        loop {
            self.wait_for(&format!("[y] {verb}"));
            self.act("dialog.yes");
            let screen = self.wait_until(&format!("{verb} is done"), |screen| {
                !screen.contains("┌─") || is_stopped(screen)
            });
            if !is_stopped(&screen) {
                return;
            }
            self.act("dialog.reload");
        }
    }

    /// Waits until the row of `name` tells that it drains, or already that it is empty.
    #[track_caller]
    pub(crate) fn wait_for_drain(&self, name: &str) {
        let rows = ["DRAIN", "EMPTY"].map(|word| format!("◐ {word} {name}"));
        self.wait_until(&format!("{name} drains"), |screen| {
            rows.iter().any(|row| screen.contains(row))
        });
    }

    /// Types the name that the question wants, once it is put.
    #[track_caller]
    pub(crate) fn type_name(&self, name: &str) {
        self.wait_for(&format!("type {name} to go on"));
        self.write(&format!("{name}\r"));
    }

    /// Leaves what is open or chosen by one step, until the screen does not show `text`.
    #[track_caller]
    pub(crate) fn leave(&self, text: &str) {
        self.act("screen.back");
        self.wait_until(&format!("{text:?} is gone"), |screen| !screen.contains(text));
    }

    /// Shows only the row of `name`, which is then the chosen one.
    #[track_caller]
    pub(crate) fn choose(&self, name: &str) {
        self.act("list.filter");
        self.terminal.press(&format!("{name}\r"));
        self.wait_for(&format!("filter: {name} (1)"));
    }

    /// Waits until `text` stands on the screen; the screen.
    #[track_caller]
    pub(crate) fn wait_for(&self, text: &str) -> String {
        self.terminal.wait_for(text)
    }

    /// Waits until the screen is as `wanted`; the screen.
    #[track_caller]
    pub(crate) fn wait_until(&self, what: &str, wanted: impl Fn(&str) -> bool) -> String {
        self.terminal.wait_until(what, wanted)
    }

    /// Asks `question` until it has an answer; shows the screen when none comes.
    #[track_caller]
    pub(crate) fn until<T>(&self, what: &str, question: impl FnMut() -> Option<T>) -> T {
        let asked = std::panic::AssertUnwindSafe(|| gateway_tests::until(what, question));
        let answer = std::panic::catch_unwind(asked);
        answer.unwrap_or_else(|_| panic!("{what}, but it shows:\n{}", self.terminal.screen()))
    }

    /// The terminal itself.
    pub(crate) fn terminal(&mut self) -> &mut RawTerminal {
        &mut self.terminal
    }

    /// All bytes that it sent so far.
    pub(crate) fn sent(&self) -> Vec<u8> {
        self.terminal.pieces().into_iter().flat_map(|piece| piece.bytes).collect()
    }

    /// How often it sent these bytes so far.
    pub(crate) fn count(&self, bytes: &[u8]) -> usize {
        self.sent().windows(bytes.len()).filter(|it| *it == bytes).count()
    }

    /// The files that it wrote where it runs.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let all = std::fs::read_dir(self.folder.path()).unwrap().map(|it| it.unwrap().path());
        all.filter(|it| it.is_file()).collect()
    }
}

/// What a terminal sends for a key.
fn bytes(key: &str) -> String {
    let control = |letter: char| char::from(letter as u8 & 0x1f).to_string();
    match key {
        "Enter" => "\r".into(),
        "Esc" => "\x1b".into(),
        "Tab" => "\t".into(),
        "S-Tab" => "\x1b[Z".into(),
        "Space" => " ".into(),
        "Backspace" => "\x7f".into(),
        "Del" => "\x1b[3~".into(),
        "Up" => "\x1b[A".into(),
        "Down" => "\x1b[B".into(),
        "Right" => "\x1b[C".into(),
        "Left" => "\x1b[D".into(),
        "Home" => "\x1b[H".into(),
        "End" => "\x1b[F".into(),
        "PgUp" => "\x1b[5~".into(),
        "PgDn" => "\x1b[6~".into(),
        key => match key.strip_prefix('^').and_then(|rest| rest.chars().next()) {
            Some(letter) => control(letter),
            None => key.to_owned(),
        },
    }
}
