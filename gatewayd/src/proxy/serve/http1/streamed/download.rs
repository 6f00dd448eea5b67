//! The download: the answer of a backend of HTTP/2 on its way to a client of HTTP/1.

use std::future::poll_fn;
use std::task::{Context, Poll, ready};

use http::{HeaderMap, Response};

use crate::model::Refusal;

use super::super::super::super::account::Account;
use super::super::super::super::deadlines::Deadline;
use super::super::super::super::fields;
use super::super::super::super::http1::{
    Begun, CHUNK_END, ResponseFraming, ToClient, write_chunk_size, write_last_chunk,
    write_last_chunk_of_map, write_response_of_map,
};
use super::super::super::super::upstream::http2::{Failure, Piece, Stream};
use super::super::super::patience::{Awaits, STREAM_IDLE, WRITE_STALL};
use super::super::super::sending::Sending;
use super::super::super::stop::Stop;
use super::super::super::stream::Stream as ClientStream;
use super::super::exchange::Outcome;
use super::Body;

/// So much of an answer is gathered before it is written.
const GATHERED_BYTES: usize = 16 * 1024;

/// An answer on its way to the client.
pub(super) struct Download<'a, S> {
    pub(super) account: &'a mut Account,
    pub(super) deadline: &'a Deadline,
    pub(super) sending: Sending,
    pub(super) body: Body<'a, S>,
    pub(super) stream: Stream,
    /// How it is written; before the head is, how it could be at best.
    pub(super) begun: Begun,
    pub(super) takes_trailers: bool,
    /// All of it is there for the client to take.
    pub(super) over: bool,
    /// No more of it comes.
    pub(super) failure: Option<Failure>,
}

/// Why an answer breaks off.
enum Broken {
    Client(Stop),
    Backend(Failure),
    TimedOut,
}

impl<S: ClientStream> Download<'_, S> {
    /// Writes the head.
    pub(super) fn begin(&mut self, head: &Response<()>) {
        let Begun { framing, persists } = self.begun;
        let worker = &self.body.worker;
        let persists = persists && self.sending.is_read() && !worker.is_draining();
        let date = worker.date();
        let (quota, cookie) = (self.account.quota(), self.account.cookie());
        let version = self.body.version;
        let to_client = ToClient { version, persists, date: &date, quota, cookie };
        let out = self.body.client.outbox();
        self.begun = write_response_of_map(head, framing, &to_client, out);
        if matches!(framing, ResponseFraming::Nothing { .. }) || self.stream.is_over() {
            self.end(None);
        }
    }

    /// Relays the body.
    pub(super) async fn run(mut self) -> Outcome {
        let mut last = None;
        let done = poll_fn(|cx| match self.poll(cx) {
            Poll::Pending => self.watch(cx, &mut last),
            done => done,
        })
        .await;
        self.deadline.disarm();
        self.account.received(self.sending.body_bytes());
        let refusal = match done {
            Ok(()) => {
                let persists = self.begun.persists && self.sending.is_read();
                return Outcome::Answered { persists };
            }
            Err(Broken::Client(Stop::Left)) => return Outcome::Over,
            Err(Broken::Client(Stop::Refused(refusal))) => refusal,
            Err(Broken::Backend(failure)) => {
                if failure.is_backends_fault() {
                    self.stream.broke_off(failure.midway());
                }
                failure.midway()
            }
            Err(Broken::TimedOut) => {
                self.stream.broke_off(Refusal::UpstreamTimeout);
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
                if let Some(report) = fields::load_report(&fields) {
                    self.stream.reported(report);
                }
                self.body.worker.count_trailers(fields::sift_trailers(&mut fields));
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
                self.body.worker.count_trailers(dropped.map_or(0, |fields| fields.len()));
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
            true if self.deadline.was_cut() => {
                Poll::Ready(Err(Broken::Client(Stop::Refused(Refusal::Drained))))
            }
            true if now.0 => Poll::Ready(Err(Broken::Client(Stop::Left))),
            true if self.sending.awaits() == Awaits::Client => {
                Poll::Ready(Err(Broken::Client(Stop::Refused(Refusal::TimeoutBody))))
            }
            true => Poll::Ready(Err(Broken::TimedOut)),
        }
    }
}
