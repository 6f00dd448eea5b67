//! Bodies: a client's on its way to a backend, and an answer's on its way to the client.

use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;

use super::account::Account;
use super::upstream::Lease;

/// A request's body on its way to a backend, never more of it than the route allows.
pub(super) struct RequestBody {
    incoming: Option<Incoming>,
    left: u64,
    overrun: Rc<Cell<bool>>,
}

/// Why a request's body broke off.
#[derive(Debug, thiserror::Error)]
pub(super) enum BodyError {
    /// It is longer than the route allows.
    #[error("the body is longer than the route allows")]
    TooLarge,
    /// The client broke off.
    #[error("the client broke off: {0}")]
    Client(hyper::Error),
}

impl RequestBody {
    /// At most `most` bytes of `incoming`; 0 is unlimited.
    pub(super) fn new(incoming: Incoming, most: u64) -> RequestBody {
        let left = if most == 0 { u64::MAX } else { most };
        RequestBody { incoming: Some(incoming), left, overrun: Rc::default() }
    }

    /// No body.
    pub(super) fn none() -> RequestBody {
        RequestBody { incoming: None, left: 0, overrun: Rc::default() }
    }

    /// Whether the head says that more follows than the route allows.
    pub(super) fn is_too_large(&self) -> bool {
        self.incoming.as_ref().is_some_and(|body| body.size_hint().lower() > self.left)
    }

    /// Turns true once more came than the route allows.
    pub(super) fn overrun(&self) -> Rc<Cell<bool>> {
        Rc::clone(&self.overrun)
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let Some(incoming) = &mut self.incoming else { return Poll::Ready(None) };
        let frame = match ready!(Pin::new(incoming).poll_frame(cx)) {
            Some(Ok(frame)) => frame,
            Some(Err(error)) => return Poll::Ready(Some(Err(BodyError::Client(error)))),
            None => return Poll::Ready(None),
        };
        let length = frame.data_ref().map_or(0, Bytes::len) as u64;
        if length > self.left {
            self.overrun.set(true);
            return Poll::Ready(Some(Err(BodyError::TooLarge)));
        }
        self.left -= length;
        Poll::Ready(Some(Ok(frame)))
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.as_ref().map_or_else(|| SizeHint::with_exact(0), Body::size_hint)
    }
}

/// An answer's body on its way to the client.
pub(super) enum AnswerBody {
    /// One of ours, sent whole.
    Whole(Option<Bytes>),
    /// One of ours, with the account that ends with it.
    Accounted(Option<Bytes>, Box<Account>),
    /// A backend's.
    Relayed(Box<Relayed>),
}

/// A backend's answer under way. The account is settled, and the connection given back, when the
/// body has come to its end; when the client leaves before, the connection is closed with it.
pub(super) struct Relayed {
    incoming: Incoming,
    lease: Option<Lease>,
    account: Account,
}

impl AnswerBody {
    pub(super) fn empty() -> AnswerBody {
        AnswerBody::Whole(None)
    }

    pub(super) fn text(text: String) -> AnswerBody {
        AnswerBody::Whole(Some(text.into()))
    }

    pub(super) fn relayed(incoming: Incoming, lease: Lease, account: Account) -> AnswerBody {
        AnswerBody::Relayed(Box::new(Relayed { incoming, lease: Some(lease), account }))
    }

    /// The same body; when it has been sent, `account` is settled.
    pub(super) fn accounted(self, account: Account) -> AnswerBody {
        match self {
            AnswerBody::Whole(bytes) => AnswerBody::Accounted(bytes, Box::new(account)),
            other => other,
        }
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        match self.get_mut() {
            AnswerBody::Whole(bytes) => Poll::Ready(bytes.take().map(|it| Ok(Frame::data(it)))),
            AnswerBody::Accounted(bytes, account) => Poll::Ready(bytes.take().map(|bytes| {
                account.sent(bytes.len());
                Ok(Frame::data(bytes))
            })),
            AnswerBody::Relayed(relayed) => relayed.poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            AnswerBody::Whole(bytes) | AnswerBody::Accounted(bytes, _) => bytes.is_none(),
            AnswerBody::Relayed(relayed) => {
                relayed.lease.is_none() || relayed.incoming.is_end_stream()
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            AnswerBody::Whole(bytes) | AnswerBody::Accounted(bytes, _) => {
                SizeHint::with_exact(bytes.as_ref().map_or(0, Bytes::len) as u64)
            }
            AnswerBody::Relayed(relayed) => relayed.incoming.size_hint(),
        }
    }
}

impl Relayed {
    fn poll_frame(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let Some(lease) = &mut self.lease else { return Poll::Ready(None) };
        // The connection is driven from here: it has no task of its own.
        lease.drive(cx);
        match ready!(Pin::new(&mut self.incoming).poll_frame(cx)) {
            Some(Ok(frame)) => {
                self.account.sent(frame.data_ref().map_or(0, Bytes::len));
                if self.incoming.is_end_stream() {
                    self.finish(cx);
                }
                Poll::Ready(Some(Ok(frame)))
            }
            Some(Err(error)) => {
                if let Some(lease) = self.lease.take() {
                    lease.break_off();
                }
                Poll::Ready(Some(Err(error)))
            }
            None => {
                self.finish(cx);
                Poll::Ready(None)
            }
        }
    }

    fn finish(&mut self, cx: &mut Context<'_>) {
        if let Some(lease) = self.lease.take() {
            lease.give_back(cx);
        }
    }
}

impl Drop for Relayed {
    /// A body that hyper never polls to its end (an empty one) is over all the same.
    fn drop(&mut self) {
        if self.incoming.is_end_stream()
            && let Some(lease) = self.lease.take()
        {
            lease.give_back(&mut Context::from_waker(std::task::Waker::noop()));
        }
    }
}
