//! An edit: what an operator asks the gateway to change.

use std::time::Duration;

use super::{DrainOrder, LimitEdit, Standing};

/// One change of the gateway, before anyone accepted it.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// Adds a backend to a pool.
    AddBackend {
        /// The pool it joins.
        pool: String,
        /// Its name, unique in the gateway.
        name: String,
        /// Where it listens: `10.0.0.13:9000` or `[2001:db8::1]:9000`.
        address: String,
        /// Its weight, 0..=1000; the gateway's default when absent.
        weight: Option<u32>,
        /// Its first standing: active or draining.
        standing: Standing,
    },
    /// Removes backends; requests in flight on them finish.
    Remove {
        /// The backends' names.
        names: Vec<String>,
    },
    /// Says what is wanted of backends.
    SetStanding {
        /// The backends' names.
        names: Vec<String>,
        /// What is wanted of them.
        standing: Standing,
    },
    /// Drains backends, as told.
    Drain {
        /// The backends' names.
        names: Vec<String>,
        /// How it goes; as it goes already or as usual when absent.
        order: Option<DrainOrder>,
    },
    /// Closes what is left on backends that take no requests.
    Kill {
        /// The backends' names.
        names: Vec<String>,
    },
    /// Changes weights, all of them or none.
    SetWeights {
        /// Each backend's name with its new weight.
        edits: Vec<(String, WeightEdit)>,
    },
    /// Changes weights by and by, all of them or none.
    RampWeights {
        /// Each backend's name with its weight in the end.
        edits: Vec<(String, WeightEdit)>,
        /// How long it takes.
        lasts: Duration,
        /// When it is given up: `error>1% or p99>2x`; empty when never.
        abort_if: String,
    },
    /// Changes a limit; what is absent stays as it is.
    SetLimit {
        /// The limit's name.
        name: String,
        /// What changes.
        edit: LimitEdit,
    },
    /// Forgets what was counted of a limit.
    ResetLimit {
        /// The limit's name.
        name: String,
        /// Of which address or value that it counts by; of all when absent.
        key: Option<String>,
    },
    /// Reads the files of certificates again, and serves what is good in them.
    ReloadCertificates {
        /// Only of these listeners; of all when there are none.
        served_by: Vec<String>,
    },
    /// Refuses the clients of a network.
    AddBlock {
        /// The network.
        network: String,
        /// For so long; until removed when absent.
        ttl: Option<Duration>,
        /// Where the operator comes from; empty when not known.
        own_address: String,
    },
    /// Lets the clients of networks pass again.
    RemoveBlocks {
        /// The networks.
        networks: Vec<String>,
    },
    /// Changes how a pool is scaled.
    Scale {
        /// The pool.
        pool: String,
        /// What changes.
        edit: ScalerEdit,
    },
    /// Replaces the gateway's file and applies what changed.
    ApplyConfig {
        /// The file.
        text: String,
    },
    /// Writes what operators did into the gateway's file.
    PersistConfig,
    /// Makes the gateway what it was at a revision.
    Rollback {
        /// The revision, in digits.
        revision: String,
    },
    /// Makes several changes as one, all of them or none.
    All(Vec<Edit>),
    /// Takes an operation back.
    Undo {
        /// Its id.
        id: String,
    },
    /// Keeps an operation that waits for a confirmation.
    Confirm {
        /// Its id.
        id: String,
    },
}

impl Edit {
    /// The names of what it changes.
    #[must_use]
    pub fn targets(&self) -> Vec<&str> {
        match self {
            Self::AddBackend { name, .. }
            | Self::SetLimit { name, .. }
            | Self::ResetLimit { name, .. } => vec![name],
            Self::Remove { names }
            | Self::Kill { names }
            | Self::Drain { names, .. }
            | Self::SetStanding { names, .. } => names.iter().map(String::as_str).collect(),
            Self::SetWeights { edits } | Self::RampWeights { edits, .. } => {
                edits.iter().map(|(name, _)| name.as_str()).collect()
            }
            Self::ReloadCertificates { served_by } => {
                served_by.iter().map(String::as_str).collect()
            }
            Self::AddBlock { network, .. } => vec![network],
            Self::RemoveBlocks { networks } => networks.iter().map(String::as_str).collect(),
            Self::Scale { pool, .. } => vec![pool],
            Self::ApplyConfig { .. } | Self::PersistConfig => vec!["config"],
            Self::Rollback { revision } => vec![revision],
            Self::All(edits) => {
                let mut names: Vec<&str> = edits.iter().flat_map(Self::targets).collect();
                names.sort_unstable();
                names.dedup();
                names
            }
            Self::Undo { id } | Self::Confirm { id } => vec![id],
        }
    }
}

/// A change of how a pool is scaled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScalerEdit {
    /// Changes rules; what is absent stays as it is.
    Rules {
        /// The fewest servers.
        min: Option<u32>,
        /// The most servers.
        max: Option<u32>,
        /// Percent of a server's CPU.
        target_cpu: Option<u32>,
        /// Requests per second and server.
        target_rps: Option<u32>,
        /// "act", "advise" or "off".
        mode: Option<String>,
    },
    /// Keeps the size as it is.
    Pause {
        /// For so long; until resumed when absent.
        ttl: Option<Duration>,
    },
    /// Wants so many servers.
    Desired {
        /// How many.
        servers: u32,
        /// For so long; until resumed when absent.
        ttl: Option<Duration>,
    },
    /// Lets the rules decide again.
    Resume,
}

/// A new weight, told absolutely or from what the backend has when the change is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WeightEdit {
    /// The weight itself, 0..=1000.
    Absolute(u32),
    /// Added to the present weight.
    Delta(i32),
    /// Percent of the present weight, 0..=10000.
    Percent(u32),
}
