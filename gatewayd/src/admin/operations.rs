//! The service `Operations`: what was done, by whom, and taking it back.

use std::pin::Pin;
use std::sync::Arc;

use gateway_proto as wire;
use gateway_proto::operations_server::Operations;
use tokio_stream::wrappers::WatchStream;
use tokio_stream::{Stream, StreamExt};
use tonic::{Request, Response, Status};

use crate::model::{Change, Conflict, Headroom, Operation, Rejection, Share, Undo};

use super::Admin;
use super::change::name;
use super::progress::Follower;
use super::rejection::{invalid, rejected};
use super::several;

/// How many are told unless asked for more.
const USUAL: usize = 100;
/// The most that are told at once.
const MOST: usize = 10_000;

type Progresses = Pin<Box<dyn Stream<Item = Result<wire::OperationProgress, Status>> + Send>>;

#[tonic::async_trait]
impl Operations for Admin {
    type WatchStream = Progresses;

    async fn apply(
        &self,
        request: Request<wire::ApplyRequest>,
    ) -> Result<Response<wire::Operation>, Status> {
        Admin::apply(self, request, |asked| Ok((several::all(&asked.edits)?, asked.intent))).await
    }

    async fn list(
        &self,
        request: Request<wire::ListOperationsRequest>,
    ) -> Result<Response<wire::ListOperationsResponse>, Status> {
        let asked = request.into_inner();
        let most = if asked.limit == 0 { USUAL } else { (asked.limit as usize).min(MOST) };
        let found = self.operations(most, |it| {
            it.time_ms >= asked.since_ms
                && (asked.who.is_empty() || it.actor == asked.who)
                && (asked.what.is_empty() || asked.what.contains(&it.what))
                && (asked.target.is_empty() || it.target.split(',').any(|it| it == asked.target))
        });
        Ok(Response::new(wire::ListOperationsResponse {
            time_ms: self.writer.operations().now_ms(),
            revision: self.writer.desired().revision,
            operations: found.into_iter().map(|it| self.told(it)).collect(),
        }))
    }

    async fn get(
        &self,
        request: Request<wire::GetOperationRequest>,
    ) -> Result<Response<wire::Operation>, Status> {
        let operation = self.operation(&request.into_inner().id)?;
        Ok(Response::new(self.told(operation)))
    }

    async fn watch(
        &self,
        request: Request<wire::WatchOperationRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        let id = request.into_inner().id;
        let mut follower = Follower::of(&self.operation(&id)?);
        let later = WatchStream::from_changes(self.observatory.watch());
        let first = self.observatory.fresh().await;
        let first = first.ok_or_else(|| Status::unavailable("the gateway is stopping"))?;
        let admin = self.clone();
        let mut over = false;
        let pictures = tokio_stream::once(first).chain(later.filter_map(|newest| newest));
        let told = pictures.map_while(move |picture| {
            if over {
                return None;
            }
            let operation = match admin.operation(&id) {
                Ok(operation) => operation,
                Err(status) => {
                    over = true;
                    return Some(Err(status));
                }
            };
            let progress = follower.look(&operation, &picture);
            over = progress.is_over;
            Some(Ok(wire::OperationProgress {
                operation: Some(admin.told(operation)),
                state: progress.state.to_owned(),
                what: progress.what,
                in_flight: progress.in_flight,
                time_ms: picture.time_ms,
            }))
        });
        Ok(Response::new(Box::pin(told)))
    }

    async fn undo(
        &self,
        request: Request<wire::UndoOperationRequest>,
    ) -> Result<Response<wire::Operation>, Status> {
        let known = self.known(&request.get_ref().id);
        self.apply(request, |asked| Ok((Change::Undo(known?), asked.intent))).await
    }

    async fn confirm(
        &self,
        request: Request<wire::ConfirmOperationRequest>,
    ) -> Result<Response<wire::Operation>, Status> {
        let known = self.known(&request.get_ref().id);
        self.apply(request, |asked| Ok((Change::Confirm(known?.id.clone()), asked.intent))).await
    }
}

impl Admin {
    /// The newest operations that are `wanted`, as they stand.
    fn operations(&self, most: usize, wanted: impl Fn(&Operation) -> bool) -> Vec<Operation> {
        let (desired, now_ms) = (self.writer.desired(), self.writer.operations().now_ms());
        self.writer.operations().list(&desired, now_ms, most, wanted)
    }

    /// The operation called `id` as it stands.
    fn operation(&self, id: &str) -> Result<Operation, Status> {
        let found = self.operations(1, |it| it.id == id).pop();
        found.ok_or_else(|| self.unknown(id))
    }

    /// The operation called `id`.
    fn known(&self, id: &str) -> Result<Arc<Operation>, Status> {
        self.writer.operations().find(id).ok_or_else(|| self.unknown(id))
    }

    fn unknown(&self, id: &str) -> Status {
        match name("id", id) {
            Ok(name) => rejected(&Rejection::Unknown { noun: "operation", name, nearest: None }),
            Err(_) => invalid("id", format!("{id:?} is not like 002a")),
        }
    }

    /// An operation, with the word of who took it back.
    fn told(&self, it: Operation) -> wire::Operation {
        let by = match &it.undo {
            Undo::Done(by) => self.writer.operations().find(by),
            Undo::None | Undo::Available(_) | Undo::Gone => None,
        };
        let undone_why = by.map(|by| by.reason.clone()).unwrap_or_default();
        wire::Operation { undone_why, ..operation(it) }
    }
}

/// An operation as it was accepted.
pub(super) fn operation(it: Operation) -> wire::Operation {
    let (undo_until_ms, undone_by) = match &it.undo {
        Undo::Available(until_ms) => (Some(*until_ms), String::new()),
        Undo::Done(by) => (None, by.clone()),
        Undo::None | Undo::Gone => (None, String::new()),
    };
    wire::Operation {
        undo: it.undo.word().to_owned(),
        undo_until_ms,
        undone_by,
        undone_why: String::new(),
        undoes: it.undoes.unwrap_or_default(),
        expires_ms: it.expires_ms,
        confirm_by_ms: it.confirm_by_ms,
        conflicts: it.conflicts.iter().map(conflict).collect(),
        headrooms: it.headrooms.iter().map(headroom).collect(),
        id: it.id,
        time_ms: it.time_ms,
        actor: it.actor,
        via: it.via,
        what: it.what,
        target: it.target,
        reason: it.reason,
        before: it.before,
        after: it.after,
        revision: it.revision,
        unchanged: it.unchanged,
        warnings: it.warnings,
        shares: it.shares.iter().map(share).collect(),
    }
}

fn conflict(it: &Conflict) -> wire::Conflict {
    let Conflict { target, now, by, op } = it.clone();
    wire::Conflict { target, now, by, op }
}

fn headroom(it: &Headroom) -> wire::Headroom {
    wire::Headroom {
        pool: it.pool.to_string(),
        ready_now: it.ready_now,
        ready_after: it.ready_after,
        free_now: it.free_now,
        free_after: it.free_after,
    }
}

fn share(it: &Share) -> wire::Share {
    wire::Share {
        backend: it.backend.to_string(),
        pool: it.pool.to_string(),
        before: it.before,
        after: it.after,
        rps_now: it.rps_now,
        rps_after: it.rps_after,
        cpu_now: it.cpu_now,
        cpu_after: it.cpu_after,
    }
}
