//! The readings: what the charts of a screen say at the moment that is read from them.

use super::{
    figures, history::History, model::Model, screens::Screen, series::Series, timeline::Timeline,
};
use crate::model::Event;

/// A figure's name and what it was.
pub(crate) type Reading = (&'static str, String);

/// What the charts of the screen say at the cursor; none on a screen without charts.
pub(crate) fn readings(model: &Model) -> Vec<Reading> {
    let history = &model.shown().history;
    let timeline = model.timeline();
    let Some(at_ms) = timeline.cursor_ms else { return Vec::new() };
    let read = Reader { timeline, at_ms };
    match target(model).as_deref().map(|it| it.split_once('/').unwrap_or((it, ""))) {
        Some(("gateway", _)) => read.gateway(history),
        Some(("backend", name)) => read.backend(history, name),
        Some(("limit", name)) => read.limit(history, name),
        Some((_, name)) => read.pool(history, name),
        None => Vec::new(),
    }
}

/// What the charts of the screen are about; none on a screen without charts.
fn target(model: &Model) -> Option<String> {
    let shown = model.shown();
    match model.screen {
        Screen::Overview => Some("gateway".to_owned()),
        Screen::Backends => model.backends.selected(shown).map(|it| format!("backend/{}", it.name)),
        Screen::Limits => model.limits.selected(shown).map(|it| format!("limit/{}", it.name)),
        Screen::Scaler => model.scaler.selected(shown).map(|it| format!("pool/{}", it.pool)),
        _ => None,
    }
}

/// Whether the screen has charts to read from.
pub(crate) const fn has_charts(screen: Screen) -> bool {
    matches!(screen, Screen::Overview | Screen::Backends | Screen::Limits | Screen::Scaler)
}

/// What happened at the cursor to what the charts are about, as finely as they are drawn: the newest
/// of it.
pub(crate) fn happened(model: &Model) -> Option<&Event> {
    let timeline = model.timeline();
    let (at_ms, about) = (timeline.cursor_ms?, target(model)?);
    let near_ms = (timeline.window.length_ms() / 120).max(500);
    let concerns = |it: &Event| {
        about == "gateway" || it.target.split(',').any(|target| target.trim() == about)
    };
    let near = |it: &&Event| (it.time_ms - at_ms).abs() <= near_ms && concerns(it);
    model.shown().events.iter().find(near)
}

struct Reader {
    timeline: Timeline,
    at_ms: i64,
}

impl Reader {
    fn gateway(&self, history: &History) -> Vec<Reading> {
        vec![
            ("req/s", self.rate(&history.rps)),
            ("p50", figures::latency(self.at(&history.p50))),
            ("p99", figures::latency(self.at(&history.p99))),
            ("refused/s", self.rate(&history.rejected)),
        ]
    }

    fn backend(&self, history: &History, name: &str) -> Vec<Reading> {
        let Some(seen) = history.backend(name) else { return Vec::new() };
        vec![
            ("req/s", self.rate(&seen.rps)),
            ("in flight", self.whole(&seen.in_flight)),
            ("p99", figures::latency(self.at(&seen.p99))),
        ]
    }

    fn limit(&self, history: &History, name: &str) -> Vec<Reading> {
        let Some(seen) = history.limit(name) else { return Vec::new() };
        vec![("asked/s", self.rate(&seen.asked)), ("refused/s", self.rate(&seen.rejected))]
    }

    fn pool(&self, history: &History, name: &str) -> Vec<Reading> {
        let Some(seen) = history.pool(name) else { return Vec::new() };
        vec![
            ("ready", self.whole(&seen.ready)),
            ("with starting", self.whole(&seen.with_starting)),
            ("cpu", figures::load(self.at(&seen.cpu))),
            ("req/s", self.rate(&seen.rps)),
        ]
    }

    fn at(&self, series: &Series) -> Option<f64> {
        series.at(self.at_ms, self.timeline.window)
    }

    fn rate(&self, series: &Series) -> String {
        self.at(series).map_or_else(|| figures::UNKNOWN.to_owned(), |it| figures::rate(it, 9))
    }

    fn whole(&self, series: &Series) -> String {
        let text = |it: f64| figures::count(it.round(), 9);
        self.at(series).map_or_else(|| figures::UNKNOWN.to_owned(), text)
    }
}
