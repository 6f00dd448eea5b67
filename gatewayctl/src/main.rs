//! The terminal tool's entry point.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(gatewayctl::commands::main())
}
