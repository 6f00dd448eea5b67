//! The report: what a run came to, as tables and as a chart.

mod chart;
mod grid;

pub(crate) use chart::chart;
pub(crate) use grid::Grid;

use crate::idle::Idle;
use crate::proxies::Proxy;
use crate::results::{Ratio, Results};
use crate::scenario::Scenario;

/// The row of latencies.
pub(crate) const LATENCY: &str = "latency";

/// The tables of a run.
pub(crate) fn grids(results: &Results, scenarios: &[Scenario], proxies: &[Proxy]) -> Vec<Grid> {
    let mut grids = Vec::new();
    if !scenarios.is_empty() {
        grids.push(costs(results, scenarios, proxies));
        grids.push(loads(results, scenarios, proxies));
    }
    let watched = proxies.iter().copied().filter(|proxy| proxy.wanted().is_some());
    let watched: Vec<Proxy> = watched.collect();
    if !watched.is_empty() && !scenarios.is_empty() {
        grids.push(of_watchers(results, scenarios, &watched));
    }
    if proxies.iter().any(|proxy| results.ratio(LATENCY, *proxy).is_some()) {
        grids.push(latency(results, proxies));
    }
    if proxies.iter().any(|proxy| results.memory(*proxy, Idle::Plain).is_some()) {
        grids.push(memory(results, proxies));
    }
    grids
}

/// Above this share of the time, what others do on the machine can be seen in the results.
const QUIET: f64 = 0.05;

/// Whether the proxies were alone on their core, `waited` being how much of the time they were not.
pub(crate) fn quiet(waited: f64) -> String {
    let percent = waited * 100.0;
    if waited <= QUIET {
        return format!("The proxies waited for their core {percent:.0} % of the time.");
    }
    format!(
        "THE MACHINE WAS NOT QUIET: the proxies waited for their core {percent:.0} % of the time. \
         Costs are rough, and latencies say nothing."
    )
}

fn costs(results: &Results, scenarios: &[Scenario], proxies: &[Proxy]) -> Grid {
    let title = "Processor time per request, relative to the cheapest peer: median (least–most)";
    let mut grid = Grid::new(title, proxies);
    for scenario in scenarios {
        let cell = |proxy| results.ratio(scenario.name, proxy).map(told);
        grid.row(scenario.title, proxies, cell);
    }
    grid
}

fn told(Ratio { median, least, most }: Ratio) -> String {
    if least == most {
        return format!("{median:.2}");
    }
    format!("{median:.2} ({least:.2}–{most:.2})")
}

fn loads(results: &Results, scenarios: &[Scenario], proxies: &[Proxy]) -> Grid {
    let mut grid = Grid::new("How much of its core the proxy used meanwhile, in percent", proxies);
    for scenario in scenarios {
        let cell =
            |proxy| results.busy(scenario.name, proxy).map(|busy| format!("{:.0}", busy * 100.0));
        grid.row(scenario.title, proxies, cell);
    }
    grid
}

fn of_watchers(results: &Results, scenarios: &[Scenario], proxies: &[Proxy]) -> Grid {
    let title = "Processor time per request of the data plane with ten who watch, relative to \
                 nobody watching: median (least–most)";
    let mut grid = Grid::new(title, proxies);
    for scenario in scenarios {
        let cell = |proxy| results.of_watchers(scenario.name, proxy).map(precisely);
        grid.row(scenario.title, proxies, cell);
    }
    grid
}

/// A ratio near 1.
fn precisely(Ratio { median, least, most }: Ratio) -> String {
    format!("{median:.3} ({least:.3}–{most:.3})")
}

fn latency(results: &Results, proxies: &[Proxy]) -> Grid {
    let title = "Time per request at 70 % of saturation, relative to the best peer: median \
                 (least–most)";
    let mut grid = Grid::new(title, proxies);
    grid.row("p99, 64 connections", proxies, |proxy| results.ratio(LATENCY, proxy).map(told));
    grid
}

fn memory(results: &Results, proxies: &[Proxy]) -> Grid {
    let mut grid = Grid::new("Memory", proxies);
    for kind in Idle::ALL {
        let kibibytes = |proxy| {
            let memory = results.memory(proxy, kind)?;
            Some(format!("{:.1}", memory.per_connection / 1024.0))
        };
        let title = format!("KiB per idle connection, {}", kind.title());
        grid.row(&title, proxies, kibibytes);
    }
    let mebibytes = |proxy| {
        let memory = results.memory(proxy, Idle::Plain)?;
        Some(format!("{:.1}", memory.at_rest as f64 / f64::from(1 << 20)))
    };
    grid.row("MiB at rest", proxies, mebibytes);
    grid
}
