//! Figures: numbers as people read them.

/// `1 234 567`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// `0 %`, `0.012 %`, `1.2 %`, `12 %`.
pub(super) fn percent(number: f64) -> String {
    match number {
        0.0 => "0 %".to_owned(),
        number if number < 0.1 => format!("{number:.3} %"),
        number if number < 10.0 => format!("{number:.2} %"),
        number => format!("{number:.1} %"),
    }
}

/// `850 µs`, `14.2 ms`, `1.20 s`.
pub(super) fn time_ms(ms: f64) -> String {
    match ms {
        ms if ms < 1.0 => format!("{:.0} µs", ms * 1000.0),
        ms if ms < 10.0 => format!("{ms:.2} ms"),
        ms if ms < 100.0 => format!("{ms:.1} ms"),
        ms if ms < 1000.0 => format!("{ms:.0} ms"),
        ms => format!("{:.2} s", ms / 1000.0),
    }
}

/// `45s`, `5m00s`, `1h02m`.
pub(super) fn clock(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3600 => format!("{}m{:02}s", seconds / 60, seconds % 60),
        _ => format!("{}h{:02}m", seconds / 3600, seconds % 3600 / 60),
    }
}

/// `820`, `12.3 k`, `1.21 M`.
pub(super) fn short(number: f64) -> String {
    match number {
        number if number >= 999_500.0 => format!("{:.2} M", number / 1e6),
        number if number >= 9_995.0 => format!("{:.1} k", number / 1e3),
        number => format!("{number:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_short_and_have_their_unit() {
        assert_eq!([grouped(0), grouped(999), grouped(1_234_567)], ["0", "999", "1 234 567"]);
        assert_eq!([percent(0.0), percent(0.0123), percent(1.234)], ["0 %", "0.012 %", "1.23 %"]);
        assert_eq!(
            [time_ms(0.85), time_ms(14.23), time_ms(1200.0)],
            ["850 µs", "14.2 ms", "1.20 s"]
        );
        assert_eq!([clock(45), clock(300), clock(3725)], ["45s", "5m00s", "1h02m"]);
        assert_eq!([short(820.0), short(12_340.0), short(1.21e6)], ["820", "12.3 k", "1.21 M"]);
    }
}
