//! Taking operations back: by somebody, or by themselves when their time is over.

use crate::model::{Desired, Intent, Operation, Rejection, Revert};
use crate::policy::restore::{Disputed, Restored, restore};

use super::{Applied, Effect, conclude, noted};

/// Puts back what `operation` touched. What others changed since is told in the conflicts of the
/// operation, and put back as well: whether that may be is for the caller to say.
pub(super) fn undo(
    desired: &Desired,
    operation: &Operation,
    intent: &Intent,
    now_ms: i64,
) -> Result<Applied, Rejection> {
    let mut applied = put_back(desired, operation, ("undo", Disputed::Overruled), intent, now_ms)?;
    let Applied { desired: next, operation: done } = &mut applied;
    if done.targets_nothing() {
        done.target.clone_from(&operation.target);
        done.after = "as it was before".to_owned();
    }
    let waits = next.reverts.len();
    next.reverts.retain(|revert| revert.op != operation.id);
    let applied =
        if done.unchanged && next.reverts.len() < waits { noted(applied) } else { applied };
    Ok(applied)
}

/// Puts back what the operation called `op` touched and nobody changed since.
pub(super) fn revert(
    desired: &Desired,
    op: &str,
    why: &str,
    intent: &Intent,
    now_ms: i64,
) -> Result<Applied, Rejection> {
    let (at, revert) = waiting(desired, op)?;
    let operation =
        Operation { id: op.to_owned(), touched: revert.touched.clone(), ..Operation::default() };
    let intent = Intent { reason: why.to_owned(), ..intent.clone() };
    let by = |operation: &Operation| {
        put_back(desired, operation, ("revert", Disputed::Left), &intent, now_ms)
    };
    let mut applied = match by(&operation) {
        Err(impossible) => {
            let mut applied = by(&Operation { touched: Vec::new(), ..operation })?;
            applied.operation.warnings.push(impossible.to_string());
            applied
        }
        possible => possible?,
    };
    applied.desired.reverts.remove(at);
    if applied.operation.targets_nothing() {
        let targets: Vec<&str> = revert.touched.iter().map(|it| it.target.as_str()).collect();
        applied.operation.target = targets.join(",");
        applied.operation.before = format!("op {op} goes back");
        applied.operation.after = "left as it is".to_owned();
        applied.operation.undoes = None;
        return Ok(noted(applied));
    }
    Ok(applied)
}

/// Keeps the operation called `op`, which would be taken back otherwise.
pub(super) fn confirm(
    desired: &Desired,
    op: &str,
    intent: &Intent,
    now_ms: i64,
) -> Result<Applied, Rejection> {
    let nothing = || Rejection::Invalid {
        field: "id",
        what: format!("operation {op} waits for nobody's confirmation"),
    };
    let (at, revert) = waiting(desired, op).map_err(|_| nothing())?;
    if revert.confirm_by_ms.is_none() {
        return Err(nothing());
    }
    let targets = revert.touched.iter().map(|it| it.target.clone()).collect();
    let after = if revert.expires_ms.is_some() { "stays until it expires" } else { "stays" };
    let effect = Effect {
        gateway: desired.gateway.clone(),
        what: "confirm",
        targets,
        before: vec![format!("op {op} waits for a confirmation")],
        after: vec![format!("op {op} {after}")],
        warnings: Vec::new(),
    };
    let mut applied = noted(conclude(desired, effect, None, intent, now_ms));
    let reverts = &mut applied.desired.reverts;
    if reverts[at].expires_ms.is_none() {
        reverts.remove(at);
    } else {
        (reverts[at].confirm_by_ms, reverts[at].guard) = (None, None);
    }
    Ok(applied)
}

fn waiting<'a>(desired: &'a Desired, op: &str) -> Result<(usize, &'a Revert), Rejection> {
    let mut all = desired.reverts.iter().enumerate();
    all.find(|(_, revert)| revert.op == op).ok_or_else(|| Rejection::Invalid {
        field: "id",
        what: format!("operation {op} does not go back by itself"),
    })
}

fn put_back(
    desired: &Desired,
    operation: &Operation,
    (what, disputed): (&'static str, Disputed),
    intent: &Intent,
    now_ms: i64,
) -> Result<Applied, Rejection> {
    let restored = restore(&desired.gateway, &operation.touched, disputed, now_ms);
    let Restored { gateway, steps, conflicts } = restored.map_err(|what| {
        let id = &operation.id;
        Rejection::Invalid { field: "id", what: format!("op {id} cannot be taken back: {what}") }
    })?;
    let effect = Effect {
        gateway,
        what,
        targets: steps.iter().map(|step| step.target.clone()).collect(),
        before: steps.iter().map(|step| step.before.clone()).collect(),
        after: steps.into_iter().map(|step| step.after).collect(),
        warnings: Vec::new(),
    };
    let mut applied = conclude(desired, effect, None, intent, now_ms);
    applied.operation.conflicts = conflicts;
    applied.operation.undoes = Some(operation.id.clone());
    Ok(applied)
}
