//! Keys: a change that is asked for again with the same key is made once.

use tokio::sync::oneshot;

use super::room::{Pending, Room};
use crate::model::{Change, Intent, Key, Operation, Rejection};
use crate::policy::hash_key;
use crate::state::operations::Known;

/// Who waits for an answer.
type Answer = oneshot::Sender<Result<Operation, Rejection>>;

/// The key of a change, if it came with one.
pub(super) fn key(change: &Change, intent: &Intent) -> Option<Key> {
    let word = intent.key.clone()?;
    let what = match change {
        // An operation is known by its id.
        Change::Undo(operation) => format!("undo {}", operation.id),
        Change::Rollback { to, .. } => format!("rollback {to}"),
        // Once it was made, the files hold what is served.
        Change::ReloadCertificates(reload) => format!("reload {}", reload.targets.join(",")),
        change => format!("{change:?}"),
    };
    let change = hash_key(format!("{what} {:?} {}", intent.terms, intent.force).as_bytes());
    Some(Key { word, change })
}

impl Room {
    /// Answers what was asked before with the same key; gives the answer back to be given when it is
    /// new.
    pub(super) fn unless_known(
        &self,
        key: Option<&Key>,
        intent: &Intent,
        pending: &mut [Pending],
        answer: Answer,
    ) -> Option<Answer> {
        let Some(key) = key else { return Some(answer) };
        let same = |it: &&mut Pending| {
            let own = it.operation.key.as_ref();
            it.operation.actor == intent.actor && own.is_some_and(|own| own.word == key.word)
        };
        if let Some(waiting) = pending.iter_mut().find(same) {
            if waiting.operation.key.as_ref() == Some(key) {
                waiting.answers.push(answer);
            } else {
                drop(answer.send(Err(taken(key, &waiting.operation))));
            }
            return None;
        }
        match self.operations.known(&intent.actor, key, self.clock.wall_ms()) {
            Known::No => return Some(answer),
            Known::Same(operation) => {
                // Whoever asked may have gone, again.
                drop(answer.send(Ok(self.told((*operation).clone()))));
            }
            Known::Other(operation) => drop(answer.send(Err(taken(key, &operation)))),
        }
        None
    }
}

fn taken(key: &Key, operation: &Operation) -> Rejection {
    let Operation { what, target, .. } = operation;
    let what = format!("{:?} was the key of another change: {what} {target}", key.word);
    Rejection::Invalid { field: "idempotency_key", what }
}
