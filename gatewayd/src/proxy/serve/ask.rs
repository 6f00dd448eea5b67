//! Asking backends of HTTP/2 until one answers, whatever protocol the client speaks.
//!
//! | what failed | what is done |
//! |---|---|
//! | no connection | another backend, once |
//! | the backend did nothing with the request, and all that came of it is still there | another backend or the same, once |
//! | the answer did not begin; the request is idempotent and has no body | another backend, once |
//! | anything else | the client is told |

use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

use http::header::CONTENT_LENGTH;
use http::{Request, Response};

use crate::model::Refusal;

use super::super::account::Account;
use super::super::deadlines::Deadline;
use super::super::fields;
use super::super::http1::ResponseFraming;
use super::super::upstream::http2::{Failure, Place, Stream, framing};
use super::super::upstream::{CameTo, Search};
use super::super::worker::Worker;
use super::patience::Awaits;
use super::sending::{Asker, Sending};
use super::stop::Stop;

/// A request and what it needs.
pub(super) struct Asking<'a, A> {
    pub(super) worker: &'a Rc<Worker>,
    pub(super) account: &'a mut Account,
    pub(super) deadline: &'a Deadline,
    pub(super) search: Search,
    pub(super) request: Request<()>,
    pub(super) sending: &'a mut Sending,
    pub(super) asker: &'a mut A,
}

/// An answer whose head has come.
pub(super) struct Answered {
    /// The head as the client gets it, but for what tells the length of the body.
    pub(super) head: Response<()>,
    /// How the body ends.
    pub(super) framing: ResponseFraming,
    /// Whether the backend told the length.
    pub(super) tells_length: bool,
    /// Where the body comes from.
    pub(super) stream: Stream,
}

/// How an attempt ended that brought no answer.
enum Broken {
    Client(Stop),
    Backend(Failure),
    TimedOut,
}

impl<A: Asker> Asking<'_, A> {
    /// Asks backends until one answers; the deadline is armed all the while.
    ///
    /// # Errors
    /// When none does, or the client breaks a rule or leaves.
    pub(super) async fn run(mut self) -> Result<Answered, Stop> {
        loop {
            self.deadline.disarm();
            let engaged = self.search.engage::<Place>(self.worker, self.account).await;
            let mut stream = engaged.map_err(Stop::Refused)?;
            stream.attempt().going().is_closed_by(self.deadline);
            match self.attempt(&mut stream).await {
                Ok((head, framing)) => return Ok(self.answered(head, framing, stream)),
                Err(Broken::Client(stop)) => return Err(stop),
                Err(Broken::TimedOut) => {
                    stream.failed(Refusal::UpstreamTimeout);
                    stream.forsake();
                    return Err(Stop::Refused(Refusal::UpstreamTimeout));
                }
                Err(Broken::Backend(failure)) => self.again(&stream, failure)?,
            }
        }
    }

    /// Sends the request and waits for the answer's head.
    async fn attempt(
        &mut self,
        stream: &mut Stream,
    ) -> Result<(Response<()>, ResponseFraming), Broken> {
        let Asking { deadline, request, sending, asker, .. } = self;
        stream.ask(request.clone(), !sending.has_body()).map_err(Broken::Backend)?;
        let mut last = None;
        let head = poll_fn(|cx| {
            let sent = sending.poll(cx, stream, *asker);
            if let Poll::Ready(Err(stop)) = sent {
                return Poll::Ready(Err(Broken::Client(stop)));
            }
            let now = (sending.awaits(), sending.body_bytes());
            if last != Some(now) {
                last = Some(now);
                deadline.arm(now.0.patience());
            }
            if let Poll::Ready(head) = stream.poll_head(cx, |head| asker.interim(head)) {
                return Poll::Ready(head.map_err(Broken::Backend));
            }
            if sending.is_read() && asker.poll_left(cx).is_ready() {
                return Poll::Ready(Err(Broken::Client(Stop::Left)));
            }
            match deadline.is_over(cx) {
                false => Poll::Pending,
                true if deadline.was_cut() => {
                    deadline.disarm();
                    Poll::Ready(Err(Broken::Client(Stop::Refused(Refusal::Drained))))
                }
                true if now.0 == Awaits::Client => {
                    Poll::Ready(Err(Broken::Client(Stop::Refused(Refusal::TimeoutBody))))
                }
                true => Poll::Ready(Err(Broken::TimedOut)),
            }
        })
        .await?;
        let framing = framing(request.method(), &head, stream.is_over());
        Ok((head, framing.map_err(Broken::Backend)?))
    }

    /// Whether the attempt on `stream` can be made again.
    ///
    /// # Errors
    /// What the client is told if it cannot.
    fn again(&mut self, stream: &Stream, failure: Failure) -> Result<(), Stop> {
        let safe = match failure {
            Failure::Unprocessed => self.sending.is_kept(),
            Failure::BrokeOff | Failure::Reset => {
                self.request.method().is_idempotent() && !self.sending.has_body()
            }
            Failure::Overrun | Failure::Invalid => false,
        };
        if !(safe && !stream.began() && self.search.has_another()) {
            if failure.is_backends_fault() {
                stream.failed(failure.refusal());
            }
            return Err(Stop::Refused(failure.refusal()));
        }
        let came_to = match failure {
            Failure::Unprocessed => CameTo::Nothing,
            Failure::BrokeOff if stream.is_kept() => CameTo::KeptClosed,
            _ => CameTo::Something,
        };
        if came_to != CameTo::Nothing {
            stream.failed(failure.refusal());
        }
        self.search.broke_off(came_to, failure.refusal());
        self.sending.restart();
        Ok(())
    }

    fn answered(
        self,
        mut head: Response<()>,
        framing: ResponseFraming,
        stream: Stream,
    ) -> Answered {
        let status = head.status();
        self.sending.answered();
        self.account.received(self.sending.body_bytes());
        stream.answered(status, fields::load_report(head.headers()));
        self.account.answered(status);
        let tells_length = head.headers().contains_key(CONTENT_LENGTH);
        fields::toward_client(head.headers_mut());
        Answered { head, framing, tells_length, stream }
    }
}
