//! One connection to a backend.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::state::OpenConnection;

use super::super::buffers::Inbox;
use super::super::pipe::Pipe;
use super::shelf::Spare;

/// One connection to a backend; it serves one request at a time.
#[derive(Debug)]
pub(in crate::proxy) struct Connection {
    stream: TcpStream,
    born_ms: u64,
    idle_since_ms: u64,
    /// It has served before, so the backend may be about to close it.
    kept: bool,
    open: OpenConnection,
}

impl Connection {
    pub(super) fn new(stream: TcpStream, open: OpenConnection, now_ms: u64) -> Connection {
        Connection { stream, born_ms: now_ms, idle_since_ms: now_ms, kept: false, open }
    }

    /// One that another worker had; this worker's event loop has it from now on.
    ///
    /// # Errors
    /// When the event loop does not take it.
    pub(super) fn adopt(spare: Spare) -> io::Result<Connection> {
        let Spare { stream, born_ms, idle_since_ms, open } = spare;
        let stream = TcpStream::from_std(stream)?;
        Ok(Connection { stream, born_ms, idle_since_ms, kept: true, open })
    }

    /// Takes an idle one out of this worker's event loop.
    ///
    /// # Errors
    /// When the event loop does not let go of it.
    pub(super) fn give_up(self) -> io::Result<Spare> {
        let Connection { stream, born_ms, idle_since_ms, open, .. } = self;
        Ok(Spare { stream: stream.into_std()?, born_ms, idle_since_ms, open })
    }

    /// When it was made, milliseconds since the start of the process.
    pub(super) fn born_ms(&self) -> u64 {
        self.born_ms
    }

    /// Since when it is idle.
    pub(super) fn idle_since_ms(&self) -> u64 {
        self.idle_since_ms
    }

    /// An exchange is over; it waits for the next.
    pub(super) fn rest(&mut self, now_ms: u64) {
        self.idle_since_ms = now_ms;
        self.kept = true;
    }

    /// Whether it has served before.
    pub(super) fn is_kept(&self) -> bool {
        self.kept
    }

    /// Whether an idle one can serve: nothing came, not even its end. Bytes that nobody asked for
    /// would be taken for the next answer.
    pub(super) fn is_quiet(&self) -> bool {
        // The event loop knows whether there is something to read; the system is asked only then.
        let read = self.stream.try_read(&mut [0]);
        read.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
    }

    /// Reads what has come; 0 bytes are the end.
    pub(in crate::proxy) fn poll_fill(
        &mut self,
        cx: &mut Context<'_>,
        inbox: &mut Inbox,
    ) -> Poll<io::Result<usize>> {
        poll_fill(&mut self.stream, cx, inbox)
    }

    /// Takes up to `most` bytes of what has come into `pipe`; 0 bytes are the end.
    pub(super) fn poll_pipe(
        &mut self,
        cx: &mut Context<'_>,
        pipe: &mut Pipe,
        most: usize,
    ) -> Poll<io::Result<usize>> {
        pipe.poll_fill(cx, &self.stream, most)
    }

    /// Writes some of `bytes`.
    pub(in crate::proxy) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    /// The bare socket, after a switch of protocols; it is open for as long as what comes with it is
    /// kept.
    pub(in crate::proxy) fn into_stream(self) -> (TcpStream, OpenConnection) {
        (self.stream, self.open)
    }
}

/// Reads into the room of `inbox`; 0 bytes are the end.
pub(in crate::proxy) fn poll_fill(
    stream: &mut (impl AsyncRead + Unpin),
    cx: &mut Context<'_>,
    inbox: &mut Inbox,
) -> Poll<io::Result<usize>> {
    let mut room = ReadBuf::new(inbox.room());
    debug_assert!(room.capacity() > 0, "an inbox without room reads the end of the stream");
    std::task::ready!(Pin::new(stream).poll_read(cx, &mut room))?;
    let count = room.filled().len();
    inbox.filled(count);
    Poll::Ready(Ok(count))
}
