//! The account of one request: opened with its head, settled when it is over, however it ends.

use std::net::IpAddr;
use std::rc::Rc;

use http::header::SET_COOKIE;
use http::{HeaderValue, Method, Response, StatusCode};

use crate::model::{Name, Refusal};

use super::limits::Passed;
use super::log::Line;
use super::quota::Quota;
use super::worker::Worker;

/// What is known of one request so far. Dropping it counts the request.
pub(super) struct Account {
    worker: Rc<Worker>,
    started_us: u64,
    status: Option<StatusCode>,
    refused: Option<Refusal>,
    sent_bytes: u64,
    limits: Option<Passed>,
    /// Set-Cookie, where the client is bound to a backend.
    cookie: Option<String>,
    story: Option<Box<Story>>,
}

/// What only the access log wants to know.
struct Story {
    client: IpAddr,
    protocol: &'static str,
    method: Method,
    host: String,
    path: String,
    route: Option<Name>,
    backend: Option<Name>,
    attempts: u32,
}

impl Account {
    /// Opens the account of a request of the client at `peer`, of which nothing is known yet.
    pub(super) fn open(worker: &Rc<Worker>, peer: IpAddr, protocol: &'static str) -> Account {
        worker.cells().in_flight.add(1);
        let story = worker.log.is_some().then(|| {
            Box::new(Story {
                client: peer,
                protocol,
                method: Method::GET,
                host: String::new(),
                path: String::new(),
                route: None,
                backend: None,
                attempts: 0,
            })
        });
        Account {
            worker: Rc::clone(worker),
            started_us: worker.read_clock(),
            status: None,
            refused: None,
            sent_bytes: 0,
            limits: None,
            cookie: None,
            story,
        }
    }

    /// When the request's head was complete, microseconds since the start of the process.
    pub(super) fn started_us(&self) -> u64 {
        self.started_us
    }

    pub(super) fn asked(&mut self, method: &Method, host: &str, path: &str) {
        if let Some(story) = &mut self.story {
            story.method = method.clone();
            story.host = host.to_owned();
            story.path = path.to_owned();
        }
    }

    pub(super) fn client(&mut self, client: IpAddr) {
        if let Some(story) = &mut self.story {
            story.client = client;
        }
    }

    pub(super) fn routed(&mut self, route: &Name) {
        if let Some(story) = &mut self.story {
            story.route = Some(route.clone());
        }
    }

    pub(super) fn attempted(&mut self, backend: &Name) {
        if let Some(story) = &mut self.story {
            story.attempts += 1;
            story.backend = Some(backend.clone());
        }
    }

    /// What the request has of its limits is told with the answer, and given back when it is over.
    pub(super) fn passed(&mut self, limits: Passed) {
        self.limits = Some(limits);
    }

    /// What is told of the client's limits.
    pub(super) fn quota(&self) -> Option<Quota<'_>> {
        self.limits.as_ref().and_then(Passed::quota)
    }

    /// What binds the client to its backend is told with the answer.
    pub(super) fn binds(&mut self, cookie: Option<String>) {
        self.cookie = cookie;
    }

    /// What binds the client to its backend.
    pub(super) fn cookie(&self) -> Option<&str> {
        self.cookie.as_deref()
    }

    /// Tells both with the head of a backend's answer.
    pub(super) fn tell<T>(&self, answer: &mut Response<T>) {
        if let Some(Ok(cookie)) = self.cookie.as_deref().map(HeaderValue::from_str) {
            answer.headers_mut().append(SET_COOKIE, cookie);
        }
        if let Some(quota) = self.quota() {
            let status = answer.status();
            quota.tell(status, answer.headers_mut());
        }
    }

    pub(super) fn answered(&mut self, status: StatusCode) {
        self.status = Some(status);
    }

    pub(super) fn refused(&mut self, refusal: Refusal) {
        self.status = Some(refusal.status());
        self.refused = Some(refusal);
    }

    /// Why the gateway answers by itself, if it does.
    pub(super) fn refusal(&self) -> Option<Refusal> {
        self.refused
    }

    /// A reason that is no answer of ours any more: the answer had begun.
    pub(super) fn broke_off(&mut self, refusal: Refusal) {
        self.refused = Some(refusal);
    }

    pub(super) fn sent(&mut self, bytes: usize) {
        self.sent_bytes += bytes as u64;
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        let cells = self.worker.cells();
        let duration_us = self.worker.read_clock() - self.started_us;
        cells.in_flight.sub(1);
        cells.requests.add(1);
        cells.latency.record(duration_us);
        if let Some(status) = self.status {
            let class = usize::from(status.as_u16() / 100).clamp(1, 5) - 1;
            cells.by_class[class].add(1);
        }
        if let Some(refusal) = self.refused {
            cells.refused.of(refusal).add(1);
        }
        if let (Some(log), Some(story)) = (&self.worker.log, self.story.take()) {
            log.write(story.line(self, duration_us));
        }
    }
}

impl Story {
    fn line(self, account: &Account, duration_us: u64) -> Line {
        Line {
            time_ms: account.worker.clock.wall_ms(),
            client: self.client,
            method: self.method.to_string(),
            host: self.host,
            path: self.path,
            protocol: self.protocol,
            route: self.route,
            backend: self.backend,
            attempts: self.attempts,
            status: account.status.map_or(0, |status| status.as_u16()),
            refused: account.refused.map(Refusal::word),
            sent_bytes: account.sent_bytes,
            duration_us,
        }
    }
}
