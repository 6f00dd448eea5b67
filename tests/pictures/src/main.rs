//! Pictures and a recording of the dashboard, taken from the real program in a real terminal, and
//! what it costs to keep it open.

#![allow(clippy::print_stdout, reason = "a program for the terminal")]

mod budget;
mod cast;
mod demo;
mod process;
mod svg;
mod tour;

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Take the pictures of README, or measure what the dashboard costs.
///
/// Build it as operators do: `cargo run --release -p gateway-pictures`.
#[derive(Debug, Parser)]
#[command(name = "pictures")]
struct Cli {
    #[command(subcommand)]
    order: Option<Order>,
}

#[derive(Debug, Subcommand)]
enum Order {
    /// Walk through a demo: one SVG for each screen, and the walk as an asciicast (the default)
    Record {
        /// Where they are written
        #[arg(long, value_name = "DIRECTORY", default_value_os_t = here())]
        into: PathBuf,
    },
    /// What the dashboard costs with a thousand backends: CPU, bytes a frame, times to paint
    Budget {
        /// For how long it is watched
        #[arg(long, value_name = "SECONDS", default_value_t = 60)]
        seconds: u64,
        /// How many backends there are
        #[arg(long, value_name = "N", default_value_t = 1000)]
        backends: u16,
    },
}

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn main() -> Result<()> {
    match Cli::parse().order.unwrap_or_else(|| Order::Record { into: here() }) {
        Order::Record { into } => tour::record(&into),
        Order::Budget { seconds, backends } => budget::measure(seconds, backends),
    }
}
