//! Serving one client connection: TLS if its door has it, then HTTP/1.1 or HTTP/2 by ALPN.

mod ask;
mod http1;
mod http2;
mod patience;
mod sending;
mod stop;
mod stream;

use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ProtocolVersion;

use crate::model::TlsVersion;

use super::admission::Places;
use super::deadlines::Deadline;
use super::door::DoorKind;
use super::peer::Peer;
use super::worker::Worker;

/// How long a handshake of TLS may take in all.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// Starts to serve the client at `peer`, in a task of its own, until it leaves, breaks a rule, or
/// the worker drains.
///
/// A task is as large as the most it ever does. So what only some clients need (TLS, HTTP/2) lies
/// in a box of its own, and an idle connection in the clear stays small.
pub(super) fn serve(
    worker: &Rc<Worker>,
    door: &Rc<DoorKind>,
    stream: TcpStream,
    peer: SocketAddr,
    places: Places,
) {
    let (worker, door) = (Rc::clone(worker), Rc::clone(door));
    // Without it small answers wait for an ACK; when it fails they only come later.
    let _ = stream.set_nodelay(true);
    match &*door {
        DoorKind::Plain | DoorKind::Redirect(_) => {
            tokio::task::spawn_local(async move {
                let _open = Open::new(&worker, places);
                http1::serve(&worker, &door, stream, Peer::in_clear(peer.ip())).await;
            });
        }
        DoorKind::Tls(config) => {
            let acceptor = TlsAcceptor::from(Arc::clone(config));
            tokio::task::spawn_local(serve_tls(worker, door, acceptor, stream, peer, places));
        }
    }
}

async fn serve_tls(
    worker: Rc<Worker>,
    door: Rc<DoorKind>,
    acceptor: TlsAcceptor,
    stream: TcpStream,
    peer: SocketAddr,
    places: Places,
) {
    let _open = Open::new(&worker, places);
    let deadline = Deadline::new(&worker);
    deadline.arm(HANDSHAKE);
    let handshake = deadline.meet(acceptor.accept(stream));
    let Ok(Ok(stream)) = Box::pin(handshake).await else {
        worker.cells().handshake_failures.add(1);
        return;
    };
    drop(deadline);
    let tls = stream.get_ref().1.protocol_version().and_then(version);
    let peer = Peer { address: peer.ip(), tls };
    if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
        Box::pin(http2::serve(&worker, &door, stream, peer)).await;
    } else {
        Box::pin(http1::serve(&worker, &door, stream, peer)).await;
    }
}

fn version(version: ProtocolVersion) -> Option<TlsVersion> {
    match version {
        ProtocolVersion::TLSv1_2 => Some(TlsVersion::V1_2),
        ProtocolVersion::TLSv1_3 => Some(TlsVersion::V1_3),
        _ => None,
    }
}

/// Counts a connection as open for as long as it lives, and holds its places.
struct Open {
    worker: Rc<Worker>,
    _places: Places,
}

impl Open {
    fn new(worker: &Rc<Worker>, places: Places) -> Open {
        worker.cells().connections.add(1);
        Open { worker: Rc::clone(worker), _places: places }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.worker.cells().connections.sub(1);
        if self.worker.is_draining() {
            self.worker.emptied.notify_one();
        }
    }
}
