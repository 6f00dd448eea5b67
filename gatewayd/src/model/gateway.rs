//! A gateway: the desired configuration as one value.

use std::fmt;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::{Backend, Block, Limit, Listener, Name, Pool, Route};

/// The desired configuration: what operators and the file want, whatever is observed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gateway {
    /// Whose X-Forwarded-For is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Limits of all requests, whatever their route.
    #[serde(default)]
    pub limits_of_all: Vec<Name>,
    /// Addresses clients connect to.
    pub listeners: Vec<Listener>,
    /// What becomes of requests; the most specific wins, not the first.
    pub routes: Vec<Route>,
    /// Allowed rates.
    pub limits: Vec<Limit>,
    /// Interchangeable backends.
    pub pools: Vec<Pool>,
    /// Networks whose clients are refused.
    #[serde(default)]
    pub blocks: Vec<Block>,
}

impl Gateway {
    /// The pool called `name`.
    #[must_use]
    pub fn pool(&self, name: &str) -> Option<&Pool> {
        self.pools.iter().find(|pool| pool.name == *name)
    }

    /// The limit called `name`.
    #[must_use]
    pub fn limit(&self, name: &str) -> Option<&Limit> {
        self.limits.iter().find(|limit| limit.name == *name)
    }

    /// The backend called `name` and its pool.
    #[must_use]
    pub fn backend(&self, name: &str) -> Option<(&Pool, &Backend)> {
        self.pools.iter().find_map(|pool| Some((pool, pool.backend(name)?)))
    }

    /// All backends with their pools, in order.
    pub fn backends(&self) -> impl Iterator<Item = (&Pool, &Backend)> {
        self.pools.iter().flat_map(|pool| pool.backends.iter().map(move |backend| (pool, backend)))
    }

    /// The backend called `name`, to be changed.
    pub fn backend_mut(&mut self, name: &str) -> Option<&mut Backend> {
        let backends = self.pools.iter_mut().flat_map(|pool| pool.backends.iter_mut());
        backends.into_iter().find(|backend| backend.name == *name)
    }
}

impl fmt::Display for Gateway {
    /// How much there is of each: "1 listener, 2 routes, 0 limits, 1 pool, 3 backends".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = [
            (self.listeners.len(), "listener"),
            (self.routes.len(), "route"),
            (self.limits.len(), "limit"),
            (self.pools.len(), "pool"),
            (self.backends().count(), "backend"),
        ];
        for (number, (count, noun)) in counts.into_iter().enumerate() {
            let (comma, s) =
                (if number > 0 { ", " } else { "" }, if count == 1 { "" } else { "s" });
            write!(f, "{comma}{count} {noun}{s}")?;
        }
        Ok(())
    }
}
