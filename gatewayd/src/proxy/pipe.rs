//! A pipe: bytes of a large body go through it from one socket to the other without being copied
//! into this process (`splice(2)`).

use std::io;
use std::os::fd::OwnedFd;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use nix::fcntl::{FcntlArg, OFlag, SpliceFFlags, fcntl, splice};
use nix::unistd::pipe2;
use tokio::io::Interest;
use tokio::net::TcpStream;

/// How much a pipe takes at once; the system allows each user 64 MiB of pipes.
const PIPE_BYTES: i32 = 256 * 1024;

/// A pipe, and how much is in it.
#[derive(Debug)]
pub(super) struct Pipe {
    reader: OwnedFd,
    writer: OwnedFd,
    holds: usize,
    /// Counted as lent while it lives.
    _lender: Option<Rc<()>>,
}

impl Pipe {
    /// A new one.
    ///
    /// # Errors
    /// When the system has none to give.
    pub(super) fn open() -> io::Result<Pipe> {
        let (reader, writer) = pipe2(OFlag::O_CLOEXEC | OFlag::O_NONBLOCK)?;
        // A smaller one is slower and no less right.
        let _ = fcntl(&writer, FcntlArg::F_SETPIPE_SZ(PIPE_BYTES));
        Ok(Pipe { reader, writer, holds: 0, _lender: None })
    }

    /// The same, counted as lent for as long as it is neither given back nor gone.
    pub(super) fn lent(self, lender: &Rc<()>) -> Pipe {
        Pipe { _lender: Some(Rc::clone(lender)), ..self }
    }

    /// The same, given back.
    pub(super) fn back(self) -> Pipe {
        Pipe { _lender: None, ..self }
    }

    /// How much is in it.
    pub(super) fn holds(&self) -> usize {
        self.holds
    }

    /// Takes up to `most` bytes from a socket while it is empty; 0 bytes are the end.
    pub(super) fn poll_fill(
        &mut self,
        cx: &mut Context<'_>,
        from: &TcpStream,
        most: usize,
    ) -> Poll<io::Result<usize>> {
        debug_assert_eq!(self.holds, 0, "a full pipe and an empty socket look the same");
        loop {
            ready!(from.poll_read_ready(cx))?;
            let moved = from.try_io(Interest::READABLE, || {
                Ok(splice(from, None, &self.writer, None, most, flags())?)
            });
            match moved {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
                Ok(count) => {
                    self.holds = count;
                    return Poll::Ready(Ok(count));
                }
            }
        }
    }

    /// Gives some of what is in it to a socket.
    pub(super) fn poll_drain(
        &mut self,
        cx: &mut Context<'_>,
        to: &TcpStream,
    ) -> Poll<io::Result<usize>> {
        loop {
            ready!(to.poll_write_ready(cx))?;
            let moved = to.try_io(Interest::WRITABLE, || {
                Ok(splice(&self.reader, None, to, None, self.holds, flags())?)
            });
            match moved {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
                Ok(count) => {
                    self.holds -= count;
                    return Poll::Ready(Ok(count));
                }
            }
        }
    }
}

fn flags() -> SpliceFFlags {
    SpliceFFlags::SPLICE_F_MOVE | SpliceFFlags::SPLICE_F_NONBLOCK
}
