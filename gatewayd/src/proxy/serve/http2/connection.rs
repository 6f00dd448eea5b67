//! One connection of a client of HTTP/2.

use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};

use crate::model::Refusal;

use super::super::super::door::DoorKind;
use super::super::super::peer::Peer;
use super::super::super::worker::Worker;
use super::request;
use super::streams::{Streams, Tasks};

const STREAMS: u32 = 100;
const STREAM_WINDOW_BYTES: u32 = 64 * 1024;
const CONNECTION_WINDOW_BYTES: u32 = 1024 * 1024;
const SEND_BUFFER_BYTES: usize = 64 * 1024;
const LARGEST_HEAD_BYTES: u32 = 16 * 1024;
const PING_INTERVAL: Duration = Duration::from_secs(30);
/// How long a client that was told to go may take to do so once nothing is in flight.
const GOODBYE: Duration = Duration::from_secs(1);

/// Serves the client at `peer` until it leaves, breaks a rule, or the worker drains.
pub(in crate::proxy::serve) async fn serve<S>(
    worker: &Rc<Worker>,
    door: &Rc<DoorKind>,
    stream: S,
    peer: Peer,
) where
    S: AsyncRead + AsyncWrite + Unpin + 'static,
{
    let streams = Streams::new(worker);
    let service = service_fn(|request| {
        let (worker, door, deadline) = (Rc::clone(worker), Rc::clone(door), streams.begin());
        // It is large, and hyper hands it on several times before it runs.
        Box::pin(async move {
            let answer = request::answer(worker, &door, peer, deadline, request).await;
            Ok::<_, Infallible>(answer)
        })
    });
    let connection = http2::Builder::new(Tasks(Rc::clone(&streams)))
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
    let ended = poll_fn(|cx| match connection.as_mut().poll(cx) {
        Poll::Ready(_) => Poll::Ready(true),
        Poll::Pending if worker.is_draining() || streams.are_idle_too_long(cx) => {
            Poll::Ready(false)
        }
        Poll::Pending => Poll::Pending,
    });
    if ended.await {
        return;
    }
    if streams.never_began() && !worker.is_draining() && !streams.were_hurried() {
        worker.cells().refused.of(Refusal::TimeoutFirstByte).add(1);
    }
    connection.as_mut().graceful_shutdown();
    streams.hurry(GOODBYE);
    poll_fn(|cx| match connection.as_mut().poll(cx) {
        Poll::Pending if !streams.are_idle_too_long(cx) => Poll::Pending,
        _ => Poll::Ready(()),
    })
    .await;
}
