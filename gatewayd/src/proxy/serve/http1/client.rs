//! A client's connection: its socket, what was read of it, and what waits to be written.

use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use super::super::super::buffers::Inbox;
use super::super::super::pipe::Pipe;
use super::super::super::upstream::poll_fill;
use super::super::super::worker::Worker;
use super::super::stream::Stream;

/// A client's connection. It holds no buffer while there is nothing in it.
pub(super) struct Client<S> {
    stream: S,
    inbox: Option<Inbox>,
    outbox: Vec<u8>,
    /// How much of the outbox is written.
    written: usize,
    /// Bytes written since the connection began.
    moved: u64,
    worker: Rc<Worker>,
}

impl<S: Stream> Client<S> {
    pub(super) fn new(worker: &Rc<Worker>, stream: S) -> Client<S> {
        let worker = Rc::clone(worker);
        Client { stream, inbox: None, outbox: Vec::new(), written: 0, moved: 0, worker }
    }

    /// What was read and not used.
    pub(super) fn unread(&self) -> &[u8] {
        self.inbox.as_ref().map_or(&[], Inbox::unread)
    }

    /// Marks the first `count` unread bytes as used.
    pub(super) fn consume(&mut self, count: usize) {
        if let Some(inbox) = &mut self.inbox {
            inbox.consume(count);
            self.put_empty_inbox_back();
        }
    }

    /// Reads more; 0 bytes are the end.
    pub(super) fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let worker = &self.worker;
        let inbox = self.inbox.get_or_insert_with(|| worker.buffers.borrow_mut().request_inbox());
        let filled = poll_fill(&mut self.stream, cx, inbox);
        self.put_empty_inbox_back();
        filled
    }

    /// Reads ahead while something else is waited for, as far as there is room: ready once the
    /// client has left.
    pub(super) fn poll_left(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            if self.inbox.as_ref().is_some_and(Inbox::is_full) {
                return Poll::Pending;
            }
            match ready!(self.poll_fill(cx)) {
                Ok(0) | Err(_) => return Poll::Ready(()),
                Ok(_) => {}
            }
        }
    }

    /// What waits to be written; more can be appended.
    pub(super) fn outbox(&mut self) -> &mut Vec<u8> {
        if self.outbox.capacity() == 0 {
            self.outbox = self.worker.buffers.borrow_mut().outbox();
        }
        &mut self.outbox
    }

    /// How much waits to be written.
    pub(super) fn waiting(&self) -> usize {
        self.outbox.len() - self.written
    }

    /// Writes what waits; ready once all of it is with the system.
    pub(super) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.waiting() > 0 {
            let stream = Pin::new(&mut self.stream);
            let count = ready!(stream.poll_write(cx, &self.outbox[self.written..]))?;
            if count == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.written += count;
            self.moved += count as u64;
        }
        if self.written > 0 {
            self.outbox.clear();
            self.written = 0;
        }
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    /// Writes some of `bytes` past the outbox, which is empty.
    pub(super) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        debug_assert_eq!(self.waiting(), 0, "bytes would overtake others");
        let count = ready!(Pin::new(&mut self.stream).poll_write(cx, bytes))?;
        self.moved += count as u64;
        Poll::Ready(Ok(count))
    }

    /// Whether bytes go to it as they are, so that they can go through a pipe.
    pub(super) fn is_bare(&self) -> bool {
        self.stream.bare().is_some()
    }

    /// Writes some of what is in `pipe` past the outbox, which is empty.
    pub(super) fn poll_drain(
        &mut self,
        cx: &mut Context<'_>,
        pipe: &mut Pipe,
    ) -> Poll<io::Result<usize>> {
        debug_assert_eq!(self.waiting(), 0, "bytes would overtake others");
        let socket = self.stream.bare().ok_or(io::ErrorKind::Unsupported)?;
        let count = ready!(pipe.poll_drain(cx, socket))?;
        self.moved += count as u64;
        Poll::Ready(Ok(count))
    }

    /// Bytes written since the connection began.
    pub(super) fn moved(&self) -> u64 {
        self.moved
    }

    /// Lets go of the buffer for writing, which is empty while nothing is answered.
    pub(super) fn rest(&mut self) {
        if self.outbox.capacity() > 0 && self.outbox.is_empty() {
            self.worker.buffers.borrow_mut().take_outbox(std::mem::take(&mut self.outbox));
        }
    }

    /// The bare socket and what was read ahead, after a switch of protocols.
    pub(super) fn stream_and_unread(&mut self) -> (&mut S, Vec<u8>) {
        let unread = self.unread().to_vec();
        self.consume(unread.len());
        (&mut self.stream, unread)
    }

    /// The socket.
    pub(super) fn stream(&mut self) -> &mut S {
        &mut self.stream
    }

    fn put_empty_inbox_back(&mut self) {
        if let Some(inbox) = self.inbox.take_if(|inbox| inbox.is_empty()) {
            self.worker.buffers.borrow_mut().take_inbox(inbox);
        }
    }
}

impl<S> Drop for Client<S> {
    fn drop(&mut self) {
        let mut buffers = self.worker.buffers.borrow_mut();
        if let Some(inbox) = self.inbox.take() {
            buffers.take_inbox(inbox);
        }
        buffers.take_outbox(std::mem::take(&mut self.outbox));
    }
}
