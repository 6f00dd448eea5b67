//! A pseudo-terminal: the very bytes that a program writes to one, when they came, and what a
//! terminal makes of them. [`Terminal`](crate::Terminal) shows the same by tmux, which paints anew.

use std::fs::File;
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::os::fd::OwnedFd;
use std::process::{Child, Command, ExitStatus};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::event::{self, PollFd, PollFlags, Timespec};
use rustix::fs::{Mode, OFlags};
use rustix::pty::{self, OpenptFlags};
use rustix::termios::{self, Winsize};

use crate::until;

/// A program in a pseudo-terminal of its own; killed when dropped.
pub struct RawTerminal {
    master: Option<File>,
    seen: Arc<Mutex<Seen>>,
    child: Child,
    begun: Instant,
    is_closed: Arc<AtomicBool>,
    reader: Option<JoinHandle<()>>,
}

/// How long the reader looks at a silent terminal before it asks whether that is closed.
const GLANCE: Timespec = Timespec { tv_sec: 0, tv_nsec: 20_000_000 };

/// A program begins a frame, and ends it: until then the screen stays as it was.
const FRAME: [&[u8]; 2] = [b"\x1b[?2026h", b"\x1b[?2026l"];

/// What the program wrote so far.
struct Seen {
    parser: vt100::Parser,
    pieces: Vec<Piece>,
    /// The screen as the last whole frame left it.
    whole: String,
    is_in_frame: bool,
    /// The last bytes, which may be the beginning of a mark.
    last: Vec<u8>,
}

impl Seen {
    fn new(columns: u16, rows: u16) -> Seen {
        Seen {
            parser: vt100::Parser::new(non_zero(rows), non_zero(columns), 0),
            pieces: Vec::new(),
            whole: String::new(),
            is_in_frame: false,
            last: Vec::new(),
        }
    }

    fn take(&mut self, piece: Piece) {
        self.parser.process(&piece.bytes);
        self.last.extend(&piece.bytes);
        let [begun, ended] =
            FRAME.map(|mark| self.last.windows(mark.len()).rposition(|bytes| bytes == mark));
        if begun != ended {
            self.is_in_frame = begun > ended;
        }
        self.last.drain(..self.last.len().saturating_sub(FRAME[0].len() - 1));
        if !self.is_in_frame {
            self.whole = self.parser.screen().contents();
        }
        self.pieces.push(piece);
    }
}

/// Bytes that came together.
#[derive(Clone, Debug)]
pub struct Piece {
    /// How long after the start they came.
    pub after: Duration,
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl RawTerminal {
    /// Runs `command` in a terminal of this size, as the leader of a session of its own.
    #[track_caller]
    pub fn open(columns: u16, rows: u16, command: &Command) -> RawTerminal {
        let master =
            pty::openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        pty::grantpt(&master).unwrap();
        pty::unlockpt(&master).unwrap();
        let name = pty::ptsname(&master, Vec::new()).unwrap();
        let own = rustix::fs::open(name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap();
        termios::tcsetwinsize(&master, size(columns, rows)).unwrap();
        let begun = Instant::now();
        let child = spawn(command, own);
        let seen = Arc::new(Mutex::new(Seen::new(columns, rows)));
        let master = File::from(master);
        let is_closed = Arc::new(AtomicBool::new(false));
        let (end, sink, closed) =
            (master.try_clone().unwrap(), Arc::clone(&seen), Arc::clone(&is_closed));
        let reader = Some(thread::spawn(move || read_all(end, begun, &sink, &closed)));
        RawTerminal { master: Some(master), seen, child, begun, is_closed, reader }
    }

    /// Types these bytes.
    pub fn press(&self, bytes: &str) {
        let mut master = self.master.as_ref().expect("the terminal is open");
        master.write_all(bytes.as_bytes()).unwrap();
    }

    /// Gives it another size.
    pub fn resize(&self, columns: u16, rows: u16) {
        // The picture first: what is drawn for the new size must find it.
        self.with(|seen| {
            seen.parser.screen_mut().set_size(non_zero(rows), non_zero(columns));
        });
        let master = self.master.as_ref().expect("the terminal is open");
        termios::tcsetwinsize(master, size(columns, rows)).unwrap();
    }

    /// Closes the terminal's window, as a line that breaks does.
    pub fn hang_up(&mut self) {
        self.is_closed.store(true, Ordering::Relaxed);
        if let Some(reader) = self.reader.take() {
            reader.join().unwrap();
        }
        self.master = None;
    }

    /// What stands on the screen, in whole frames.
    pub fn screen(&self) -> String {
        self.with(|seen| seen.whole.clone())
    }

    /// The screen with its colours.
    pub fn picture(&self) -> vt100::Screen {
        self.with(|seen| seen.parser.screen().clone())
    }

    /// All that was written so far.
    pub fn pieces(&self) -> Vec<Piece> {
        self.with(|seen| seen.pieces.clone())
    }

    /// How long it has been open.
    pub fn age(&self) -> Duration {
        self.begun.elapsed()
    }

    /// The program's process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits until `text` stands on the screen; the screen.
    #[track_caller]
    pub fn wait_for(&self, text: &str) -> String {
        self.wait_until(&format!("the screen shows {text:?}"), |screen| screen.contains(text))
    }

    /// Waits until the screen is as `wanted`; the screen.
    #[track_caller]
    pub fn wait_until(&self, what: &str, wanted: impl Fn(&str) -> bool) -> String {
        let seen = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            until(what, || Some(self.screen()).filter(|screen| wanted(screen)))
        }));
        seen.unwrap_or_else(|_| panic!("{what}, but it shows:\n{}", self.screen()))
    }

    /// Waits until the program has ended.
    #[track_caller]
    pub fn wait(&mut self) -> ExitStatus {
        until("the program has ended", || self.try_wait())
    }

    /// How the program ended, or `None` while it runs; then all that it wrote has come.
    pub fn try_wait(&mut self) -> Option<ExitStatus> {
        let ended = self.child.try_wait().unwrap();
        if ended.is_some() {
            until("its last bytes came", || {
                self.reader.as_ref().is_none_or(JoinHandle::is_finished).then_some(())
            });
        }
        ended
    }

    fn with<T>(&self, look: impl FnOnce(&mut Seen) -> T) -> T {
        look(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for RawTerminal {
    fn drop(&mut self) {
        // One that has ended cannot be killed again, which is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.hang_up();
    }
}

/// Runs `command` with `terminal` as its controlling terminal, by the same process id.
fn spawn(command: &Command, terminal: OwnedFd) -> Child {
    let mut session = Command::new("setsid");
    session.arg("--ctty").arg(command.get_program()).args(command.get_args());
    for (key, value) in command.get_envs() {
        match value {
            Some(value) => session.env(key, value),
            None => session.env_remove(key),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        session.current_dir(folder);
    }
    let output = terminal.try_clone().unwrap();
    let errors = terminal.try_clone().unwrap();
    session.stdin(terminal).stdout(output).stderr(errors).spawn().expect("setsid is there")
}

/// Reads until the program has closed its side, which is an error of the device, or `closed`.
fn read_all(mut master: File, begun: Instant, seen: &Mutex<Seen>, closed: &AtomicBool) {
    let mut buffer = [0; 65_536];
    while !closed.load(Ordering::Relaxed) {
        if event::poll(&mut [PollFd::new(&master, PollFlags::IN)], Some(&GLANCE)) == Ok(0) {
            continue;
        }
        let Ok(len @ 1..) = master.read(&mut buffer) else { return };
        let bytes = buffer[..len].to_vec();
        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.take(Piece { after: begun.elapsed(), bytes });
    }
}

fn size(columns: u16, rows: u16) -> Winsize {
    Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }
}

fn non_zero(cells: u16) -> NonZeroU16 {
    NonZeroU16::new(cells).expect("a terminal has rows and columns")
}
