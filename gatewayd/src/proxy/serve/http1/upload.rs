//! The upload: a request on its way from the client to the backend.

use std::rc::Rc;
use std::task::{Context, Poll, ready};

use crate::model::Refusal;

use super::super::super::http1::{
    BodyReader, CHUNK_END, ChunkFault, RequestFraming, Step, write_chunk_size, write_last_chunk,
};
use super::super::super::upstream::Connection;
use super::super::super::worker::Worker;
use super::super::patience::{Awaits, Pace};
use super::super::stop::Stop;
use super::super::stream::Stream;
use super::client::Client;

const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";
/// So much is gathered before it is written.
const GATHERED_BYTES: usize = 32 * 1024;

/// A request under way.
pub(super) struct Upload {
    worker: Rc<Worker>,
    /// The head at first, then pieces of the body.
    outbox: Vec<u8>,
    written: usize,
    body: BodyReader,
    chunked: bool,
    expects_continue: bool,
    left_bytes: u64,
    body_bytes: u64,
    pace: Pace,
    /// Something of it was written to a backend.
    sent: bool,
    ended: bool,
    /// The backend takes no more of it; its answer may still come.
    refused: bool,
}

impl Upload {
    /// An upload of a request whose `head` is written for the backend.
    pub(super) fn new(
        worker: &Rc<Worker>,
        head: Vec<u8>,
        framing: RequestFraming,
        expects_continue: bool,
        most_body_bytes: u64,
    ) -> Upload {
        let body = BodyReader::of_request(framing);
        Upload {
            worker: Rc::clone(worker),
            outbox: head,
            written: 0,
            chunked: framing == RequestFraming::Chunked,
            expects_continue: expects_continue && !body.is_over(),
            body,
            left_bytes: most_body_bytes,
            body_bytes: 0,
            pace: Pace::new(worker),
            sent: false,
            ended: false,
            refused: false,
        }
    }

    /// Whether all of the request has been read from the client.
    pub(super) fn is_read(&self) -> bool {
        self.body.is_over()
    }

    /// Whether it can be made again from its beginning: nothing but a head.
    pub(super) fn is_repeatable(&self) -> bool {
        self.body.is_over() && self.body_bytes == 0 && !self.chunked
    }

    /// Whether not a byte of it was written to a backend.
    pub(super) fn is_unsent(&self) -> bool {
        !self.sent
    }

    /// Begins again, towards another backend: nothing was sent, or there is nothing but a head.
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
            () if self.is_over() => Awaits::Nothing,
            () if self.written < self.outbox.len() => Awaits::Backend,
            () => Awaits::Client,
        }
    }

    /// Whether nothing more is to be done for it.
    fn is_over(&self) -> bool {
        self.refused || self.ended && self.written == self.outbox.len()
    }

    /// Moves the request on; ready once all of it is with the system, or the backend takes no more.
    pub(super) fn poll<S: Stream>(
        &mut self,
        cx: &mut Context<'_>,
        client: &mut Client<S>,
        connection: &mut Connection,
    ) -> Poll<Result<(), Stop>> {
        loop {
            if self.is_over() {
                return Poll::Ready(Ok(()));
            }
            self.gather(client)?;
            while self.written < self.outbox.len() {
                match ready!(connection.poll_write(cx, &self.outbox[self.written..])) {
                    Ok(count) if count > 0 => {
                        self.written += count;
                        self.sent = true;
                    }
                    _ => {
                        self.refused = true;
                        return Poll::Ready(Ok(()));
                    }
                }
            }
            if self.ended {
                return Poll::Ready(Ok(()));
            }
            if !client.unread().is_empty() {
                continue;
            }
            if std::mem::take(&mut self.expects_continue) {
                client.outbox().extend_from_slice(CONTINUE);
            }
            if client.waiting() > 0 {
                ready!(client.poll_flush(cx)).map_err(|_| Stop::Left)?;
            }
            match ready!(client.poll_fill(cx)) {
                Ok(0) | Err(_) => return Poll::Ready(Err(Stop::Left)),
                Ok(_) if self.pace.is_too_slow(&self.worker, self.body_bytes) => {
                    return Poll::Ready(Err(Stop::Refused(Refusal::TimeoutBody)));
                }
                Ok(_) => {}
            }
        }
    }

    /// Takes what has come of the body into the outbox.
    fn gather<S: Stream>(&mut self, client: &mut Client<S>) -> Result<(), Stop> {
        self.forget_written();
        while !self.ended && self.outbox.len() < GATHERED_BYTES {
            let unread = client.unread();
            let mut at = 0;
            let step =
                self.body.step(unread, &mut at).map_err(|fault| Stop::Refused(refusal(fault)))?;
            if let Step::Data(range) = &step {
                let piece = &unread[range.clone()];
                append(&mut self.outbox, piece, self.chunked);
                self.count(piece.len() as u64)?;
            }
            client.consume(at);
            match step {
                Step::Data(_) => {}
                Step::More => return Ok(()),
                Step::End => self.end(),
            }
        }
        Ok(())
    }

    /// Makes room once the head, or an earlier piece, is written. A request that is nothing but a
    /// head keeps it: it may have to be made again.
    fn forget_written(&mut self) {
        if !self.body.is_over() && self.written == self.outbox.len() {
            self.outbox.clear();
            self.written = 0;
        }
    }

    fn count(&mut self, bytes: u64) -> Result<(), Stop> {
        self.body_bytes += bytes;
        let left = self.left_bytes.checked_sub(bytes);
        self.left_bytes = left.ok_or(Stop::Refused(Refusal::BodyTooLarge))?;
        Ok(())
    }

    fn end(&mut self) {
        self.ended = true;
        if self.chunked {
            let trailers = self.body.trailers();
            self.worker.count_dropped(trailers);
            write_last_chunk(trailers, &mut self.outbox);
        }
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        self.worker.buffers.borrow_mut().take_outbox(std::mem::take(&mut self.outbox));
    }
}

fn append(outbox: &mut Vec<u8>, piece: &[u8], chunked: bool) {
    if chunked {
        write_chunk_size(piece.len(), outbox);
    }
    outbox.extend_from_slice(piece);
    if chunked {
        outbox.extend_from_slice(CHUNK_END);
    }
}

fn refusal(fault: ChunkFault) -> Refusal {
    fault.refusal()
}
