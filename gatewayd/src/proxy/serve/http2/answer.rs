//! The answer to a stream: one of ours, or a backend's as it comes.

use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};

use crate::model::Refusal;

use super::super::super::account::Account;
use super::super::super::deadlines::Deadline;
use super::super::super::http1::{ResponseFraming, Trailers};
use super::super::super::upstream::{Failure, Lease};
use super::super::patience::{STREAM_IDLE, WRITE_STALL};
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

/// A backend's body under way. When it comes to its end the connection is given back; when the
/// client leaves before, the connection is closed with it.
pub(super) struct Relayed {
    lease: Option<Lease>,
    upload: Upload,
    framing: ResponseFraming,
    deadline: Rc<Deadline>,
    /// The backend is waited for, not the client.
    waits: bool,
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
        let (waits, trailers) = (false, None);
        let mut relayed = Relayed { lease, upload, framing, deadline, waits, account, trailers };
        if relayed.is_empty() {
            relayed.finish();
        }
        relayed
    }

    fn is_empty(&self) -> bool {
        matches!(self.framing, ResponseFraming::Nothing { .. } | ResponseFraming::Length(0))
    }

    fn poll_frame(&mut self, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let Some(lease) = &mut self.lease else {
            return Poll::Ready(self.trailers.take().map(|fields| Ok(Frame::trailers(fields))));
        };
        // Whatever is left of the request goes on meanwhile; how it stops shows in the answer.
        let _ = self.upload.poll(cx, &mut lease.connection);
        let piece = match lease.answer.poll_data(cx, &mut lease.connection) {
            Poll::Pending if !self.waits => {
                self.waits = true;
                self.deadline.arm(STREAM_IDLE);
                return Poll::Pending;
            }
            Poll::Pending if self.deadline.is_over(cx) => {
                return self.break_off(Refusal::UpstreamTimeout);
            }
            other => ready!(other),
        };
        match piece {
            Ok(Some(range)) => {
                let data = Bytes::copy_from_slice(&lease.answer.unread()[range.clone()]);
                lease.answer.consume(range.end);
                self.waits = false;
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

    /// The client has to see that this is not the end.
    fn break_off(&mut self, refusal: Refusal) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if let Some(lease) = self.lease.take() {
            lease.broke_off();
        }
        self.account.broke_off(refusal);
        Poll::Ready(Some(Err(io::ErrorKind::UnexpectedEof.into())))
    }

    fn finish(&mut self) {
        let Some(lease) = self.lease.take() else { return };
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
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
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
