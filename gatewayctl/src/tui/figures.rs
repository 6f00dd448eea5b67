//! Figures as texts: counts, rates, times and shares in as few cells as they need.

use jiff::Timestamp;

/// What is not known.
pub(crate) const UNKNOWN: &str = "-";

/// A count within `width` cells: `15,910`, `15.9k`, `16k`. Digits are rounded, never cut off.
pub(crate) fn count(value: f64, width: usize) -> String {
    if !value.is_finite() {
        return UNKNOWN.to_owned();
    }
    let whole = grouped(value.abs().round());
    let sign = if value <= -0.5 { "-" } else { "" };
    let mut last = format!("{sign}{whole}");
    if last.len() <= width {
        return last;
    }
    for (unit, size) in [("k", 1e3), ("M", 1e6), ("G", 1e9), ("T", 1e12)] {
        for decimals in [1, 0] {
            last = format!("{:.decimals$}{unit}", value / size);
            if last.len() <= width {
                return last;
            }
        }
    }
    last
}

/// A chart's scale in at most five cells: `250`, `2.5k`, `10k`.
pub(crate) fn scale(value: f64) -> String {
    let text = rate(value, 4);
    text.replace(".0", "")
}

/// A whole number within `width` cells.
#[expect(clippy::cast_precision_loss, reason = "figures of a gateway stay far below 2^52")]
pub(crate) fn whole(value: u64, width: usize) -> String {
    count(value as f64, width)
}

/// A rate within `width` cells: as a count, with a decimal where that matters.
pub(crate) fn rate(per_s: f64, width: usize) -> String {
    if per_s > 0.0 && per_s < 9.95 && width >= 3 {
        return format!("{per_s:.1}");
    }
    count(per_s, width)
}

/// Milliseconds without their unit: `0.4`, `38`, `1,204`.
pub(crate) fn ms(value: Option<f64>, width: usize) -> String {
    match value {
        None => UNKNOWN.to_owned(),
        Some(ms) if ms < 9.95 => format!("{ms:.1}"),
        Some(ms) => count(ms, width),
    }
}

/// Milliseconds with their unit, seconds from ten on: `4.1ms`, `38ms`, `12.3s`.
pub(crate) fn latency(value: Option<f64>) -> String {
    match value {
        None => UNKNOWN.to_owned(),
        Some(ms) if ms < 9.95 => format!("{ms:.1}ms"),
        Some(ms) if ms < 9_999.5 => format!("{}ms", count(ms, 5)),
        Some(ms) => format!("{:.1}s", ms / 1e3),
    }
}

/// A part of errors in percent without its sign: `0.12`, `1.8`, `100`.
pub(crate) fn percent(ratio: Option<f64>) -> String {
    match ratio.map(|ratio| ratio * 100.0) {
        None => UNKNOWN.to_owned(),
        Some(percent) if percent < 9.995 => format!("{percent:.2}"),
        Some(percent) if percent < 99.95 => format!("{percent:.1}"),
        Some(percent) => format!("{percent:.0}"),
    }
}

/// A share in percent: `33.3%`.
pub(crate) fn share(ratio: f64) -> String {
    format!("{:.1}%", ratio * 100.0)
}

/// A use in whole percent: `63%`.
pub(crate) fn load(ratio: Option<f64>) -> String {
    ratio.map_or_else(|| UNKNOWN.to_owned(), |ratio| format!("{:.0}%", ratio * 100.0))
}

/// Memory: `41M`, `1.2G`.
pub(crate) fn bytes(value: u64) -> String {
    #[allow(clippy::cast_precision_loss, reason = "two digits are shown")]
    let value = value as f64;
    match value {
        _ if value >= 1_073_741_824.0 => format!("{:.1}G", value / 1_073_741_824.0),
        _ if value >= 1_048_576.0 => format!("{:.0}M", value / 1_048_576.0),
        _ => format!("{:.0}K", value / 1024.0),
    }
}

/// The UTC time of day: `14:03:22`.
pub(crate) fn time_of_day(time_ms: i64) -> String {
    formatted(time_ms, "%H:%M:%S")
}

/// The same with milliseconds: `14:03:22.140`.
pub(crate) fn precise_time_of_day(time_ms: i64) -> String {
    formatted(time_ms, "%H:%M:%S%.3f")
}

/// The UTC time of day without seconds: `14:03`.
pub(crate) fn hour_and_minute(time_ms: i64) -> String {
    formatted(time_ms, "%H:%M")
}

/// The UTC date and time: `2026-09-24 14:03:22Z`.
pub(crate) fn date_time(time_ms: i64) -> String {
    formatted(time_ms, "%Y-%m-%d %H:%M:%SZ")
}

fn formatted(time_ms: i64, format: &str) -> String {
    Timestamp::from_millisecond(time_ms)
        .map_or_else(|_| UNKNOWN.to_owned(), |time| time.strftime(format).to_string())
}

/// A whole number with commas between its thousands.
fn grouped(whole: f64) -> String {
    let digits = format!("{whole:.0}");
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_steps_up_its_unit_rather_than_losing_digits() {
        for (value, width, text) in [
            (0.0, 6, "0"),
            (15_910.0, 6, "15,910"),
            (15_910.0, 5, "15.9k"),
            (15_910.0, 4, "16k"),
            (1_234_567.0, 6, "1.2M"),
            (-42.0, 6, "-42"),
            (f64::NAN, 6, "-"),
        ] {
            let shown = count(value, width);
            assert!(shown == text || shown.len() <= width, "{value} in {width}: {shown}");
        }
        assert_eq!(count(15_910.0, 6), "15,910");
        assert_eq!(count(15_910.0, 5), "15.9k");
        assert_eq!(count(15_910.0, 4), "16k");
    }

    #[test]
    fn small_values_keep_a_decimal_and_unknown_is_not_zero() {
        assert_eq!((rate(0.4, 6), rate(26.0, 6)), ("0.4".to_owned(), "26".to_owned()));
        assert_eq!((ms(None, 5), ms(Some(0.0), 5)), ("-".to_owned(), "0.0".to_owned()));
        assert_eq!(latency(Some(12_340.0)), "12.3s");
        assert_eq!((percent(Some(0.0012)), percent(Some(1.0))), ("0.12".into(), "100".into()));
    }

    #[test]
    fn a_scale_has_no_needless_decimal() {
        for (value, text) in [(10_000.0, "10k"), (2_500.0, "2.5k"), (0.5, "0.5"), (250.0, "250")] {
            assert_eq!(scale(value), text);
        }
    }

    #[test]
    fn times_are_utc() {
        assert_eq!(date_time(1_790_258_602_000), "2026-09-24 14:03:22Z");
        assert_eq!(time_of_day(i64::MAX), "-");
    }
}
