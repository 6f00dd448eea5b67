//! The log: what gatewayd says while it runs, on stderr.
//!
//! A thread of its own writes it, so that nobody waits for whoever reads it: a terminal that was
//! stopped, or a collector that hangs. What there is no room for is dropped and counted.

use std::env;
use std::io::{self, IsTerminal};
use std::sync::OnceLock;

use tracing_appender::non_blocking::{ErrorCounter, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

const VARIABLE: &str = "RUST_LOG";
/// How many lines wait for a reader that is slow; a few hundred bytes each.
const WAITING: usize = 8192;

static DROPPED: OnceLock<ErrorCounter> = OnceLock::new();

/// Sends log lines to stderr from now on: those of level info and above, or what RUST_LOG asks for.
/// The last ones are written when what it gives is dropped, if somebody reads them within a second.
pub(super) fn start() -> WorkerGuard {
    let asked = env::var(VARIABLE).unwrap_or_default();
    let filter = EnvFilter::builder().with_default_directive(LevelFilter::INFO.into());
    let (filter, wrong) = match filter.parse(&asked) {
        Ok(filter) => (filter, None),
        Err(error) => (EnvFilter::default().add_directive(LevelFilter::INFO.into()), Some(error)),
    };
    let builder = NonBlockingBuilder::default().buffered_lines_limit(WAITING).thread_name("log");
    let (lines, written) = builder.finish(io::stderr());
    DROPPED.get_or_init(|| lines.error_counter());
    tracing_subscriber::fmt()
        .compact()
        .with_ansi(colours())
        .with_env_filter(filter)
        .with_writer(lines)
        // It would tell a failed write to the very stderr that fails, and panic when that fails.
        .log_internal_errors(false)
        .init();
    if let Some(error) = wrong {
        tracing::warn!("{VARIABLE} is not understood, level info is logged: {error}");
    }
    written
}

/// Lines that were dropped since the start.
pub(super) fn dropped() -> u64 {
    DROPPED.get().map_or(0, |counter| counter.dropped_lines() as u64)
}

/// Whether stderr is to be coloured: it is a terminal, and NO_COLOR (no-color.org) is not set.
pub(super) fn colours() -> bool {
    let unwanted = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    !unwanted && io::stderr().is_terminal()
}
