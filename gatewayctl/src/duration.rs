//! How is a length of time written, and how is it shown?

use std::time::Duration;

use jiff::{Span, SpanRelativeTo};

/// Why a text is not a length of time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    /// No number with a unit.
    #[error("expected a length of time such as 200ms, 5s, 2m or 1h30m, found `{0}`")]
    Grammar(String),
    /// Ago, or longer than can be waited.
    #[error("a length of time is positive and at most a century, found `{0}`")]
    Range(String),
}

/// Long enough for every wait, short enough that adding it to a clock cannot overflow.
const LONGEST: Duration = Duration::from_secs(100 * 366 * 24 * 3600);

/// Reads `200ms`, `5s`, `2m`, `1h30m`, `1d`; a day has 24 hours.
///
/// # Errors
/// When the text has another grammar, is negative, or longer than a century.
pub fn parse(text: &str) -> Result<Duration, DurationError> {
    let grammar = |_| DurationError::Grammar(text.to_owned());
    let span: Span = text.trim().parse().map_err(grammar)?;
    let length = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(grammar)?;
    match Duration::try_from(length) {
        Ok(length) if length <= LONGEST => Ok(length),
        _ => Err(DurationError::Range(text.to_owned())),
    }
}

/// A length of time in at most two units, as wide as its neighbours: `200ms`, `1.5s`, `44s`, `4m12s`,
/// `2h03m`, `12d04h`.
#[must_use]
pub fn short(length: Duration) -> String {
    let (ms, s) = (length.as_millis(), length.as_secs());
    match s {
        0 if ms == 0 => "0s".to_owned(),
        0 => format!("{ms}ms"),
        1..10 if ms % 1000 >= 100 => format!("{s}.{}s", ms % 1000 / 100),
        1..60 => format!("{s}s"),
        60..3600 => format!("{}m{:02}s", s / 60, s % 60),
        3600..86_400 => format!("{}h{:02}m", s / 3600, s % 3600 / 60),
        _ => format!("{}d{:02}h", s / 86_400, s % 86_400 / 3600),
    }
}

/// A length of time as a command line takes it: nothing of it is rounded away.
#[must_use]
pub fn exact(length: Duration) -> String {
    let (ms, s) = (length.as_millis(), length.as_secs());
    match s {
        _ if ms % 1000 != 0 => format!("{ms}ms"),
        0 => "0s".to_owned(),
        _ if s % 3600 == 0 => format!("{}h", s / 3600),
        _ if s % 60 == 0 => format!("{}m", s / 60),
        _ => format!("{s}s"),
    }
}

/// The time from `since_ms` to `now_ms`, both since the Unix epoch, in whole seconds. Zero for a
/// clock that runs behind.
#[must_use]
pub fn age(now_ms: i64, since_ms: i64) -> Duration {
    Duration::from_secs(u64::try_from(now_ms.saturating_sub(since_ms) / 1000).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_operators_write_is_read() {
        for (text, ms) in [
            ("200ms", 200),
            ("5s", 5_000),
            ("2m", 120_000),
            ("1h30m", 5_400_000),
            ("1h 30m", 5_400_000),
            ("1.5s", 1_500),
            ("0s", 0),
            ("2d", 172_800_000),
        ] {
            assert_eq!(parse(text), Ok(Duration::from_millis(ms)), "{text}");
        }
    }

    #[test]
    fn what_is_no_length_of_time_is_refused() {
        for text in ["", "5", "s", "5 apples", "5s5", "1 month", "five"] {
            assert_eq!(parse(text), Err(DurationError::Grammar(text.to_owned())));
        }
        for text in ["-5s", "5s ago", "1000000h"] {
            assert_eq!(parse(text), Err(DurationError::Range(text.to_owned())));
        }
    }

    #[test]
    fn a_length_is_shown_in_at_most_two_units() {
        for (s, shown) in [
            (0, "0s"),
            (44, "44s"),
            (60, "1m00s"),
            (252, "4m12s"),
            (7_380, "2h03m"),
            (86_399, "23h59m"),
            (1_051_200, "12d04h"),
        ] {
            assert_eq!(short(Duration::from_secs(s)), shown);
        }
        for (ms, shown) in [(200, "200ms"), (1_500, "1.5s"), (1_050, "1s"), (10_900, "10s")] {
            assert_eq!(short(Duration::from_millis(ms)), shown);
        }
    }

    #[test]
    fn an_age_is_never_negative() {
        assert_eq!(age(5_999, 1_000), Duration::from_secs(4));
        assert_eq!(age(1_000, 5_000), Duration::ZERO);
        assert_eq!(age(i64::MIN, i64::MAX), Duration::ZERO);
    }

    proptest! {
        #[test]
        fn what_a_command_line_takes_reads_back_as_it_was(ms in 0_u64..3_000_000_000_000) {
            let length = Duration::from_millis(ms);
            prop_assert_eq!(parse(&exact(length)), Ok(length));
        }

        #[test]
        fn what_is_shown_reads_back_short_by_less_than_its_second_unit(s in 1_u64..3_000_000_000) {
            let read = parse(&short(Duration::from_secs(s))).unwrap().as_secs();
            let unit = match s { 0..3600 => 1, 3600..86_400 => 60, _ => 3600 };
            prop_assert!(read <= s && s - read < unit);
        }

        #[test]
        fn reading_never_panics(text in any::<String>()) {
            let _ = parse(&text);
        }
    }
}
