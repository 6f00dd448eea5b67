//! An entity: a part of the gateway that a change touches, and an undo puts back.

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::{Autoscale, Backend, Block, Gateway, Limit, Name, Pool, Route};

/// A part of the gateway with a name of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Entity {
    /// `backend/app-1`.
    Backend {
        /// The pool it is in.
        pool: Name,
        /// Its place in that pool.
        place: usize,
        /// The backend.
        backend: Box<Backend>,
    },
    /// `limit/create-per-ip`.
    Limit {
        /// Its place among limits.
        place: usize,
        /// The limit.
        limit: Box<Limit>,
    },
    /// `block/192.0.2.0/24`.
    Block {
        /// Its place among blocks.
        place: usize,
        /// The block.
        block: Box<Block>,
    },
    /// `scaler/app`: how that pool is scaled.
    Scaler(Box<Autoscale>),
    /// `gateway`: what only a file says.
    Frame(Box<Frame>),
}

/// What only a file says: all but backends, limits, blocks and scaling. Listeners are left out: their
/// sockets are bound at the start.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    /// Whose X-Forwarded-For is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Limits of all requests.
    pub limits_of_all: Vec<Name>,
    /// What becomes of requests.
    pub routes: Vec<Route>,
    /// The pools without their backends and scaling.
    pub pools: Vec<Pool>,
}

impl Frame {
    /// The frame of `gateway`.
    #[must_use]
    pub fn of(gateway: &Gateway) -> Frame {
        Frame {
            trusted_proxies: gateway.trusted_proxies.clone(),
            limits_of_all: gateway.limits_of_all.clone(),
            routes: gateway.routes.clone(),
            pools: gateway.pools.iter().map(Pool::bare).collect(),
        }
    }
}

/// What an operation did to one entity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touched {
    /// The entity: `backend/app-1`, `limit/create-per-ip`, `block/192.0.2.0/24`, `scaler/app`, `gateway`.
    pub target: String,
    /// What it was; absent when it was not there.
    pub before: Option<Entity>,
    /// What it became; absent when it is not there any more.
    pub after: Option<Entity>,
}
