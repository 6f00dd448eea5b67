//! A change: an edit that someone asks for, before anyone accepted it.

use std::net::SocketAddr;

use super::{Allowance, Gateway, LimitMode, Name, Standing, Weight};

/// An edit of the gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    },
    /// Removes backends; requests in flight on them finish.
    RemoveBackends(Vec<Name>),
    /// Says what is wanted of backends.
    SetStanding(Vec<Name>, Standing),
    /// Changes weights, all of them or none.
    SetWeights(Vec<(Name, WeightEdit)>),
    /// Changes a limit; what is absent stays.
    SetLimit {
        /// The limit.
        name: Name,
        /// Its new allowance.
        max: Option<Allowance>,
        /// Its new mode.
        mode: Option<LimitMode>,
    },
    /// Makes the gateway what the file wants, where the file is newer than what operators said.
    ApplyFile(Box<Gateway>),
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
