//! A way: bytes from one side of a tunnel to the other.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

const BUFFER_BYTES: usize = 8 * 1024;

/// What is on its way, and how far.
pub(super) struct Way {
    buffer: Vec<u8>,
    /// How much of the buffer is written.
    written: usize,
    moved: usize,
    unflushed: bool,
    ended: bool,
    shut: bool,
}

impl Way {
    /// A way on which `first` is already.
    pub(super) fn new(first: Vec<u8>) -> Way {
        Way { buffer: first, written: 0, moved: 0, unflushed: false, ended: false, shut: false }
    }

    /// What was read and is not written.
    pub(super) fn rest(&self) -> &[u8] {
        &self.buffer[self.written..]
    }

    /// Forgets what is not written but for the first `count` bytes.
    pub(super) fn keep(&mut self, count: usize) {
        self.buffer.truncate(self.written + count);
    }

    /// Lets `bytes` follow what is not written.
    pub(super) fn append(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// Bytes written so far.
    pub(super) fn moved(&self) -> usize {
        self.moved
    }

    /// Whether nothing more comes.
    pub(super) fn has_ended(&self) -> bool {
        self.ended
    }

    /// Moves bytes on, each shown to `passed` once it is written; ready once `from` has ended and
    /// `to` knows.
    pub(super) fn poll(
        &mut self,
        cx: &mut Context<'_>,
        from: &mut (impl AsyncRead + Unpin),
        to: &mut (impl AsyncWrite + Unpin),
        mut passed: impl FnMut(&[u8]),
    ) -> Poll<io::Result<()>> {
        loop {
            ready!(self.poll_write(cx, to, &mut passed))?;
            if self.ended {
                if !self.shut {
                    ready!(Pin::new(to).poll_shutdown(cx))?;
                    self.shut = true;
                }
                return Poll::Ready(Ok(()));
            }
            if self.poll_read(cx, from)?.is_pending() {
                // What has come goes before more is waited for.
                if self.unflushed {
                    ready!(Pin::new(to).poll_flush(cx))?;
                    self.unflushed = false;
                }
                return Poll::Pending;
            }
        }
    }

    /// Writes all that was read.
    pub(super) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        to: &mut (impl AsyncWrite + Unpin),
        mut passed: impl FnMut(&[u8]),
    ) -> Poll<io::Result<()>> {
        while self.written < self.buffer.len() {
            let rest = &self.buffer[self.written..];
            let count = ready!(Pin::new(&mut *to).poll_write(cx, rest))?;
            if count == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            passed(&rest[..count]);
            self.written += count;
            self.moved += count;
            self.unflushed = true;
        }
        Poll::Ready(Ok(()))
    }

    /// Reads something in place of what was written, or comes to the end.
    pub(super) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        from: &mut (impl AsyncRead + Unpin),
    ) -> Poll<io::Result<()>> {
        self.written = 0;
        self.buffer.resize(BUFFER_BYTES, 0);
        let mut room = ReadBuf::new(&mut self.buffer);
        let read = Pin::new(from).poll_read(cx, &mut room);
        let count = room.filled().len();
        self.buffer.truncate(count);
        ready!(read)?;
        self.ended = count == 0;
        Poll::Ready(Ok(()))
    }
}
