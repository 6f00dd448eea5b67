//! May an operation be taken back? And what stands in the way, by its name.

use super::room::Room;
use crate::model::{Change, Intent, Operation, Rejection, Role, Undo};
use crate::policy::Applied;

impl Room {
    /// Whether `change` takes something back that cannot be, any more or at all; the answer when it
    /// was taken back already.
    ///
    /// # Errors
    /// When there is nothing to put back, or it is too long ago and nobody insists.
    pub(super) fn may_undo(
        &self,
        change: &Change,
        intent: &Intent,
    ) -> Result<Option<Operation>, Rejection> {
        let Change::Undo(operation) = change else { return Ok(None) };
        let role = intent.call.as_ref().map_or(Some(Role::Admin), |call| call.role);
        if operation.is_of_the_file() && role.is_none_or(|role| role < Role::Admin) {
            // Who may not apply a file may not take one back either.
            let what = format!("undoing operation {}, of the file,", operation.id);
            return Err(Rejection::Role { what, needed: Role::Admin });
        }
        let Operation { id, what, target, .. } = &**operation;
        let now_ms = self.clock.wall_ms();
        match self.operations.undoable(operation, now_ms) {
            Undo::None => {
                let what = format!("operation {id} ({what} {target}) left nothing to put back");
                Err(Rejection::Invalid { field: "id", what })
            }
            Undo::Gone if !intent.force => {
                let minutes = self.operations.window().as_secs() / 60;
                let age = now_ms.saturating_sub(operation.time_ms) / 60_000;
                let what = format!(
                    "operation {id} is {age} min old, and undo_window is {minutes} min: much may rest on it"
                );
                Err(Rejection::Guard { what })
            }
            Undo::Gone | Undo::Available(_) => Ok(None),
            Undo::Done(by) => Ok(Some(Operation {
                time_ms: now_ms,
                actor: intent.actor.clone(),
                via: intent.via.clone(),
                what: "undo".to_owned(),
                target: target.clone(),
                reason: intent.reason.clone(),
                after: format!("as it was before, since operation {by}"),
                unchanged: true,
                undoes: Some(id.clone()),
                ..Operation::default()
            })),
        }
    }

    /// Names who changed since what is taken back.
    ///
    /// # Errors
    /// When somebody did, and nobody insists or only asks.
    pub(super) fn settle_conflicts(
        &self,
        change: &Change,
        applied: &mut Applied,
        intent: &Intent,
    ) -> Result<(), Rejection> {
        let id = match change {
            Change::Undo(operation) => &operation.id,
            Change::Revert { op, .. } => op,
            _ => return Ok(()),
        };
        let since = self.operations.find(id).map_or(0, |it| it.revision);
        for conflict in &mut applied.operation.conflicts {
            if let Some(newer) = self.operations.latest_of(&conflict.target, since) {
                (conflict.by, conflict.op) = (newer.actor.clone(), newer.id.clone());
            }
        }
        let conflicts = &applied.operation.conflicts;
        let told = |how: &str| conflicts.iter().map(|it| format!("{how}: {it}")).collect();
        let told: Vec<String> = match change {
            Change::Undo(_) if conflicts.is_empty() || intent.validate_only => return Ok(()),
            Change::Undo(_) if !intent.force => {
                let id = id.clone();
                return Err(Rejection::Conflict { id, conflicts: conflicts.clone() });
            }
            Change::Undo(_) => told("forced"),
            _ => told("left as it is"),
        };
        applied.operation.warnings.extend(told);
        Ok(())
    }

    /// Tells what was to end by itself, was taken back before, and is there to stay now that this is
    /// taken back as well.
    pub(super) fn tell_lost_ends(&self, change: &Change, applied: &mut Applied) {
        let Change::Rollback { to, since } = change else { return };
        let again = since.iter().filter(|it| !it.is_by_itself()).filter_map(|it| {
            let first = self.operations.find(it.undoes.as_deref()?)?;
            (first.revision <= *to && first.expires_ms.is_some()).then_some(first)
        });
        for Operation { id, what, target, .. } in again.map(|it| (*it).clone()) {
            let told = format!("{what} {target} (op {id}) was to end by itself, and stays now");
            applied.operation.warnings.push(told);
        }
    }

    /// An operation as it is told to whoever asked for it.
    pub(super) fn told(&self, mut operation: Operation) -> Operation {
        operation.undo = self.operations.undoable(&operation, self.clock.wall_ms());
        if let Some(revert) = self.desired.revert(&operation.id) {
            operation.confirm_by_ms = revert.confirm_by_ms;
        }
        operation
    }
}
