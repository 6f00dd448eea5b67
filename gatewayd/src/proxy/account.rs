//! The account of one request: opened with its head, settled when it is over, however it ends.

use std::net::IpAddr;
use std::rc::Rc;

use http::header::SET_COOKIE;
use http::{HeaderValue, Response, StatusCode};

use crate::model::{Name, Refusal};

use super::decide::Asked;
use super::fields::FieldLines;
use super::limits::Passed;
use super::peer::Peer;
use super::quota::Quota;
use super::story::Story;
use super::worker::Worker;

/// What is known of one request so far. Dropping it counts the request.
pub(super) struct Account {
    worker: Rc<Worker>,
    started_us: u64,
    status: Option<StatusCode>,
    refused: Option<Refusal>,
    received_bytes: u64,
    sent_bytes: u64,
    limits: Option<Passed>,
    /// Set-Cookie, where the client is bound to a backend.
    cookie: Option<String>,
    story: Option<Box<Story>>,
}

impl Account {
    /// Opens the account of a request of the client at `peer`, of which nothing is known yet.
    pub(super) fn open(worker: &Rc<Worker>, peer: Peer, protocol: &'static str) -> Account {
        worker.cells().in_flight.add(1);
        let story = worker.stories.borrow_mut().begin(peer, protocol);
        Account {
            worker: Rc::clone(worker),
            started_us: worker.read_clock(),
            status: None,
            refused: None,
            received_bytes: 0,
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

    pub(super) fn asked<F: FieldLines>(&mut self, asked: &Asked<'_, F>) {
        if let Some(story) = &mut self.story {
            story.asked(asked.method, asked.host, asked.path);
            story.told(asked.query, self.worker.shows_queries, asked.fields);
        }
    }

    pub(super) fn client(&mut self, client: IpAddr) {
        if let Some(story) = &mut self.story {
            story.served().client = client;
        }
    }

    pub(super) fn routed(&mut self, route: &Name, pool: &Name) {
        if let Some(story) = &mut self.story {
            story.served().route = Some(route.clone());
            story.served().pool = Some(pool.clone());
        }
    }

    /// A backend is asked at `now_us`; if one was before, `failure` is what that came to.
    pub(super) fn attempted(&mut self, backend: &Name, failure: Refusal, now_us: u64) {
        if let Some(story) = &mut self.story {
            story.tries(backend, failure, self.started_us, now_us);
        }
    }

    /// There is a connection to it, `kept` from an earlier request or made for this one.
    pub(super) fn reached(&mut self, kept: bool) {
        if let Some(story) = &mut self.story {
            story.reached(kept, self.worker.clock);
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

    /// The head of the answer has come. Whoever waited for it has read the clock.
    pub(super) fn answered(&mut self, status: StatusCode) {
        self.status = Some(status);
        if let Some(story) = &mut self.story {
            story.answered(status.as_u16(), self.worker.now_us());
        }
    }

    /// The gateway refuses it, because the limit called `rule` is spent.
    pub(super) fn limited(&mut self, rule: &Name) {
        self.refused(Refusal::Limit);
        if let Some(story) = &mut self.story {
            story.served().rule = Some(rule.clone());
        }
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
        if let Some(story) = &mut self.story {
            story.broke_off(refusal);
        }
    }

    /// So much of its body has come by now.
    pub(super) fn received(&mut self, bytes: u64) {
        self.received_bytes = bytes;
    }

    pub(super) fn sent(&mut self, bytes: usize) {
        self.sent_bytes += bytes as u64;
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        let cells = self.worker.cells();
        let now_us = self.worker.read_clock();
        let duration_us = now_us - self.started_us;
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
        if let Some(mut story) = self.story.take() {
            let served = story.served();
            served.status = self.status.map(|status| status.as_u16());
            served.refused = self.refused;
            served.total_us = duration_us;
            served.in_bytes = self.received_bytes;
            served.out_bytes = self.sent_bytes;
            self.worker.stories.borrow_mut().end(story, now_us);
        }
    }
}
