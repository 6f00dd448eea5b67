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

/// Another screen, no cursor, pastes and focus told apart from keys.
pub(super) const TAKE: &[u8] = b"\x1b[?1049h\x1b[?25l\x1b[?2004h\x1b[?1004h\x1b[2J";

/// Undoes `TAKE` and whatever a frame left behind: the end of a synchronized update, plain colours.
/// Harmless to a terminal that was never taken.
pub(super) const GIVE_BACK: &[u8] = b"\x1b[?2026l\x1b[0m\x1b[?1004l\x1b[?2004l\x1b[?1049l\x1b[?25h";

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
                process::exit(PANICKED);
            }
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

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
