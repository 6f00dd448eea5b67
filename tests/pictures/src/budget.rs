//! What it costs to keep the dashboard open.

use std::fmt::Write;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use gateway_tests::{
    Client, EVERYTHING, Fleet, Gateway, Piece, Protocol, RawTerminal, Setup, gatewayctl,
};

use crate::process;

/// The terminal's size.
const COLUMNS: u16 = 120;
const ROWS: u16 = 40;
/// App servers that answer; all further backends only listen.
const SERVERS: usize = 12;
/// Between two requests.
const BETWEEN: Duration = Duration::from_millis(5);
/// What every frame begins and ends with.
const BEGIN: &[u8] = b"\x1b[?2026h";
const END: &[u8] = b"\x1b[?2026l";
/// How often a key is pressed, and how far apart.
const KEYS: u32 = 50;
const APART: Duration = Duration::from_millis(170);

/// Watches `backends` backends for `seconds` seconds and prints what that cost.
pub(crate) fn measure(seconds: u64, backends: u16) -> Result<()> {
    let fleet = Fleet::start(SERVERS);
    let silent = silent(backends)?;
    let gateway = Setup::default().workers(1).start(&configuration(&fleet, &silent)?);
    println!("{backends} backends, {COLUMNS}x{ROWS}, a frame each second, {seconds} s");
    let traffic = Traffic::start(gateway.http);
    let time = Duration::from_secs(seconds);
    let alone = daemon_for(&gateway, time)?;
    let mut terminal = RawTerminal::open(COLUMNS, ROWS, &dashboard(&gateway));
    terminal.wait_for("app");
    terminal.press("2");
    terminal.wait_for("app-1");
    let first = frames(&terminal.pieces()).first().map(|frame| frame.end).context("no frame")?;
    println!("first frame          {:>8.1} ms after the start", ms(first));
    watch(&gateway, &terminal, time, alone)?;
    press(&terminal);
    terminal.press("q");
    terminal.wait();
    traffic.end();
    Ok(())
}

/// Listeners for the backends that get a probe now and then, and nothing else.
fn silent(backends: u16) -> Result<Vec<TcpListener>> {
    let rest = usize::from(backends).saturating_sub(SERVERS);
    let bind = |_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port");
    (0..rest).map(bind).collect()
}

/// One pool of the servers, which all traffic goes to, and one of the silent.
fn configuration(fleet: &Fleet, silent: &[TcpListener]) -> Result<String> {
    let mut text = EVERYTHING.to_owned() + &fleet.pool("");
    text += "\n[[pool]]\nname = \"rest\"\nhealth = { kind = \"tcp\", interval = \"20s\" }\n";
    for (number, listener) in silent.iter().enumerate() {
        let (number, address) = (number + SERVERS + 1, listener.local_addr()?);
        let _ =
            writeln!(text, "[[pool.backend]]\nname = \"app-{number}\"\naddress = \"{address}\"");
    }
    Ok(text)
}

/// Somebody who asks all the time, so that figures change with each frame.
struct Traffic {
    is_over: Arc<AtomicBool>,
    client: JoinHandle<()>,
}

impl Traffic {
    fn start(http: SocketAddr) -> Traffic {
        let is_over = Arc::new(AtomicBool::new(false));
        let ended = Arc::clone(&is_over);
        let client = thread::spawn(move || {
            let mut client = Client::new(Protocol::Http, http);
            while !ended.load(Ordering::Relaxed) {
                client.get("/bytes/100");
                thread::sleep(BETWEEN);
            }
        });
        Traffic { is_over, client }
    }

    fn end(self) {
        self.is_over.store(true, Ordering::Relaxed);
        // One that panicked has said so.
        let _ = self.client.join();
    }
}

/// What gatewayd takes of a core while nobody watches.
fn daemon_for(gateway: &Gateway, time: Duration) -> Result<f64> {
    let before = process::cpu(gateway.pid())?;
    thread::sleep(time);
    Ok(part(process::cpu(gateway.pid())? - before, time))
}

fn watch(gateway: &Gateway, terminal: &RawTerminal, time: Duration, alone: f64) -> Result<()> {
    let begin = terminal.age();
    let (ctl, daemon) = (process::cpu(terminal.pid())?, process::cpu(gateway.pid())?);
    thread::sleep(time);
    let ctl = part(process::cpu(terminal.pid())? - ctl, time);
    let daemon = part(process::cpu(gateway.pid())? - daemon, time);
    let frames = frames(&terminal.pieces());
    let mut sizes: Vec<usize> =
        frames.iter().filter(|frame| frame.end > begin).map(|frame| frame.bytes).collect();
    sizes.sort_unstable();
    let total: usize = sizes.iter().sum();
    println!("gatewayctl           {ctl:>8.2} % of a core");
    println!("gatewayd, watched    {daemon:>8.2} % of a core, {alone:.2} % before");
    println!(
        "a frame              {:>8} bytes on average, {} at most, {} frames",
        total / sizes.len().max(1),
        sizes.last().copied().unwrap_or_default(),
        sizes.len()
    );
    Ok(())
}

/// How long it takes from a key to the end of the frame that follows.
fn press(terminal: &RawTerminal) {
    let mut times = Vec::new();
    for number in 0..KEYS {
        thread::sleep(APART);
        let pressed = terminal.age();
        let waited = Instant::now();
        terminal.press(if number % 2 == 0 { "j" } else { "k" });
        let painted = loop {
            let pieces = terminal.pieces();
            match frames(&pieces).iter().find(|frame| frame.end > pressed) {
                Some(frame) => break Some(frame.end - pressed),
                None if waited.elapsed() > Duration::from_secs(2) => break None,
                None => thread::sleep(Duration::from_millis(1)),
            }
        };
        times.extend(painted);
    }
    times.sort_unstable();
    let at = |part: usize| times.get(times.len() * part / 100).map_or(f64::NAN, |it| ms(*it));
    println!("a key to its frame   {:>8.1} ms at p50, {:.1} at p95", at(50), at(95));
}

fn dashboard(gateway: &Gateway) -> Command {
    let mut command = Command::new(gatewayctl());
    command.arg(format!("--addr={}", gateway.ctl.address())).arg("top");
    command.env("TERM", "xterm-256color").env("LC_ALL", "C.UTF-8").env_remove("SSH_TTY");
    command.env("XDG_STATE_HOME", gateway.file().with_file_name("remembered"));
    command
}

/// A frame that was written.
struct Painted {
    end: Duration,
    bytes: usize,
}

/// The frames within `pieces`.
fn frames(pieces: &[Piece]) -> Vec<Painted> {
    let mut frames = Vec::new();
    let mut open: Vec<u8> = Vec::new();
    for Piece { after, bytes } in pieces {
        open.extend_from_slice(bytes);
        while let Some(end) = position(&open, END) {
            let frame: Vec<u8> = open.drain(..end + END.len()).collect();
            let begin = position(&frame, BEGIN).unwrap_or_default();
            frames.push(Painted { end: *after, bytes: frame.len() - begin });
        }
    }
    frames
}

fn position(bytes: &[u8], mark: &[u8]) -> Option<usize> {
    bytes.windows(mark.len()).position(|window| window == mark)
}

fn part(cpu: Duration, time: Duration) -> f64 {
    100.0 * cpu.as_secs_f64() / time.as_secs_f64()
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
