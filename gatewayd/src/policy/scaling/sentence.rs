//! The sentence: a whole decision in one line, in the order in which it came about.

use std::time::Duration;

use crate::model::Inputs;

use super::decide::Findings;
use super::required::{Required, Target};

/// `12→24 (panic): offered 1.21 M rps × 14.0 µs/req ÷ 70 % = 24.2→25; +100%/15s allows 24; 12/12
/// reporting`.
pub(super) fn sentence(from: u32, to: u32, inputs: &Inputs, found: &Findings) -> String {
    let mut parts = vec![answer(inputs, found)];
    // The need was told with the answer.
    const TOLD: [&str; 3] = ["required", "panic", "order"];
    let stages = found.stages.iter().filter(|it| !TOLD.contains(&it.name));
    parts.extend(stages.map(|stage| stage.reason.clone()).filter(|reason| !reason.is_empty()));
    if found.fleet.warm > 0 {
        parts.push(format!("{}/{} reporting", found.fleet.reporting, found.fleet.warm));
    }
    let mode = match found.surge {
        Some(surge) if surge.panic => " (panic)",
        _ => "",
    };
    let size = if from == to { format!("{from}") } else { format!("{from}→{to}") };
    format!("{size}{mode}: {}", parts.join("; "))
}

fn answer(inputs: &Inputs, found: &Findings) -> String {
    match inputs.order {
        Some(Some(desired)) => return format!("{desired} desired by hand"),
        Some(None) => return "paused".to_owned(),
        None => {}
    }
    let Some(surge) = found.surge else { return "nothing measured yet".to_owned() };
    let whole = found.fleet.size_for(surge.need);
    let mut text = required(&surge.by);
    if surge.need > surge.by.need {
        text += &format!(", {:.1} in this surge", surge.need);
    }
    text += &format!("→{whole}");
    if found.fleet.idle() > 0 {
        text += &format!(" with {} out of service", found.fleet.idle());
    }
    text
}

/// `offered 1.21 M rps × 14.0 µs/req ÷ 70 % = 24.2`.
pub(super) fn required(by: &Required) -> String {
    let offered = rps(by.offered_rps);
    let need = by.need;
    match by.target {
        Target::Cpu { percent, cost_s } => {
            format!("offered {offered} × {}/req ÷ {percent} % = {need:.1}", seconds(cost_s))
        }
        Target::Rps(target) => {
            format!("offered {offered} ÷ {} per server = {need:.1}", rps(f64::from(target)))
        }
    }
}

fn rps(rate: f64) -> String {
    match rate {
        rate if rate >= 0.9995e6 => format!("{} M rps", three_digits(rate / 1e6)),
        rate if rate >= 1e4 => format!("{} k rps", three_digits(rate / 1e3)),
        rate => format!("{rate:.0} rps"),
    }
}

fn seconds(time_s: f64) -> String {
    match time_s {
        time if time >= 0.9995 => format!("{} s", three_digits(time)),
        time if time >= 0.9995e-3 => format!("{} ms", three_digits(time * 1e3)),
        time => format!("{} µs", three_digits(time * 1e6)),
    }
}

fn three_digits(number: f64) -> String {
    match number {
        number if number >= 99.95 => format!("{number:.0}"),
        number if number >= 9.995 => format!("{number:.1}"),
        number => format!("{number:.2}"),
    }
}

/// `5m`, `90s`.
pub(super) fn duration(duration: Duration) -> String {
    match duration.as_secs() {
        seconds if seconds > 0 && seconds.is_multiple_of(60) => format!("{}m", seconds / 60),
        seconds => format!("{seconds}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_three_digits_and_their_unit() {
        assert_eq!(rps(1_210_000.0), "1.21 M rps");
        assert_eq!(rps(12_345.0), "12.3 k rps");
        assert_eq!(rps(820.4), "820 rps");
        assert_eq!(seconds(14e-6), "14.0 µs");
        assert_eq!(seconds(0.000_999_9), "1.00 ms");
        assert_eq!(rps(999_900.0), "1.00 M rps");
        assert_eq!(seconds(0.0021), "2.10 ms");
        assert_eq!(duration(Duration::from_secs(90)), "90s");
        assert_eq!(duration(Duration::from_secs(300)), "5m");
    }
}
