//! One connection of HTTP/2 to a backend: driven by a task of its own until nobody needs it.

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use h2::client::SendRequest;
use h2::{Ping, client};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::net::dial;
use crate::state::{LiveBackend, OpenConnection};

use super::super::super::deadlines::Deadline;
use super::super::super::worker::Worker;
use super::super::ConnectError;
use super::super::pools::{CONNECT_TIMEOUT, LONGEST_IDLE_MS, LONGEST_LIFE_MS};
use super::Place;

/// The most streams on one connection, whatever the backend allows.
const MOST_STREAMS: usize = 100;
const STREAM_WINDOW_BYTES: u32 = 64 * 1024;
/// Room for all streams at once: clients that take nothing hold up no other client's answer.
const CONNECTION_WINDOW_BYTES: u32 = MOST_STREAMS as u32 * STREAM_WINDOW_BYTES;
/// What small frames that clients have not taken may cost beside their bytes. A client that takes
/// nothing of a window full of tiny ones uses up to 16 MiB of it, until its stream is reset.
const UNREAD_FRAMES_BYTES: usize = 128 * 1024 * 1024;
const SEND_BUFFER_BYTES: usize = 64 * 1024;
const LARGEST_HEAD_BYTES: u32 = 64 * 1024;
/// How long a connection that nobody needs may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(1);

/// One connection. Once it is dropped no stream begins on it; those under way go on, and behind
/// the last of them it closes.
pub(super) struct Connection {
    sender: SendRequest<Bytes>,
    life: Rc<Life>,
    born_ms: u64,
}

/// What a connection, its driver and its streams know of each other.
pub(super) struct Life {
    worker: Rc<Worker>,
    streams: Cell<usize>,
    /// It has carried a stream.
    served: Cell<bool>,
    /// Since when it has none.
    idle_since_ms: Cell<u64>,
    /// No stream may begin on it.
    leaving: Cell<bool>,
    /// It has ended.
    ended: Cell<bool>,
    /// Armed once nobody needs it.
    goodbye: Deadline,
}

impl Connection {
    /// A new connection to `backend`, which has told what it allows.
    ///
    /// # Errors
    /// When none comes about, or what answers speaks no HTTP/2.
    pub(super) async fn open(
        worker: &Rc<Worker>,
        backend: &LiveBackend,
    ) -> Result<Connection, ConnectError> {
        let address = backend.address;
        let stream = dial(address, CONNECT_TIMEOUT).await?;
        let open = backend.connections.open();
        let begun = timeout(CONNECT_TIMEOUT, Connection::begin(worker, stream, open)).await;
        match begun {
            Ok(Ok(connection)) => Ok(connection),
            Ok(Err(source)) => Err(ConnectError::NotHttp2 { address, source }),
            Err(_) => Err(ConnectError::Silent { address, limit: CONNECT_TIMEOUT }),
        }
    }

    async fn begin(
        worker: &Rc<Worker>,
        stream: TcpStream,
        open: OpenConnection,
    ) -> Result<Connection, h2::Error> {
        let (sender, mut connection) = client::Builder::new()
            .enable_push(false)
            .initial_window_size(STREAM_WINDOW_BYTES)
            .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
            .data_frame_budget(UNREAD_FRAMES_BYTES)
            .max_send_buffer_size(SEND_BUFFER_BYTES)
            .max_header_list_size(LARGEST_HEAD_BYTES)
            .handshake(stream)
            .await?;
        let mut pings = connection.ping_pong().expect("nobody took it before");
        let life = Rc::new(Life::new(worker));
        tokio::task::spawn_local(drive(connection, Rc::clone(&life), open));
        let connection = Connection { sender, life, born_ms: worker.now_ms() };
        // The backend's settings come before anything else: with the answer they are there.
        pings.ping(Ping::opaque()).await?;
        Ok(connection)
    }

    /// Room for one more stream, if there is.
    pub(super) fn place(&self) -> Option<Place> {
        let has_room = self.life.streams.get() < self.most_streams();
        has_room.then(|| Place::new(self.sender.clone(), Rc::clone(&self.life)))
    }

    /// How many streams it carries at most: our own limit, or the backend's if that is less.
    pub(super) fn most_streams(&self) -> usize {
        self.sender.current_max_send_streams().min(MOST_STREAMS)
    }

    /// Whether streams can begin on it: it is open, and the backend has not said goodbye.
    pub(super) fn is_usable(&mut self, now_ms: u64) -> bool {
        let mut cx = Context::from_waker(Waker::noop());
        !self.life.ended.get()
            && !self.life.leaving.get()
            && now_ms.saturating_sub(self.born_ms) < LONGEST_LIFE_MS
            && (self.most_streams() > 0 || self.life.streams.get() > 0)
            && !matches!(self.sender.poll_ready(&mut cx), Poll::Ready(Err(_)))
    }

    /// Whether it has been without a stream for too long.
    pub(super) fn is_idle_too_long(&self, now_ms: u64) -> bool {
        let idle_ms = now_ms.saturating_sub(self.life.idle_since_ms.get());
        self.life.streams.get() == 0 && idle_ms >= LONGEST_IDLE_MS
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.life.leave();
    }
}

impl Life {
    fn new(worker: &Rc<Worker>) -> Life {
        Life {
            worker: Rc::clone(worker),
            streams: Cell::new(0),
            served: Cell::new(false),
            idle_since_ms: Cell::new(worker.now_ms()),
            leaving: Cell::new(false),
            ended: Cell::new(false),
            goodbye: Deadline::new(worker),
        }
    }

    /// From now on no stream begins on it.
    pub(super) fn leave(&self) {
        self.leaving.set(true);
        self.part();
    }

    /// One more stream; says whether there were others before.
    pub(super) fn joined(&self) -> bool {
        self.streams.set(self.streams.get() + 1);
        self.served.replace(true)
    }

    /// One less.
    pub(super) fn left(&self) {
        self.streams.set(self.streams.get() - 1);
        if self.streams.get() == 0 {
            self.idle_since_ms.set(self.worker.now_ms());
        }
        self.part();
    }

    fn part(&self) {
        if self.leaving.get() && self.streams.get() == 0 {
            self.goodbye.arm(GOODBYE);
        }
    }
}

/// Moves the frames of a connection until it ends; nobody waits for one that says goodbye.
async fn drive(connection: client::Connection<TcpStream>, life: Rc<Life>, _open: OpenConnection) {
    let mut connection = pin!(connection);
    poll_fn(|cx| match connection.as_mut().poll(cx) {
        Poll::Pending if !life.goodbye.is_over(cx) => Poll::Pending,
        Poll::Pending => Poll::Ready(()),
        Poll::Ready(ended) => {
            if let Err(error) = ended {
                tracing::debug!(%error, "a connection to a backend ended");
            }
            Poll::Ready(())
        }
    })
    .await;
    life.ended.set(true);
}
