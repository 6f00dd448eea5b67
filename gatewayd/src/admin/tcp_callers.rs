//! Callers by TCP: as many as there is room for, each of which has to say something soon.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_util::stream::{self, Stream};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Sleep, sleep};
use tonic::transport::server::{Connected, TcpConnectInfo};

use crate::state::MessagePace;

/// The most connections at once; those beyond are closed at once.
pub(super) const MOST_CALLERS: usize = 64;
/// How long a caller may take to begin.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
/// How long all wait when none can be let in.
const PAUSE: Duration = Duration::from_millis(500);

/// A connection that has a place.
pub(super) struct Caller {
    stream: TcpStream,
    /// Until when it has to say something; absent once it did.
    silent: Option<Pin<Box<Sleep>>>,
    _place: OwnedSemaphorePermit,
}

/// Those who call at `listener`, one after the other. Whatever keeps one from being let in (a want
/// of descriptors, mostly) is waited out, because the kernel would report it again at once.
pub(super) fn callers(
    listener: TcpListener,
    patience: Duration,
) -> impl Stream<Item = io::Result<Caller>> {
    let places = Arc::new(Semaphore::new(MOST_CALLERS));
    let at_first = (listener, places, MessagePace::default());
    stream::unfold(at_first, move |(listener, places, pace)| async move {
        loop {
            let stream = match listener.accept().await {
                Ok((stream, _)) => stream,
                Err(error) => {
                    if let Some(more) = pace.due() {
                        tracing::warn!(%error, more, "callers of the external scaler wait");
                    }
                    sleep(PAUSE).await;
                    continue;
                }
            };
            match Arc::clone(&places).try_acquire_owned() {
                Ok(place) => {
                    let silent = Some(Box::pin(sleep(patience)));
                    let caller = Caller { stream, silent, _place: place };
                    return Some((Ok(caller), (listener, places, pace)));
                }
                Err(_) => {
                    if let Some(more) = pace.due() {
                        tracing::warn!(
                            more,
                            "{MOST_CALLERS} callers of the external scaler are the most"
                        );
                    }
                }
            }
        }
    })
}

impl Connected for Caller {
    type ConnectInfo = TcpConnectInfo;

    fn connect_info(&self) -> TcpConnectInfo {
        self.stream.connect_info()
    }
}

impl AsyncRead for Caller {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let caller = &mut *self;
        if let Poll::Ready(read) = Pin::new(&mut caller.stream).poll_read(context, buffer) {
            caller.silent = None;
            return Poll::Ready(read);
        }
        if let Some(silent) = &mut caller.silent {
            ready!(silent.as_mut().poll(context));
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        Poll::Pending
    }
}

impl AsyncWrite for Caller {
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
    use tokio::io::AsyncReadExt;

    use super::*;

    const DEADLINE: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn beyond_the_most_one_is_closed_and_a_place_that_comes_free_is_given_again() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut coming = pin!(callers(listener, DEADLINE));
        let (mut clients, mut let_in) = (Vec::new(), Vec::new());
        for _ in 0..MOST_CALLERS {
            clients.push(TcpStream::connect(address).await.unwrap());
            let_in.push(coming.next().await.unwrap().unwrap());
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
        again.expect("there is a place again").unwrap().unwrap();
    }

    #[tokio::test]
    async fn who_says_nothing_is_let_go() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut coming = pin!(callers(listener, Duration::from_millis(100)));
        let _client = TcpStream::connect(address).await.unwrap();
        let mut caller = coming.next().await.unwrap().unwrap();
        let told = tokio::time::timeout(DEADLINE, caller.read(&mut [0])).await;
        let told = told.expect("it ends").unwrap_err();
        assert_eq!(told.kind(), io::ErrorKind::TimedOut);
    }
}
