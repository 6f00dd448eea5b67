//! A crowd: many clients that ask at the same time, and the ledger of what became of each request.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http_body_util::Full;

use crate::client::{Connection, Protocol, Reply};
use crate::until;

/// Clients that ask one after the other without a pause, each over its own connection.
pub struct Crowd {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

/// What became of the requests of a crowd.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// Requests sent.
    pub sent: u64,
    /// Answers below 400 by the app server that gave them.
    pub served: BTreeMap<String, u64>,
    /// Answers by status.
    pub statuses: BTreeMap<u16, u64>,
    /// Requests without an answer, or with one of 400 and above: their id and what came instead.
    pub failed: Vec<(String, String)>,
}

struct Shared {
    protocol: Protocol,
    address: SocketAddr,
    path: String,
    over: AtomicBool,
    next: AtomicU64,
    ledger: Mutex<Ledger>,
}

impl Crowd {
    /// Sends `clients` clients to ask `address` for `path` until the crowd is dispersed.
    pub fn gather(clients: usize, protocol: Protocol, address: SocketAddr, path: &str) -> Crowd {
        let shared = Arc::new(Shared {
            protocol,
            address,
            path: path.to_owned(),
            over: AtomicBool::new(false),
            next: AtomicU64::new(0),
            ledger: Mutex::default(),
        });
        let theirs = Arc::clone(&shared);
        let thread = std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let asking: Vec<_> =
                    (0..clients).map(|_| tokio::spawn(ask_on(Arc::clone(&theirs)))).collect();
                for one in asking {
                    one.await.unwrap();
                }
            });
        });
        Crowd { shared, thread: Some(thread) }
    }

    /// The ledger so far.
    pub fn ledger(&self) -> Ledger {
        self.shared.ledger.lock().unwrap().clone()
    }

    /// Waits until `more` requests have been answered from now on.
    #[track_caller]
    pub fn watch(&self, more: u64) {
        let answered = || self.shared.ledger.lock().unwrap().sent;
        let goal = answered() + more;
        let mut last = answered();
        while last < goal {
            until("the crowd gets answers", || (answered() > last).then_some(()));
            last = answered();
        }
    }

    /// Lets everybody finish the request under way; the final ledger.
    pub fn disperse(mut self) -> Ledger {
        self.shared.over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
        self.ledger()
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::Relaxed);
    }
}

async fn ask_on(shared: Arc<Shared>) {
    let mut connection = Connection::new(shared.protocol, shared.address);
    while !shared.over.load(Ordering::Relaxed) {
        let id = shared.next.fetch_add(1, Ordering::Relaxed).to_string();
        let request = Request::builder()
            .uri(&shared.path)
            .header("x-test-id", &id)
            .body(Full::<Bytes>::default())
            .unwrap();
        let outcome = connection.ask(request).await;
        if outcome.is_err() {
            // Nobody there: ask again in a moment instead of filling the ledger.
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        shared.ledger.lock().unwrap().enter(id, outcome);
    }
}

impl Ledger {
    /// Records one answer.
    pub fn enter(&mut self, id: String, outcome: anyhow::Result<Reply>) {
        self.sent += 1;
        match outcome {
            Ok(reply) => {
                *self.statuses.entry(reply.status.as_u16()).or_default() += 1;
                if reply.status.as_u16() < 400 {
                    *self.served.entry(reply.served_by().to_owned()).or_default() += 1;
                } else {
                    self.failed.push((id, reply.status.to_string()));
                }
            }
            Err(error) => self.failed.push((id, format!("{error:#}"))),
        }
    }

    /// How many requests `name` served.
    pub fn by(&self, name: &str) -> u64 {
        self.served.get(name).copied().unwrap_or_default()
    }

    /// Panics unless every request was served.
    #[track_caller]
    pub fn assert_none_failed(&self) {
        let some = &self.failed[..self.failed.len().min(5)];
        assert!(some.is_empty(), "{} of {} failed: {some:?} …", self.failed.len(), self.sent);
    }
}
