//! The upload of a stream: its head and body on the way to a backend that speaks HTTP/1.1.

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use http_body::Body;
use hyper::body::Incoming;

use crate::model::Refusal;

use super::super::super::http1::{CHUNK_END, RequestFraming, write_chunk_size, write_last_chunk};
use super::super::super::upstream::Connection;
use super::super::super::worker::Worker;
use super::super::patience::{Awaits, Pace};
use super::super::stop::Stop;

/// A request under way.
pub(super) struct Upload {
    worker: Rc<Worker>,
    /// The head at first, then pieces of the body.
    outbox: Vec<u8>,
    written: usize,
    body: Incoming,
    chunked: bool,
    left_bytes: u64,
    body_bytes: u64,
    pace: Pace,
    /// Something of it was written to a backend.
    sent: bool,
    ended: bool,
    /// The backend takes no more of it, or the client broke off: what was sent is not all of it.
    refused: bool,
}

/// How the body of a stream goes on: HTTP/2 holds a length that was told against what comes.
pub(super) fn framing(body: &Incoming) -> RequestFraming {
    match body.size_hint().exact() {
        _ if body.is_end_stream() => RequestFraming::Nothing,
        Some(length) => RequestFraming::Length(length),
        None => RequestFraming::Chunked,
    }
}

impl Upload {
    pub(super) fn new(
        worker: &Rc<Worker>,
        head: Vec<u8>,
        body: Incoming,
        most_body_bytes: u64,
    ) -> Upload {
        let framing = framing(&body);
        Upload {
            worker: Rc::clone(worker),
            outbox: head,
            written: 0,
            body,
            chunked: framing == RequestFraming::Chunked,
            left_bytes: most_body_bytes,
            body_bytes: 0,
            pace: Pace::new(worker),
            sent: false,
            ended: framing == RequestFraming::Nothing,
            refused: false,
        }
    }

    /// The worker that serves it.
    pub(super) fn worker(&self) -> &Worker {
        &self.worker
    }

    /// Whether it can be made again from its beginning: nothing but a head.
    pub(super) fn is_repeatable(&self) -> bool {
        self.ended && self.body_bytes == 0 && !self.chunked
    }

    /// Whether not a byte of it was written to a backend.
    pub(super) fn is_unsent(&self) -> bool {
        !self.sent
    }

    /// Begins again, towards another backend.
    pub(super) fn restart(&mut self) {
        self.written = 0;
        self.sent = false;
        self.refused = false;
    }

    /// Bytes of body that came so far.
    pub(super) fn body_bytes(&self) -> u64 {
        self.body_bytes
    }

    /// What it waits for, after it was polled.
    pub(super) fn awaits(&self) -> Awaits {
        match () {
            () if self.refused || self.is_sent() => Awaits::Nothing,
            () if self.written < self.outbox.len() => Awaits::Backend,
            () => Awaits::Client,
        }
    }

    /// Whether all of the request is with the backend.
    pub(super) fn is_sent(&self) -> bool {
        self.ended && self.written == self.outbox.len()
    }

    /// Moves the request on; ready once all of it is with the system, or the backend takes no more.
    pub(super) fn poll(
        &mut self,
        cx: &mut Context<'_>,
        connection: &mut Connection,
    ) -> Poll<Result<(), Stop>> {
        loop {
            if self.refused {
                return Poll::Ready(Ok(()));
            }
            while self.written < self.outbox.len() {
                match ready!(connection.poll_write(cx, &self.outbox[self.written..])) {
                    Ok(count) if count > 0 => {
                        self.written += count;
                        self.sent = true;
                    }
                    _ => self.refused = true,
                }
                if self.refused {
                    return Poll::Ready(Ok(()));
                }
            }
            if self.ended {
                return Poll::Ready(Ok(()));
            }
            let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
            self.outbox.clear();
            self.written = 0;
            let taken = match frame {
                Some(Err(_)) => Err(Stop::Left),
                Some(Ok(frame)) => self.append(frame.data_ref().map_or(&[], |data| data)),
                None => {
                    self.end();
                    Ok(())
                }
            };
            // What is lost here must never be followed by more, nor by an end.
            self.refused |= taken.is_err();
            taken?;
        }
    }

    fn append(&mut self, piece: &[u8]) -> Result<(), Stop> {
        // A frame may be empty, or hold trailers, which HTTP/1.1 backends are not sent.
        if piece.is_empty() {
            return Ok(());
        }
        let bytes = piece.len() as u64;
        self.body_bytes += bytes;
        if self.pace.is_too_slow(&self.worker, self.body_bytes) {
            return Err(Stop::Refused(Refusal::TimeoutBody));
        }
        let left = self.left_bytes.checked_sub(bytes);
        self.left_bytes = left.ok_or(Stop::Refused(Refusal::BodyTooLarge))?;
        if self.chunked {
            write_chunk_size(piece.len(), &mut self.outbox);
        }
        self.outbox.extend_from_slice(piece);
        if self.chunked {
            self.outbox.extend_from_slice(CHUNK_END);
        }
        Ok(())
    }

    fn end(&mut self) {
        self.ended = true;
        if self.chunked {
            write_last_chunk(None, &mut self.outbox);
        }
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        self.worker.buffers.borrow_mut().take_outbox(std::mem::take(&mut self.outbox));
    }
}
