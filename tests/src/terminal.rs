//! A real terminal: a tmux session of its own server, with keys to press and a screen to read.

use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::{not_tested, until};

/// One terminal, gone when dropped.
pub struct Terminal {
    directory: TempDir,
}

impl Terminal {
    /// Opens a terminal of this size with `command` in it, or says aloud that tmux is missing.
    /// Where `CI` is `true`, a missing tmux is a failure.
    pub fn open(columns: u16, rows: u16, command: &str) -> Option<Terminal> {
        if Command::new("tmux").arg("-V").output().is_err() {
            not_tested("tmux", "it is the real terminal in which things are shown");
            return None;
        }
        let terminal = Terminal { directory: tempfile::tempdir().unwrap() };
        let (columns, rows) = (columns.to_string(), rows.to_string());
        terminal.tmux(&[
            "-f",
            "/dev/null",
            "new-session",
            "-d",
            "-x",
            &columns,
            "-y",
            &rows,
            command,
        ]);
        Some(terminal)
    }

    /// What stands on the screen.
    pub fn screen(&self) -> String {
        let output = self.tmux(&["capture-pane", "-p"]);
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// The same with the sequences that colour it.
    pub fn painted(&self) -> String {
        let output = self.tmux(&["capture-pane", "-p", "-e"]);
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Presses keys as tmux names them: `d`, `Enter`, `Escape`, `Down`.
    pub fn press(&self, keys: &[&str]) {
        for key in keys {
            self.tmux(&["send-keys", key]);
        }
    }

    /// Gives the terminal another size.
    pub fn resize(&self, columns: u16, rows: u16) {
        let (columns, rows) = (columns.to_string(), rows.to_string());
        self.tmux(&["resize-window", "-x", &columns, "-y", &rows]);
    }

    /// Waits until `text` stands on the screen; the screen.
    #[track_caller]
    pub fn wait_for(&self, text: &str) -> String {
        self.wait_until(&format!("the screen shows {text:?}"), |screen| screen.contains(text))
    }

    /// Waits until the screen is as `wanted`; the screen.
    #[track_caller]
    pub fn wait_until(&self, what: &str, wanted: impl Fn(&str) -> bool) -> String {
        let mut last = String::new();
        let seen = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            until(what, || {
                last = self.screen();
                wanted(&last).then_some(())
            });
        }));
        assert!(seen.is_ok(), "{what}, but it shows:\n{last}");
        last
    }

    /// Answers the dashboard's question for `verb` with yes, once it is put; it is gone then, so that
    /// the next key is for what is below.
    #[track_caller]
    pub fn say_yes(&self, verb: &str) {
        self.wait_for(&format!("[y] {verb}"));
        self.press(&["y"]);
        self.wait_until(&format!("{verb} is done"), |screen| !screen.contains("┌─"));
    }

    fn tmux(&self, arguments: &[&str]) -> Output {
        let socket = self.directory.path().join("tmux");
        run(&socket, arguments)
    }
}

fn run(socket: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new("tmux");
    command.arg("-S").arg(socket).args(arguments);
    command.env("LC_ALL", "C.UTF-8").env_remove("TMUX");
    // What a dashboard remembers is this terminal's alone.
    command.env("XDG_STATE_HOME", socket.with_file_name("state"));
    command.output().unwrap()
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.tmux(&["kill-server"]);
    }
}
