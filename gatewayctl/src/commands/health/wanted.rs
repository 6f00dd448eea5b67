//! What is asserted, as it is written: `80%`, `3`, `0.5%`, `50/s`.

use std::str::FromStr;

/// How many of a pool's backends have to be healthy.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Least {
    /// So many.
    Count(u32),
    /// This part of them, 0..=1.
    Part(f64),
}

/// A part of the answers, 0..=1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Part(pub(super) f64);

/// So many per second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rate(pub(super) f64);

/// Why a text asserts nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}, found `{found}`")]
pub(super) struct WantedError {
    expected: &'static str,
    found: String,
}

impl FromStr for Least {
    type Err = WantedError;

    fn from_str(text: &str) -> Result<Self, WantedError> {
        let expected = "how many, as 3, or which part, as 80%";
        if text.ends_with('%') {
            return percent(text, expected).map(Self::Part);
        }
        text.parse().map(Self::Count).map_err(|_| refused(text, expected))
    }
}

impl FromStr for Part {
    type Err = WantedError;

    fn from_str(text: &str) -> Result<Self, WantedError> {
        percent(text, "a part of the answers, as 1% or 0.5%").map(Self)
    }
}

impl FromStr for Rate {
    type Err = WantedError;

    fn from_str(text: &str) -> Result<Self, WantedError> {
        let expected = "how many per second, as 50/s";
        let rate = text.strip_suffix("/second").or_else(|| text.strip_suffix("/s")).unwrap_or(text);
        figure(rate).map(Self).ok_or_else(|| refused(text, expected))
    }
}

fn percent(text: &str, expected: &'static str) -> Result<f64, WantedError> {
    let percent = text.strip_suffix('%').and_then(figure).filter(|percent| *percent <= 100.0);
    percent.map(|percent| percent / 100.0).ok_or_else(|| refused(text, expected))
}

/// A number of digits with at most one point.
fn figure(text: &str) -> Option<f64> {
    let plain = |byte: u8| byte.is_ascii_digit() || byte == b'.';
    let is_plain =
        text.starts_with(|first: char| first.is_ascii_digit()) && text.bytes().all(plain);
    text.parse().ok().filter(|_| is_plain)
}

fn refused(text: &str, expected: &'static str) -> WantedError {
    WantedError { expected, found: text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asserted_is_read_in_its_unit() {
        assert_eq!("3".parse(), Ok(Least::Count(3)));
        assert_eq!("80%".parse(), Ok(Least::Part(0.8)));
        assert_eq!("0.5%".parse(), Ok(Part(0.005)));
        assert_eq!("100%".parse(), Ok(Part(1.0)));
        for text in ["50/s", "50/second", "50"] {
            assert_eq!(text.parse(), Ok(Rate(50.0)), "{text}");
        }
    }

    #[test]
    fn what_asserts_nothing_is_refused() {
        for text in ["", "-1", "80", "101%", "%", "x%", "1%%", "1e3%", "NaN%", ".5%"] {
            assert!(text.parse::<Part>().is_err(), "{text}");
        }
        for text in ["", "-1", "3.5", "101%", "%", "many"] {
            assert!(text.parse::<Least>().is_err(), "{text}");
        }
        for text in ["", "/s", "-1/s", "50/minute", "inf", "1.2.3"] {
            assert!(text.parse::<Rate>().is_err(), "{text}");
        }
    }
}
