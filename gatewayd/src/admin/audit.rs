//! The service `Audit`: what was tried, and the files that say so.

use std::io::Read;
use std::pin::Pin;

use gateway_proto as wire;
use gateway_proto::audit_part::Part;
use gateway_proto::audit_server::Audit;
use tokio::sync::mpsc;
use tokio_stream::Stream;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Request, Response, Status};

use super::Admin;
use super::rejection::{invalid, status};
use crate::model::Verdict;
use crate::state::{AuditFiles, AuditRecord, AuditSearch};

/// How many are told unless asked for more.
const USUAL: usize = 100;
/// The most that are told at once.
const MOST: usize = 100_000;
/// How much of a file one message holds, in bytes.
const PART_BYTES: usize = 256 * 1024;
/// Messages that wait for their reader; reading waits when there are so many.
const WAITING: usize = 8;

type Streamed<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

#[tonic::async_trait]
impl Audit for Admin {
    type ListStream = Streamed<wire::AuditRecord>;
    type ReadStream = Streamed<wire::AuditPart>;

    async fn list(
        &self,
        request: Request<wire::AuditListRequest>,
    ) -> Result<Response<Self::ListStream>, Status> {
        let search = search(request.into_inner())?;
        let files = self.audit.look().await.map_err(unreadable)?;
        Ok(Response::new(told(move |tell| {
            search.run(files, |it| tell(Ok(record(it)))).map_err(unreadable)
        })))
    }

    async fn read(
        &self,
        _request: Request<wire::AuditReadRequest>,
    ) -> Result<Response<Self::ReadStream>, Status> {
        let files = self.audit.look().await.map_err(unreadable)?;
        Ok(Response::new(told(move |tell| {
            parts(files, |part| tell(Ok(wire::AuditPart { part: Some(part) }))).map_err(unreadable)
        })))
    }
}

/// A stream of what `tell` is given on a thread that may wait for the disk; it says whether anybody
/// still reads.
fn told<T: Send + 'static>(
    work: impl FnOnce(&mut dyn FnMut(Result<T, Status>) -> bool) -> Result<(), Status> + Send + 'static,
) -> Streamed<T> {
    let (sender, receiver) = mpsc::channel(WAITING);
    tokio::task::spawn_blocking(move || {
        let mut tell = |item| sender.blocking_send(item).is_ok();
        if let Err(status) = work(&mut tell) {
            tell(Err(status));
        }
    });
    Box::pin(ReceiverStream::new(receiver))
}

fn unreadable(error: impl std::fmt::Display) -> Status {
    let what = format!("the audit log cannot be read: {error}");
    status(Code::Internal, "NOT_READ", &what, Some("look after the state directory's disk"))
}

fn search(asked: wire::AuditListRequest) -> Result<AuditSearch, Status> {
    let words = Verdict::ALL.map(Verdict::word);
    let verdicts = asked.results.iter().map(|word| {
        let known = Verdict::ALL.into_iter().find(|verdict| verdict.word() == word);
        let wrong = || invalid("results", format!("{word:?} is not one of {}", words.join(", ")));
        known.ok_or_else(wrong)
    });
    let most = if asked.limit == 0 { USUAL } else { (asked.limit as usize).min(MOST) };
    let (since_ms, who) = (asked.since_ms, asked.who);
    Ok(AuditSearch { since_ms, who, verdicts: verdicts.collect::<Result<_, _>>()?, most })
}

fn parts(files: AuditFiles, mut tell: impl FnMut(Part) -> bool) -> std::io::Result<()> {
    let head = wire::AuditHead { seq: files.head.seq, hash: files.head.hash };
    let mut reads = tell(Part::Head(head));
    for (name, file, len) in files.files {
        reads = reads && tell(Part::File(name));
        let mut left = file.take(len);
        while reads && left.limit() > 0 {
            let mut bytes = Vec::with_capacity(PART_BYTES);
            left.by_ref().take(PART_BYTES as u64).read_to_end(&mut bytes)?;
            if bytes.is_empty() {
                break;
            }
            reads = tell(Part::Bytes(bytes));
        }
    }
    Ok(())
}

fn record(it: AuditRecord) -> wire::AuditRecord {
    wire::AuditRecord {
        seq: it.seq,
        time_ms: it.time_ms(),
        actor: it.actor,
        role: it.role,
        listener: it.listener,
        via: it.via,
        method: it.method,
        what: it.what,
        target: it.target,
        reason: it.reason,
        before: it.before,
        after: it.after,
        op: it.op,
        revision: it.revision,
        result: it.result,
        error: it.error,
        forced: it.forced,
    }
}
