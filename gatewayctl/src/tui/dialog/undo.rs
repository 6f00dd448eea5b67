//! The question whether an operation is to be taken back.

use super::{Dialog, confirm::Confirm, level::Level};
use crate::{
    duration,
    model::{Edit, Snapshot},
    tui::{key::Key, lore::Lore, moment::Moment},
};

/// Asks whether the operation called `id` is to be taken back, wanted by `key`.
pub(crate) fn undo(id: &str, lore: &Lore, snapshot: &Snapshot, now: Moment, key: Key) -> Dialog {
    let edit = Edit::Undo { id: id.to_owned() };
    let confirm = Confirm::new(edit, Level::Key, snapshot, now, key);
    let Some(it) = lore.operation(id) else { return Dialog::Confirm(Box::new(confirm)) };
    let age = duration::short(duration::age(snapshot.time_ms, it.time_ms));
    let why = if it.reason.is_empty() { String::new() } else { format!(": {}", it.reason) };
    let note = format!("{} {} by {} {age} ago{why}", it.what, it.target, it.actor);
    Dialog::Confirm(Box::new(confirm.note(note)))
}
