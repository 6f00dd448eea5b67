//! Policies side by side: the same requests, faults and servers, decided about in different ways.

use super::Report;
use super::chart::sparkline;
use super::figures::{clock, percent, time_ms};
use super::table::{heading, modelled, verdict};
use crate::simulate::scenario::Scenario;

/// Runs side by side.
pub(in crate::simulate) fn compare(scenario: &Scenario, seed: u64, reports: &[Report]) -> String {
    let Some(first) = reports.first() else { return String::new() };
    let heading = heading(scenario, seed, first);
    let line = heading.lines().next().unwrap_or_default();
    let mut text = heading.replacen(line, &format!("{}, seed {seed}", scenario.name), 1);
    text +=
        "  POLICY         LOST  OVERLOADED  PEAK  LAST  HOURS       P99  TURNS  UNSAFE SCALE-INS\n";
    for report in reports {
        let Report { servers, scaling, requests, .. } = report;
        text += &format!(
            "  {:<9} {:>9}  {:>10}  {:>4}  {:>4}  {:>5.2}  {:>8}  {:>5}  {:>16}\n",
            report.policy,
            percent(requests.lost_percent),
            clock(report.overloaded_seconds),
            servers.peak,
            servers.last,
            servers.hours,
            time_ms(report.answer_ms.p99),
            scaling.reversals,
            scaling.unsafe_ins,
        );
    }
    text += &servers(first, reports);
    for report in reports {
        let moves: Vec<_> = report.decisions.iter().filter(|it| it.from != it.to).collect();
        text += &format!("\n  {} moved {} times:", report.policy, moves.len());
        for decision in moves.iter().take(12) {
            text += &format!(" {}→{}", clock(decision.second), decision.to);
        }
        text += if moves.len() > 12 { " …\n" } else { "\n" };
        if !report.checks.held {
            text += &verdict(report);
        }
    }
    if reports.iter().all(|report| report.checks.held) {
        text += &verdict(first);
    }
    text + &modelled()
}

/// Servers over time, of each policy.
fn servers(first: &Report, reports: &[Report]) -> String {
    let most = reports.iter().map(|report| report.servers.peak).max().unwrap_or_default();
    let top = f64::from(most).max(first.servers.needed);
    let mut text = format!("\n  SERVERS OVER TIME, {top:.0} at most\n");
    let mut line = |name: &str, told: String| text += &format!("  {name:<9} {told}\n");
    line("needed", sparkline(&first.series, |it| it.needed, top));
    for report in reports {
        line(report.policy, sparkline(&report.series, |it| f64::from(it.servers), top));
    }
    text + &format!("\n  {:.1} servers are needed at most\n", first.servers.needed)
}
