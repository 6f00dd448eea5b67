//! The audit log: who tried what and what came of it, on disk before anybody is answered.
//!
//! JSON lines in the state directory, each linked to the one before. One thread writes them; what
//! waits together is written together, so that many callers share one fsync.

mod line;
mod log;
mod search;
#[cfg(test)]
mod tests;

use std::path::Path;

use tokio::sync::{mpsc, oneshot};

use super::{Events, MessagePace, Troubles};
use crate::clock::Clock;
use crate::model::{AuditEntry, EventKind, Severity, Store};

pub use line::AuditRecord;
pub use log::AuditFiles;
use log::{Bounds, Log};
pub use search::AuditSearch;

/// How many requests may wait; further callers wait for their place.
const QUEUE: usize = 256;
/// How many are written together at most.
const BATCH: usize = 64;
/// 128 MiB in all: some 200,000 changes.
const BOUNDS: Bounds = Bounds { file_bytes: 8 << 20, files: 16 };

/// The way to the audit log; cheap to clone.
#[derive(Clone, Debug)]
pub struct Audit {
    requests: mpsc::Sender<Request>,
}

/// Why something is not in the audit log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct AuditError(String);

type Answer<T> = oneshot::Sender<Result<T, AuditError>>;

#[derive(Debug)]
enum Request {
    Append(Vec<AuditEntry>, Answer<()>),
    Look(Answer<AuditFiles>),
    TryAgain(Answer<()>),
}

impl Audit {
    /// Starts the log in `directory` on a thread of its own, which ends when the last handle is
    /// dropped. What is wrong with it is told in `events`, and again in the log. The journal beside it
    /// is at this `revision`: what the log has as accepted beyond that was never kept, and is told so.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(
        directory: &Path,
        revision: Option<u64>,
        clock: Clock,
        (events, troubles): (Events, Troubles),
    ) -> std::io::Result<Audit> {
        let (requests, queue) = mpsc::channel(QUEUE);
        let log = Log::new(directory, BOUNDS);
        let mut clerk = Clerk { log, clock, events, troubles, pace: MessagePace::default() };
        std::thread::Builder::new()
            .name("audit".into())
            .spawn(move || clerk.run(revision, queue))?;
        Ok(Audit { requests })
    }

    /// Writes an entry. It is on the disk when this returns.
    ///
    /// # Errors
    /// When it could not be written; then it was not.
    pub async fn append(&self, entry: AuditEntry) -> Result<(), AuditError> {
        self.ask(|answer| Request::Append(vec![entry], answer)).await
    }

    /// Writes entries, waiting on this thread, which must not be one that runs tasks.
    ///
    /// # Errors
    /// When they could not be written; then none was.
    pub fn append_all(&self, entries: Vec<AuditEntry>) -> Result<(), AuditError> {
        let (answer, answered) = oneshot::channel();
        let request = Request::Append(entries, answer);
        self.requests.blocking_send(request).map_err(|_| gone())?;
        answered.blocking_recv().map_err(|_| gone())?
    }

    /// All there is, as it is now.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn look(&self) -> Result<AuditFiles, AuditError> {
        self.ask(Request::Look).await
    }

    /// Tries whether the log can be written that could not; done when this returns. What it was
    /// without stands in it from then on.
    pub async fn try_again(&self) {
        // A log that is gone needs no mending.
        let _ = self.ask(Request::TryAgain).await;
    }

    /// Returns once nobody writes the log any more. While somebody has a handle, nothing but a panic
    /// ends that.
    pub async fn ended(&self) {
        self.requests.closed().await;
    }

    async fn ask<T>(&self, request: impl FnOnce(Answer<T>) -> Request) -> Result<T, AuditError> {
        let (answer, answered) = oneshot::channel();
        self.requests.send(request(answer)).await.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }
}

fn gone() -> AuditError {
    AuditError("the gateway is stopping".to_owned())
}

/// Who writes the log, alone.
struct Clerk {
    log: Log,
    clock: Clock,
    events: Events,
    troubles: Troubles,
    /// Of the message that the log cannot be written.
    pace: MessagePace,
}

impl Clerk {
    fn run(&mut self, revision: Option<u64>, mut queue: mpsc::Receiver<Request>) {
        // What a crash left is told at once. A log that cannot be written tells that itself.
        let unkept = revision.map_or_else(Vec::new, |revision| self.log.unkept(revision));
        let _ = self.append(&unkept);
        let mut requests = Vec::with_capacity(BATCH);
        while queue.blocking_recv_many(&mut requests, BATCH) > 0 {
            self.serve(requests.drain(..));
        }
    }

    fn serve(&mut self, requests: impl Iterator<Item = Request>) {
        let (mut entries, mut waiting) = (Vec::new(), Vec::new());
        for request in requests {
            match request {
                Request::Append(more, answer) => {
                    entries.extend(more);
                    waiting.push(answer);
                }
                Request::TryAgain(answer) => {
                    self.try_again();
                    let _ = answer.send(Ok(()));
                }
                // Whoever asked may have gone.
                Request::Look(answer) => drop(
                    answer.send(self.log.files().map_err(|error| AuditError(error.to_string()))),
                ),
            }
        }
        if waiting.is_empty() {
            return;
        }
        let outcome = self.append(&entries);
        for answer in waiting {
            let _ = answer.send(outcome.clone());
        }
    }

    fn append(&mut self, entries: &[AuditEntry]) -> Result<(), AuditError> {
        match self.log.append(entries, self.clock.wall_ms()) {
            Ok(found) => {
                found.iter().for_each(|what| self.tell(&format!("the audit log: {what}")));
                if !entries.is_empty() {
                    self.written();
                }
                Ok(())
            }
            Err(error) => {
                if let Some(more) = self.pace.due() {
                    self.tell(&format!(
                        "the audit log cannot be written ({more} before it): {error}"
                    ));
                }
                self.troubles.failed(Store::Audit, &error.to_string());
                Err(AuditError(error.to_string()))
            }
        }
    }

    /// Writes that there was trouble, where there is.
    fn try_again(&mut self) {
        let Some(trouble) = self.troubles.with(Store::Audit) else { return };
        // That it still cannot be written is no news.
        if self.log.append(&[log::gap(&trouble)], self.clock.wall_ms()).is_ok() {
            self.written();
        }
    }

    fn written(&self) {
        if self.troubles.written(Store::Audit).is_some() {
            let what = "the audit log can be written again";
            self.events.record(EventKind::Gateway, Severity::Info, "gateway", "gateway", what);
        }
    }

    fn tell(&self, what: &str) {
        self.events.record(EventKind::Gateway, Severity::Error, "gateway", "gateway", what);
    }
}
