//! The access log's lines, handed over without waiting: a line that finds no room is dropped and
//! counted.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;
use tokio::sync::mpsc;

use crate::model::{Name, Refusal, Served};

/// The way to the access log; cheap to clone.
#[derive(Clone, Debug)]
pub struct AccessLog {
    lines: mpsc::Sender<Line>,
    dropped: Arc<AtomicU64>,
}

/// What became of one request.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// When it was answered, milliseconds since the Unix epoch.
    pub time_ms: i64,
    /// The client's address, as decided.
    pub client: IpAddr,
    /// The method.
    pub method: String,
    /// The host it asked for.
    pub host: String,
    /// The canonical path, without query.
    pub path: String,
    /// The protocol: "HTTP/1.1", "HTTP/2.0".
    pub protocol: &'static str,
    /// The route that matched; absent when none did.
    pub route: Option<Name>,
    /// The backend that answered; absent when none did.
    pub backend: Option<Name>,
    /// Attempts made against backends.
    pub attempts: u32,
    /// The status; 0 when the client left before it was known.
    pub status: u16,
    /// Why the gateway answered by itself; absent when it relayed.
    pub refused: Option<&'static str>,
    /// Bytes of body sent to the client.
    pub sent_bytes: u64,
    /// From the request's head to the answer's end.
    pub duration_us: u64,
}

impl AccessLog {
    /// A log whose lines wait for at most `room` others; those that find no room are counted in
    /// `dropped`.
    #[must_use]
    pub fn new(room: usize, dropped: Arc<AtomicU64>) -> (AccessLog, mpsc::Receiver<Line>) {
        let (lines, receiver) = mpsc::channel(room);
        (AccessLog { lines, dropped }, receiver)
    }

    /// Hands over the line of a request that was over at `time_ms`, or drops it when there is no room.
    pub(super) fn write(&self, served: &Served, time_ms: i64) {
        match self.lines.try_reserve() {
            Ok(place) => place.send(Line::of(served, time_ms)),
            Err(_) => {
                self.dropped.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

impl Line {
    fn of(served: &Served, time_ms: i64) -> Line {
        Line {
            time_ms,
            client: served.client,
            method: served.method.as_ref().map_or("GET", |it| it.as_str()).to_owned(),
            host: served.host.clone(),
            path: served.path.clone(),
            protocol: served.protocol,
            route: served.route.clone(),
            backend: served.backend().cloned(),
            attempts: served.attempts.len() as u32,
            status: served.status.unwrap_or_default(),
            refused: served.refused.map(Refusal::word),
            sent_bytes: served.out_bytes,
            duration_us: served.total_us,
        }
    }
}
