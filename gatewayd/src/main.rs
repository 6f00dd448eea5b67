//! The daemon's entry point.

use std::process::ExitCode;

use clap::Parser;
use gatewayd::app::{self, cli::Cli};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    app::execute(Cli::parse())
}
