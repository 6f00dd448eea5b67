//! Several edits in one request become one change here.

use gateway_proto as wire;
use gateway_proto::edit::Edit;
use tonic::{Code, Status};

use super::rejection::invalid;
use super::{blocks, change, drain, scaler};
use crate::model::Change;

/// The most edits of one change.
const MOST: usize = 100;

/// The change that `edits` are together.
pub(super) fn all(edits: &[wire::Edit]) -> Result<Change, Status> {
    if !(1..=MOST).contains(&edits.len()) {
        return Err(invalid("edits", format!("expected 1 to {MOST}")));
    }
    let one = |(place, edit): (usize, &wire::Edit)| {
        // What is wrong is wrong with one of them; its details name the field.
        read(edit).map_err(|status| {
            let message = format!("change {}: {}", place + 1, status.message());
            match status.code() {
                Code::InvalidArgument => invalid("edits", message),
                _ => status,
            }
        })
    };
    edits.iter().enumerate().map(one).collect::<Result<_, _>>().map(Change::All)
}

fn read(edit: &wire::Edit) -> Result<Change, Status> {
    let Some(edit) = &edit.edit else { return Err(invalid("edit", "say what is changed")) };
    let (change, intent) = match edit {
        Edit::AddBackend(it) => (change::add(it)?, &it.intent),
        Edit::RemoveBackends(it) => (change::remove(it)?, &it.intent),
        Edit::SetStanding(it) => (drain::set_standing(it)?, &it.intent),
        Edit::SetWeights(it) => (change::set_weights(it)?, &it.intent),
        Edit::SetLimit(it) => (change::set_limit(it)?, &it.intent),
        Edit::AddBlock(it) => (blocks::add(it)?, &it.intent),
        Edit::RemoveBlocks(it) => (blocks::remove(it)?, &it.intent),
        Edit::SetScaler(it) => (scaler::set(it)?, &it.intent),
        Edit::PauseScaler(it) => (scaler::pause(it)?, &it.intent),
        Edit::Desired(it) => (scaler::desired(it)?, &it.intent),
        Edit::ResumeScaler(it) => (scaler::resume(it)?, &it.intent),
    };
    match intent {
        Some(_) => Err(invalid("intent", "all of them have one intent together")),
        None => Ok(change),
    }
}
