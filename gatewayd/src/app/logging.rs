//! The log: what gatewayd says while it runs, on stderr.

use std::env;
use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

const VARIABLE: &str = "RUST_LOG";

/// Sends log lines to stderr from now on: those of level info and above, or what RUST_LOG asks for.
pub(super) fn start() {
    let asked = env::var(VARIABLE).unwrap_or_default();
    let filter = EnvFilter::builder().with_default_directive(LevelFilter::INFO.into());
    let (filter, wrong) = match filter.parse(&asked) {
        Ok(filter) => (filter, None),
        Err(error) => (EnvFilter::default().add_directive(LevelFilter::INFO.into()), Some(error)),
    };
    tracing_subscriber::fmt()
        .compact()
        .with_ansi(colours())
        .with_env_filter(filter)
        .with_writer(io::stderr)
        // It would tell a failed write to the very stderr that fails, and panic when that fails.
        .log_internal_errors(false)
        .init();
    if let Some(error) = wrong {
        tracing::warn!("{VARIABLE} is not understood, level info is logged: {error}");
    }
}

/// Whether stderr is to be coloured: it is a terminal, and NO_COLOR (no-color.org) is not set.
pub(super) fn colours() -> bool {
    let unwanted = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    !unwanted && io::stderr().is_terminal()
}
