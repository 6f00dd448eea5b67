//! A stream that goes on to a backend of HTTP/2: frame by frame, trailers both ways.

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::header::CONTENT_LENGTH;
use http::request::Parts;
use http::{HeaderValue, Request, Response};
use http_body::{Body, Frame};
use hyper::body::Incoming;

use crate::model::Refusal;

use super::super::super::account::Account;
use super::super::super::deadlines::Deadline;
use super::super::super::fields;
use super::super::super::http1::ResponseFraming;
use super::super::super::reply;
use super::super::super::upstream::Search;
use super::super::super::upstream::http2::{Piece, Stream, request};
use super::super::super::worker::Worker;
use super::super::ask::{Answered, Asking};
use super::super::patience::{Awaits, STREAM_IDLE, WRITE_STALL};
use super::super::sending::{Asker, Sending};
use super::super::stop::Stop;
use super::answer::{AnswerBody, Reset, reset};
use super::request::Unanswered;
use super::upload::framing;

/// A request for backends of HTTP/2.
pub(super) struct Call {
    request: Request<()>,
    sending: Sending,
    asker: Client,
}

/// An answer whose head has come.
pub(super) struct Streamed {
    answered: Answered,
    sending: Sending,
    asker: Client,
}

/// An answer's body under way. When it is dropped before its end, so is the backend's stream.
pub(super) struct StreamedBody {
    /// `None` once the body is over.
    stream: Option<Stream>,
    sending: Sending,
    asker: Client,
    deadline: Rc<Deadline>,
    /// While the backend is waited for: how much of the request had come by then.
    waits: Option<u64>,
    account: Account,
    is_grpc: bool,
}

/// The client's stream, of whose body a backend is sent.
struct Client {
    worker: Rc<Worker>,
    body: Incoming,
}

impl Call {
    /// The request whose `head` has fields that are ready for a backend.
    ///
    /// # Errors
    /// When HTTP/2 does not know what the target is made of.
    pub(super) fn new(
        worker: &Rc<Worker>,
        head: Parts,
        target: &str,
        takes_trailers: bool,
        body: Incoming,
        most_body_bytes: u64,
    ) -> Result<Call, Refusal> {
        let asks_grpc = fields::asks_grpc(&head.headers);
        let sending = Sending::new(worker, !body.is_end_stream(), most_body_bytes, asks_grpc);
        let framing = framing(&body);
        let request = request(&head.method, target, head.headers, framing, takes_trailers)?;
        Ok(Call { request, sending, asker: Client { worker: Rc::clone(worker), body } })
    }

    /// Asks backends until one answers.
    pub(super) async fn run(
        mut self,
        worker: &Rc<Worker>,
        deadline: &Deadline,
        search: Search,
        account: &mut Account,
    ) -> Result<Streamed, Unanswered> {
        let asking = Asking {
            worker,
            account: &mut *account,
            deadline,
            search,
            request: self.request,
            sending: &mut self.sending,
            asker: &mut self.asker,
        };
        let answered = asking.run().await;
        let answered = answered.map_err(|stop| Unanswered::of(stop, account))?;
        Ok(Streamed { answered, sending: self.sending, asker: self.asker })
    }
}

impl Streamed {
    /// The answer as the client gets it.
    pub(super) fn begin(self, deadline: Rc<Deadline>, account: Account) -> Response<AnswerBody> {
        let Streamed { answered, sending, asker } = self;
        let Answered { mut head, framing, tells_length, stream } = answered;
        let (length, is_empty) = match framing {
            ResponseFraming::Nothing { told } => (told, true),
            ResponseFraming::Length(length) => (Some(length), stream.is_over()),
            ResponseFraming::Chunked | ResponseFraming::UntilClose => (None, stream.is_over()),
        };
        if let (true, Some(length)) = (tells_length, length) {
            head.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
        }
        account.tell(&mut head);
        let stream = (!is_empty).then_some(stream);
        let is_grpc = fields::asks_grpc(head.headers());
        let body = StreamedBody { stream, sending, asker, deadline, waits: None, account, is_grpc };
        head.map(|()| AnswerBody::Streamed(Box::new(body)))
    }
}

impl StreamedBody {
    pub(super) fn poll_frame(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Reset>>> {
        let Some(stream) = &mut self.stream else { return Poll::Ready(None) };
        // Whatever is left of the request goes on meanwhile.
        if let Poll::Ready(Err(stop)) = self.sending.poll(cx, stream, &mut self.asker) {
            return self.stop(stop);
        }
        self.account.received(self.sending.body_bytes());
        match stream.poll_piece(cx) {
            Poll::Ready(Ok(piece)) => Poll::Ready(self.frame(piece).map(Ok)),
            Poll::Ready(Err(failure)) if failure.is_backends_fault() => {
                self.break_off(failure.midway())
            }
            Poll::Ready(Err(failure)) => self.stop(Stop::Refused(failure.midway())),
            Poll::Pending => self.wait(cx),
        }
    }

    /// Whether all of it is with the client.
    pub(super) fn is_over(&self) -> bool {
        self.stream.is_none()
    }

    fn wait(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Reset>>> {
        // A conversation goes on as long as one side speaks.
        let spoken = Some(self.sending.body_bytes());
        if self.waits != spoken {
            self.waits = spoken;
            self.deadline.arm(STREAM_IDLE);
        }
        match self.deadline.is_over(cx) {
            false => Poll::Pending,
            true if self.deadline.was_cut() => self.cut(),
            true if self.sending.awaits() == Awaits::Client => {
                self.stop(Stop::Refused(Refusal::TimeoutBody))
            }
            true => self.break_off(Refusal::UpstreamTimeout),
        }
    }

    fn frame(&mut self, piece: Option<Piece>) -> Option<Frame<Bytes>> {
        self.waits = None;
        self.deadline.arm(WRITE_STALL);
        match piece {
            Some(Piece::Data { bytes, last }) => {
                self.account.sent(bytes.len());
                if last {
                    self.stream = None;
                }
                Some(Frame::data(bytes))
            }
            Some(Piece::Trailers(mut fields)) => {
                let stream = self.stream.take();
                if let (Some(stream), Some(report)) = (stream, fields::load_report(&fields)) {
                    stream.reported(report);
                }
                self.asker.worker.count_trailers(fields::sift_trailers(&mut fields));
                Some(Frame::trailers(fields))
            }
            None => {
                self.stream = None;
                None
            }
        }
    }

    fn stop(&mut self, stop: Stop) -> Poll<Option<Result<Frame<Bytes>, Reset>>> {
        if let Stop::Refused(refusal) = stop {
            self.account.broke_off(refusal);
        }
        self.stream = None;
        Poll::Ready(Some(Err(reset(stop))))
    }

    /// There is no more time for it. A call of gRPC is told so in its own words, which lets its client
    /// ask again.
    fn cut(&mut self) -> Poll<Option<Result<Frame<Bytes>, Reset>>> {
        if !self.is_grpc {
            return self.stop(Stop::Refused(Refusal::Drained));
        }
        self.account.broke_off(Refusal::Drained);
        self.stream = None;
        Poll::Ready(Some(Ok(Frame::trailers(reply::grpc_end(Refusal::Drained)))))
    }

    /// The client has to see that this is not the end.
    fn break_off(&mut self, refusal: Refusal) -> Poll<Option<Result<Frame<Bytes>, Reset>>> {
        if let Some(stream) = &self.stream {
            stream.broke_off(refusal);
        }
        self.stop(Stop::Refused(refusal))
    }
}

impl Asker for Client {
    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Result<Piece, Stop>> {
        let frame = match ready!(Pin::new(&mut self.body).poll_frame(cx)) {
            None => return Poll::Ready(Ok(Piece::Data { bytes: Bytes::new(), last: true })),
            Some(Err(_)) => return Poll::Ready(Err(Stop::Left)),
            Some(Ok(frame)) => frame,
        };
        Poll::Ready(Ok(match frame.into_data() {
            Ok(bytes) => Piece::Data { bytes, last: self.body.is_end_stream() },
            Err(other) => {
                let mut fields = other.into_trailers().unwrap_or_default();
                self.worker.count_trailers(fields::sift_trailers(&mut fields));
                Piece::Trailers(fields)
            }
        }))
    }

    fn interim(&mut self, _head: &Response<()>) {
        // hyper knows no interim answers.
    }

    fn poll_left(&mut self, _cx: &mut Context<'_>) -> Poll<()> {
        // hyper drops what serves a stream that its client has reset.
        Poll::Pending
    }
}
