//! `gatewayd simulate`: what it can be told, and what it prints.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum};
use jiff::SignedDuration;
use serde::Serialize;

use super::policies::Rival;
use super::progress::Progress;
use super::report::{self, MODELLED, Report};
use super::run;
use super::scenario::{self, Scenario};
use crate::config::{self, Diagnostics};

/// The most seeds of which broken promises are told.
const MOST_TOLD: u64 = 20;

const TEACHING: &str = "\
Examples:
  gatewayd simulate doubling-step                 a scenario that comes with gatewayd
  gatewayd simulate plan.toml --seed 7            one of your own, other chances
  gatewayd simulate doubling-step --compare plus-one,hpa,aws,work
                                                  the same requests under four policies
  gatewayd simulate plan.toml --svg plan.svg      and a chart of it
  gatewayd simulate random-faults --seeds 1000    does everything hold, whatever happens?

Scenarios that come with gatewayd:
  doubling-step           the load doubles at once; 24 servers are needed
  million                 a million requests per second over twenty servers
  outage-and-retry-storm  clients are cut off and all come back at once
  slow-boot               servers take three minutes to start
  metrics-lost            servers stop to report, report late, or lie
  scale-in-under-load     the load falls by and by while servers crash
  never-recovers          one of two servers hangs for good; later another fails for good
  bad-server              one of ten answers errors at once while its probes pass
  random-faults           faults of all kinds, drawn by the seed

A scenario of your own, with what is most often wanted:
  about = \"Black Friday\"
  load = { phases = [{ for = \"10m\", rps = 600 }, { for = \"5m\", rps = 600, to = 2000 },
                     { for = \"30m\", rps = 2000 }], retries = { most = 3 } }
  server = { cores = 4, work = \"20ms\", boot = \"45s\", cold = { factor = 2.0, for = \"30s\" } }
  pool = { servers = 12, balance = \"least-connections\" }
  autoscale = { min = 4, max = 60, target_cpu = 70 }
  [[fault]]
  at = \"20m\"
  for = \"2m\"
  kind = \"crash\"        # hang slow errors gray probes-fail metrics-lost metrics-lag
  servers = 3           # metrics-lie boot-fails boot-slow clients-cut
Rates move by `to` and swing by `swing = 50, period = \"24h\"`. [pool] and [autoscale] have the
keys they have in gateway.toml.

Exit codes: 0 all went as promised, 1 a checker found a broken promise, 78 the scenario is wrong.";

/// What to simulate.
#[derive(Args, Debug)]
#[command(after_help = TEACHING)]
pub struct SimulateArgs {
    /// A scenario file, or the name of one that comes with gatewayd
    #[arg(value_name = "SCENARIO")]
    pub scenario: String,
    /// The same seed gives the same bytes
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// So many seeds from --seed on: only what was broken is told
    #[arg(long, value_name = "N", conflicts_with_all = ["compare", "svg", "output"])]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub seeds: Option<u64>,
    /// Policies to hold side by side, on the same requests and faults
    #[arg(long, value_name = "POLICY,…", value_delimiter = ',')]
    pub compare: Vec<Rival>,
    /// Stop after so much virtual time
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub until: Option<Duration>,
    /// How the result is printed
    #[arg(long, short, value_name = "FORMAT", default_value = "table")]
    pub output: Format,
    /// Also draw a chart into this file
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
}

/// How a result is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Table,
    /// For programs: every second, every decision.
    Json,
}

/// Why nothing could be simulated, or nothing be told of it.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The file has mistakes.
    #[error("{0}")]
    Scenario(Diagnostics),
    /// There is no such scenario, or it does not fit what was asked for.
    #[error("{0}")]
    Asked(String),
    /// The chart cannot be written.
    #[error("{path}: cannot be written: {cause}")]
    Chart {
        /// The file.
        path: String,
        /// What the system says.
        cause: io::Error,
    },
}

#[derive(Serialize)]
struct Results<'a> {
    scenario: &'a str,
    about: &'a str,
    seed: u64,
    modelled: [&'static str; 4],
    runs: &'a [Report],
}

/// Simulates and prints; whether every promise held.
///
/// # Errors
/// When the scenario is not there or is wrong, or the chart cannot be written.
pub fn simulate(args: &SimulateArgs) -> Result<bool, Refused> {
    let scenario = find(&args.scenario)?;
    let scenario = match args.until {
        Some(end) => scenario.until(end),
        None => scenario,
    };
    if !args.compare.is_empty() && scenario.rules.is_none() {
        let what = format!("{}: without [autoscale] there is nothing to compare", scenario.name);
        return Err(Refused::Asked(what));
    }
    if let Some(count) = args.seeds {
        return Ok(many(&scenario, args.seed, count));
    }
    let policies: &[Rival] = if args.compare.is_empty() { &[Rival::Work] } else { &args.compare };
    let jobs: Vec<_> = policies.iter().map(|rival| (args.seed, *rival)).collect();
    let progress = Progress::new(scenario.duration().as_secs() * jobs.len() as u64);
    let reports = run::all(&scenario, &jobs, &progress, |report| report);
    print(&text(&scenario, args, &reports));
    if let Some(path) = &args.svg {
        let drawn = report::svg(&scenario, args.seed, &reports);
        fs::write(path, drawn)
            .map_err(|cause| Refused::Chart { path: path.display().to_string(), cause })?;
    }
    Ok(reports.iter().all(|report| report.checks.held))
}

/// The scenario in the file called `name`, or the one of that name that comes with gatewayd.
fn find(name: &str) -> Result<Scenario, Refused> {
    let path = Path::new(name);
    if !path.exists()
        && let Some(text) = scenario::named(name)
    {
        return scenario::parse(name, text).map_err(Refused::Scenario);
    }
    if !path.exists() && !name.contains('/') && !name.ends_with(".toml") {
        let names = scenario::names().join(", ");
        let what = format!("no file and no scenario is called {name:?}; there are {names}");
        return Err(Refused::Asked(what));
    }
    let (file, text) = config::text(path).map_err(Refused::Scenario)?;
    scenario::parse(&file, &text).map_err(Refused::Scenario)
}

/// What is printed of one or more runs.
pub(super) fn text(scenario: &Scenario, args: &SimulateArgs, reports: &[Report]) -> String {
    match (args.output, reports) {
        (Format::Json, runs) => {
            let Scenario { name, about, .. } = scenario;
            let results =
                Results { scenario: name, about, seed: args.seed, modelled: MODELLED, runs };
            serde_json::to_string(&results).expect("numbers and texts are JSON") + "\n"
        }
        (Format::Table, [report]) => report::table(scenario, args.seed, report),
        (Format::Table, reports) => report::compare(scenario, args.seed, reports),
    }
}

/// Runs with many seeds, of which only the broken promises are told.
fn many(scenario: &Scenario, first: u64, count: u64) -> bool {
    let jobs: Vec<_> = (first..first.saturating_add(count)).map(|it| (it, Rival::Work)).collect();
    let count = jobs.len() as u64;
    let progress = Progress::new(scenario.duration().as_secs() * count);
    let broken = run::all(scenario, &jobs, &progress, |report| report.checks.first);
    let mut text = String::new();
    let mut unkept = 0;
    for ((seed, _), broken) in jobs.iter().zip(&broken).filter(|(_, broken)| !broken.is_empty()) {
        unkept += 1;
        if unkept <= MOST_TOLD {
            broken.iter().for_each(|it| text += &format!("seed {seed}: {it}\n"));
        }
    }
    if unkept > MOST_TOLD {
        text += &format!("and {} seeds more\n", unkept - MOST_TOLD);
    }
    let held = count - unkept;
    if held < count {
        text += &format!("look at one: gatewayd simulate {} --seed N\n", scenario.name);
    }
    text += &format!("{}: all promises held with {held} of {count} seeds\n", scenario.name);
    print(&text);
    held == count
}

fn print(text: &str) {
    // Who no longer listens still has the exit code.
    let _ = io::stdout().write_all(text.as_bytes());
}

fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is not a time: write it as 90s, 5m or 1h");
    let parsed: SignedDuration = text.parse().map_err(|_| wrong())?;
    Duration::try_from(parsed).ok().filter(|time| !time.is_zero()).ok_or_else(wrong)
}
