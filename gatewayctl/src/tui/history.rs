//! The history: what each figure was that is drawn, as the gateway remembers it and as it was seen
//! here since.

use std::collections::HashMap;

use super::{series::Series, window::Window};
use crate::{
    duration::age,
    model::{Backend, Past, Pool, Snapshot, State},
};

/// What was, as far as it is known.
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
    /// The time of the first that is known, milliseconds since the Unix epoch.
    began_ms: Option<i64>,
    pools: HashMap<String, PoolHistory>,
    backends: HashMap<String, BackendHistory>,
    limits: HashMap<String, LimitHistory>,
}

/// What was of one pool.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct PoolHistory {
    /// Attempts per second.
    pub(crate) rps: Series,
    /// CPU use of its backends, 0..=1.
    pub(crate) cpu: Series,
    /// Servers that take requests.
    pub(crate) ready: Series,
    /// Those, and the ones that wait for their first passed check.
    pub(crate) with_starting: Series,
}

/// What was of one backend.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct BackendHistory {
    /// Attempts per second.
    pub(crate) rps: Series,
    /// Requests under way.
    pub(crate) in_flight: Series,
    /// Its 99th percentile.
    pub(crate) p99: Series,
}

/// What was of one limit.
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
        for pool in &snapshot.pools {
            let seen = self.pools.entry(pool.name.clone()).or_default();
            seen.note(at, pool, &snapshot.backends);
        }
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

    /// Takes what the gateway remembers of one figure. What is not drawn is left out.
    pub(crate) fn recall(&mut self, past: &Past) {
        let Past { target, figure, step_ms, first_ms, maxima } = past;
        if maxima.iter().any(|value| !value.is_nan()) {
            self.began_ms = Some(self.began_ms.map_or(*first_ms, |began| began.min(*first_ms)));
        }
        if let Some(series) = self.series(target, figure) {
            series.recall(*step_ms, *first_ms, maxima);
        }
    }

    fn series(&mut self, target: &str, figure: &str) -> Option<&mut Series> {
        let (noun, name) = target.split_once('/').unwrap_or((target, ""));
        Some(match (noun, figure) {
            ("gateway", "rps") => &mut self.rps,
            ("gateway", "p50_ms") => &mut self.p50,
            ("gateway", "p99_ms") => &mut self.p99,
            ("gateway", "rejected_per_s") => &mut self.rejected,
            ("pool", "rps") => &mut self.pools.entry(name.to_owned()).or_default().rps,
            ("pool", "cpu_ratio") => &mut self.pools.entry(name.to_owned()).or_default().cpu,
            ("pool", "ready") => &mut self.pools.entry(name.to_owned()).or_default().ready,
            ("pool", "servers") => {
                &mut self.pools.entry(name.to_owned()).or_default().with_starting
            }
            ("backend", "rps") => &mut self.backends.entry(name.to_owned()).or_default().rps,
            ("backend", "in_flight") => {
                &mut self.backends.entry(name.to_owned()).or_default().in_flight
            }
            ("backend", "p99_ms") => &mut self.backends.entry(name.to_owned()).or_default().p99,
            ("limit", "rps") => &mut self.limits.entry(name.to_owned()).or_default().asked,
            ("limit", "rejected_per_s") => {
                &mut self.limits.entry(name.to_owned()).or_default().rejected
            }
            _ => return None,
        })
    }

    /// The shortest window that holds what is known up to `now_ms`, at most a quarter of an hour.
    pub(crate) fn window(&self, now_ms: i64) -> Window {
        let seen = age(now_ms, self.began_ms.unwrap_or(now_ms));
        let windows = [Window::Minute, Window::Five, Window::Quarter];
        windows.into_iter().find(|window| seen <= window.length()).unwrap_or(Window::Quarter)
    }

    /// How long a past is known up to `now_ms`, in milliseconds.
    pub(crate) fn length_ms(&self, now_ms: i64) -> i64 {
        self.began_ms.map_or(0, |began| now_ms.saturating_sub(began).max(0))
    }

    /// What was of every limit.
    pub(crate) fn limits(&self) -> impl Iterator<Item = &LimitHistory> {
        self.limits.values()
    }

    /// What was of this pool.
    pub(crate) fn pool(&self, name: &str) -> Option<&PoolHistory> {
        self.pools.get(name)
    }

    /// What was of this backend.
    pub(crate) fn backend(&self, name: &str) -> Option<&BackendHistory> {
        self.backends.get(name)
    }

    /// What was of this limit.
    pub(crate) fn limit(&self, name: &str) -> Option<&LimitHistory> {
        self.limits.get(name)
    }

    fn forget_what_is_gone(&mut self, snapshot: &Snapshot) {
        if self.pools.len() > snapshot.pools.len() {
            self.pools.retain(|name, _| snapshot.pools.iter().any(|it| it.name == *name));
        }
        if self.backends.len() > snapshot.backends.len() {
            self.backends.retain(|name, _| snapshot.backends.iter().any(|it| it.name == *name));
        }
        if self.limits.len() > snapshot.limits.len() {
            self.limits.retain(|name, _| snapshot.limits.iter().any(|it| it.name == *name));
        }
    }
}

impl PoolHistory {
    fn note(&mut self, at: i64, pool: &Pool, backends: &[Backend]) {
        let starts = |it: &&Backend| it.pool == pool.name && it.state() == State::New;
        let starting = u32::try_from(backends.iter().filter(starts).count()).unwrap_or(u32::MAX);
        self.rps.note(at, Some(pool.rps));
        self.cpu.note(at, pool.headroom_ratio.map(|free| 1.0 - free));
        self.ready.note(at, Some(f64::from(pool.ready)));
        self.with_starting.note(at, Some(f64::from(pool.ready.saturating_add(starting))));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remembered_past_makes_the_window_longer_and_a_blank_one_does_not() {
        let mut history = History::default();
        history.note(&Snapshot { time_ms: 3_600_000, ..Snapshot::default() });
        assert_eq!(history.window(3_600_000), Window::Minute);
        let past = |target: &str, value: f32| Past {
            target: target.into(),
            figure: "rps".into(),
            step_ms: 1_000,
            first_ms: 2_700_000,
            maxima: vec![value; 900],
        };
        history.recall(&past("gateway", f32::NAN));
        assert_eq!(history.window(3_600_000), Window::Minute);
        history.recall(&past("gateway", 7.0));
        history.recall(&past("limit/create", 3.0));
        history.recall(&past("star/vega", 3.0));
        assert_eq!(history.window(3_600_000), Window::Quarter);
        let ten = history.rps.columns(3_599_000, Window::Quarter, 10);
        assert_eq!(ten, [Some(7.0); 10]);
        assert!(history.limit("create").is_some());
    }
}
