//! Edits become the messages that ask for them here.

use gateway_proto::{self as wire, edit::Edit as Asked};

use super::request::{self, ms};
use crate::model::{Edit, ScalerEdit, Standing};

/// An edit that cannot be one of several.
pub(super) enum Alone {
    /// Closes what is left on backends.
    Kill(Vec<String>),
    /// Forgets what was counted.
    ResetLimit { name: String, key: Option<String> },
    /// Reads the files of certificates again.
    ReloadCertificates(Vec<String>),
    /// Replaces the file.
    ApplyConfig(String),
    /// Writes what operators did into the file.
    PersistConfig,
    /// Makes the gateway what it was.
    Rollback(String),
    /// Several together.
    All(Vec<Edit>),
    /// Takes an operation back.
    Undo(String),
    /// Keeps an operation.
    Confirm(String),
}

/// The message that asks for `edit`, if it can be one of several.
pub(super) fn asked(edit: &Edit, intent: Option<wire::Intent>) -> Result<Asked, Alone> {
    Ok(match edit.clone() {
        Edit::AddBackend { pool, name, address, weight, standing } => {
            let standing = request::standing(standing);
            Asked::AddBackend(wire::AddBackendRequest {
                pool,
                name,
                address,
                weight,
                standing,
                intent,
            })
        }
        Edit::Remove { names } => {
            Asked::RemoveBackends(wire::RemoveBackendsRequest { names, intent })
        }
        Edit::SetStanding { names, standing } => {
            let standing = request::standing(standing);
            Asked::SetStanding(wire::SetStandingRequest { names, standing, intent, drain: None })
        }
        Edit::Drain { names, order } => {
            let standing = request::standing(Standing::Draining);
            let drain = order.as_ref().map(request::drain);
            Asked::SetStanding(wire::SetStandingRequest { names, standing, intent, drain })
        }
        Edit::Kill { names } => return Err(Alone::Kill(names)),
        Edit::SetWeights { edits } => {
            let edits = edits.iter().map(request::weight_edit).collect();
            Asked::SetWeights(wire::SetWeightsRequest { edits, intent, ramp: None })
        }
        Edit::RampWeights { edits, lasts, abort_if } => {
            let edits = edits.iter().map(request::weight_edit).collect();
            let ramp = Some(wire::RampOrder { lasts_ms: ms(lasts), abort_if });
            Asked::SetWeights(wire::SetWeightsRequest { edits, intent, ramp })
        }
        Edit::SetLimit { name, edit } => Asked::SetLimit(request::set_limit(name, edit, intent)),
        Edit::AddBlock { network, ttl, own_address } => {
            let end = Some(request::end(ttl));
            Asked::AddBlock(wire::AddBlockRequest { network, end, own_address, intent })
        }
        Edit::RemoveBlocks { networks } => {
            Asked::RemoveBlocks(wire::RemoveBlocksRequest { networks, intent })
        }
        Edit::Scale { pool, edit } => scale(pool, edit, intent),
        Edit::ResetLimit { name, key } => return Err(Alone::ResetLimit { name, key }),
        Edit::ReloadCertificates { served_by } => {
            return Err(Alone::ReloadCertificates(served_by));
        }
        Edit::ApplyConfig { text } => return Err(Alone::ApplyConfig(text)),
        Edit::PersistConfig => return Err(Alone::PersistConfig),
        Edit::Rollback { revision } => return Err(Alone::Rollback(revision)),
        Edit::All(edits) => return Err(Alone::All(edits)),
        Edit::Undo { id } => return Err(Alone::Undo(id)),
        Edit::Confirm { id } => return Err(Alone::Confirm(id)),
    })
}

fn scale(pool: String, edit: ScalerEdit, intent: Option<wire::Intent>) -> Asked {
    match edit {
        ScalerEdit::Rules { min, max, target_cpu, target_rps, mode } => {
            Asked::SetScaler(wire::SetScalerRequest {
                pool,
                min,
                max,
                target_cpu,
                target_rps,
                mode,
                intent,
            })
        }
        ScalerEdit::Pause { ttl } => {
            Asked::PauseScaler(wire::PauseScalerRequest { pool, ttl_ms: ttl.map(ms), intent })
        }
        ScalerEdit::Desired { servers, ttl } => {
            Asked::Desired(wire::DesiredRequest { pool, servers, ttl_ms: ttl.map(ms), intent })
        }
        ScalerEdit::Resume => Asked::ResumeScaler(wire::ResumeScalerRequest { pool, intent }),
    }
}
