//! A request of HTTP/1 that goes on to a backend of HTTP/2, and the answer's way back.

use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use tokio::io::{AsyncRead, AsyncWrite};

use crate::model::Refusal;

use super::super::super::account::Account;
use super::super::super::deadlines::Deadline;
use super::super::super::decide::Decided;
use super::super::super::fields::{self, Origin};
use super::super::super::http1::{
    Begun, BodyReader, CHUNK_END, RequestFraming, RequestHead, ResponseFraming, Step, ToClient,
    Trailers, Version, write_chunk_size, write_interim_of_map, write_last_chunk,
    write_last_chunk_of_map, write_response_of_map,
};
use super::super::super::upstream::http2::{Failure, Piece, Stream, request};
use super::super::super::worker::Worker;
use super::super::ask::Asking;
use super::super::patience::{STREAM_IDLE, WRITE_STALL};
use super::super::sending::{Asker, Sending};
use super::super::stop::Stop;
use super::client::Client;
use super::exchange::Outcome;

/// So much of an answer is gathered before it is written.
const GATHERED_BYTES: usize = 16 * 1024;
const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// A request for backends of HTTP/2.
pub(super) struct Call {
    request: Request<()>,
    takes_trailers: bool,
    asks_grpc: bool,
}

/// A request's body as it comes from its client.
pub(super) struct Body<'a, S> {
    client: &'a mut Client<S>,
    reader: BodyReader,
    expects_continue: bool,
    version: Version,
    dropped_trailers: usize,
}

/// An answer on its way to the client.
struct Download<'a, S> {
    worker: &'a Worker,
    account: &'a mut Account,
    deadline: &'a Deadline,
    sending: Sending,
    body: Body<'a, S>,
    stream: Stream,
    begun: Begun,
    takes_trailers: bool,
    /// All of it is there for the client to take.
    over: bool,
    /// No more of it comes.
    failure: Option<Failure>,
}

/// Why an answer breaks off.
enum Broken {
    Client(Stop),
    Backend(Failure),
    TimedOut,
}

impl Call {
    /// The request with this `head`, of a client that came from `origin`.
    ///
    /// # Errors
    /// When HTTP/2 has no words for it.
    pub(super) fn new(head: &RequestHead<'_>, origin: &Origin) -> Result<Call, Refusal> {
        if head.asks_for_websocket {
            return Err(Refusal::UpgradeUnsupported);
        }
        let mut fields: HeaderMap = head
            .fields
            .iter()
            .filter_map(|(name, value, _)| {
                Some((HeaderName::from_bytes(name).ok()?, HeaderValue::from_bytes(value).ok()?))
            })
            .collect();
        let (takes_trailers, asks_grpc) =
            (fields::takes_trailers(&fields), fields::asks_grpc(&fields));
        let authority = HeaderValue::try_from(head.authority).map_err(|_| Refusal::HostInvalid)?;
        fields::toward_backend(&mut fields, &authority, origin);
        let mut target = Vec::new();
        head.target.write(&mut target);
        let target = String::from_utf8(target).map_err(|_| Refusal::TargetInvalid)?;
        let request = request(&head.method, &target, fields, head.framing, takes_trailers)?;
        Ok(Call { request, takes_trailers, asks_grpc })
    }

    /// Whether it is a call of gRPC.
    pub(super) fn asks_grpc(&self) -> bool {
        self.asks_grpc
    }

    /// Asks backends until one answers, and relays the answer.
    pub(super) async fn relay<S: AsyncRead + AsyncWrite + Unpin>(
        self,
        worker: &Rc<Worker>,
        account: &mut Account,
        deadline: &Deadline,
        decided: Decided,
        mut body: Body<'_, S>,
        persists: bool,
    ) -> Outcome {
        let has_body = !body.reader.is_over();
        let mut sending = Sending::new(worker, has_body, decided.most_body_bytes, self.asks_grpc);
        let asking = Asking {
            worker,
            account: &mut *account,
            deadline,
            search: decided.search,
            request: self.request,
            sending: &mut sending,
            asker: &mut body,
        };
        let answered = asking.run().await;
        worker.count_trailers(std::mem::take(&mut body.dropped_trailers));
        let answered = match answered {
            Ok(answered) => answered,
            Err(stop) => {
                deadline.disarm();
                return match stop {
                    Stop::Refused(refusal) => Outcome::Refused(refusal),
                    Stop::Left => Outcome::Over,
                };
            }
        };
        let date = worker.date();
        let persists = persists && sending.is_read() && !worker.is_draining();
        let quota = account.quota();
        let to_client = ToClient { version: body.version, persists, date: &date, quota };
        let out = body.client.outbox();
        let begun = write_response_of_map(&answered.head, answered.framing, &to_client, out);
        let over = answered.stream.is_over()
            || matches!(answered.framing, ResponseFraming::Nothing { .. });
        let (stream, takes_trailers) = (answered.stream, self.takes_trailers);
        let download = Download {
            worker,
            account,
            deadline,
            sending,
            body,
            stream,
            begun,
            takes_trailers,
            over: false,
            failure: None,
        };
        download.run(over).await
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Download<'_, S> {
    async fn run(mut self, ended: bool) -> Outcome {
        if ended {
            self.end(None);
        }
        let mut last = None;
        let done = poll_fn(|cx| match self.poll(cx) {
            Poll::Pending => self.watch(cx, &mut last),
            done => done,
        })
        .await;
        self.deadline.disarm();
        self.worker.count_trailers(self.body.dropped_trailers);
        let refusal = match done {
            Ok(()) => {
                let persists = self.begun.persists && self.sending.is_read();
                return Outcome::Answered { persists };
            }
            Err(Broken::Client(Stop::Left)) => return Outcome::Over,
            Err(Broken::Client(Stop::Refused(refusal))) => refusal,
            Err(Broken::Backend(failure)) => {
                self.stream.broke_off();
                failure.midway()
            }
            Err(Broken::TimedOut) => {
                self.stream.broke_off();
                Refusal::UpstreamTimeout
            }
        };
        self.account.broke_off(refusal);
        Outcome::Over
    }

    /// Moves both directions on.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Broken>> {
        if !self.over
            && let Poll::Ready(Err(stop)) = self.sending.poll(cx, &mut self.stream, &mut self.body)
        {
            return Poll::Ready(Err(Broken::Client(stop)));
        }
        let left = |_| Broken::Client(Stop::Left);
        loop {
            if let Some(failure) = self.failure {
                // The client gets what had come before.
                ready!(self.body.client.poll_flush(cx)).map_err(left)?;
                return Poll::Ready(Err(Broken::Backend(failure)));
            }
            if self.over || self.body.client.waiting() > GATHERED_BYTES {
                ready!(self.body.client.poll_flush(cx)).map_err(left)?;
            }
            if self.over {
                return Poll::Ready(Ok(()));
            }
            match self.stream.poll_piece(cx) {
                Poll::Ready(Ok(piece)) => self.take(piece),
                Poll::Ready(Err(failure)) => self.failure = Some(failure),
                Poll::Pending => break,
            }
        }
        // What has been gathered goes before more is waited for.
        ready!(self.body.client.poll_flush(cx)).map_err(left)?;
        if self.sending.is_read() && self.body.client.poll_left(cx).is_ready() {
            return Poll::Ready(Err(Broken::Client(Stop::Left)));
        }
        Poll::Pending
    }

    fn take(&mut self, piece: Option<Piece>) {
        match piece {
            Some(Piece::Data { bytes, last }) => {
                self.write(&bytes);
                if last {
                    self.end(None);
                }
            }
            Some(Piece::Trailers(mut fields)) => {
                if let Some(cpu) = fields::load_report(&fields) {
                    self.stream.reported(cpu);
                }
                let dropped = fields::sift_trailers(&mut fields);
                self.worker.count_trailers(dropped);
                self.end(Some(fields));
            }
            None => self.end(None),
        }
    }

    fn write(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        self.account.sent(bytes.len());
        let chunked = self.begun.framing == ResponseFraming::Chunked;
        let outbox = self.body.client.outbox();
        if chunked {
            write_chunk_size(bytes.len(), outbox);
        }
        outbox.extend_from_slice(bytes);
        if chunked {
            outbox.extend_from_slice(CHUNK_END);
        }
    }

    /// The answer is complete. Trailers go on where there is room for them and the client takes
    /// them (RFC 9110, section 6.5.1).
    fn end(&mut self, trailers: Option<HeaderMap>) {
        self.over = true;
        let chunked = self.begun.framing == ResponseFraming::Chunked;
        let outbox = self.body.client.outbox();
        match trailers {
            Some(fields) if chunked && self.takes_trailers => {
                write_last_chunk_of_map(&fields, outbox);
            }
            dropped => {
                self.worker.count_trailers(dropped.map_or(0, |fields| fields.len()));
                if chunked {
                    write_last_chunk(None, outbox);
                }
            }
        }
    }

    /// Holds the side that is waited for to its time.
    fn watch(&self, cx: &Context<'_>, last: &mut Option<(bool, u64)>) -> Poll<Result<(), Broken>> {
        let client = &self.body.client;
        let now = (client.waiting() > 0, self.sending.body_bytes() + client.moved());
        if *last != Some(now) {
            *last = Some(now);
            self.deadline.arm(if now.0 { WRITE_STALL } else { STREAM_IDLE });
        }
        match self.deadline.is_over(cx) {
            false => Poll::Pending,
            true if now.0 => Poll::Ready(Err(Broken::Client(Stop::Left))),
            true => Poll::Ready(Err(Broken::TimedOut)),
        }
    }
}

impl<'a, S: AsyncRead + AsyncWrite + Unpin> Body<'a, S> {
    /// The body that comes from `client` with this `framing`.
    pub(super) fn new(
        client: &'a mut Client<S>,
        framing: RequestFraming,
        expects_continue: bool,
        version: Version,
    ) -> Body<'a, S> {
        let reader = BodyReader::of_request(framing);
        let expects_continue = expects_continue && !reader.is_over();
        Body { client, reader, expects_continue, version, dropped_trailers: 0 }
    }

    /// What ends the body.
    fn end(&mut self) -> Piece {
        let trailers = self.reader.trailers();
        self.dropped_trailers += trailers.map_or(0, Trailers::dropped);
        match trailers.map(Trailers::to_map) {
            Some(fields) if !fields.is_empty() => Piece::Trailers(fields),
            _ => Piece::Data { bytes: Bytes::new(), last: true },
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Asker for Body<'_, S> {
    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Result<Piece, Stop>> {
        loop {
            let (unread, mut at) = (self.client.unread(), 0);
            let step = self.reader.step(unread, &mut at);
            let step = step.map_err(|fault| Stop::Refused(fault.refusal()))?;
            let bytes = match &step {
                Step::Data(range) => Bytes::copy_from_slice(&unread[range.clone()]),
                Step::More | Step::End => Bytes::new(),
            };
            self.client.consume(at);
            match step {
                Step::Data(_) => {
                    let last = self.reader.is_over();
                    return Poll::Ready(Ok(Piece::Data { bytes, last }));
                }
                Step::End => return Poll::Ready(Ok(self.end())),
                Step::More => {}
            }
            if std::mem::take(&mut self.expects_continue) {
                self.client.outbox().extend_from_slice(CONTINUE);
            }
            if self.client.waiting() > 0 {
                ready!(self.client.poll_flush(cx)).map_err(|_| Stop::Left)?;
            }
            match ready!(self.client.poll_fill(cx)) {
                Ok(0) | Err(_) => return Poll::Ready(Err(Stop::Left)),
                Ok(_) => {}
            }
        }
    }

    fn interim(&mut self, head: &Response<()>) {
        let is_continue = head.status() == http::StatusCode::CONTINUE;
        if self.version == Version::Http11 && !is_continue {
            let mut head = head.clone();
            fields::toward_client(head.headers_mut());
            write_interim_of_map(&head, self.client.outbox());
        }
    }

    fn poll_left(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        // An interim answer is of use only before the final one.
        if self.client.waiting() > 0 && ready!(self.client.poll_flush(cx)).is_err() {
            return Poll::Ready(());
        }
        self.client.poll_left(cx)
    }
}
