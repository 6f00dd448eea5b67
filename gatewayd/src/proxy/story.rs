//! The story of one request: what the access log and those who watch traffic want to know of it,
//! gathered as it happens. Where nobody wants to, there is none.

use http::header::USER_AGENT;
use http::{HeaderName, Method};

use crate::clock::Clock;
use crate::model::{Name, Query, Refusal, Served, Tried, TryEnd, cut};
use crate::policy;
use crate::state::Teller;

use super::fields::FieldLines;
use super::log::AccessLog;
use super::peer::Peer;

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
static TRACE_PARENT: HeaderName = HeaderName::from_static("traceparent");

/// The most bytes that are kept of what a client calls itself, and of its request's id.
const LONGEST_AGENT: usize = 256;
const LONGEST_ID: usize = 128;
/// Stories that a worker keeps for the requests to come.
const MOST_KEPT: usize = 64;

/// What is known of one request so far.
pub(super) struct Story {
    served: Served,
    /// Its number among those that watchers may be told, who want to know more than the log.
    number: Option<u64>,
    /// When the last attempt began, and when it had its connection.
    tried_us: u64,
    reached_us: u64,
}

/// The stories of one worker: whom they are told, and those that are over, whose room the next ones
/// take.
pub(super) struct Stories {
    clock: Clock,
    log: Option<AccessLog>,
    watchers: Teller,
    #[expect(clippy::vec_box, reason = "handed on as they are")]
    kept: Vec<Box<Story>>,
}

impl Stories {
    pub(super) fn new(clock: Clock, log: Option<AccessLog>, watchers: Teller) -> Stories {
        Stories { clock, log, watchers, kept: Vec::new() }
    }

    /// The story of a request from `peer` that begins, if somebody wants it.
    pub(super) fn begin(&mut self, peer: Peer, protocol: &'static str) -> Option<Box<Story>> {
        let number = self.watchers.begin();
        if number.is_none() && self.log.is_none() {
            return None;
        }
        let new = || Story { served: Served::unknown(), number, tried_us: 0, reached_us: 0 };
        let mut story = self.kept.pop().unwrap_or_else(|| Box::new(new()));
        story.number = number;
        story.served.client = peer.address;
        story.served.protocol = protocol;
        story.served.tls = peer.tls;
        Some(story)
    }

    /// The request is over at `now_us`: whoever wants to know is told.
    pub(super) fn end(&mut self, mut story: Box<Story>, now_us: u64) {
        let end = story.served.refused.map_or(TryEnd::ClientLeft, TryEnd::Failed);
        story.ended(end, now_us);
        if let Some(log) = &self.log {
            log.write(&story.served, self.clock.wall_ms());
        }
        if let Some(number) = story.number {
            self.watchers.tell(number, &mut story.served);
        }
        if self.kept.len() < MOST_KEPT {
            story.served.clear();
            self.kept.push(story);
        }
    }
}

impl Story {
    /// What is asked for.
    pub(super) fn asked(&mut self, method: &Method, host: &str, path: &str) {
        self.served.method = Some(method.clone());
        self.served.host.push_str(host);
        self.served.path.push_str(path);
    }

    /// What else watchers are told of the head.
    pub(super) fn told<F: FieldLines>(&mut self, query: Option<&str>, show: bool, fields: &F) {
        if self.number.is_none() {
            return;
        }
        self.served.query = match query {
            None => Query::None,
            Some(query) if show => Query::Told(query.to_owned()),
            Some(_) => Query::Masked,
        };
        let [agent, id, trace] = fields.firsts([&USER_AGENT, &REQUEST_ID, &TRACE_PARENT]);
        push_cut(&mut self.served.agent, agent.unwrap_or_default(), LONGEST_AGENT);
        push_cut(&mut self.served.request_id, id.unwrap_or_default(), LONGEST_ID);
        self.served.trace_id.push_str(trace.and_then(policy::trace_id).unwrap_or_default());
    }

    /// What is known by now.
    pub(super) fn served(&mut self) -> &mut Served {
        &mut self.served
    }

    /// A backend is tried; if one was before, `failure` is what that came to.
    pub(super) fn tries(&mut self, backend: &Name, failure: Refusal, started_us: u64, now_us: u64) {
        self.ended(TryEnd::Failed(failure), now_us);
        self.served.queue_us.get_or_insert(now_us.saturating_sub(started_us));
        let backend = backend.clone();
        self.served.attempts.push(Tried { backend, reused: false, ended: None, took_us: 0 });
        self.served.connect_us = None;
        (self.tried_us, self.reached_us) = (now_us, now_us);
    }

    /// There is a connection to it.
    pub(super) fn reached(&mut self, reused: bool, clock: Clock) {
        let watched = self.number.is_some();
        let Some(tried) = self.served.attempts.last_mut().filter(|_| watched) else { return };
        tried.reused = reused;
        if !reused {
            self.reached_us = clock.now_us();
            self.served.connect_us = Some(self.reached_us - self.tried_us);
        }
    }

    /// The head of its answer has come at `now_us`.
    pub(super) fn answered(&mut self, status: u16, now_us: u64) {
        if self.number.is_some() && !self.served.attempts.is_empty() {
            self.served.ttfb_us = Some(now_us.saturating_sub(self.reached_us));
            self.ended(TryEnd::Answered(status), now_us);
        }
    }

    /// The answer broke off.
    pub(super) fn broke_off(&mut self, refusal: Refusal) {
        if let Some(tried) = self.served.attempts.last_mut() {
            tried.ended = Some(TryEnd::Failed(refusal));
        }
    }

    /// The last attempt is over, if there is one that is not.
    fn ended(&mut self, end: TryEnd, now_us: u64) {
        if let Some(tried) = self.served.attempts.last_mut().filter(|it| it.ended.is_none()) {
            tried.ended = Some(end);
            tried.took_us = now_us.saturating_sub(self.tried_us);
        }
    }
}

/// Appends the beginning of `bytes` to `text`; what is no UTF-8 is replaced.
fn push_cut(text: &mut String, bytes: &[u8], most: usize) {
    let bytes = &bytes[..bytes.len().min(most)];
    // Looked at byte by byte only where it has to be.
    match std::str::from_utf8(bytes) {
        Ok(whole) => text.push_str(whole),
        Err(_) => text.push_str(cut(&String::from_utf8_lossy(bytes), most)),
    }
}
