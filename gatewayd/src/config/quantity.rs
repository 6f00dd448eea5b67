//! Quantities: times and sizes, written with their unit.

use std::ops::RangeInclusive;
use std::time::Duration;

use jiff::SignedDuration;
use toml::de::DeValue;

use super::value::Value;

const UNITS: [(&str, u64); 4] = [("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)];

impl Value<'_> {
    /// A time within `range`, such as `"2s"`.
    pub(crate) fn duration(self, range: RangeInclusive<Duration>) -> Option<Duration> {
        let example = "write a time with its unit, as \"500ms\", \"2s\", \"5m\" or \"1h\"";
        if let DeValue::Integer(_) | DeValue::Float(_) = self.toml {
            return self.wrong("a time", example);
        }
        let text = self.text()?;
        let Ok(parsed) = text.parse::<SignedDuration>() else {
            return self.refuse(format!("{text:?} is not a time"), example);
        };
        match Duration::try_from(parsed) {
            Ok(duration) if range.contains(&duration) => Some(duration),
            _ => {
                let (least, most) = (shown(*range.start()), shown(*range.end()));
                let message = format!("{text:?} is out of range, expected {least} to {most}");
                self.refuse(message, &format!("write a time from {least} to {most}"))
            }
        }
    }

    /// A number within `range`, with a fraction or without.
    pub(crate) fn decimal(self, range: RangeInclusive<f64>) -> Option<f64> {
        let number = match self.toml {
            DeValue::Float(number) => number.as_str().replace('_', "").parse::<f64>().ok(),
            DeValue::Integer(number) => {
                i64::from_str_radix(number.as_str(), number.radix()).ok().map(|it| it as f64)
            }
            _ => return self.wrong("a number", "write digits and a point, without quotes"),
        };
        let (least, most) = (range.start(), range.end());
        match number.filter(|number| range.contains(number)) {
            Some(number) => Some(number),
            None => self.refuse(
                format!("the number is out of range, expected {least} to {most}"),
                &format!("write a number from {least} to {most}"),
            ),
        }
    }

    /// A size in bytes: a number of them, or a text with a unit, such as `"10MiB"`.
    pub(super) fn bytes(self) -> Option<u64> {
        let DeValue::String(text) = self.toml else {
            return self.number(0..=i64::MAX).map(i64::unsigned_abs);
        };
        match parse_bytes(text) {
            Some(bytes) => Some(bytes),
            None => self.refuse(
                format!("{:?} is not a size", self.text()?),
                "write bytes as a number, or a whole number of KiB, MiB or GiB, as \"10MiB\"",
            ),
        }
    }
}

fn parse_bytes(text: &str) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let (_, factor) = UNITS.iter().find(|(word, _)| *word == unit.trim_start())?;
    number.parse::<u64>().ok()?.checked_mul(*factor)
}

/// `duration` as one writes it in a file.
fn shown(duration: Duration) -> String {
    let ms = duration.as_millis();
    match ms {
        0 => "0s".to_owned(),
        _ if ms.is_multiple_of(3_600_000) => format!("{}h", ms / 3_600_000),
        _ if ms.is_multiple_of(60_000) => format!("{}m", ms / 60_000),
        _ if ms.is_multiple_of(1000) => format!("{}s", ms / 1000),
        _ => format!("{ms}ms"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_whole_numbers_with_a_binary_unit() {
        assert_eq!(parse_bytes("10MiB"), Some(10 << 20));
        assert_eq!(parse_bytes("512 KiB"), Some(512 << 10));
        assert_eq!(parse_bytes("7B"), Some(7));
        for wrong in ["", "MiB", "1.5MiB", "-1B", "10", "10MB", "99999999999GiB", "1 0B"] {
            assert_eq!(parse_bytes(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn times_are_shown_in_their_largest_whole_unit() {
        for (ms, text) in [(0, "0s"), (10, "10ms"), (1500, "1500ms"), (60_000, "1m")] {
            assert_eq!(shown(Duration::from_millis(ms)), text);
        }
    }
}
