//! How is a terminal taken, and how is it given back? The bytes for both, and nothing else.

use std::{
    io::{self, Write as _},
    panic, process,
    sync::{
        Once,
        atomic::{AtomicBool, Ordering},
    },
};

use crossterm::terminal::disable_raw_mode;

use crate::tui::crash;

/// Another screen, no cursor, pastes and focus told apart from keys.
pub(super) const TAKE: &[u8] = b"\x1b[?1049h\x1b[?25l\x1b[?2004h\x1b[?1004h\x1b[2J";

/// Buttons and the wheel told, in numbers of any size; and no more.
pub(super) const MOUSE: [&[u8]; 2] = [b"\x1b[?1006l\x1b[?1000l", b"\x1b[?1000h\x1b[?1006h"];

/// Undoes `TAKE`, `MOUSE` and whatever a frame left behind: the end of a synchronized update, plain colours.
/// Harmless to a terminal that was never taken.
pub(super) const GIVE_BACK: &[u8] =
    b"\x1b[?2026l\x1b[0m\x1b[?1006l\x1b[?1000l\x1b[?1004l\x1b[?2004l\x1b[?1049l\x1b[?25h";

/// Exit code of a program that panicked.
const PANICKED: i32 = 101;

/// Whether a terminal is taken now.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Notes that the terminal is taken.
pub(super) fn note_taken() {
    TAKEN.store(true, Ordering::SeqCst);
}

/// Notes that the terminal is given back; `true` the first time.
pub(super) fn note_given_back() -> bool {
    TAKEN.swap(false, Ordering::SeqCst)
}

/// From now on a panic anywhere gives the terminal back, reports, and ends the program.
pub(super) fn on_panic() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let report = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            let was_taken = note_given_back();
            if was_taken {
                let mut stdout = io::stdout().lock();
                let written = stdout.write_all(GIVE_BACK).and_then(|()| stdout.flush());
                let cooked = disable_raw_mode();
                // The report below is the better news; a terminal that is gone cannot be mended.
                let _ = written.and(cooked);
            }
            report(panic);
            if was_taken {
                let told = match crash::report(panic) {
                    Ok(path) => format!("a report is in {}", path.display()),
                    Err(why) => format!("no report was written: {why}"),
                };
                // Standard error may be gone as well.
                let _ = writeln!(io::stderr(), "gatewayctl crashed; {told}");
                process::exit(PANICKED);
            }
        }));
    });
}

#[cfg(test)]
mod tests {
    use std::{env, fs, process::Command};

    use super::*;

    /// Set for the process that is to crash.
    const CRASHES: &str = "GATEWAYCTL_TEST_CRASHES";

    #[test]
    fn a_crash_gives_the_terminal_back_and_leaves_a_report() {
        let name =
            "tui::terminal::restore::tests::a_crash_gives_the_terminal_back_and_leaves_a_report";
        if env::var_os(CRASHES).is_some() {
            on_panic();
            note_taken();
            let crashed = std::thread::Builder::new().name("the one".to_owned());
            let crashed = crashed.spawn(|| panic!("it broke")).unwrap();
            // The whole process ends with the thread.
            let _ = crashed.join();
            process::exit(0);
        }
        let folder = env::temp_dir().join(format!("crash-{}", process::id()));
        let mut itself = Command::new(env::current_exe().unwrap());
        itself
            .args([name, "--exact", "--nocapture"])
            .env(CRASHES, "1")
            .env("XDG_STATE_HOME", &folder);
        let ended = itself.output().unwrap();
        assert_eq!(ended.status.code(), Some(PANICKED));
        let given_back = ended.stdout.windows(GIVE_BACK.len()).any(|bytes| bytes == GIVE_BACK);
        assert!(given_back, "{:?}", String::from_utf8_lossy(&ended.stdout));
        let told = String::from_utf8_lossy(&ended.stderr).into_owned();
        let path = told.split("a report is in ").nth(1).and_then(|it| it.lines().next());
        let report = fs::read_to_string(path.unwrap_or_else(|| panic!("no path: {told}"))).unwrap();
        for expected in ["thread the one: ", "it broke", "restore.rs:", env!("CARGO_PKG_VERSION")] {
            assert!(report.contains(expected), "{expected}\n{report}");
        }
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn everything_taken_is_given_back() {
        let give_back = String::from_utf8(GIVE_BACK.to_vec()).unwrap();
        for (taken, given) in
            [("?1049h", "?1049l"), ("?25l", "?25h"), ("?2004h", "?2004l"), ("?1004h", "?1004l")]
        {
            assert!(String::from_utf8_lossy(TAKE).contains(taken));
            assert!(give_back.contains(&format!("\x1b[{given}")), "{given}");
        }
        let end_of_frame = give_back.find("\x1b[?2026l").unwrap();
        assert!(end_of_frame < give_back.find("\x1b[?1049l").unwrap());
        assert!(give_back.contains("\x1b[0m"));
    }
}
