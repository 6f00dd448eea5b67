//! Serving one client connection: TLS if its door has it, then HTTP/1.1 or HTTP/2 by ALPN.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use super::door::DoorKind;
use super::request;
use super::worker::{Phase, Worker};

const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
const LARGEST_HEAD_BYTES: usize = 16 * 1024;
const MOST_FIELDS: usize = 100;
const H2_STREAMS: u32 = 100;
const H2_STREAM_WINDOW_BYTES: u32 = 64 * 1024;
const H2_CONNECTION_WINDOW_BYTES: u32 = 1024 * 1024;
const H2_SEND_BUFFER_BYTES: usize = 64 * 1024;
const H2_PING_INTERVAL: Duration = Duration::from_secs(30);

/// Runs tasks of HTTP/2 streams on this worker.
#[derive(Clone, Copy)]
struct Here;

impl<F: Future<Output = ()> + 'static> hyper::rt::Executor<F> for Here {
    fn execute(&self, task: F) {
        tokio::task::spawn_local(task);
    }
}

/// Serves the client at `peer` until it leaves, breaks a rule, or the worker drains.
pub(super) async fn serve(
    worker: Rc<Worker>,
    door: Rc<DoorKind>,
    stream: TcpStream,
    peer: SocketAddr,
) {
    let _open = Open::new(&worker);
    // Without it small answers wait for an ACK; when it fails they only come later.
    let _ = stream.set_nodelay(true);
    match &*door {
        DoorKind::Plain | DoorKind::Redirect(_) => {
            speak_http1(&worker, &door, stream, peer.ip()).await;
        }
        DoorKind::Tls(config) => {
            let acceptor = TlsAcceptor::from(std::sync::Arc::clone(config));
            let handshake = tokio::time::timeout(HANDSHAKE_TIMEOUT, acceptor.accept(stream)).await;
            let Ok(Ok(stream)) = handshake else {
                worker.cells().handshake_failures.add(1);
                return;
            };
            if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
                speak_http2(&worker, &door, stream, peer.ip()).await;
            } else {
                speak_http1(&worker, &door, stream, peer.ip()).await;
            }
        }
    }
}

async fn speak_http1<S>(worker: &Rc<Worker>, door: &Rc<DoorKind>, stream: S, peer: IpAddr)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(|request| {
        let (worker, door) = (Rc::clone(worker), Rc::clone(door));
        async move { Ok::<_, Infallible>(request::answer(worker, &door, peer, request).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(LARGEST_HEAD_BYTES)
        .max_headers(MOST_FIELDS)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = pin!(connection);
    // How a connection ends is between client and hyper: nobody here can mend it.
    tokio::select! {
        _ = connection.as_mut() => return,
        () = worker.draining() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

async fn speak_http2<S>(worker: &Rc<Worker>, door: &Rc<DoorKind>, stream: S, peer: IpAddr)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(|request| {
        let (worker, door) = (Rc::clone(worker), Rc::clone(door));
        async move {
            let mut answer = request::answer(worker, &door, peer, request).await;
            *answer.version_mut() = http::Version::HTTP_2;
            Ok::<_, Infallible>(answer)
        }
    });
    let connection = http2::Builder::new(Here)
        .timer(TokioTimer::new())
        .keep_alive_interval(H2_PING_INTERVAL)
        .max_concurrent_streams(H2_STREAMS)
        .initial_stream_window_size(H2_STREAM_WINDOW_BYTES)
        .initial_connection_window_size(H2_CONNECTION_WINDOW_BYTES)
        .max_send_buf_size(H2_SEND_BUFFER_BYTES)
        .max_header_list_size(LARGEST_HEAD_BYTES as u32)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => return,
        () = worker.draining() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

/// Counts a connection as open for as long as it lives.
struct Open(Rc<Worker>);

impl Open {
    fn new(worker: &Rc<Worker>) -> Open {
        worker.cells().connections.add(1);
        Open(Rc::clone(worker))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.cells().connections.sub(1);
        if *self.0.phase.borrow() != Phase::Running {
            self.0.emptied.notify_one();
        }
    }
}
