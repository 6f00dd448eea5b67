//! The log: what gatewayd says while it runs, on stderr.
//!
//! A thread of its own writes it, so that nobody waits for whoever reads it: a terminal that was
//! stopped, or a collector that hangs. What there is no room for is dropped and counted.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::env;
use std::io::{self, IsTerminal};
use std::panic::{self, PanicHookInfo};
use std::sync::OnceLock;
use std::thread;

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
    panic::set_hook(Box::new(tell_panic));
    if let Some(error) = wrong {
        tracing::warn!("{VARIABLE} is not understood, level info is logged: {error}");
    }
    written
}

/// Tells a panic in the log like everything else: who panics waits for no reader either.
fn tell_panic(panic: &PanicHookInfo<'_>) {
    let thread = thread::current();
    let thread = thread.name().unwrap_or("without a name");
    let trace = Backtrace::capture();
    match trace.status() {
        BacktraceStatus::Captured => tracing::error!("thread {thread} {panic}\n{trace}"),
        _ => tracing::error!("thread {thread} {panic}"),
    }
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

#[cfg(test)]
mod tests {
    use std::process::{self, Command};

    use super::*;

    /// Set for the process that is to panic.
    const PANICS: &str = "GATEWAYD_TEST_PANICS";

    #[test]
    fn a_panic_is_told_in_the_log_and_the_last_line_is_written() {
        if env::var_os(PANICS).is_some() {
            let written = start();
            let panics = thread::Builder::new().name("the one".to_owned());
            let _ = panics.spawn(|| panic!("it broke")).unwrap().join();
            drop(written);
            process::exit(0);
        }
        let name = "app::logging::tests::a_panic_is_told_in_the_log_and_the_last_line_is_written";
        let mut itself = Command::new(env::current_exe().unwrap());
        itself.args([name, "--exact", "--nocapture"]).env(PANICS, "1");
        itself.env_remove(VARIABLE).env_remove("RUST_BACKTRACE");
        let ended = itself.output().unwrap();
        assert!(ended.status.success());
        let told = String::from_utf8(ended.stderr).unwrap();
        let (line, why) = told.split_once('\n').unwrap();
        assert!(line.contains("ERROR") && line.contains("thread the one panicked at"), "{told}");
        assert!(line.contains("logging.rs:"), "{told}");
        assert_eq!(why, "it broke\n");
    }
}
