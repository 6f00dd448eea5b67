//! The walk through a demo that the pictures come from.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use gateway_tests::{RawTerminal, gatewayctl};

use crate::cast;
use crate::demo::Demo;
use crate::svg;

const COLUMNS: u16 = 120;
const ROWS: u16 = 40;
/// What the operator calls the demo.
const CONTEXT: &str = "demo";
/// So long the demo runs before anybody looks, so that its charts have something to show.
const BEFORE: Duration = Duration::from_secs(60);
/// So long each screen is looked at.
const LOOK: Duration = Duration::from_secs(3);

/// A step: the keys, what then stands on the screen, and the picture's name if one is taken.
type Step = (&'static str, &'static str, Option<&'static str>);

const WALK: [Step; 12] = [
    ("1", "Needs attention", None),
    ("2", "app-3", None),
    ("j", "app-2", None),
    ("d", "rain app-2", Some("drain")),
    ("y", "DRAIN", None),
    ("2", "DRAIN", Some("backends")),
    ("3", "Top offenders", Some("limits")),
    ("4", "Guards", Some("scaler")),
    ("5", "FOLLOWING", Some("traffic")),
    ("6", "drain", Some("events")),
    ("7", "localhost", Some("tls")),
    ("1", "Needs attention", Some("overview")),
];

/// Walks through a demo and writes pictures and the recording into `directory`.
pub(crate) fn record(directory: &Path) -> Result<()> {
    fs::create_dir_all(directory).with_context(|| format!("no {}", directory.display()))?;
    let own = tempfile::tempdir()?;
    let demo = Demo::start(own.path())?;
    let context = format!("[contexts.{CONTEXT}]\naddr = \"{}\"\n", demo.address);
    fs::write(own.path().join("config.toml"), context)?;
    println!("the walk begins when the demo has run for {} s", BEFORE.as_secs());
    thread::sleep(BEFORE);
    let mut terminal = RawTerminal::open(COLUMNS, ROWS, &dashboard(own.path()));
    for (keys, shown, picture) in WALK {
        terminal.press(keys);
        terminal.wait_for(shown);
        thread::sleep(LOOK);
        if let Some(name) = picture {
            write(directory, &format!("{name}.svg"), &svg::draw(&terminal.picture()))?;
        }
    }
    terminal.press("q");
    terminal.wait();
    let pieces = terminal.pieces();
    write(directory, "tour.cast", &cast::write(COLUMNS, ROWS, "gatewayctl", &pieces))
}

/// gatewayctl as somebody runs it who has named the demo.
fn dashboard(own: &Path) -> Command {
    let mut command = Command::new(gatewayctl());
    command.args(["--context", CONTEXT, "top"]).env("GATEWAYCTL_CONFIG", own.join("config.toml"));
    command.env("TERM", "xterm-256color").env("LC_ALL", "C.UTF-8");
    command.env_remove("NO_COLOR").env_remove("SSH_TTY").env("XDG_STATE_HOME", own);
    command
}

fn write(directory: &Path, name: &str, text: &str) -> Result<()> {
    let path = directory.join(name);
    fs::write(&path, text).with_context(|| format!("{} is not written", path.display()))?;
    println!("{} ({} KiB)", path.display(), text.len() / 1024);
    Ok(())
}
