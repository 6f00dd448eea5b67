//! A timeline: which part of the past charts show, and the moment that is read from them.

use super::window::Window;

/// Which part of the past charts show. Times are milliseconds since the Unix epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Timeline {
    /// The time of the right edge.
    pub(crate) end_ms: i64,
    /// How far back it looks from there.
    pub(crate) window: Window,
    /// Whether the right edge is the newest that is known.
    pub(crate) is_newest: bool,
    /// The moment that is read.
    pub(crate) cursor_ms: Option<i64>,
}

impl Timeline {
    /// In which of `count` columns a moment lies, as series are drawn.
    pub(crate) fn column(self, time_ms: i64, count: u16) -> Option<u16> {
        let bucket_ms = (self.window.length_ms() / i64::from(count.max(1))).max(1);
        let last = self.end_ms.div_euclid(bucket_ms);
        let back = last.saturating_sub(time_ms.div_euclid(bucket_ms));
        let back = u16::try_from(back).ok().filter(|back| *back < count)?;
        Some(count - 1 - back)
    }

    /// In which of `count` columns the moment lies that is read.
    pub(crate) fn cursor(self, count: u16) -> Option<u16> {
        self.column(self.cursor_ms?, count)
    }

    /// The round times in it, newest first, as a clock shows them.
    pub(crate) fn ticks(self) -> impl Iterator<Item = i64> {
        let apart =
            self.window.length_ms() / i64::try_from(self.window.parts()).unwrap_or(1).max(1);
        let newest = self.end_ms.div_euclid(apart).saturating_mul(apart);
        let begin = self.end_ms.saturating_sub(self.window.length_ms());
        (0..).map(move |nth| newest - nth * apart).take_while(move |tick| *tick > begin)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tui::series::Series;

    fn minute(end_ms: i64) -> Timeline {
        Timeline { end_ms, window: Window::Minute, is_newest: true, cursor_ms: None }
    }

    #[test]
    fn ticks_are_round_times_within_the_window() {
        let ticks: Vec<i64> = minute(125_000).ticks().collect();
        assert_eq!(ticks, [120_000, 100_000, 80_000]);
    }

    proptest! {
        #[test]
        fn a_moment_stands_where_the_value_of_its_second_is_drawn(
            end_s in 1_000_i64..100_000, ago_s in 0_i64..70, count in 1_u16..200,
        ) {
            let mut series = Series::default();
            let time_ms = (end_s - ago_s) * 1_000;
            series.note(time_ms, Some(1.0));
            let drawn = series.columns(end_s * 1_000, Window::Minute, count.into());
            let at = minute(end_s * 1_000).column(time_ms, count);
            // A step that begins before the first column may reach into some.
            let reached = 1 + usize::from(count) / 60;
            let begins = drawn.iter().skip(reached).any(Option::is_some);
            match at {
                Some(at) => prop_assert_eq!(drawn[usize::from(at)], Some(1.0)),
                None => prop_assert!(!begins, "{} {:?}", ago_s, drawn),
            }
        }
    }
}
