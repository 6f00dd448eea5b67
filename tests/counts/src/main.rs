//! Counts the instructions that gatewayd's hot path takes and holds them against a budget.
//!
//! Time on a shared machine says little; callgrind counts the same instructions everywhere. Each
//! case is run in two processes, so many times and twice as many: what the second takes more is the
//! case alone, without start, warming up or the harness around it.
//!
//! What is counted are the gateway's own sources, borrowed as modules with the same names, because
//! most of them are private there and stay so.

#![allow(clippy::print_stdout, reason = "a program for the terminal")]

mod budget;
mod callgrind;
mod cases;
#[allow(dead_code, missing_docs, unreachable_pub, reason = "borrowed")]
#[path = "../../../gatewayd/src/clock.rs"]
mod clock;
#[allow(dead_code, missing_docs, unreachable_pub, unused_imports, reason = "borrowed")]
#[path = "../../../gatewayd/src/model/mod.rs"]
mod model;
#[allow(dead_code, missing_docs, unreachable_pub, unused_imports, reason = "borrowed")]
#[path = "../../../gatewayd/src/policy/mod.rs"]
mod policy;
mod proxy;
mod state;
mod verdict;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::{Parser, Subcommand};

use budget::Budget;
use cases::CASES;

/// How often a case is run; the second time, twice as often.
const TIMES: u64 = 2000;
/// The command that these figures come from.
const COMMAND: &str = "cargo run --profile counts -p gateway-counts";

/// Count the instructions of gatewayd's hot path, and compare them with the recorded budget.
#[derive(Parser)]
#[command(name = "counts")]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Record what is counted now as the budget.
    Record,
    /// Run one case, without counting.
    #[command(hide = true)]
    Run { case: String, times: u64 },
}

fn main() -> Result<ExitCode> {
    match Arguments::parse().command {
        Some(Command::Run { case, times }) => run(&case, times).map(|()| ExitCode::SUCCESS),
        Some(Command::Record) => record().map(|()| ExitCode::SUCCESS),
        None => check(),
    }
}

fn run(case: &str, times: u64) -> Result<()> {
    let (_, repeat) = CASES.iter().find(|(name, _)| *name == case).context("no such case")?;
    repeat(times);
    Ok(())
}

fn path() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("budget.toml")
}

fn record() -> Result<()> {
    let Some(version) = callgrind::version() else { bail!("{}", callgrind::MISSING) };
    println!("{version}, {TIMES} runs of each");
    let budget = Budget { instructions: count()?, ..Budget::of_here() };
    budget.write(&path())?;
    for (name, instructions) in &budget.instructions {
        println!("{name:<24} {instructions:>8}");
    }
    println!("recorded in {}", path().display());
    Ok(())
}

fn count() -> Result<Vec<(String, u64)>> {
    CASES.iter().map(|(name, _)| Ok(((*name).to_owned(), callgrind::count(name, TIMES)?))).collect()
}

fn check() -> Result<ExitCode> {
    let in_ci = std::env::var_os("CI").is_some_and(|it| !it.is_empty());
    let budget = Budget::read(&path())?;
    let here = Budget::of_here();
    let obstacle = match callgrind::version() {
        None => Some(callgrind::MISSING.to_owned()),
        Some(_) if here.architecture != budget.architecture => Some(format!(
            "the budget is for {}, this is {}",
            budget.architecture, here.architecture
        )),
        Some(_) => None,
    };
    if let Some(obstacle) = obstacle {
        println!("NOTHING WAS COUNTED: {obstacle}");
        return Ok(if in_ci { ExitCode::FAILURE } else { ExitCode::SUCCESS });
    }
    let over = verdict::tell(&budget, &count()?);
    if over == 0 {
        return Ok(ExitCode::SUCCESS);
    }
    if here.rustc != budget.rustc {
        println!("The budget is of {}, this is {}.", budget.rustc, here.rustc);
    }
    println!(
        "Where the instructions are: callgrind_annotate {}/NAME.out\n\
         If they are worth it, record a new budget and commit it: {COMMAND} -- record",
        callgrind::directory().display()
    );
    Ok(ExitCode::FAILURE)
}
