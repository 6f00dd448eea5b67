//! A target: what a dialog acts on, as it was when the dialog opened.

use crate::model::{Backend, Block, Edit, Limit, Pool, Snapshot};

/// One thing a change acts on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    /// What kind of thing it is: "backend", "limit", "network", "scaler", "listener", "operation".
    kind: &'static str,
    /// Its name.
    name: String,
    /// What it was; none when it must not be there yet.
    was: Option<Facts>,
}

/// What is known of a target.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Facts {
    /// Another one tells that somebody changed it.
    stamp: Stamp,
    words: String,
}

/// When it was changed last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stamp {
    /// At this revision.
    Revision(u64),
    /// Since when it is, and until when, milliseconds since the Unix epoch.
    Time(i64, Option<i64>),
}

impl Target {
    /// The targets of a change in this snapshot.
    pub(crate) fn of(edit: &Edit, snapshot: &Snapshot) -> Vec<Self> {
        let backend = |name: &String| Self::found("backend", name, snapshot);
        match edit {
            Edit::AddBackend { name, .. } => vec![backend(name)],
            Edit::Remove { names }
            | Edit::Kill { names }
            | Edit::Drain { names, .. }
            | Edit::SetStanding { names, .. } => names.iter().map(backend).collect(),
            Edit::SetWeights { edits } | Edit::RampWeights { edits, .. } => {
                edits.iter().map(|(name, _)| backend(name)).collect()
            }
            Edit::SetLimit { name, .. } | Edit::ResetLimit { name, .. } => {
                vec![Self::found("limit", name, snapshot)]
            }
            Edit::ReloadCertificates { served_by } => {
                let found = |name: &String| Self::found("listener", name, snapshot);
                served_by.iter().map(found).collect()
            }
            Edit::AddBlock { network, .. } => vec![Self::found("network", network, snapshot)],
            Edit::RemoveBlocks { networks } => {
                networks.iter().map(|network| Self::found("network", network, snapshot)).collect()
            }
            Edit::Scale { pool, .. } => vec![Self::found("scaler", pool, snapshot)],
            Edit::ApplyConfig { .. } | Edit::PersistConfig => {
                vec![Self::found("config", "config", snapshot)]
            }
            Edit::Rollback { revision } => vec![Self::found("revision", revision, snapshot)],
            Edit::All(edits) => edits.iter().flat_map(|edit| Self::of(edit, snapshot)).collect(),
            Edit::Undo { id } | Edit::Confirm { id } => {
                vec![Self::found("operation", id, snapshot)]
            }
        }
    }

    /// What kind of thing it is.
    pub(crate) fn kind(&self) -> &'static str {
        self.kind
    }

    /// Its kind and name, as events and operations have it.
    pub(crate) fn path(&self) -> String {
        match self.kind {
            "config" => "gateway".to_owned(),
            "network" => format!("block/{}", self.name),
            kind => format!("{kind}/{}", self.name),
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

    /// What became of it since, in words; none when it is as it was, or as this dashboard itself made it
    /// by the revision `known`.
    pub(crate) fn moved(&self, snapshot: &Snapshot, known: u64) -> Option<String> {
        let Self { kind, name, was } = self;
        match (was, Self::found(kind, name, snapshot).was) {
            (None, None) => None,
            (Some(_), None) => Some(format!("{name} is gone")),
            (None, Some(_)) => Some(format!("{name} exists now")),
            (Some(was), Some(is)) if was.stamp == is.stamp => None,
            (Some(_), Some(Facts { stamp: Stamp::Revision(at), .. })) if at <= known => None,
            (Some(was), Some(is)) if was.words == is.words => Some(format!("{name} changed")),
            (Some(was), Some(is)) => Some(format!("{name} changed: {} > {}", was.words, is.words)),
        }
    }

    fn found(kind: &'static str, name: &str, snapshot: &Snapshot) -> Self {
        let was = match kind {
            "limit" => snapshot.limits.iter().find(|it| it.name == name).map(Facts::limit),
            "network" => snapshot.blocks.iter().find(|it| it.network == name).map(Facts::block),
            "config" => Some(Facts::config(snapshot)),
            "scaler" => snapshot.pools.iter().find(|it| it.name == name).map(Facts::scaler),
            // What was done does not change, and listeners are bound for as long as the gateway runs.
            "operation" | "listener" => {
                Some(Facts { stamp: Stamp::Revision(0), words: String::new() })
            }
            _ => snapshot.backends.iter().find(|it| it.name == name).map(Facts::backend),
        };
        Self { kind, name: name.to_owned(), was }
    }
}

impl Facts {
    fn backend(it: &Backend) -> Self {
        let Backend { standing, weight, health, in_flight, .. } = it;
        let words = format!("{standing} weight {weight}, {health}, {in_flight} in flight");
        Self { stamp: Stamp::Revision(it.revision), words }
    }

    fn limit(it: &Limit) -> Self {
        let words = format!("{} {} per {}", it.mode, it.rule, it.key);
        Self { stamp: Stamp::Revision(it.revision), words }
    }

    fn block(it: &Block) -> Self {
        let why = if it.reason.is_empty() { String::new() } else { format!(": {}", it.reason) };
        let words = format!("blocked by {}{why}, {} hits", it.owner, it.hits_total);
        Self { stamp: Stamp::Time(it.since_ms, it.expires_ms), words }
    }

    fn config(it: &Snapshot) -> Self {
        Self { stamp: Stamp::Revision(it.revision), words: format!("revision {}", it.revision) }
    }

    fn scaler(it: &Pool) -> Self {
        let words = format!("{} of {} servers ready", it.ready, it.backends);
        Self { stamp: Stamp::Revision(it.scaler_revision), words }
    }
}
