//! How is the gateway? One screen for a person who was just woken up.

use std::io::{self, Write};

use super::{Style, Tone, Unit, cell, grid::cut};
use crate::{
    duration,
    model::{Pool, Problem, Severity, Snapshot, Value},
    safe_text::safe_text,
};

/// Writes the state of the whole gateway.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write_summary(out: &mut impl Write, it: &Snapshot, style: &Style) -> io::Result<()> {
    let (verdict, tone) = verdict(it);
    let show = |value: Value, unit| cell(&value, unit, style, it.time_ms);
    let ms = |value: Option<f64>| {
        let unit = if value.is_some() { " ms" } else { "" };
        show(value.into(), Unit::Milliseconds) + unit
    };
    let totals = &it.totals;
    let host = if it.host.is_empty() { "-" } else { &it.host };
    let demo = if it.demo { " (demo)" } else { "" };
    let mut line = |name: &str, text: String| {
        let name = style.paint(&format!("{name:<9}"), Tone::Muted);
        writeln!(out, "{name} {text}")
    };
    line(
        "gateway",
        format!(
            "{}  {}  gatewayd {}{demo}  up {}  revision {}",
            style.paint(verdict, tone),
            safe_text(host),
            safe_text(&it.version),
            show(it.uptime_s.into(), Unit::Seconds),
            it.revision,
        ),
    )?;
    line(
        "traffic",
        format!(
            "{} req/s  {} in flight  p50 {}  p99 {}  5xx {}  4xx {}  rejected {}/s",
            show(totals.rps.into(), Unit::Rate),
            show(totals.in_flight.into(), Unit::Count),
            ms(totals.p50_ms),
            ms(totals.p99_ms),
            show(totals.error_ratio.into(), Unit::Ratio),
            show(totals.client_error_ratio.into(), Unit::Ratio),
            show(totals.rejected_per_s.into(), Unit::Rate),
        ),
    )?;
    line(
        "host",
        format!(
            "cpu {}  memory {}  {} workers  {} connections",
            show(totals.cpu_ratio.into(), Unit::Ratio),
            show(totals.rss_bytes.into(), Unit::Bytes),
            totals.workers,
            show(totals.connections.into(), Unit::Count),
        ),
    )?;
    for (number, pool) in it.pools.iter().enumerate() {
        line(if number == 0 { "pools" } else { "" }, pool_line(pool, style))?;
    }
    for (number, problem) in it.problems.iter().enumerate() {
        let text = problem_line(problem, it.time_ms, style);
        line(if number == 0 { "problems" } else { "" }, text)?;
    }
    if it.problems.is_empty() {
        let (backends, limits) = (it.backends.len(), it.limits.len());
        line("problems", format!("none ({backends} backends, {limits} limits checked)"))?;
    }
    Ok(())
}

fn verdict(it: &Snapshot) -> (&'static str, Tone) {
    match (it.ready, it.is_healthy()) {
        (false, _) => ("NOT READY", Tone::Bad),
        (true, false) => ("DEGRADED", Tone::Bad),
        (true, true) => ("HEALTHY", Tone::Good),
    }
}

fn pool_line(pool: &Pool, style: &Style) -> String {
    let ready = format!("{}/{} ready", pool.ready, pool.backends);
    let tone = match (pool.ready, pool.ready < pool.backends) {
        (0, _) => Tone::Bad,
        (_, true) => Tone::Warn,
        (_, false) => Tone::Good,
    };
    let mut text = format!("{}  {}", safe_text(&pool.name), style.paint(&ready, tone));
    for (count, word) in [(pool.draining, "draining"), (pool.down, "down")] {
        if count > 0 {
            text += &style.paint(&format!(", {count} {word}"), Tone::Warn);
        }
    }
    if pool.panic {
        text += &style.paint(", panic: too few are healthy, all are used", Tone::Bad);
    }
    let rps = cell(&pool.rps.into(), Unit::Rate, style, 0);
    let in_flight = cell(&pool.in_flight.into(), Unit::Count, style, 0);
    text + &format!("  {rps} req/s  {in_flight} in flight")
}

fn problem_line(problem: &Problem, now_ms: i64, style: &Style) -> String {
    let tone = match problem.severity {
        Severity::Error => Tone::Bad,
        Severity::Warn => Tone::Warn,
        Severity::Info => Tone::Plain,
    };
    let word = style.paint(&format!("{:<5}", problem.severity), tone);
    let since = problem
        .since_ms
        .map(|since_ms| format!(", for {}", duration::short(duration::age(now_ms, since_ms))));
    let said = format!("{}  {}{}", problem.target, problem.what, since.unwrap_or_default());
    let said = safe_text(&said);
    // What stands before it on the line: the name, the word and their gaps.
    let room = style.width.map_or(usize::MAX, |width| width.saturating_sub(17));
    format!("{word}  {}", cut(&said, room, style.ascii))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Totals;

    #[test]
    fn a_status_fits_one_screen_and_names_every_problem() {
        let pool = |name: &str, ready| Pool {
            name: name.to_owned(),
            backends: 3,
            ready,
            down: 3 - ready,
            rps: 1234.0,
            ..Pool::default()
        };
        let problem = Problem {
            severity: Severity::Error,
            target: "pool/web".to_owned(),
            what: "no backend is ready\x1b[2J".to_owned(),
            since_ms: Some(1_000),
        };
        let snapshot = Snapshot {
            time_ms: 253_000,
            host: "edge-1".to_owned(),
            version: "0.1.0".to_owned(),
            uptime_s: 7_380.0,
            revision: 41,
            ready: true,
            totals: Totals { rps: 15_910.0, p99_ms: Some(38.2), ..Totals::default() },
            pools: vec![pool("api", 3), pool("web", 0)],
            problems: vec![problem],
            ..Snapshot::default()
        };
        let mut out = Vec::new();
        write_summary(&mut out, &snapshot, &Style { width: Some(80), ..Style::plain() }).unwrap();
        insta::assert_snapshot!("status_80", String::from_utf8(out).unwrap());
    }
}
