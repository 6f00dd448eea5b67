//! A change: an edit that someone asks for, before anyone accepted it.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;

use super::{
    AbortIf, DrainOrder, DrainStep, Gateway, LimitEdit, LimitTarget, Name, Operation, ScalingMode,
    Source, Standing, Weight,
};

/// An edit of the gateway.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Adds a backend to a pool.
    AddBackend {
        /// The pool it joins.
        pool: Name,
        /// Its name, unique in the gateway.
        name: Name,
        /// Where it listens.
        address: SocketAddr,
        /// Its weight.
        weight: Weight,
        /// Its first standing.
        standing: Standing,
        /// Who keeps it there.
        source: Source,
    },
    /// Removes backends; requests in flight on them finish.
    RemoveBackends(Vec<Name>),
    /// Says what is wanted of backends.
    SetStanding(Vec<Name>, Standing),
    /// Drains backends as told; where nothing is told, as they are drained already, or as usual.
    Drain(Vec<Name>, Option<DrainOrder>),
    /// Closes what is left on backends that take no requests.
    Kill(Vec<Name>),
    /// Goes on with the drain of a backend.
    StepDrain {
        /// The backend.
        name: Name,
        /// From when the deadlines of that drain count; another one is not meant.
        from_ms: i64,
        /// What it comes to.
        step: DrainStep,
    },
    /// Changes weights, all of them or none.
    SetWeights(Vec<(Name, WeightEdit)>),
    /// Changes weights by and by, all of them or none.
    RampWeights {
        /// The weights in the end.
        edits: Vec<(Name, WeightEdit)>,
        /// How long it takes.
        lasts: Duration,
        /// When it is given up.
        abort_if: Option<AbortIf>,
    },
    /// Gives a ramp up: the backend's weight is what it was before.
    AbortRamp {
        /// The backend.
        name: Name,
        /// When that ramp began; another one is not meant.
        since_ms: i64,
        /// Why, for everybody.
        why: String,
    },
    /// Changes a limit; what is absent stays.
    SetLimit {
        /// The limit.
        name: Name,
        /// What changes.
        edit: LimitEdit,
    },
    /// Forgets what was counted of a limit.
    ResetLimit(LimitTarget),
    /// Serves the certificates that files hold now, as they were read.
    ReloadCertificates(Reload),
    /// Refuses the clients of a network.
    AddBlock {
        /// The network.
        network: IpNet,
        /// For so long; absent, until it is removed.
        ttl: Option<Duration>,
        /// Where the one who asks comes from, as far as it is known.
        own: Option<IpAddr>,
    },
    /// Lets the clients of networks pass again.
    RemoveBlocks(Vec<IpNet>),
    /// Ends what ends by itself, as far as its time has come.
    Expire,
    /// Changes how a pool is scaled.
    SetScaler {
        /// The pool.
        pool: Name,
        /// What changes.
        edit: ScalerEdit,
    },
    /// Makes several changes one after the other, all of them or none.
    All(Vec<Change>),
    /// Takes an operation back: what it touched is again what it was before.
    Undo(Arc<Operation>),
    /// Takes an operation back whose time is over, as far as nobody changed what it touched.
    Revert {
        /// The operation.
        op: String,
        /// Why, for everybody.
        why: String,
    },
    /// Makes the gateway what it was at a revision: takes back all that was done since.
    Rollback {
        /// The revision.
        to: u64,
        /// What was done since, newest first.
        since: Vec<Arc<Operation>>,
    },
    /// Keeps an operation that would be taken back unless somebody says so.
    Confirm(String),
    /// Makes the gateway what the file wants, where the file is newer than what operators said.
    ApplyFile(Box<Gateway>),
}

impl Change {
    /// What it is to act on, as operations tell it; several are joined by a comma.
    #[must_use]
    pub fn target(&self) -> String {
        let backends = |names: &mut dyn Iterator<Item = &Name>| {
            names.map(|name| format!("backend/{name}")).collect::<Vec<_>>().join(",")
        };
        match self {
            Change::AddBackend { name, .. }
            | Change::AbortRamp { name, .. }
            | Change::StepDrain { name, .. } => format!("backend/{name}"),
            Change::RemoveBackends(names)
            | Change::SetStanding(names, _)
            | Change::Drain(names, _)
            | Change::Kill(names) => backends(&mut names.iter()),
            Change::SetWeights(edits) | Change::RampWeights { edits, .. } => {
                backends(&mut edits.iter().map(|(name, _)| name))
            }
            Change::SetLimit { name, .. } | Change::ResetLimit(LimitTarget { name, .. }) => {
                format!("limit/{name}")
            }
            Change::ReloadCertificates(reload) => reload.targets.join(","),
            Change::AddBlock { network, .. } => format!("block/{network}"),
            Change::RemoveBlocks(networks) => {
                let blocks = networks.iter().map(|network| format!("block/{network}"));
                blocks.collect::<Vec<_>>().join(",")
            }
            Change::SetScaler { pool, .. } => format!("scaler/{pool}"),
            Change::All(changes) => {
                changes.iter().map(Change::target).collect::<Vec<_>>().join(",")
            }
            Change::Undo(operation) => operation.target.clone(),
            Change::Revert { op, .. } | Change::Confirm(op) => format!("op/{op}"),
            Change::Expire | Change::ApplyFile(_) | Change::Rollback { .. } => "gateway".to_owned(),
        }
    }
}

/// Certificates that were read from their files, and would be served.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reload {
    /// By whom: "listener/https".
    pub targets: Vec<String>,
    /// What each of them serves, in words.
    pub before: Vec<String>,
    /// What each would serve, in words.
    pub after: Vec<String>,
    /// Whose files cannot be served, and why.
    pub warnings: Vec<String>,
    /// Whether any of it is not served already.
    pub is_new: bool,
}

/// A change of how a pool is scaled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScalerEdit {
    /// Changes rules; what is absent stays.
    Rules {
        /// The fewest servers.
        min: Option<u32>,
        /// The most servers.
        max: Option<u32>,
        /// Percent of a server's CPU.
        target_cpu: Option<u32>,
        /// Requests per second and server.
        target_rps: Option<u32>,
        /// Whether decisions are carried out.
        mode: Option<ScalingMode>,
    },
    /// The size is what an operator says: so many, or what it is.
    Order {
        /// So many servers; absent, as many as there are.
        desired: Option<u32>,
        /// For so long; absent, until resumed.
        ttl: Option<Duration>,
    },
    /// The rules decide again.
    Resume,
}

/// A new weight, told absolutely or from what the backend has when the change is applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WeightEdit {
    /// The weight itself.
    Absolute(Weight),
    /// Added to the present weight; the result is held to 0..=1000.
    Delta(i32),
    /// Percent of the present weight; the result is held to 0..=1000.
    Percent(u32),
}
