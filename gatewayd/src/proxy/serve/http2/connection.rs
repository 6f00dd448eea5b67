//! One connection of a client of HTTP/2.

use std::convert::Infallible;
use std::net::IpAddr;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};

use super::super::super::door::DoorKind;
use super::super::super::worker::Worker;
use super::request;

const STREAMS: u32 = 100;
const STREAM_WINDOW_BYTES: u32 = 64 * 1024;
const CONNECTION_WINDOW_BYTES: u32 = 1024 * 1024;
const SEND_BUFFER_BYTES: usize = 64 * 1024;
const LARGEST_HEAD_BYTES: u32 = 16 * 1024;
const PING_INTERVAL: Duration = Duration::from_secs(30);

/// Runs the tasks of streams on this worker.
#[derive(Clone, Copy)]
struct Here;

impl<F: Future<Output = ()> + 'static> hyper::rt::Executor<F> for Here {
    fn execute(&self, task: F) {
        tokio::task::spawn_local(task);
    }
}

/// Serves the client at `peer` until it leaves, breaks a rule, or the worker drains.
pub(in crate::proxy::serve) async fn serve<S>(
    worker: &Rc<Worker>,
    door: &Rc<DoorKind>,
    stream: S,
    peer: IpAddr,
) where
    S: AsyncRead + AsyncWrite + Unpin + 'static,
{
    let service = service_fn(|request| {
        let (worker, door) = (Rc::clone(worker), Rc::clone(door));
        async move { Ok::<_, Infallible>(request::answer(worker, &door, peer, request).await) }
    });
    let connection = http2::Builder::new(Here)
        .timer(TokioTimer::new())
        .keep_alive_interval(PING_INTERVAL)
        .max_concurrent_streams(STREAMS)
        .initial_stream_window_size(STREAM_WINDOW_BYTES)
        .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
        .max_send_buf_size(SEND_BUFFER_BYTES)
        .max_header_list_size(LARGEST_HEAD_BYTES)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    // How a connection ends is between client and hyper: nobody here can mend it.
    tokio::select! {
        _ = connection.as_mut() => return,
        () = worker.draining() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}
