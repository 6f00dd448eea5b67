//! The calls about operations.

use futures_util::{StreamExt as _, stream::BoxStream};
use gateway_proto::{self as wire, operations_client::OperationsClient};

use super::{Client, Error, ErrorCode, calls::answer, edits, request};
use crate::model::{
    Conflict, Edit, Headroom, Intent, Operation, OperationProgress, OperationsAsked, Share,
};

/// An operation as it goes on; ends with it, an error is its last item.
pub type Progresses = BoxStream<'static, Result<OperationProgress, Error>>;

impl Client {
    /// The latest operations that are asked for, newest first.
    ///
    /// # Errors
    /// When the gateway cannot be reached or does not answer in time.
    pub async fn operations(&self, asked: &OperationsAsked) -> Result<Vec<Operation>, Error> {
        let OperationsAsked { since_ms, who, what, target, limit } = asked.clone();
        let request = wire::ListOperationsRequest { since_ms, who, what, target, limit };
        let mut client = OperationsClient::new(self.channel.clone());
        let list = answer(self.request_timeout, client.list(request)).await?;
        Ok(list.operations.into_iter().map(Operation::from).collect())
    }

    /// The operation called `id`.
    ///
    /// # Errors
    /// When there is none, or the gateway cannot be reached.
    pub async fn operation(&self, id: &str) -> Result<Operation, Error> {
        let mut client = OperationsClient::new(self.channel.clone());
        let call = client.get(wire::GetOperationRequest { id: id.to_owned() });
        Ok(answer(self.request_timeout, call).await?.into())
    }

    /// The operation called `id` until it has come to its end.
    ///
    /// # Errors
    /// When there is none, or the gateway cannot be reached.
    pub async fn watch_operation(&self, id: &str) -> Result<Progresses, Error> {
        let mut client = OperationsClient::new(self.channel.clone());
        let call = client.watch(wire::WatchOperationRequest { id: id.to_owned() });
        let stream = answer(self.request_timeout, call).await?;
        Ok(stream.map(|item| Ok(item.map_err(Error::from)?.into())).boxed())
    }

    pub(super) async fn all(
        &self,
        edits: &[Edit],
        asked: &Intent,
    ) -> Result<wire::Operation, Error> {
        let one = |edit: &Edit| match edits::asked(edit, None) {
            Ok(edit) => Ok(wire::Edit { edit: Some(edit) }),
            Err(_) => Err(Error::new(ErrorCode::Invalid, "it cannot be one of several changes")),
        };
        let edits = edits.iter().map(one).collect::<Result<_, _>>()?;
        let request = wire::ApplyRequest { edits, intent: request::intent(asked) };
        let mut client = OperationsClient::new(self.channel.clone());
        answer(self.request_timeout, client.apply(request)).await
    }

    pub(super) async fn undo(&self, id: String, asked: &Intent) -> Result<wire::Operation, Error> {
        let request = wire::UndoOperationRequest { id, intent: request::intent(asked) };
        let mut client = OperationsClient::new(self.channel.clone());
        answer(self.request_timeout, client.undo(request)).await
    }

    pub(super) async fn keep(&self, id: String, asked: &Intent) -> Result<wire::Operation, Error> {
        let request = wire::ConfirmOperationRequest { id, intent: request::intent(asked) };
        let mut client = OperationsClient::new(self.channel.clone());
        answer(self.request_timeout, client.confirm(request)).await
    }
}

impl From<wire::OperationProgress> for OperationProgress {
    fn from(it: wire::OperationProgress) -> Self {
        let operation = it.operation.unwrap_or_default().into();
        Self { operation, state: it.state, what: it.what }
    }
}

impl From<wire::Operation> for Operation {
    fn from(it: wire::Operation) -> Self {
        Self {
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
            shares: it.shares.into_iter().map(share).collect(),
            headrooms: it.headrooms.into_iter().map(headroom).collect(),
            conflicts: it.conflicts.into_iter().map(conflict).collect(),
            undo: it.undo,
            undo_until_ms: it.undo_until_ms,
            undone_by: it.undone_by,
            undone_why: it.undone_why,
            undoes: it.undoes,
            expires_ms: it.expires_ms,
            confirm_by_ms: it.confirm_by_ms,
        }
    }
}

fn share(it: wire::Share) -> Share {
    Share {
        backend: it.backend,
        pool: it.pool,
        before: it.before,
        after: it.after,
        rps_now: it.rps_now,
        rps_after: it.rps_after,
        cpu_now: it.cpu_now,
        cpu_after: it.cpu_after,
    }
}

fn headroom(it: wire::Headroom) -> Headroom {
    let wire::Headroom { pool, ready_now, ready_after, free_now, free_after } = it;
    Headroom { pool, ready_now, ready_after, free_now, free_after }
}

fn conflict(it: wire::Conflict) -> Conflict {
    let wire::Conflict { target, now, by, op } = it;
    Conflict { target, now, by, op }
}
