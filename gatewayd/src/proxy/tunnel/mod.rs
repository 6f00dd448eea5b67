//! A tunnel: after a switch to WebSocket, bytes both ways until both sides are done.
//!
//! When it is the gateway that ends it, the client is told so in the protocol (RFC 6455, section
//! 7.4.1: 1012, service restart) between two frames of the backend. Its answer goes on to the
//! backend, which thereby learns of it too, and whose end is the tunnel's.

mod frames;
mod way;

use std::future::poll_fn;
use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use rand::Rng;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use frames::{Frames, SERVICE_RESTART};
use way::Way;

use super::account::Account;
use super::deadlines::Deadline;
use super::under_way::Stage;
use super::upstream::{Attempt, Lease};
use super::worker::Worker;

/// Once the worker drains, a tunnel is closed after a part of this time, each after another, so
/// that not all clients come back at once.
const CLOSED_WITHIN: Range<Duration> = Duration::from_secs(2)..Duration::from_secs(24);
/// How long both sides may take to hear of the end.
const GOODBYE: Duration = Duration::from_secs(2);

/// Copies until both sides are done, or there is no more time for it; until then the request is in
/// flight and its account open. `unread` is what the client sent right behind its request.
pub(super) async fn run<S: AsyncRead + AsyncWrite + Unpin>(
    worker: &Worker,
    client: &mut S,
    unread: Vec<u8>,
    lease: Lease,
    mut account: Account,
    deadline: &Deadline,
) {
    let ((backend, _open), read, attempt) = lease.into_parts();
    attempt.going().is_now(Stage::WebSocket);
    deadline.disarm();
    let mut tunnel = Tunnel {
        worker,
        deadline,
        attempt,
        client,
        backend,
        up: Way::new(unread),
        down: Way::new(read),
        frames: Frames::default(),
        leaves: false,
        farewell: None,
    };
    // How a tunnel ends is between its two ends.
    let _ = poll_fn(|cx| tunnel.poll(cx)).await;
    account.received(tunnel.up.moved() as u64);
    account.sent(tunnel.down.moved());
}

struct Tunnel<'a, S> {
    worker: &'a Worker,
    deadline: &'a Deadline,
    attempt: Attempt,
    client: &'a mut S,
    backend: TcpStream,
    up: Way,
    down: Way,
    /// Of the way down.
    frames: Frames,
    /// The worker drains, and it is known when it is this one's turn.
    leaves: bool,
    farewell: Option<Farewell>,
}

/// How far the end is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Farewell {
    /// The backend's frame comes to its end first.
    Frame,
    /// The client is told.
    Told,
    /// The backend is heard to its end, and what it says goes nowhere.
    Heard,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Tunnel<'_, S> {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        if self.worker.is_draining() && !self.leaves {
            self.leaves = true;
            self.deadline.arm(self.worker.rng.borrow_mut().random_range(CLOSED_WITHIN));
        }
        if self.deadline.is_over(cx) {
            if self.farewell.is_some() {
                return Poll::Ready(Ok(()));
            }
            self.farewell = Some(Farewell::Frame);
            self.attempt.going().let_go();
            self.deadline.disarm();
            self.deadline.arm(GOODBYE);
        }
        let up = self.up.poll(cx, self.client, &mut self.backend, |_| {})?;
        if let Some(farewell) = self.farewell {
            return self.poll_farewell(cx, farewell);
        }
        let frames = &mut self.frames;
        let down = &mut self.down;
        let down = down.poll(cx, &mut self.backend, self.client, |bytes| frames.pass(bytes))?;
        if up.is_ready() && down.is_ready() { Poll::Ready(Ok(())) } else { Poll::Pending }
    }

    fn poll_farewell(
        &mut self,
        cx: &mut Context<'_>,
        mut farewell: Farewell,
    ) -> Poll<std::io::Result<()>> {
        loop {
            let (down, frames) = (&mut self.down, &mut self.frames);
            match farewell {
                Farewell::Frame => match frames.until_boundary(down.rest()) {
                    Some(count) => {
                        down.keep(count);
                        frames.pass(down.rest());
                        if !frames.is_closed() {
                            down.append(SERVICE_RESTART);
                        }
                        farewell = Farewell::Told;
                    }
                    None => {
                        ready!(down.poll_write(cx, self.client, |bytes| frames.pass(bytes)))?;
                        ready!(down.poll_read(cx, &mut self.backend))?;
                    }
                },
                Farewell::Told => {
                    ready!(down.poll_write(cx, self.client, |_| {}))?;
                    ready!(Pin::new(&mut *self.client).poll_flush(cx))?;
                    farewell = Farewell::Heard;
                }
                Farewell::Heard => {
                    down.keep(0);
                    ready!(down.poll_read(cx, &mut self.backend))?;
                }
            }
            self.farewell = Some(farewell);
            if self.down.has_ended() && farewell != Farewell::Told {
                return Poll::Ready(Ok(()));
            }
        }
    }
}
