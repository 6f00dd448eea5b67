//! A run: who takes part, then turn after turn, then the report.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

use crate::bench::{self, Bench, Latency, Sample};
use crate::cli::Run;
use crate::idle::Idle;
use crate::proxies::Proxy;
use crate::report::{self, Grid};
use crate::results::Results;
use crate::scenario::Scenario;
use crate::stop;

/// A proxy and its program.
type Contender = (Proxy, PathBuf);

/// Measures what `asked` says and tells it.
pub(crate) fn run(asked: &Run) -> Result<()> {
    stop::listen()?;
    bench::raise_descriptor_limit()?;
    let contenders = contenders(asked)?;
    let bench = Bench::new()?;
    let scenarios = asked.scenarios();
    let mut results = Results::default();
    for round in 0..asked.rounds() {
        for scenario in &scenarios {
            turn(&bench, asked, round, scenario, &contenders, &mut results)?;
        }
        if asked.measures_latency() {
            time(&bench, asked, round, &contenders, &mut results)?;
        }
    }
    if asked.weighs() {
        weigh(&bench, &contenders, &mut results)?;
    }
    report(asked, &results, &scenarios, &contenders)
}

/// Finds the proxies that are asked for, and says which are not here.
fn contenders(asked: &Run) -> Result<Vec<Contender>> {
    let mut contenders = Vec::new();
    for proxy in asked.proxies() {
        match proxy.find(asked.built(proxy)) {
            Ok(program) => {
                let version = proxy.version(&program).unwrap_or_default();
                say(&format!("{} {version}", proxy.name()))?;
                contenders.push((proxy, program));
            }
            Err(missing) => {
                let (name, why, remedy) = (proxy.name(), missing.why, missing.remedy);
                say(&format!("{name} IS MISSING: {why}; to have it: {remedy}"))?;
            }
        }
    }
    ensure!(!contenders.is_empty(), "there is nothing to measure");
    Ok(contenders)
}

/// Every contender has its turn in a scenario.
fn turn(
    bench: &Bench,
    asked: &Run,
    round: u32,
    scenario: &Scenario,
    contenders: &[Contender],
    results: &mut Results,
) -> Result<()> {
    let able = contenders.iter().filter(|(proxy, _)| proxy.speaks_tls() || !scenario.tls);
    for contender in able {
        let label = format!("round {}, {}, {}", round + 1, scenario.title, contender.0.name());
        match bench.measure(contender, scenario, asked.times()) {
            Ok(sample) => {
                say(&format!("{label}: {}", told(&sample)))?;
                results.add_cost(scenario.name, contender.0, round, sample.cost_us);
                results.add_data_plane(scenario.name, contender.0, round, sample.data_plane_us);
                results.add_busy(scenario.name, contender.0, sample.busy);
                results.add_waited(sample.waited);
            }
            Err(error) => {
                stop::unless_asked()?;
                say(&format!("{label}: FAILED: {error:#}"))?;
            }
        }
    }
    Ok(())
}

fn told(sample: &Sample) -> String {
    let Sample { cost_us, data_plane_us, rate, busy, waited, tally } = sample;
    let (busy, waited) = (busy * 100.0, waited * 100.0);
    let mut told = format!(
        "{cost_us:.1} µs a request, {rate:.0}/s, core {busy:.0} % busy, {waited:.0} % waited for"
    );
    if *data_plane_us > 0.0 {
        told += &format!(", {data_plane_us:.2} µs of it by the data plane");
    }
    if tally.renewed > 0 {
        told += &format!(", {} connections renewed", tally.renewed);
    }
    if let Some(why) = &tally.why {
        told += &format!(", {} CONNECTIONS FAILED, the last because {why}", tally.failed);
    }
    told
}

/// Every contender is timed at a pace that it can keep.
fn time(
    bench: &Bench,
    asked: &Run,
    round: u32,
    contenders: &[Contender],
    results: &mut Results,
) -> Result<()> {
    for contender in contenders {
        let label = format!("round {}, latency, {}", round + 1, contender.0.name());
        match bench.time(contender, asked.times()) {
            Ok(Latency { p99_us, rate }) => {
                say(&format!("{label}: p99 {p99_us:.0} µs at {rate:.0}/s"))?;
                results.add_cost(report::LATENCY, contender.0, round, p99_us);
            }
            Err(error) => {
                stop::unless_asked()?;
                say(&format!("{label}: FAILED: {error:#}"))?;
            }
        }
    }
    Ok(())
}

fn weigh(bench: &Bench, contenders: &[Contender], results: &mut Results) -> Result<()> {
    for kind in Idle::ALL {
        let able = contenders.iter();
        for contender in able.filter(|(proxy, _)| proxy.speaks_tls() || kind == Idle::Plain) {
            let label = format!("idle connections, {}, {}", kind.title(), contender.0.name());
            match bench.weigh(contender, kind) {
                Ok(memory) => {
                    let kibibytes = memory.per_connection / 1024.0;
                    say(&format!("{label}: {kibibytes:.1} KiB each"))?;
                    results.add_memory(contender.0, kind, memory);
                }
                Err(error) => {
                    stop::unless_asked()?;
                    say(&format!("{label}: FAILED: {error:#}"))?;
                }
            }
        }
    }
    Ok(())
}

fn report(
    asked: &Run,
    results: &Results,
    scenarios: &[Scenario],
    contenders: &[Contender],
) -> Result<()> {
    let proxies: Vec<Proxy> = contenders.iter().map(|(proxy, _)| *proxy).collect();
    let grids = report::grids(results, scenarios, &proxies);
    let told: Vec<String> = grids.iter().map(Grid::text).collect();
    write!(io::stdout(), "\n{}", told.join("\n"))?;
    if let Some(waited) = results.waited() {
        writeln!(io::stdout(), "\n{}", report::quiet(waited))?;
    }
    if let Some(file) = &asked.markdown {
        let pages: Vec<String> = grids.iter().map(Grid::markdown).collect();
        write_file(file, &pages.join("\n"))?;
    }
    if let Some(file) = &asked.svg {
        write_file(file, &report::chart(results, scenarios, &proxies))?;
    }
    Ok(())
}

fn write_file(file: &PathBuf, text: &str) -> Result<()> {
    fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
}

/// Progress goes where it does not mix with the report.
fn say(line: &str) -> Result<()> {
    Ok(writeln!(io::stderr(), "{line}")?)
}
