//! Which word asks for an edit?

use crate::model::{CandidateEdit, Edit, LimitMode, ScalerEdit, Standing};

/// The verb of `edit`, as on its confirmation.
pub(super) fn verb(edit: &Edit) -> &'static str {
    match edit {
        Edit::AddBackend { .. } => "add",
        Edit::Remove { .. } => "remove",
        Edit::SetStanding { standing: Standing::Active, .. } => "enable",
        Edit::SetStanding { standing: Standing::Draining, .. } => "drain",
        Edit::SetStanding { standing: Standing::Maintenance, .. } => "maintain",
        Edit::Drain { .. } => "drain",
        Edit::Kill { .. } => "kill",
        Edit::SetWeights { .. } | Edit::RampWeights { .. } => "reweight",
        Edit::SetLimit { edit, .. } if edit.mode == Some(LimitMode::Shadow) => "shadow",
        Edit::ResetLimit { .. } => "reset",
        Edit::SetLimit { edit, .. } => match edit.candidate {
            Some(CandidateEdit::Promote) => "promote",
            Some(CandidateEdit::Drop) => "drop",
            Some(CandidateEdit::Set(_)) => "try",
            None => "change",
        },
        Edit::ReloadCertificates { .. } => "reload",
        Edit::AddBlock { .. } => "block",
        Edit::RemoveBlocks { .. } => "unblock",
        Edit::ApplyConfig { .. } => "apply",
        Edit::PersistConfig => "write",
        Edit::Rollback { .. } => "go back",
        Edit::Scale { edit, .. } => match edit {
            ScalerEdit::Rules { .. } => "change",
            ScalerEdit::Pause { .. } => "hold",
            ScalerEdit::Desired { .. } => "resize",
            ScalerEdit::Resume => "resume",
        },
        Edit::All(_) => "change",
        Edit::Undo { .. } => "undo",
        Edit::Confirm { .. } => "keep",
    }
}
