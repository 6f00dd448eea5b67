//! Marks: what happened, as letters on the time axis of a chart.

use super::{theme::Role, window::Window};
use crate::model::{Event, Severity};

/// Something that happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    /// When, milliseconds since the Unix epoch.
    time_ms: i64,
    /// What, in a letter.
    pub(crate) letter: char,
    /// How it looks.
    pub(crate) role: Role,
}

/// The marks of those events that `concerns` accepts by one of their targets, oldest first.
pub(crate) fn marks<'a>(
    newest_first: impl DoubleEndedIterator<Item = &'a Event>,
    concerns: impl Fn(&str) -> bool,
) -> Vec<Mark> {
    let concerned = newest_first
        .rev()
        .filter(|event| event.target.split(',').any(|target| concerns(target.trim())));
    concerned.filter_map(mark).collect()
}

fn mark(event: &Event) -> Option<Mark> {
    let verb = event.what.split([':', ' ']).next().unwrap_or_default();
    let noun = event.target.split('/').next().unwrap_or_default();
    let (letter, role) = match (event.kind.as_str(), noun, verb) {
        ("health", _, _) if event.severity == Severity::Error => ('x', Role::Bad),
        ("scale", _, _) => ('s', Role::Accent),
        ("change", "limit", _) => ('L', Role::Accent),
        ("change", "block", _) => ('B', Role::Accent),
        ("change", _, "drain") => ('d', Role::Warn),
        ("change", _, "enable") => ('e', Role::Ok),
        ("change", _, "weight") => ('w', Role::Accent),
        _ => return None,
    };
    Some(Mark { time_ms: event.time_ms, letter, role })
}

impl Mark {
    /// In which of `count` columns of the `window` up to `end_ms` it lies, as series are drawn.
    pub(crate) fn column(self, end_ms: i64, window: Window, count: u16) -> Option<u16> {
        let window_ms = i64::try_from(window.length().as_millis()).ok()?;
        let bucket_ms = (window_ms / i64::from(count.max(1))).max(1);
        let last = end_ms.div_euclid(bucket_ms);
        let back = last.saturating_sub(self.time_ms.div_euclid(bucket_ms));
        let back = u16::try_from(back).ok().filter(|back| *back < count)?;
        Some(count - 1 - back)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tui::series::Series;

    fn event(kind: &str, target: &str, what: &str, time_ms: i64) -> Event {
        Event {
            kind: kind.into(),
            target: target.into(),
            what: what.into(),
            time_ms,
            ..Event::default()
        }
    }

    #[test]
    fn what_matters_has_a_letter_and_the_rest_none() {
        let events = [
            event("health", "backend/app-1", "checking -> healthy", 5),
            event("change", "backend/app-1, backend/app-2", "drain: active", 4),
            event("change", "backend/app-10", "drain: active", 3),
            event("scale", "pool/app", "3 -> 4", 2),
            event("change", "limit/create", "limit: 5/minute", 1),
        ];
        let letters = |concerns: fn(&str) -> bool| {
            marks(events.iter(), concerns).iter().map(|mark| mark.letter).collect::<String>()
        };
        assert_eq!(letters(|_| true), "Lsdd");
        assert_eq!(letters(|target| target == "backend/app-2"), "d");
    }

    proptest! {
        #[test]
        fn a_mark_stands_where_the_value_of_its_second_is_drawn(
            end_s in 1_000_i64..100_000, ago_s in 0_i64..70, count in 1_u16..200,
        ) {
            let mut series = Series::default();
            let time_ms = (end_s - ago_s) * 1_000;
            series.note(time_ms, Some(1.0));
            let drawn = series.columns(end_s * 1_000, Window::Minute, count.into());
            let at = Mark { time_ms, letter: 'd', role: Role::Plain }
                .column(end_s * 1_000, Window::Minute, count);
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
