//! The answer to a stream: one of ours, or a backend's as it comes.

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use bytes::Bytes;
use h2::Reason;
use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};

use crate::model::Refusal;

use super::super::super::account::Account;
use super::super::super::deadlines::Deadline;
use super::super::super::http1::{ResponseFraming, Trailers};
use super::super::super::upstream::{Failure, Lease};
use super::super::patience::{Awaits, STREAM_IDLE, WRITE_STALL};
use super::super::stop::Stop;
use super::streamed::StreamedBody;
use super::upload::Upload;

/// An answer's body on its way to the client.
pub(super) enum AnswerBody {
    /// One of ours, with the account that ends with it.
    Ours(Bytes, #[allow(dead_code, reason = "settled when it is dropped")] Account),
    /// A backend's.
    Relayed(Box<Relayed>),
    /// The same of a backend that speaks HTTP/2.
    Streamed(Box<StreamedBody>),
}

/// Why a stream is reset: hyper tells the client the reason in it.
pub(super) type Reset = h2::Error;

/// How a client is told that its answer is not all of it.
pub(super) fn reset(stop: Stop) -> Reset {
    match stop {
        // Nothing broke: whoever wants it asks again.
        Stop::Refused(Refusal::Drained) => Reason::CANCEL.into(),
        Stop::Refused(_) | Stop::Left => Reason::INTERNAL_ERROR.into(),
    }
}

/// A backend's body under way. When it comes to its end the connection is given back; when the
/// client leaves before, the connection is closed with it.
pub(super) struct Relayed {
    lease: Option<Lease>,
    upload: Upload,
    framing: ResponseFraming,
    deadline: Rc<Deadline>,
    /// More is waited for, and how much of the request had come when that was last looked at.
    waits: Option<u64>,
    account: Account,
    trailers: Option<HeaderMap>,
}

impl Relayed {
    pub(super) fn new(
        lease: Lease,
        upload: Upload,
        framing: ResponseFraming,
        deadline: Rc<Deadline>,
        account: Account,
    ) -> Relayed {
        let lease = Some(lease);
        let (waits, trailers) = (None, None);
        let mut relayed = Relayed { lease, upload, framing, deadline, waits, account, trailers };
        if relayed.is_empty() {
            relayed.finish();
        }
        relayed
    }

    fn is_empty(&self) -> bool {
        matches!(self.framing, ResponseFraming::Nothing { .. } | ResponseFraming::Length(0))
    }

    fn poll_frame(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Reset>>> {
        let Some(lease) = &mut self.lease else {
            return Poll::Ready(self.trailers.take().map(|fields| Ok(Frame::trailers(fields))));
        };
        // Whatever is left of the request goes on meanwhile.
        if let Poll::Ready(Err(stop)) = self.upload.poll(cx, &mut lease.connection) {
            return self.stop(stop);
        }
        self.account.received(self.upload.body_bytes());
        let Poll::Ready(piece) = lease.answer.poll_data(cx, &mut lease.connection) else {
            return self.wait(cx);
        };
        match piece {
            Ok(Some(range)) => {
                let data = Bytes::copy_from_slice(&lease.answer.unread()[range.clone()]);
                lease.answer.consume(range.end);
                self.waits = None;
                self.deadline.arm(WRITE_STALL);
                self.account.sent(data.len());
                // A length that was told says where it ends, so that the last frame says so too.
                if lease.answer.is_over() {
                    self.finish();
                }
                Poll::Ready(Some(Ok(Frame::data(data))))
            }
            Ok(None) => {
                self.finish();
                Poll::Ready(self.trailers.take().map(|fields| Ok(Frame::trailers(fields))))
            }
            Err(Failure::BrokeOff) => self.break_off(Refusal::UpstreamTruncated),
            Err(Failure::Invalid(_) | Failure::InvalidBody) => {
                self.break_off(Refusal::UpstreamInvalid)
            }
        }
    }

    /// More is waited for, as long as one side speaks.
    fn wait(&mut self, cx: &Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Reset>>> {
        let spoken = Some(self.upload.body_bytes());
        if self.waits != spoken {
            self.waits = spoken;
            self.deadline.arm(STREAM_IDLE);
        }
        match self.deadline.is_over(cx) {
            false => Poll::Pending,
            true if self.deadline.was_cut() => self.stop(Stop::Refused(Refusal::Drained)),
            true if self.upload.awaits() == Awaits::Client => {
                self.stop(Stop::Refused(Refusal::TimeoutBody))
            }
            true => self.break_off(Refusal::UpstreamTimeout),
        }
    }

    /// The answer breaks off by the backend's fault.
    fn break_off(&mut self, refusal: Refusal) -> Poll<Option<Result<Frame<Bytes>, Reset>>> {
        if let Some(lease) = &self.lease {
            lease.broke_off(refusal);
        }
        self.stop(Stop::Refused(refusal))
    }

    /// The client has to see that this is not the end, and the backend too.
    fn stop(&mut self, stop: Stop) -> Poll<Option<Result<Frame<Bytes>, Reset>>> {
        if let Stop::Refused(refusal) = stop {
            self.account.broke_off(refusal);
        }
        self.lease = None;
        Poll::Ready(Some(Err(reset(stop))))
    }

    fn finish(&mut self) {
        let Some(lease) = self.lease.take() else { return };
        if let Some(report) = lease.answer.trailers().and_then(Trailers::load_report) {
            lease.attempt.reported(report);
        }
        self.upload.worker().count_dropped(lease.answer.trailers());
        let fields = lease.answer.trailers().map(Trailers::to_map);
        self.trailers = fields.filter(|fields| !fields.is_empty());
        if self.upload.is_sent() {
            lease.finish();
        }
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = Reset;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Reset>>> {
        match self.get_mut() {
            AnswerBody::Ours(bytes, _) if bytes.is_empty() => Poll::Ready(None),
            AnswerBody::Ours(bytes, account) => {
                account.sent(bytes.len());
                Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes)))))
            }
            AnswerBody::Relayed(relayed) => relayed.poll_frame(cx),
            AnswerBody::Streamed(streamed) => streamed.poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            AnswerBody::Ours(bytes, _) => bytes.is_empty(),
            AnswerBody::Relayed(relayed) => relayed.lease.is_none() && relayed.trailers.is_none(),
            AnswerBody::Streamed(streamed) => streamed.is_over(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            AnswerBody::Ours(bytes, _) => SizeHint::with_exact(bytes.len() as u64),
            // Told in the head.
            AnswerBody::Relayed(_) | AnswerBody::Streamed(_) => SizeHint::default(),
        }
    }
}
