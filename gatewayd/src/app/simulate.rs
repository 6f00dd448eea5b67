//! `gatewayd simulate SCENARIO`: what would a load do to a fleet?

use std::io::{self, Write};
use std::process::ExitCode;

use super::EX_CONFIG;
use super::check::refuse;
use super::cli::Color;
use crate::simulate::{self, Refused, SimulateArgs};

/// Simulates and prints what came of it, or what is wrong with the scenario.
pub(super) fn simulate(args: &SimulateArgs) -> ExitCode {
    match simulate::simulate(args) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(Refused::Scenario(diagnostics)) => refuse(&diagnostics, Color::Auto),
        Err(refused @ Refused::Asked(_)) => {
            let _ = writeln!(io::stderr(), "error: {refused}");
            ExitCode::from(EX_CONFIG)
        }
        Err(refused @ Refused::Chart { .. }) => {
            let _ = writeln!(io::stderr(), "error: {refused}");
            ExitCode::FAILURE
        }
    }
}
