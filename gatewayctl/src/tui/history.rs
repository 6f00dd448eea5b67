//! The history: what this dashboard has seen of each figure it draws.

use std::collections::HashMap;

use super::{series::Series, window::Window};
use crate::{duration::age, model::Snapshot};

/// What was seen so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct History {
    /// The whole gateway's requests per second.
    pub(crate) rps: Series,
    /// Its median.
    pub(crate) p50: Series,
    /// Its 99th percentile.
    pub(crate) p99: Series,
    /// Its refusals by limits per second.
    pub(crate) rejected: Series,
    /// The time of the first snapshot, milliseconds since the Unix epoch.
    began_ms: Option<i64>,
    backends: HashMap<String, BackendHistory>,
    limits: HashMap<String, LimitHistory>,
}

/// What was seen of one backend.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct BackendHistory {
    /// Attempts per second.
    pub(crate) rps: Series,
    /// Requests under way.
    pub(crate) in_flight: Series,
    /// Its 99th percentile.
    pub(crate) p99: Series,
}

/// What was seen of one limit.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct LimitHistory {
    /// Requests it decided on per second.
    pub(crate) asked: Series,
    /// Requests it refused per second, or would have.
    pub(crate) rejected: Series,
}

impl History {
    /// Notes one snapshot.
    pub(crate) fn note(&mut self, snapshot: &Snapshot) {
        let (at, totals) = (snapshot.time_ms, &snapshot.totals);
        self.began_ms.get_or_insert(at);
        self.rps.note(at, Some(totals.rps));
        self.p50.note(at, totals.p50_ms);
        self.p99.note(at, totals.p99_ms);
        self.rejected.note(at, Some(totals.rejected_per_s));
        self.forget_what_is_gone(snapshot);
        for backend in &snapshot.backends {
            let seen = self.backends.entry(backend.name.clone()).or_default();
            seen.rps.note(at, Some(backend.rps));
            #[allow(clippy::cast_precision_loss, reason = "three digits are shown")]
            seen.in_flight.note(at, Some(backend.in_flight as f64));
            seen.p99.note(at, backend.p99_ms);
        }
        for limit in &snapshot.limits {
            let seen = self.limits.entry(limit.name.clone()).or_default();
            let over = limit.rejected_per_s + limit.would_reject_per_s;
            seen.asked.note(at, Some((limit.passed_per_s + limit.rejected_per_s).max(over)));
            seen.rejected.note(at, Some(over));
        }
    }

    /// The shortest window that holds what was seen up to `now_ms`, at most a quarter of an hour.
    pub(crate) fn window(&self, now_ms: i64) -> Window {
        let seen = age(now_ms, self.began_ms.unwrap_or(now_ms));
        let windows = [Window::Minute, Window::Five, Window::Quarter];
        windows.into_iter().find(|window| seen <= window.length()).unwrap_or(Window::Quarter)
    }

    /// What was seen of this backend.
    pub(crate) fn backend(&self, name: &str) -> Option<&BackendHistory> {
        self.backends.get(name)
    }

    /// What was seen of this limit.
    pub(crate) fn limit(&self, name: &str) -> Option<&LimitHistory> {
        self.limits.get(name)
    }

    fn forget_what_is_gone(&mut self, snapshot: &Snapshot) {
        if self.backends.len() > snapshot.backends.len() {
            self.backends.retain(|name, _| snapshot.backends.iter().any(|it| it.name == *name));
        }
        if self.limits.len() > snapshot.limits.len() {
            self.limits.retain(|name, _| snapshot.limits.iter().any(|it| it.name == *name));
        }
    }
}
