//! Connections: those who call at a listener, as many as there is room for, each of whom has to say
//! something soon.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_util::stream::{self, Stream};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Sleep, sleep};
use tonic::transport::server::Connected;

use crate::state::MessagePace;

/// The most connections of one listener at once; those beyond are closed at once.
pub(super) const MOST_CONNECTIONS: usize = 64;
/// How long a caller may take to begin.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
/// How long all wait when none can be let in.
const PAUSE: Duration = Duration::from_millis(500);
/// What every caller says first: the preface of HTTP/2 (RFC 9113 §3.4), in bytes.
const PREFACE: usize = 24;

/// Where connections come in.
pub(super) trait Listening: Send + Sync + 'static {
    /// What comes in.
    type Stream: Send;

    /// The next one.
    fn next(&self) -> impl Future<Output = io::Result<Self::Stream>> + Send;
}

/// Room for one connection, which ends with it.
pub(super) type Place = OwnedSemaphorePermit;

/// A connection that has a place, and what is known of whoever called.
pub(super) struct Connection<S, I> {
    stream: S,
    caller: I,
    heard: usize,
    /// Until when it has to say something; absent once it did.
    silent: Option<Pin<Box<Sleep>>>,
    _place: Place,
}

impl Listening for TcpListener {
    type Stream = TcpStream;

    async fn next(&self) -> io::Result<TcpStream> {
        self.accept().await.map(|(stream, _)| stream)
    }
}

impl Listening for UnixListener {
    type Stream = UnixStream;

    async fn next(&self) -> io::Result<UnixStream> {
        self.accept().await.map(|(stream, _)| stream)
    }
}

/// Those who call at `listener`, which is `whose`, one after the other. Whatever keeps one from being
/// let in (a want of descriptors, mostly) is waited out, because the kernel would report it again at
/// once.
pub(super) fn arriving<L: Listening>(
    listener: L,
    whose: &'static str,
) -> impl Stream<Item = (L::Stream, Place)> + Send {
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let at_first = (listener, places, MessagePace::default());
    stream::unfold(at_first, move |(listener, places, pace)| async move {
        loop {
            let stream = match listener.next().await {
                Ok(stream) => stream,
                Err(error) => {
                    if let Some(more) = pace.due() {
                        tracing::warn!(%error, more, "callers of {whose} wait");
                    }
                    sleep(PAUSE).await;
                    continue;
                }
            };
            match Arc::clone(&places).try_acquire_owned() {
                Ok(place) => return Some(((stream, place), (listener, places, pace))),
                Err(_) => {
                    if let Some(more) = pace.due() {
                        tracing::warn!(more, "{MOST_CONNECTIONS} callers of {whose} are the most");
                    }
                }
            }
        }
    })
}

impl<S, I> Connection<S, I> {
    /// A connection of `caller`, who has so long to begin.
    pub(super) fn new(stream: S, place: Place, caller: I, patience: Duration) -> Connection<S, I> {
        let silent = Some(Box::pin(sleep(patience)));
        Connection { stream, caller, heard: 0, silent, _place: place }
    }
}

impl<S, I: Clone + Send + Sync + 'static> Connected for Connection<S, I> {
    type ConnectInfo = I;

    fn connect_info(&self) -> I {
        self.caller.clone()
    }
}

impl<S: AsyncRead + Unpin, I: Unpin> AsyncRead for Connection<S, I> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let it = &mut *self;
        let before = buffer.filled().len();
        if let Poll::Ready(read) = Pin::new(&mut it.stream).poll_read(context, buffer) {
            it.heard = it.heard.saturating_add(buffer.filled().len() - before);
            if it.heard >= PREFACE {
                it.silent = None;
            }
            return Poll::Ready(read);
        }
        if let Some(silent) = &mut it.silent {
            ready!(silent.as_mut().poll(context));
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        Poll::Pending
    }
}

impl<S: AsyncWrite + Unpin, I: Unpin> AsyncWrite for Connection<S, I> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures_util::StreamExt;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    const DEADLINE: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn beyond_the_most_one_is_closed_and_a_place_that_comes_free_is_given_again() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut coming = pin!(arriving(listener, "the test"));
        let (mut clients, mut let_in) = (Vec::new(), Vec::new());
        for _ in 0..MOST_CONNECTIONS {
            clients.push(TcpStream::connect(address).await.unwrap());
            let_in.push(coming.next().await.unwrap());
        }
        let mut beyond = TcpStream::connect(address).await.unwrap();
        let closed = async { matches!(beyond.read(&mut [0]).await, Ok(0) | Err(_)) };
        let closed = tokio::select! {
            closed = closed => closed,
            _ = coming.next() => panic!("one more was let in"),
            () = sleep(DEADLINE) => false,
        };
        assert!(closed, "it is closed at once");
        let_in.pop();
        let _again = TcpStream::connect(address).await.unwrap();
        let again = tokio::time::timeout(DEADLINE, coming.next()).await;
        assert!(again.expect("there is a place again").is_some());
    }

    #[tokio::test]
    async fn who_says_nothing_or_hardly_anything_is_let_go() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("socket");
        for said in [&b""[..], b"PRI * HTTP"] {
            let _ = std::fs::remove_file(&path);
            let listener = UnixListener::bind(&path).unwrap();
            let mut coming = pin!(arriving(listener, "the test"));
            let mut client = UnixStream::connect(&path).await.unwrap();
            client.write_all(said).await.unwrap();
            let (stream, place) = coming.next().await.unwrap();
            let mut caller = Connection::new(stream, place, (), Duration::from_millis(100));
            let mut text = Vec::new();
            let told = tokio::time::timeout(DEADLINE, caller.read_to_end(&mut text)).await;
            let told = told.expect("it ends").unwrap_err();
            assert_eq!((told.kind(), &*text), (io::ErrorKind::TimedOut, said));
        }
    }
}
