//! A change in one line, for those who listen instead of looking, and for logs.

use jiff::{Timestamp, tz::TimeZone};

use super::Style;
use crate::{
    model::{Event, Snapshot},
    safe_text::safe_text,
};

/// What the state of a backend is called on screens, by the word for its health.
const STATES: [(&str, &str); 4] =
    [("healthy", "UP"), ("unhealthy", "DOWN"), ("ejected", "EJECTED"), ("checking", "NEW")];

/// The time of day, what is concerned, and what happened: `14:03:22 backend api-6 DOWN connection
/// refused`.
#[must_use]
pub fn change_line(event: &Event, style: &Style) -> String {
    let Event { time_ms, kind, target, what, who, .. } = event;
    let target = target.replacen('/', " ", 1);
    let what = if kind == "health" { health(what) } else { what.clone() };
    let by = match who.as_str() {
        "" | "gateway" => String::new(),
        who => format!(" by {who}"),
    };
    // What is told twice is heard twice.
    let target = if target == *kind { kind.clone() } else { target };
    said(*time_ms, &format!("{target} {what}{by}"), style)
}

/// How the gateway is, in one line: the verdict, and what is behind it.
#[must_use]
pub fn state_line(it: &Snapshot, style: &Style) -> String {
    let verdict = match (it.ready, it.is_healthy()) {
        (false, _) => "NOT READY",
        (true, false) => "DEGRADED",
        (true, true) => "HEALTHY",
    };
    let totals = &it.totals;
    let mut text = format!("{verdict}, {:.0} requests a second", totals.rps);
    if let Some(p99) = totals.p99_ms {
        text += &format!(", p99 {p99:.0} ms");
    }
    if let Some(errors) = totals.error_ratio {
        text += &format!(", errors {:.2}%", errors * 100.0);
    }
    text += &format!(", refused {:.0} a second", totals.rejected_per_s);
    text += &match it.problems.len() {
        0 => ", no problems".to_owned(),
        1 => ", 1 problem".to_owned(),
        many => format!(", {many} problems"),
    };
    said(it.time_ms, &text, style)
}

/// `text` after the time of day.
#[must_use]
pub fn said(time_ms: i64, text: &str, style: &Style) -> String {
    let zone = if style.utc { TimeZone::UTC } else { TimeZone::system() };
    let time = Timestamp::from_millisecond(time_ms)
        .map(|time| zone.to_datetime(time).strftime("%T").to_string())
        .unwrap_or_default();
    format!("{time} {}", safe_text(text))
}

/// `healthy -> unhealthy: connection refused` as `DOWN connection refused`.
fn health(what: &str) -> String {
    let Some((_, after)) = what.split_once(" -> ") else { return what.to_owned() };
    let (state, reason) = after.split_once(": ").unwrap_or((after, ""));
    match STATES.iter().find(|(word, _)| *word == state) {
        Some((_, shown)) => format!("{shown} {reason}").trim_end().to_owned(),
        None => what.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Problem, Totals};

    fn event(kind: &str, who: &str, target: &str, what: &str) -> Event {
        Event {
            time_ms: 1_790_258_602_000,
            kind: kind.into(),
            who: who.into(),
            target: target.into(),
            what: what.into(),
            ..Event::default()
        }
    }

    #[test]
    fn a_change_is_one_line_in_the_words_of_the_screens() {
        let line = |event: &Event| change_line(event, &Style::plain());
        for (event, expected) in [
            (
                event(
                    "health",
                    "gateway",
                    "backend/api-6",
                    "healthy -> unhealthy: connection refused",
                ),
                "14:03:22 backend api-6 DOWN connection refused",
            ),
            (
                event("health", "gateway", "backend/api-6", "checking -> healthy"),
                "14:03:22 backend api-6 UP",
            ),
            (
                event("health", "gateway", "pool/api", "panic: too few"),
                "14:03:22 pool api panic: too few",
            ),
            (
                event(
                    "change",
                    "ops-1",
                    "backend/api-3",
                    "drain: active -> draining (a\u{1b}[2J\nb)",
                ),
                "14:03:22 backend api-3 drain: active -> draining (a\\x1b[2J\\nb) by ops-1",
            ),
            (event("gateway", "gateway", "gateway", "serving"), "14:03:22 gateway serving"),
        ] {
            assert_eq!(line(&event), expected);
        }
    }

    #[test]
    fn the_state_is_a_verdict_with_its_figures() {
        let totals = Totals { rps: 227.4, p99_ms: Some(27.3), ..Totals::default() };
        let it = Snapshot { time_ms: 1_000, ready: true, totals, ..Snapshot::default() };
        let calm =
            "00:00:01 HEALTHY, 227 requests a second, p99 27 ms, refused 0 a second, no problems";
        assert_eq!(state_line(&it, &Style::plain()), calm);
        let bad = Snapshot { ready: false, problems: vec![Problem::default()], ..it };
        assert!(state_line(&bad, &Style::plain()).ends_with("1 problem"));
    }
}
