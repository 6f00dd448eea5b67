//! Marks: what happened, as letters on the time axis of a chart.

use super::theme::Role;
use crate::model::{Event, Severity};

/// Something that happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    /// When, milliseconds since the Unix epoch.
    pub(crate) time_ms: i64,
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
    let became = event.what.split_once("-> ").map_or("", |(_, rest)| rest);
    let became = became.split([':', ' ']).next().unwrap_or_default();
    let (letter, role) = match (event.kind.as_str(), noun, verb) {
        ("health", _, _) if event.severity == Severity::Error => ('x', Role::Bad),
        ("health", _, _) if became == "ejected" => ('j', Role::Bad),
        ("health", _, "unhealthy" | "ejected") if became == "healthy" => ('o', Role::Ok),
        ("tls", _, _) if event.severity == Severity::Error => ('t', Role::Warn),
        ("config", _, "config") => ('C', Role::Accent),
        ("scale", _, _) => ('s', Role::Accent),
        ("change", "limit", _) => ('L', Role::Accent),
        ("change", "block", _) => ('B', Role::Accent),
        ("change", _, "drain") => ('d', Role::Warn),
        ("change", _, "enable") => ('e', Role::Ok),
        ("change", _, "weight") => ('w', Role::Accent),
        ("change", _, "maintenance") => ('m', Role::Warn),
        ("change", "backend", "add") => ('a', Role::Ok),
        ("change", "backend", "remove") => ('r', Role::Warn),
        ("change", _, "undo" | "rollback") => ('u', Role::Accent),
        _ => return None,
    };
    Some(Mark { time_ms: event.time_ms, letter, role })
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let letter = |it: &Event| marks([it].into_iter(), |_| true).first().map(|it| it.letter);
        for (kind, target, what, severity, expected) in [
            ("health", "backend/a", "healthy -> unhealthy: refused", Severity::Error, Some('x')),
            ("health", "backend/a", "healthy -> ejected: 5 failed", Severity::Warn, Some('j')),
            ("health", "backend/a", "unhealthy -> healthy: 200", Severity::Info, Some('o')),
            ("change", "backend/a", "remove: active -> absent", Severity::Info, Some('r')),
            ("config", "gateway", "config: 1 pool -> 2 pools", Severity::Info, Some('C')),
            ("tls", "listener/https", "its certificates changed", Severity::Info, None),
        ] {
            let event = Event { severity, ..event(kind, target, what, 1) };
            assert_eq!(letter(&event), expected, "{what}");
        }
        assert_eq!(letters(|_| true), "Lsdd");
        assert_eq!(letters(|target| target == "backend/app-2"), "d");
    }
}
