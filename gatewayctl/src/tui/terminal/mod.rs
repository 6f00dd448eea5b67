//! The terminal: taken at the start, drawn on frame by frame, and given back on every way out.

mod hangup;
mod input;
mod restore;
mod writer;

use std::{
    io::{self, Write},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use crossterm::{
    style::force_color_output,
    terminal::{disable_raw_mode, enable_raw_mode},
};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use ratatui::{Frame, backend::CrosstermBackend};
use tokio::sync::Notify;

pub(super) use input::Input;
use writer::Writer;

/// A frame is shown at once, not while it is written.
const BEGIN_FRAME: &[u8] = b"\x1b[?2026h";
const END_FRAME: &[u8] = b"\x1b[?2026l";
/// Blanks the screen.
const CLEAR: &[u8] = b"\x1b[0m\x1b[2J";
/// Rings.
const BELL: &[u8] = b"\x07";
/// A blocked terminal may take this long to be given back.
const PATIENCE: Duration = Duration::from_millis(500);

/// The terminal, taken.
pub(crate) struct Terminal {
    screen: ratatui::Terminal<CrosstermBackend<Collected>>,
    frame: Collected,
    /// What follows the next frame: a bell, a text for the clipboard.
    after: Vec<u8>,
    /// Whether the mouse is listened to.
    mouse: bool,
    writer: Writer,
    hung_up: Arc<Notify>,
}

/// Bytes of a frame that is being drawn.
#[derive(Debug, Clone, Default)]
struct Collected(Arc<Mutex<Vec<u8>>>);

impl Write for Collected {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Collected {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Terminal {
    /// Takes the terminal, and its mouse where that is wanted.
    pub(crate) fn take(mouse: bool) -> io::Result<Self> {
        restore::on_panic();
        // The theme alone decides: one that is asked for by a flag goes before NO_COLOR.
        force_color_output(true);
        enable_raw_mode()?;
        restore::note_taken();
        let hung_up = Arc::new(Notify::new());
        hangup::watch(Arc::clone(&hung_up));
        let frame = Collected::default();
        let screen = ratatui::Terminal::new(CrosstermBackend::new(frame.clone()))?;
        let writer = Writer::new(io::stdout());
        let mut terminal = Self { screen, frame, after: Vec::new(), mouse: false, writer, hung_up };
        terminal.writer.write(restore::TAKE.to_vec());
        if mouse {
            terminal.listen_to_mouse(true);
        }
        Ok(terminal)
    }

    /// Whether a frame drawn now would be written soon.
    pub(crate) fn is_ready(&self) -> bool {
        self.writer.is_idle()
    }

    /// Returns when `is_ready` or `is_gone` may have changed.
    pub(crate) async fn changed(&self) {
        self.writer.changed().await;
    }

    /// Whether nothing more can be written.
    pub(crate) fn is_gone(&self) -> bool {
        self.writer.is_gone()
    }

    /// Returns when the terminal hangs up.
    pub(crate) async fn hung_up(&self) {
        self.hung_up.notified().await;
    }

    /// Draws a frame.
    pub(crate) fn draw(&mut self, view: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        self.screen.draw(view)?;
        let drawn = self.frame.take();
        let after = std::mem::take(&mut self.after);
        if !(drawn.is_empty() && after.is_empty()) {
            self.writer.write([BEGIN_FRAME, &drawn, END_FRAME, &after].concat());
        }
        Ok(())
    }

    /// Rings with the next frame.
    pub(crate) fn ring(&mut self) {
        self.after.extend_from_slice(BELL);
    }

    /// Puts `text` into the clipboard with the next frame, where the terminal lets programs do that.
    /// Within tmux that is `set -g set-clipboard on`. <https://invisible-island.net/xterm/ctlseqs>,
    /// OSC 52
    pub(crate) fn copy(&mut self, text: &str) {
        let encoded = BASE64_STANDARD.encode(text);
        self.after.extend_from_slice(format!("\x1b]52;c;{encoded}\x07").as_bytes());
    }

    /// Listens to the mouse from the next frame on, or does so no more.
    pub(crate) fn listen_to_mouse(&mut self, mouse: bool) {
        self.mouse = mouse;
        self.after.extend_from_slice(restore::MOUSE[usize::from(mouse)]);
    }

    /// How large it is, in cells.
    pub(crate) fn size(&self) -> io::Result<(u16, u16)> {
        crossterm::terminal::size()
    }

    /// Forgets what is on the screen, so that the next frame draws everything.
    pub(crate) fn forget(&mut self) -> io::Result<()> {
        // Not `clear` of the library, which asks the terminal where its cursor is.
        self.frame.write_all(CLEAR)?;
        self.screen = ratatui::Terminal::new(CrosstermBackend::new(self.frame.clone()))?;
        Ok(())
    }

    /// Gives the terminal back and stops until it is continued; then takes it again.
    pub(crate) fn suspend(&mut self) -> io::Result<()> {
        self.give_back()?;
        // The whole job, as the terminal itself would do it.
        kill(Pid::from_raw(0), Signal::SIGSTOP)?;
        self.take_again()
    }

    /// Takes the terminal again after somebody else used it.
    pub(crate) fn take_again(&mut self) -> io::Result<()> {
        disable_raw_mode()?;
        enable_raw_mode()?;
        restore::note_taken();
        self.writer.write_last(restore::TAKE.to_vec(), PATIENCE);
        if self.mouse {
            self.listen_to_mouse(true);
        }
        self.forget()
    }

    fn give_back(&self) -> io::Result<()> {
        if restore::note_given_back() {
            self.writer.write_last(restore::GIVE_BACK.to_vec(), PATIENCE);
            disable_raw_mode()?;
        }
        Ok(())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // A terminal that is gone cannot be given back, and nobody is left to tell.
        let _ = self.give_back();
    }
}
