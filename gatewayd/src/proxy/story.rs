//! The story of one request: what the access log and those who watch traffic want to know of it,
//! gathered as it happens. Where nobody wants to, there is none.

use http::header::USER_AGENT;
use http::{HeaderName, Method};

use crate::model::{Name, Query, Refusal, Served, Tried, TryEnd, cut};
use crate::policy;

use super::fields::FieldLines;
use super::peer::Peer;
use super::worker::Worker;

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
    /// Whether somebody watches, who wants to know more than the log.
    watched: bool,
    /// When the last attempt began, and when it had its connection.
    tried_us: u64,
    reached_us: u64,
}

/// Stories that are over, whose room the next ones take.
#[derive(Default)]
pub(super) struct Stories {
    #[expect(clippy::vec_box, reason = "handed on as they are")]
    kept: Vec<Box<Story>>,
    /// How many were told.
    count: u64,
}

impl Stories {
    /// A new story of a request from `peer`.
    pub(super) fn begin(
        &mut self,
        peer: Peer,
        protocol: &'static str,
        watched: bool,
    ) -> Box<Story> {
        let new = || Story { served: Served::unknown(), watched, tried_us: 0, reached_us: 0 };
        let mut story = self.kept.pop().unwrap_or_else(|| Box::new(new()));
        story.watched = watched;
        story.served.client = peer.address;
        story.served.protocol = protocol;
        story.served.tls = peer.tls;
        story
    }

    /// Takes back the room of one that is over.
    fn take(&mut self, mut story: Box<Story>) {
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
        if !self.watched {
            return;
        }
        self.served.query = match query {
            None => Query::None,
            Some(query) if show => Query::Told(query.to_owned()),
            Some(_) => Query::Masked,
        };
        let agent = fields.lines(&USER_AGENT).next();
        push_cut(&mut self.served.agent, agent.unwrap_or_default(), LONGEST_AGENT);
        let id = fields.lines(&REQUEST_ID).next();
        push_cut(&mut self.served.request_id, id.unwrap_or_default(), LONGEST_ID);
        let trace = fields.lines(&TRACE_PARENT).next().and_then(policy::trace_id);
        self.served.trace_id.push_str(trace.unwrap_or_default());
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
    pub(super) fn reached(&mut self, reused: bool, worker: &Worker) {
        let Some(tried) = self.served.attempts.last_mut().filter(|_| self.watched) else { return };
        tried.reused = reused;
        if !reused {
            self.reached_us = worker.clock.now_us();
            self.served.connect_us = Some(self.reached_us - self.tried_us);
        }
    }

    /// The head of its answer has come.
    pub(super) fn answered(&mut self, status: u16, worker: &Worker) {
        if self.watched && !self.served.attempts.is_empty() {
            let now_us = worker.clock.now_us();
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

    /// The request is over: whoever wants to know is told.
    pub(super) fn tell(mut self: Box<Story>, worker: &Worker, now_us: u64) {
        let end = self.served.refused.map_or(TryEnd::ClientLeft, TryEnd::Failed);
        self.ended(end, now_us);
        self.served.time_ms = worker.clock.wall_ms();
        let mut stories = worker.stories.borrow_mut();
        if let Some(log) = &worker.log {
            log.write(&self.served);
        }
        if self.watched {
            // A number that a double still holds, whatever the worker.
            self.served.id = ((worker.index as u64) << 40) | stories.count;
            stories.count += 1;
            let mut told = None;
            for watcher in worker.traffic.watchers().iter() {
                watcher.offer(worker.index, &self.served, &mut told);
            }
        }
        stories.take(self);
    }
}

/// Appends the beginning of `bytes` to `text`; what is no UTF-8 is replaced.
fn push_cut(text: &mut String, bytes: &[u8], most: usize) {
    let bytes = &bytes[..bytes.len().min(most)];
    text.push_str(cut(&String::from_utf8_lossy(bytes), most));
}
