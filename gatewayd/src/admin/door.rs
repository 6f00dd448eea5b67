//! A door: one listener of the admin API, and how those who come by it say who they are.

use std::io;
use std::sync::Arc;

use futures_util::stream::{Stream, StreamExt};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio::task::spawn_blocking;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::caller::Caller;
use super::connections::{Connection, MOST_CONNECTIONS, PATIENCE, Place, arriving};
use crate::model::{Access, SocketOwner};
use crate::state::{Denial, Denials, MessagePace};

/// How the admin API speaks TLS to whoever connects next.
pub type TlsNow = Arc<dyn Fn() -> Arc<rustls::ServerConfig> + Send + Sync>;

/// One listener of the admin API.
pub enum Door {
    /// For those whom the kernel knows, by their roles.
    Socket(UnixListener, SocketOwner),
    /// For looking, whoever it is.
    ViewerSocket(UnixListener),
    /// For those who prove by a certificate who they are.
    Tcp(TcpListener, TlsNow),
}

/// A connection of somebody known.
type Known<S> = io::Result<Connection<S, Arc<Caller>>>;

/// Those who come by a socket of `owner`. Who they are is looked up beside each other.
pub(super) fn by_socket(
    listener: UnixListener,
    owner: SocketOwner,
    access: Arc<Access>,
) -> impl Stream<Item = Known<UnixStream>> + Send {
    let known = move |(stream, place): (UnixStream, Place)| {
        let access = Arc::clone(&access);
        async move {
            let peer = stream.peer_cred().ok();
            // Directories of users may hang; the runtime must not.
            let asked = spawn_blocking(move || Caller::by_socket(peer, &access, owner));
            let caller = Arc::new(timeout(PATIENCE, asked).await.ok()?.ok()?);
            Some(Ok(Connection::new(stream, place, caller, PATIENCE)))
        }
    };
    beside_each_other(arriving(listener, "the admin API").map(known))
}

/// Those who come by the socket for looking.
pub(super) fn by_viewer_socket(
    listener: UnixListener,
) -> impl Stream<Item = Known<UnixStream>> + Send {
    let known = |(stream, place): (UnixStream, Place)| async move {
        let peer = stream.peer_cred().ok();
        let asked = spawn_blocking(move || Caller::by_viewer_socket(peer));
        let caller = Arc::new(timeout(PATIENCE, asked).await.ok()?.ok()?);
        Some(Ok(Connection::new(stream, place, caller, PATIENCE)))
    };
    beside_each_other(arriving(listener, "the viewer socket").map(known))
}

/// Those who come by TCP and prove who they are; others are counted.
pub(super) fn by_tcp(
    listener: TcpListener,
    tls: TlsNow,
    access: Arc<Access>,
    denials: Denials,
) -> impl Stream<Item = Known<TlsStream<TcpStream>>> + Send {
    let pace = Arc::new(MessagePace::default());
    let known = move |(stream, place): (TcpStream, Place)| {
        let (tls, access) = (Arc::clone(&tls), Arc::clone(&access));
        let (denials, pace) = (denials.clone(), Arc::clone(&pace));
        async move {
            let peer = stream.peer_addr().ok();
            // Small frames go both ways; one that is lost shows in the keep-alive of HTTP/2.
            let _ = stream.set_nodelay(true);
            let shaken = match timeout(PATIENCE, TlsAcceptor::from(tls()).accept(stream)).await {
                Ok(shaken) => shaken,
                Err(_) => Err(io::ErrorKind::TimedOut.into()),
            };
            match shaken {
                Ok(stream) => {
                    let chain = stream.get_ref().1.peer_certificates();
                    let caller = Arc::new(Caller::by_certificate(chain, &access));
                    Some(Ok(Connection::new(stream, place, caller, PATIENCE)))
                }
                Err(error) => {
                    denials.count(Denial::Certificate);
                    if let Some(more) = pace.due() {
                        tracing::warn!(?peer, more, %error, "a caller of the admin API was not let in");
                    }
                    None
                }
            }
        }
    };
    beside_each_other(arriving(listener, "the admin API by TCP").map(known))
}

/// What comes of each, as it comes; nobody waits for somebody who is slow.
fn beside_each_other<T: Send>(
    coming: impl Stream<Item: Future<Output = Option<T>> + Send> + Send,
) -> impl Stream<Item = T> + Send {
    // One more than have a place, so that those beyond are seen, and closed.
    coming.buffer_unordered(MOST_CONNECTIONS + 1).filter_map(std::future::ready)
}
