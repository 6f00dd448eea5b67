//! The download: a backend's answer on its way to the client.

use std::mem;
use std::ops::Range;
use std::task::{Context, Poll, ready};

use http::Method;

use super::super::super::account::Account;
use super::super::super::http1::{
    Asked, Begun, CHUNK_END, ResponseFraming, Stage, ToClient, Version, write_chunk_size,
    write_interim, write_last_chunk, write_response,
};
use super::super::super::pipe::Pipe;
use super::super::super::upstream::{Answer, Failure, Lease};
use super::super::super::worker::Worker;
use super::super::stream::Stream;
use super::client::Client;

/// A body of which at least so much is still to come goes through a pipe.
const PIPED_BYTES: u64 = 128 * 1024;
/// Pieces up to this size are gathered with what is before them; larger ones go as they are.
const GATHERED_BYTES: usize = 16 * 1024;

/// An answer under way.
pub(super) struct Download {
    method: Method,
    for_websocket: bool,
    version: Version,
    /// Whether the client's connection may serve another request.
    persists: bool,
    upload_is_read: bool,
    stage: At,
}

/// How far an answer is.
enum At {
    Head,
    Body(Begun),
    /// A piece of the body that goes past the outbox; how much of it is written.
    Piece(Begun, Range<usize>, usize),
    /// The rest of a large body goes through a pipe.
    Piped(Begun, Pipe),
    End(Begun),
    Switched,
}

/// How an answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Done {
    /// All of it is with the client; whether the connection serves another request.
    Answered {
        /// Whether the client's connection may serve another request.
        persists: bool,
    },
    /// What follows is no HTTP.
    Switched,
}

/// Why an answer does not reach the client.
#[derive(Debug)]
pub(super) enum Broken {
    /// The client left.
    Left,
    /// The backend's fault.
    Backend(Failure),
}

impl Download {
    /// The answer to a request of `method` by a client of `version`, which may ask for more behind
    /// it if `persists`.
    pub(super) fn new(
        method: Method,
        for_websocket: bool,
        version: Version,
        persists: bool,
    ) -> Download {
        Download { method, for_websocket, version, persists, upload_is_read: true, stage: At::Head }
    }

    /// Says whether the request has come to its end: an answer that comes before closes the
    /// connection, and tells so (RFC 9112, section 9.3).
    pub(super) fn upload_is_read(&mut self, read: bool) {
        self.upload_is_read = read;
    }

    /// Whether something of the final answer was written for the client.
    pub(super) fn began(&self) -> bool {
        !matches!(self.stage, At::Head)
    }

    /// Whether the client is to take something that goes past the outbox.
    pub(super) fn gives(&self) -> bool {
        match &self.stage {
            At::Piece(..) => true,
            At::Piped(_, pipe) => pipe.holds() > 0,
            At::Head | At::Body(_) | At::End(_) | At::Switched => false,
        }
    }

    /// Moves the answer on; ready once all of it is with the client.
    pub(super) fn poll<S: Stream>(
        &mut self,
        cx: &mut Context<'_>,
        client: &mut Client<S>,
        lease: &mut Lease,
        account: &mut Account,
        worker: &Worker,
    ) -> Poll<Result<Done, Broken>> {
        loop {
            match &mut self.stage {
                At::Head => match self.poll_head(cx, client, lease, account, worker) {
                    Poll::Ready(begun) => begun.map_err(Broken::Backend)?,
                    Poll::Pending => {
                        // An interim answer is of use only before the final one.
                        ready!(client.poll_flush(cx)).map_err(|_| Broken::Left)?;
                        return Poll::Pending;
                    }
                },
                At::Body(_) => ready!(self.poll_body(cx, client, lease, account, worker))?,
                At::Piece(begun, range, at) => {
                    ready!(client.poll_flush(cx)).map_err(|_| Broken::Left)?;
                    while *at < range.end {
                        let piece = &lease.answer.unread()[*at..range.end];
                        match ready!(client.poll_write(cx, piece)) {
                            Ok(count) if count > 0 => *at += count,
                            _ => return Poll::Ready(Err(Broken::Left)),
                        }
                    }
                    lease.answer.consume(range.end);
                    self.stage = At::Body(*begun);
                }
                At::Piped(..) => ready!(self.poll_piped(cx, client, lease, account, worker))?,
                At::End(begun) => {
                    ready!(client.poll_flush(cx)).map_err(|_| Broken::Left)?;
                    return Poll::Ready(Ok(Done::Answered { persists: begun.persists }));
                }
                At::Switched => {
                    ready!(client.poll_flush(cx)).map_err(|_| Broken::Left)?;
                    return Poll::Ready(Ok(Done::Switched));
                }
            }
        }
    }

    fn poll_head<S: Stream>(
        &mut self,
        cx: &mut Context<'_>,
        client: &mut Client<S>,
        lease: &mut Lease,
        account: &mut Account,
        worker: &Worker,
    ) -> Poll<Result<(), Failure>> {
        let asked = Asked { method: &self.method, for_websocket: self.for_websocket };
        let version = self.version;
        let persists = self.persists && self.upload_is_read && !worker.is_draining();
        let date = worker.date();
        let Lease { connection, answer, .. } = lease;
        let head = answer.poll_head(cx, connection, asked, |head| {
            if head.stage() == Stage::Interim {
                if version == Version::Http11 && head.status != http::StatusCode::CONTINUE {
                    write_interim(head, client.outbox());
                }
                return None;
            }
            let (quota, cookie) = (account.quota(), account.cookie());
            let to_client = ToClient { version, persists, date: &date, quota, cookie };
            let begun = write_response(head, &to_client, client.outbox());
            Some((begun, head.stage(), head.status, head.fields.load_report()))
        });
        let Some((begun, stage, status, report)) = ready!(head)? else {
            return Poll::Ready(Ok(()));
        };
        lease.answered(status, report);
        account.answered(status);
        self.stage = if stage == Stage::Switched { At::Switched } else { At::Body(begun) };
        Poll::Ready(Ok(()))
    }

    /// Moves the body on, until it ends or a piece has to go past the outbox.
    fn poll_body<S: Stream>(
        &mut self,
        cx: &mut Context<'_>,
        client: &mut Client<S>,
        lease: &mut Lease,
        account: &mut Account,
        worker: &Worker,
    ) -> Poll<Result<(), Broken>> {
        let At::Body(begun) = self.stage else { return Poll::Ready(Ok(())) };
        let chunked = begun.framing == ResponseFraming::Chunked;
        let Lease { connection, answer, attempt } = lease;
        loop {
            let piece = match answer.next_piece().map_err(Broken::Backend)? {
                Some(piece) => piece,
                None if let Some(pipe) = pipe(begun.framing, answer, client, worker) => {
                    self.stage = At::Piped(begun, pipe);
                    return Poll::Ready(Ok(()));
                }
                None => {
                    // What has been gathered goes before more is waited for.
                    ready!(client.poll_flush(cx)).map_err(|_| Broken::Left)?;
                    ready!(answer.poll_data(cx, connection)).map_err(Broken::Backend)?
                }
            };
            let Some(range) = piece else {
                if let Some(report) = answer.trailers().and_then(|it| it.load_report()) {
                    attempt.reported(report);
                }
                worker.count_dropped(answer.trailers());
                if chunked {
                    write_last_chunk(answer.trailers(), client.outbox());
                }
                self.stage = At::End(begun);
                return Poll::Ready(Ok(()));
            };
            account.sent(range.len());
            if !chunked && range.len() > GATHERED_BYTES {
                let at = range.start;
                self.stage = At::Piece(begun, range, at);
                return Poll::Ready(Ok(()));
            }
            let outbox = client.outbox();
            if chunked {
                write_chunk_size(range.len(), outbox);
            }
            outbox.extend_from_slice(&answer.unread()[range.clone()]);
            if chunked {
                outbox.extend_from_slice(CHUNK_END);
            }
            answer.consume(range.end);
            if client.waiting() > GATHERED_BYTES {
                ready!(client.poll_flush(cx)).map_err(|_| Broken::Left)?;
            }
        }
    }

    /// Moves on what goes through a pipe, to the end of the body.
    fn poll_piped<S: Stream>(
        &mut self,
        cx: &mut Context<'_>,
        client: &mut Client<S>,
        lease: &mut Lease,
        account: &mut Account,
        worker: &Worker,
    ) -> Poll<Result<(), Broken>> {
        let At::Piped(begun, pipe) = &mut self.stage else { return Poll::Ready(Ok(())) };
        ready!(client.poll_flush(cx)).map_err(|_| Broken::Left)?;
        let Lease { connection, answer, .. } = lease;
        loop {
            while pipe.holds() > 0 {
                account.sent(ready!(client.poll_drain(cx, pipe)).map_err(|_| Broken::Left)?);
            }
            if answer.is_over() {
                let begun = *begun;
                if let At::Piped(_, pipe) = mem::replace(&mut self.stage, At::Body(begun)) {
                    worker.buffers.borrow_mut().take_pipe(pipe);
                }
                return Poll::Ready(Ok(()));
            }
            ready!(answer.poll_pipe(cx, connection, pipe)).map_err(Broken::Backend)?;
        }
    }
}

/// A pipe for what is still to come of a body, if it pays and nothing has to be done to the bytes.
fn pipe<S: Stream>(
    framing: ResponseFraming,
    answer: &Answer,
    client: &Client<S>,
    worker: &Worker,
) -> Option<Pipe> {
    let as_it_is = matches!(framing, ResponseFraming::Length(_)) && client.is_bare();
    let pays = as_it_is && answer.left().is_some_and(|left| left >= PIPED_BYTES);
    pays.then(|| worker.buffers.borrow_mut().pipe()).flatten()
}
