//! A target: what a dialog acts on, as it was when the dialog opened.

use crate::model::{Edit, Snapshot};

/// One thing a change acts on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    /// What kind of thing it is: "backend", "limit".
    kind: &'static str,
    /// Its name.
    name: String,
    /// What it was; none when it must not be there yet.
    was: Option<Facts>,
}

/// What is known of a target.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Facts {
    revision: u64,
    words: String,
}

impl Target {
    /// The targets of a change in this snapshot.
    pub(crate) fn of(edit: &Edit, snapshot: &Snapshot) -> Vec<Self> {
        let backend = |name: &String| Self::found("backend", name, snapshot);
        match edit {
            Edit::AddBackend { name, .. } => vec![backend(name)],
            Edit::Remove { names } | Edit::SetStanding { names, .. } => {
                names.iter().map(backend).collect()
            }
            Edit::SetWeights { edits } => edits.iter().map(|(name, _)| backend(name)).collect(),
            Edit::SetLimit { name, .. } | Edit::ResetLimit { name, .. } => {
                vec![Self::found("limit", name, snapshot)]
            }
            Edit::Scale { .. } | Edit::AddBlock { .. } | Edit::RemoveBlocks { .. } => Vec::new(),
        }
    }

    /// Its name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// What it was, in words; empty for what must not be there yet.
    pub(crate) fn words(&self) -> &str {
        self.was.as_ref().map_or("", |was| &was.words)
    }

    /// What became of it since, in words; none when it is as it was.
    pub(crate) fn moved(&self, snapshot: &Snapshot) -> Option<String> {
        let Self { kind, name, was } = self;
        match (was, Self::found(kind, name, snapshot).was) {
            (None, None) => None,
            (Some(_), None) => Some(format!("{name} is gone")),
            (None, Some(_)) => Some(format!("{name} exists now")),
            (Some(was), Some(is)) if was.revision == is.revision => None,
            (Some(was), Some(is)) => Some(format!("{name} changed: {} > {}", was.words, is.words)),
        }
    }

    fn found(kind: &'static str, name: &str, snapshot: &Snapshot) -> Self {
        let was = if kind == "limit" {
            snapshot.limits.iter().find(|limit| limit.name == name).map(|limit| Facts {
                revision: limit.revision,
                words: format!("{} {} per {}", limit.mode, limit.rule, limit.key),
            })
        } else {
            snapshot.backends.iter().find(|backend| backend.name == name).map(|backend| Facts {
                revision: backend.revision,
                words: format!(
                    "{} weight {}, {}, {} in flight",
                    backend.standing, backend.weight, backend.health, backend.in_flight
                ),
            })
        };
        Self { kind, name: name.to_owned(), was }
    }
}
