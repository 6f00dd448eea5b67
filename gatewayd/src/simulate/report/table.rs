//! A report as a table: one screen for a person who plans capacity.

use std::fmt::Write;

use super::chart::charts;
use super::figures::{clock, grouped, percent, short, time_ms};
use super::{HealthTold, MODELLED, Report};
use crate::simulate::scenario::Scenario;

/// The most servers and decisions that are listed in full.
const MOST_LISTED: usize = 30;

/// A run as a table.
pub(in crate::simulate) fn table(scenario: &Scenario, seed: u64, report: &Report) -> String {
    let mut text = heading(scenario, seed, report);
    rows(&mut text, report);
    text.push('\n');
    text += &charts(&report.series);
    faults(&mut text, report);
    shares(&mut text, report);
    decisions(&mut text, report);
    text += &verdict(report);
    text + &modelled()
}

/// What is run, in a few lines.
pub(super) fn heading(scenario: &Scenario, seed: u64, report: &Report) -> String {
    let Scenario { name, about, server, .. } = scenario;
    let mut text = format!("{name}, seed {seed}, policy {}\n", report.policy);
    about.lines().for_each(|line| text += &format!("  {}\n", line.trim()));
    let cores = match server.cores {
        1 => "1 core".to_owned(),
        cores => format!("{cores} cores"),
    };
    let work = time_ms(server.work.as_secs_f64() * 1000.0);
    let (length, most) = (clock(report.seconds), short(server.capacity_rps()));
    text += &format!(
        "  {length} of virtual time; a server has {cores}, {work} a request: {most} rps at most\n\n"
    );
    text
}

fn rows(text: &mut String, report: &Report) {
    let Report { requests, servers, scaling, health, answer_ms, .. } = report;
    let mut row = |what: &str, told: String| {
        // Writing to a String does not fail.
        let _ = writeln!(text, "  {what:<28}{told}");
    };
    row("requests", grouped(requests.sent));
    row("answered", grouped(requests.answered));
    let lost = format!("{}  ({})", percent(requests.lost_percent), grouped(requests.lost));
    row("lost", lost);
    for loss in &requests.losses {
        row(&format!("  {}", loss.how), grouped(loss.requests));
    }
    if requests.limited > 0 {
        row("over a limit (429)", grouped(requests.limited));
    }
    if requests.tried_again > 0 {
        row("tried again", grouped(requests.tried_again));
    }
    let [mean, p50, p99] = [answer_ms.mean, answer_ms.p50, answer_ms.p99].map(time_ms);
    row("answers took", format!("{mean} on average, {p50} at p50, {p99} at p99"));
    row("overloaded", clock(report.overloaded_seconds));
    row(
        "servers",
        format!(
            "{} at first, {} at most, {} at last; {:.1} needed at most",
            servers.first, servers.peak, servers.last, servers.needed
        ),
    );
    row("server-hours", format!("{:.2}", servers.hours));
    if report.policy != "fixed" {
        let times = |count| if count == 1 { "once".to_owned() } else { format!("{count} times") };
        row(
            "fleet",
            format!(
                "grew {}, shrank {}, turned round {}",
                times(scaling.outs),
                times(scaling.ins),
                times(scaling.reversals)
            ),
        );
    }
    if scaling.unsafe_ins > 0 {
        row("unsafe scale-ins", scaling.unsafe_ins.to_string());
    }
    if scaling.failed_starts > 0 {
        row("failed starts", scaling.failed_starts.to_string());
    }
    if health.ejections + health.spared > 0 {
        let HealthTold { ejections, spared, .. } = health;
        let spared = match spared {
            0 => String::new(),
            _ => format!(", {spared} more not made for want of others"),
        };
        row("ejections", format!("{ejections}{spared}"));
    }
    if health.panic_seconds > 0 {
        row("in panic", clock(health.panic_seconds));
    }
}

fn faults(text: &mut String, report: &Report) {
    if report.faults.is_empty() {
        return;
    }
    *text += "\n  FAULTS\n";
    for fault in &report.faults {
        let (at, lasts) = (clock(fault.second), clock(fault.seconds));
        *text += &format!("  {at:>7}  {} for {lasts}\n", fault.what);
    }
}

fn shares(text: &mut String, report: &Report) {
    *text += "\n  SERVER        SHARE      ANSWERED    CPU  MOST IN FLIGHT   HOURS\n";
    for share in report.shares.iter().take(MOST_LISTED) {
        *text += &format!(
            "  {:<10} {:>7.2} %  {:>12}  {:>3.0} %  {:>14}  {:>6.2}\n",
            share.server,
            share.share_percent,
            grouped(share.answered),
            share.cpu_percent,
            share.most_in_flight,
            share.hours
        );
    }
    if let Some(rest) = report.shares.len().checked_sub(MOST_LISTED).filter(|rest| *rest > 0) {
        *text += &format!("  and {rest} more: -o json lists all\n");
    }
}

fn decisions(text: &mut String, report: &Report) {
    if report.decisions.is_empty() {
        return;
    }
    *text += "\n  DECISIONS\n";
    for decision in report.decisions.iter().take(MOST_LISTED) {
        *text += &format!("  {:>7}  {}\n", clock(decision.second), decision.why);
    }
    if let Some(rest) = report.decisions.len().checked_sub(MOST_LISTED).filter(|rest| *rest > 0) {
        *text += &format!("           and {rest} more: -o json lists all\n");
    }
}

/// Whether all promises held.
pub(super) fn verdict(report: &Report) -> String {
    let checks = &report.checks;
    if checks.held {
        return "\n  all checks held: picks, ejections, conservation, limits, interlocks, bounds, \
                reversals, convergence\n"
            .to_owned();
    }
    let mut text = format!("\n  BROKEN PROMISES: {}\n", grouped(checks.broken));
    for broken in &checks.first {
        text += &format!("  {broken}\n");
    }
    if checks.broken as usize > checks.first.len() {
        text += "  …\n";
    }
    text
}

/// What the figures rest on.
pub(super) fn modelled() -> String {
    let mut text = String::new();
    for line in MODELLED {
        text += &format!("  - {line}\n");
    }
    text
}
