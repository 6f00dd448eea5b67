//! One connection to a backend, driven by whoever uses it: it has no task of its own.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::super::body::RequestBody;

/// The largest answer head that is read.
const LARGEST_HEAD_BYTES: usize = 64 * 1024;
/// The most fields an answer may have.
const MOST_FIELDS: usize = 100;
/// How long an answer's head may take.
const HEAD_TIMEOUT: Duration = Duration::from_secs(15);

/// One connection to a backend.
pub(in crate::proxy) struct Connection {
    sender: http1::SendRequest<RequestBody>,
    /// `None` once it came to its end.
    driven: Option<http1::Connection<TokioIo<TcpStream>, RequestBody>>,
    born_ms: u64,
    idle_since_ms: u64,
    used: bool,
}

/// Why an exchange on a connection failed.
pub(in crate::proxy) enum Failure {
    /// Nothing of the request was sent: the connection had been closed. Here it is again.
    Unsent(Box<Request<RequestBody>>),
    /// The answer's head did not come in time.
    TimedOut,
    /// The backend broke off, or what it sent is not HTTP.
    Broken(hyper::Error),
}

impl Connection {
    /// Speaks HTTP/1.1 over `stream`.
    pub(super) async fn open(stream: TcpStream, now_ms: u64) -> hyper::Result<Connection> {
        let (sender, driven) = http1::Builder::new()
            .max_buf_size(LARGEST_HEAD_BYTES)
            .max_headers(MOST_FIELDS)
            .handshake(TokioIo::new(stream))
            .await?;
        let driven = Some(driven);
        Ok(Connection { sender, driven, born_ms: now_ms, idle_since_ms: now_ms, used: false })
    }

    /// When it was made, milliseconds since the start of the process.
    pub(super) fn born_ms(&self) -> u64 {
        self.born_ms
    }

    /// Since when it is idle.
    pub(super) fn idle_since_ms(&self) -> u64 {
        self.idle_since_ms
    }

    pub(super) fn rest(&mut self, now_ms: u64) {
        self.idle_since_ms = now_ms;
        self.used = true;
    }

    /// Whether it served an exchange before: then the backend may have closed it meanwhile.
    pub(in crate::proxy) fn is_used(&self) -> bool {
        self.used
    }

    /// Moves bytes both ways as far as they go.
    pub(super) fn drive(&mut self, cx: &mut Context<'_>) {
        if let Some(driven) = &mut self.driven
            && let Poll::Ready(_ended) = driven.poll_without_shutdown(cx)
        {
            // How it ended is heard by whoever waits for the answer.
            self.driven = None;
        }
    }

    /// Whether it can take a request now.
    pub(super) fn is_ready(&mut self, cx: &mut Context<'_>) -> bool {
        self.drive(cx);
        self.driven.is_some() && self.sender.is_ready()
    }

    /// Sends a request and waits for the answer's head.
    pub(in crate::proxy) async fn exchange(
        &mut self,
        request: Request<RequestBody>,
    ) -> Result<Response<Incoming>, Failure> {
        let mut answer = pin!(self.sender.try_send_request(request));
        let driven = &mut self.driven;
        let head = poll_fn(|cx| {
            // A switch of protocols ends the connection's own work; its socket is taken later.
            if let Some(connection) = driven.as_mut()
                && let Poll::Ready(Err(_)) = connection.poll_without_shutdown(cx)
            {
                *driven = None;
            }
            answer.as_mut().poll(cx)
        });
        match tokio::time::timeout(HEAD_TIMEOUT, head).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(mut error)) => Err(match error.take_message() {
                Some(request) => Failure::Unsent(Box::new(request)),
                None => Failure::Broken(error.into_error()),
            }),
            Err(_) => Err(Failure::TimedOut),
        }
    }

    /// The bare socket and what was read ahead, after a switch of protocols.
    pub(super) fn into_socket(self) -> Option<(TcpStream, Bytes)> {
        let parts = self.driven?.into_parts();
        Some((parts.io.into_inner(), parts.read_buf))
    }
}
