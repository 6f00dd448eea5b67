//! A window: how far back the charts look.

use std::time::Duration;

/// How far back the charts look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// One minute.
    Minute,
    /// Five minutes.
    Five,
    /// A quarter of an hour.
    Quarter,
    /// One hour.
    Hour,
    /// Six hours.
    Six,
    /// A day.
    Day,
}

impl std::str::FromStr for Window {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|window| window.word() == text);
        found.ok_or_else(|| format!("expected {}", Self::ALL.map(Self::word).join(", ")))
    }
}

impl Window {
    /// Every value, the shortest first.
    pub(crate) const ALL: [Self; 6] =
        [Self::Minute, Self::Five, Self::Quarter, Self::Hour, Self::Six, Self::Day];

    /// How long it is.
    pub(crate) const fn length(self) -> Duration {
        Duration::from_secs(match self {
            Self::Minute => 60,
            Self::Five => 5 * 60,
            Self::Quarter => 15 * 60,
            Self::Hour => 60 * 60,
            Self::Six => 6 * 60 * 60,
            Self::Day => 24 * 60 * 60,
        })
    }

    /// How long it is, in milliseconds.
    pub(crate) const fn length_ms(self) -> i64 {
        // A day at most.
        self.length().as_secs().cast_signed() * 1000
    }

    /// Its word on the screen.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Minute => "1m",
            Self::Five => "5m",
            Self::Quarter => "15m",
            Self::Hour => "1h",
            Self::Six => "6h",
            Self::Day => "24h",
        }
    }

    /// In how many equal parts of round length it falls.
    pub(crate) const fn parts(self) -> u64 {
        match self {
            Self::Minute | Self::Quarter | Self::Six => 3,
            Self::Five => 5,
            Self::Hour | Self::Day => 4,
        }
    }

    /// The next longer one, or itself.
    pub(crate) fn longer(self) -> Self {
        Self::ALL.into_iter().find(|other| other.length() > self.length()).unwrap_or(self)
    }

    /// The next shorter one, or itself.
    pub(crate) fn shorter(self) -> Self {
        Self::ALL.into_iter().rev().find(|other| other.length() < self.length()).unwrap_or(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shortest_and_the_longest_are_ends() {
        assert_eq!(Window::Minute.shorter(), Window::Minute);
        assert_eq!(Window::Minute.longer(), Window::Five);
        assert_eq!(Window::Day.longer(), Window::Day);
        assert_eq!(Window::Day.shorter(), Window::Six);
    }
}
