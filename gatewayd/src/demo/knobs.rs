//! The knobs of an app server: ways to make it slow, failing or unhealthy, and to ask what it saw.
//!
//! They live under `/debug/` on the server's own port; a gateway has no route to them unless its
//! file names one.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use http::header::HeaderMap;
use http::{Method, StatusCode, Uri};

use super::answer::{self, Answer};

/// How much slower a cold server is at first, and when it is warm.
const COLD: Duration = Duration::from_millis(400);
const WARM_AFTER: Duration = Duration::from_secs(30);
/// What a server that was killed leaves with, as a shell tells SIGKILL.
const KILLED: i32 = 128 + 9;
/// How many request ids are kept, newest last.
const KEPT_IDS: usize = 100_000;

/// What can be turned on an app server, and what it counted.
#[derive(Debug, Default)]
pub(super) struct Knobs {
    slow_ms: AtomicU64,
    failing: AtomicBool,
    unhealthy: AtomicBool,
    cold_since: Mutex<Option<Instant>>,
    in_flight: AtomicUsize,
    count: AtomicU64,
    ids: Mutex<VecDeque<String>>,
}

/// Counts one request as in flight for as long as it lives.
pub(super) struct InFlight<'a>(&'a Knobs);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Knobs {
    /// The latency added to each answer.
    pub(super) fn slowness(&self) -> Duration {
        Duration::from_millis(self.slow_ms.load(Ordering::Relaxed)) + self.coldness(Instant::now())
    }

    /// What a server that was just started adds: less from moment to moment.
    fn coldness(&self, now: Instant) -> Duration {
        let since = *self.cold_since.lock().unwrap_or_else(PoisonError::into_inner);
        let left = since.map(|since| WARM_AFTER.saturating_sub(now.duration_since(since)));
        left.map_or(Duration::ZERO, |left| COLD.mul_f64(left.div_duration_f64(WARM_AFTER)))
    }

    /// Whether requests are answered 503.
    pub(super) fn failing(&self) -> bool {
        self.failing.load(Ordering::Relaxed)
    }

    /// Answers `/healthz`.
    pub(super) fn health(&self) -> Answer {
        if self.unhealthy.load(Ordering::Relaxed) {
            answer::problem(StatusCode::SERVICE_UNAVAILABLE, "told to be unhealthy")
        } else {
            answer::json(StatusCode::OK, &serde_json::json!({ "status": "ok" }))
        }
    }

    /// Counts a request and its id (`x-test-id`, else `x-request-id`).
    pub(super) fn record(&self, headers: &HeaderMap) -> InFlight<'_> {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        self.count.fetch_add(1, Ordering::Relaxed);
        let id = headers.get("x-test-id").or_else(|| headers.get("x-request-id"));
        if let Some(id) = id.and_then(|id| id.to_str().ok()) {
            let mut ids = self.ids.lock().unwrap_or_else(PoisonError::into_inner);
            if ids.len() == KEPT_IDS {
                ids.pop_front();
            }
            ids.push_back(id.to_owned());
        }
        InFlight(self)
    }

    /// Answers `/debug/…`: turns a knob (POST) or tells what was seen (GET).
    pub(super) fn answer(&self, method: &Method, uri: &Uri) -> Answer {
        let turned = match (method, uri.path()) {
            (&Method::GET, "/debug/requests") => return self.requests(),
            (&Method::POST, "/debug/slow") => {
                parameter(uri, "ms").map(|ms| self.slow_ms.store(ms, Ordering::Relaxed))
            }
            (&Method::POST, "/debug/fail") => {
                parameter(uri, "on").map(|on| self.failing.store(on, Ordering::Relaxed))
            }
            (&Method::POST, "/debug/cold") => parameter(uri, "on").map(|on: bool| {
                let since = on.then(Instant::now);
                *self.cold_since.lock().unwrap_or_else(PoisonError::into_inner) = since;
            }),
            // As an out-of-memory killer does it: nothing under way is finished.
            (&Method::POST, "/debug/kill") => std::process::exit(KILLED),
            (&Method::POST, "/debug/unhealthy") => {
                parameter(uri, "on").map(|on| self.unhealthy.store(on, Ordering::Relaxed))
            }
            _ => return answer::problem(StatusCode::NOT_FOUND, "no such knob"),
        };
        match turned {
            Some(()) => answer::empty(StatusCode::NO_CONTENT),
            None => answer::problem(StatusCode::BAD_REQUEST, "expected ?ms=NUMBER or ?on=true"),
        }
    }

    fn requests(&self) -> Answer {
        let ids = self.ids.lock().unwrap_or_else(PoisonError::into_inner);
        let document = serde_json::json!({
            "count": self.count.load(Ordering::Relaxed),
            "in_flight": self.in_flight.load(Ordering::Relaxed),
            "ids": *ids,
        });
        answer::json(StatusCode::OK, &document)
    }
}

fn parameter<T: std::str::FromStr>(uri: &Uri, name: &str) -> Option<T> {
    let mut fields = uri.query()?.split('&').filter_map(|field| field.split_once('='));
    fields.find(|(key, _)| *key == name)?.1.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cold_server_gets_warm_by_and_by() {
        let (knobs, began) = (Knobs::default(), Instant::now());
        assert_eq!(knobs.coldness(began), Duration::ZERO);
        *knobs.cold_since.lock().unwrap() = Some(began);
        let after = |s| knobs.coldness(began + Duration::from_secs(s)).as_millis();
        assert_eq!([after(0), after(15), after(30), after(99)], [400, 200, 0, 0]);
    }
}
