//! Going back to a revision: what was done since is taken back, all of it, as one operation.

use std::collections::HashSet;
use std::sync::Arc;

use crate::model::{Desired, Intent, Operation, Rejection};
use crate::policy::difference;
use crate::policy::restore::unwind;

use super::{Applied, Effect, conclude, noted, step_words};

/// Makes the gateway what it would be had nobody asked for anything since revision `to`. What came
/// about by itself stands: what ended has ended, and servers that the load wanted are the autoscaler's.
/// `since` is what was done since, newest first.
pub(super) fn rollback(
    desired: &Desired,
    to: u64,
    since: &[Arc<Operation>],
    intent: &Intent,
    now_ms: i64,
) -> Result<Applied, Rejection> {
    is_kept(desired, to, since)?;
    let asked = since.iter().map(Arc::as_ref).filter(|it| !it.is_by_itself());
    let gateway = unwind(&desired.gateway, asked, now_ms).map_err(|what| Rejection::Invalid {
        field: "revision",
        what: format!("the gateway cannot be what it was at revision {to}: {what}"),
    })?;
    let mut effect = Effect {
        what: "rollback",
        targets: vec!["gateway".to_owned()],
        before: vec![format!("revision {}", desired.revision)],
        after: vec![format!("as at revision {to}")],
        warnings: Vec::new(),
        gateway,
    };
    for it in difference(&desired.gateway, &effect.gateway) {
        let (before, after) = step_words(&it.target, it.before.as_ref(), it.after.as_ref());
        effect.targets.push(it.target);
        effect.before.push(before);
        effect.after.push(after);
    }
    let mut applied = conclude(desired, effect, None, intent, now_ms);
    let taken: HashSet<&str> = since.iter().map(|it| it.id.as_str()).collect();
    let reverts = &mut applied.desired.reverts;
    let waited = reverts.len();
    reverts.retain(|revert| !taken.contains(revert.op.as_str()));
    let is_kept_only = applied.operation.unchanged && reverts.len() < waited;
    Ok(if is_kept_only { noted(applied) } else { applied })
}

/// Refuses a revision whose way back is not known from one step to the next.
fn is_kept(desired: &Desired, to: u64, since: &[Arc<Operation>]) -> Result<(), Rejection> {
    let newest = desired.revision;
    if let Some(last) = since.first().filter(|last| last.revision != newest) {
        let (expected, changes) = (last.revision, Vec::new());
        return Err(Rejection::Stale { expected, actual: newest, changes });
    }
    let mut steps = (1..=newest).rev();
    let kept = since.iter().zip(steps.by_ref()).take_while(|(it, step)| it.revision == *step);
    let oldest = newest.saturating_sub(kept.count() as u64).max(1);
    if (oldest..=newest).contains(&to) {
        return Ok(());
    }
    Err(Rejection::Revision { asked: to, oldest, newest })
}
