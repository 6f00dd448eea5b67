//! The daemon put together: the command line, the log, and what each command does.

mod check;
pub mod cli;
mod demo;
mod descriptors;
mod doors;
mod hand_over;
mod listeners;
mod logging;
mod places;
mod run;
mod session_key;
mod signals;
mod simulate;
mod spoil;
mod vital;
mod watchers;
mod workers;

use std::process::ExitCode;

use cli::{Cli, Command, DemoCommand};

/// The exit code of a configuration that is wrong (`EX_CONFIG` of sysexits.h).
const EX_CONFIG: u8 = 78;

/// Does what the command line says; the exit code of the process.
#[must_use]
pub fn execute(cli: Cli) -> ExitCode {
    let _written = logging::start();
    match cli.command {
        None => {
            let path = cli.config.expect("clap wants --config or a command");
            run::start(&path, cli.take_over)
        }
        Some(Command::Check(args)) => check::check(&args),
        Some(Command::Simulate(args)) => simulate::simulate(&args),
        Some(Command::Demo(args)) => told(match args.command {
            None => demo::run(args.options),
            Some(DemoCommand::App(args)) => crate::demo::run_app(args),
            Some(DemoCommand::Load(args)) => crate::demo::run_load(args),
        }),
    }
}

/// The exit code of `result`; an error is logged with everything behind it.
fn told(result: anyhow::Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
