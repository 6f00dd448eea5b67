//! The backend behind every proxy: answers as fast as one thread can, keeps connections alive.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use anyhow::{Context, Result, ensure};
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags};

use crate::http1::Messages;

/// The body of a small answer.
pub(crate) const SMALL_BYTES: usize = 128;
/// The body of a large answer.
pub(crate) const LARGE_BYTES: usize = 1 << 20;

const READ_BYTES: usize = 256 * 1024;
const EVENTS: usize = 256;
/// How long it may take to notice that the run is over.
const NOTICE_MS: u16 = 100;
const DOOR: u64 = u64::MAX;

/// A running backend; its thread ends when it is dropped.
pub(crate) struct Backend {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Backend {
    /// Starts one on the cores of this thread.
    pub(crate) fn start() -> Result<Backend> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let over = Arc::new(AtomicBool::new(false));
        let mut room = Room::new(listener)?;
        let ends = Arc::clone(&over);
        let serve = move || {
            while !ends.load(Ordering::Relaxed) {
                room.serve_what_came();
            }
        };
        let thread = thread::Builder::new().name("backend".into()).spawn(serve)?;
        Ok(Backend { address, over, thread: Some(thread) })
    }
}

impl Drop for Backend {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // A backend that died left its measurements without answers, which was told there.
            let _ = thread.join();
        }
    }
}

/// Everything the thread holds.
struct Room {
    poll: Epoll,
    listener: TcpListener,
    guests: Vec<Option<Guest>>,
    free: Vec<usize>,
    answers: Answers,
    buffer: Vec<u8>,
}

/// What is said, heads included.
struct Answers {
    small: Vec<u8>,
    large: Vec<u8>,
}

/// One connection of a proxy.
struct Guest {
    stream: TcpStream,
    messages: Messages,
    /// What is left to say.
    owes: Option<Owed>,
}

/// An answer on its way.
#[derive(Clone, Copy)]
struct Owed {
    large: bool,
    sent: usize,
}

impl Answers {
    fn new() -> Answers {
        Answers { small: answer(SMALL_BYTES), large: answer(LARGE_BYTES) }
    }
}

fn answer(body_bytes: usize) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {body_bytes}\r\n\r\n"
    );
    let mut answer = head.into_bytes();
    answer.resize(answer.len() + body_bytes, b'x');
    answer
}

impl Room {
    fn new(listener: TcpListener) -> Result<Room> {
        listener.set_nonblocking(true)?;
        let poll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?;
        poll.add(&listener, EpollEvent::new(EpollFlags::EPOLLIN, DOOR))?;
        let (guests, free) = (Vec::new(), Vec::new());
        let (answers, buffer) = (Answers::new(), vec![0; READ_BYTES]);
        Ok(Room { poll, listener, guests, free, answers, buffer })
    }

    fn serve_what_came(&mut self) {
        let mut events = [EpollEvent::empty(); EVENTS];
        let count = self.poll.wait(&mut events, NOTICE_MS).unwrap_or(0);
        for event in &events[..count] {
            if event.data() == DOOR {
                self.welcome();
                continue;
            }
            let index = event.data() as usize;
            let Some(Some(guest)) = self.guests.get_mut(index) else { continue };
            if guest.serve(&self.answers, &mut self.buffer).is_err() {
                self.guests[index] = None;
                self.free.push(index);
            }
        }
    }

    fn welcome(&mut self) {
        while let Ok((stream, _)) = self.listener.accept() {
            let index = self.free.pop().unwrap_or_else(|| {
                self.guests.push(None);
                self.guests.len() - 1
            });
            match Guest::new(stream, &self.poll, index) {
                Ok(guest) => self.guests[index] = Some(guest),
                Err(_) => self.free.push(index),
            }
        }
    }
}

impl Guest {
    fn new(stream: TcpStream, poll: &Epoll, index: usize) -> Result<Guest> {
        stream.set_nonblocking(true)?;
        stream.set_nodelay(true)?;
        let when = EpollFlags::EPOLLIN | EpollFlags::EPOLLOUT | EpollFlags::EPOLLET;
        poll.add(&stream, EpollEvent::new(when, index as u64))?;
        Ok(Guest { stream, messages: Messages::default(), owes: None })
    }

    /// Reads and answers until nothing more comes.
    ///
    /// # Errors
    /// When the connection is to be closed.
    fn serve(&mut self, answers: &Answers, buffer: &mut [u8]) -> Result<()> {
        self.say(answers)?;
        loop {
            let count = match self.stream.read(buffer) {
                Ok(count) => count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error.into()),
            };
            ensure!(count > 0, "the proxy closed");
            self.hear(&buffer[..count])?;
            self.say(answers)?;
            // A new edge comes with whatever comes after a short read, its end included.
            if count < buffer.len() {
                return Ok(());
            }
        }
    }

    fn hear(&mut self, bytes: &[u8]) -> Result<()> {
        let taken = self.messages.take(bytes)?;
        ensure!(taken.bytes == bytes.len(), "two requests at once");
        if taken.ended {
            ensure!(self.owes.is_none(), "a request before the answer to the last");
            let line = self.messages.first_line();
            let target = line.split(|byte| *byte == b' ').nth(1).context("no target")?;
            self.owes = Some(Owed { large: target == b"/large", sent: 0 });
        }
        Ok(())
    }

    fn say(&mut self, answers: &Answers) -> Result<()> {
        while let Some(owed) = self.owes {
            let answer = if owed.large { &answers.large } else { &answers.small };
            match self.stream.write(&answer[owed.sent..]) {
                Ok(count) if owed.sent + count < answer.len() => {
                    self.owes = Some(Owed { sent: owed.sent + count, ..owed });
                }
                Ok(_) => {
                    self.owes = None;
                    ensure!(!self.wants_to_close(), "the proxy wants no more");
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    fn wants_to_close(&self) -> bool {
        self.messages.closes() || self.messages.first_line().ends_with(b"HTTP/1.0")
    }
}
