//! The exchange with the fleet for one request: attempts, tried once more where that is safe.
//!
//! | what failed | what is done |
//! |---|---|
//! | no connection | another backend, once |
//! | the answer did not begin; nothing of the request was sent, or it is idempotent and has no body | another backend, once |
//! | anything else | the client is told; an answer that began is visibly cut off |

use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use crate::model::Refusal;

use super::super::super::account::Account;
use super::super::super::deadlines::Deadline;
use super::super::super::upstream::{CameTo, Connection, Failure, Lease, Search};
use super::super::super::worker::Worker;
use super::super::patience::{ANSWER_HEAD, Awaits, BODY_IDLE, STREAM_IDLE, WRITE_STALL};
use super::super::stop::Stop;
use super::super::stream::Stream;
use super::client::Client;
use super::download::{Broken, Done, Download};
use super::upload::Upload;

/// How an exchange ended.
pub(super) enum Outcome {
    /// The client has its answer; whether its connection serves another request.
    Answered {
        /// Whether the client's connection may serve another request.
        persists: bool,
    },
    /// The protocol was switched.
    Switched(Box<Lease>),
    /// There is no answer: the gateway has to give one.
    Refused(Refusal),
    /// Nothing more can be said to the client.
    Over,
}

/// One request and what it needs.
pub(super) struct Exchange<'a, S> {
    pub(super) worker: &'a Rc<Worker>,
    pub(super) client: &'a mut Client<S>,
    pub(super) account: &'a mut Account,
    pub(super) deadline: &'a Deadline,
    pub(super) search: Search,
    pub(super) upload: Upload,
    pub(super) download: Download,
    pub(super) idempotent: bool,
}

/// How one attempt ended that brought no answer.
enum Ended {
    Client(Stop),
    Backend(Failure),
    TimedOut,
}

impl<S: Stream> Exchange<'_, S> {
    /// Sends the request to backends until one answers, and relays the answer.
    pub(super) async fn run(mut self) -> Outcome {
        let outcome = self.relay().await;
        self.account.received(self.upload.body_bytes());
        outcome
    }

    async fn relay(&mut self) -> Outcome {
        loop {
            let engaged = self.search.engage::<Connection>(self.worker, self.account).await;
            let mut lease = match engaged {
                Ok(lease) => lease,
                Err(refusal) => return Outcome::Refused(refusal),
            };
            lease.attempt.going().is_closed_by(self.deadline);
            let attempt = self.attempt(&mut lease).await;
            self.deadline.disarm();
            match attempt {
                Ok(Done::Switched) => return Outcome::Switched(Box::new(lease)),
                Ok(Done::Answered { persists }) => {
                    let read = self.upload.is_read();
                    if self.upload.awaits() == Awaits::Nothing && read {
                        lease.finish();
                    }
                    return Outcome::Answered { persists: persists && read };
                }
                Err(ended) => match self.conclude(ended, &lease) {
                    Some(outcome) => return outcome,
                    None => self.upload.restart(),
                },
            }
        }
    }

    /// What follows from an attempt without an answer; `None` is another one.
    fn conclude(&mut self, ended: Ended, lease: &Lease) -> Option<Outcome> {
        let began = self.download.began();
        let refusal = match ended {
            Ended::Client(Stop::Left) => return Some(Outcome::Over),
            Ended::Client(Stop::Refused(refusal)) if began => {
                self.account.broke_off(refusal);
                return Some(Outcome::Over);
            }
            Ended::Client(Stop::Refused(refusal)) => return Some(Outcome::Refused(refusal)),
            Ended::TimedOut => Refusal::UpstreamTimeout,
            Ended::Backend(Failure::BrokeOff) => Refusal::UpstreamBroken,
            Ended::Backend(Failure::Invalid(_) | Failure::InvalidBody) => Refusal::UpstreamInvalid,
        };
        if began {
            let cut = refusal == Refusal::UpstreamBroken;
            let refusal = if cut { Refusal::UpstreamTruncated } else { refusal };
            lease.broke_off(refusal);
            self.account.broke_off(refusal);
            return Some(Outcome::Over);
        }
        lease.failed(refusal);
        // A timeout has cost the client its patience already.
        let safe = self.upload.is_unsent() || self.idempotent && self.upload.is_repeatable();
        let again = safe
            && refusal == Refusal::UpstreamBroken
            && !lease.answer.began()
            && self.search.has_another();
        if !again {
            return Some(Outcome::Refused(refusal));
        }
        self.search.broke_off(CameTo::on(lease, self.upload.is_unsent()), refusal);
        None
    }

    /// One attempt: both directions are moved on in turn.
    async fn attempt(&mut self, lease: &mut Lease) -> Result<Done, Ended> {
        let mut watch = Watch::default();
        poll_fn(|cx| {
            let done = self.poll(cx, lease);
            if done.is_pending() {
                return self.watch(cx, &mut watch);
            }
            done
        })
        .await
    }

    fn poll(&mut self, cx: &mut Context<'_>, lease: &mut Lease) -> Poll<Result<Done, Ended>> {
        let uploaded = self.upload.poll(cx, self.client, &mut lease.connection);
        if let Poll::Ready(Err(stop)) = uploaded {
            return Poll::Ready(Err(Ended::Client(stop)));
        }
        self.download.upload_is_read(self.upload.is_read());
        let done = self.download.poll(cx, self.client, lease, self.account, self.worker);
        match done {
            Poll::Ready(Ok(done)) => return Poll::Ready(Ok(done)),
            Poll::Ready(Err(Broken::Left)) => return Poll::Ready(Err(Ended::Client(Stop::Left))),
            Poll::Ready(Err(Broken::Backend(failure))) => {
                return Poll::Ready(Err(Ended::Backend(failure)));
            }
            Poll::Pending => {}
        }
        // A client that leaves takes its request with it.
        if uploaded.is_ready() && self.upload.is_read() && self.client.poll_left(cx).is_ready() {
            return Poll::Ready(Err(Ended::Client(Stop::Left)));
        }
        Poll::Pending
    }

    /// Holds the side that is waited for to its time.
    fn watch(&self, cx: &Context<'_>, watch: &mut Watch) -> Poll<Result<Done, Ended>> {
        let now = self.now();
        if watch.last != Some(now) {
            watch.last = Some(now);
            self.deadline.arm(now.patience());
        }
        if !self.deadline.is_over(cx) {
            return Poll::Pending;
        }
        if self.deadline.was_cut() {
            return Poll::Ready(Err(Ended::Client(Stop::Refused(Refusal::Drained))));
        }
        Poll::Ready(Err(match now.waits_for {
            WaitsFor::ClientToSend | WaitsFor::Either => {
                Ended::Client(Stop::Refused(Refusal::TimeoutBody))
            }
            WaitsFor::ClientToTake => Ended::Client(Stop::Left),
            WaitsFor::Head | WaitsFor::BackendToTake | WaitsFor::BackendToSend => Ended::TimedOut,
        }))
    }

    fn now(&self) -> Now {
        let waits_for = match self.upload.awaits() {
            _ if self.client.waiting() > 0 || self.download.gives() => WaitsFor::ClientToTake,
            Awaits::Client if self.download.began() => WaitsFor::Either,
            _ if self.download.began() => WaitsFor::BackendToSend,
            Awaits::Client => WaitsFor::ClientToSend,
            Awaits::Backend => WaitsFor::BackendToTake,
            Awaits::Nothing => WaitsFor::Head,
        };
        // Interim answers do not buy the final one more time.
        let taken = if self.download.began() { self.client.moved() } else { 0 };
        let moved = self.upload.body_bytes() + taken;
        Now { waits_for, moved }
    }
}

/// What was waited for when an exchange was last looked at.
#[derive(Default)]
struct Watch {
    last: Option<Now>,
}

/// What is waited for, and how much has moved until now.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Now {
    waits_for: WaitsFor,
    moved: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum WaitsFor {
    Head,
    ClientToSend,
    ClientToTake,
    BackendToTake,
    BackendToSend,
    /// A conversation: the answer has begun and the request is not over.
    Either,
}

impl Now {
    fn patience(self) -> Duration {
        match self.waits_for {
            WaitsFor::Head => ANSWER_HEAD,
            WaitsFor::ClientToSend => BODY_IDLE,
            WaitsFor::BackendToSend | WaitsFor::Either => STREAM_IDLE,
            WaitsFor::ClientToTake | WaitsFor::BackendToTake => WRITE_STALL,
        }
    }
}
