//! `gatewayd check FILE`: is this configuration right?

use std::io::{self, Write};
use std::process::ExitCode;

use super::EX_CONFIG;
use super::cli::{CheckArgs, Color};
use super::listeners;
use crate::config::{self, Diagnostics};

/// Prints the verdict on a file, or all of its mistakes.
pub(super) fn check(args: &CheckArgs) -> ExitCode {
    match config::read(&args.file, &listeners::check) {
        Ok(configuration) => {
            let verdict = configuration.gateway;
            // Who no longer listens still has the exit code.
            let _ = writeln!(io::stdout(), "{}: ok, {verdict}", args.file.display());
            ExitCode::SUCCESS
        }
        Err(diagnostics) => refuse(&diagnostics, args.color),
    }
}

/// Prints what is wrong with a file.
pub(super) fn refuse(diagnostics: &Diagnostics, color: Color) -> ExitCode {
    let coloured = match color {
        Color::Auto => super::logging::colours(),
        Color::Always => true,
        Color::Never => false,
    };
    let text = if coloured { diagnostics.coloured() } else { diagnostics.to_string() };
    let _ = writeln!(io::stderr(), "{text}");
    ExitCode::from(EX_CONFIG)
}
