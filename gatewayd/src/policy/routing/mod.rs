//! Which route does a request belong to?
//!
//! The most specific one that takes it. By host: the exact one, then the longest suffix, then any.
//! Within a host by path: the exact one, then a template (more literal segments first, then the
//! one whose literals come earlier), then the longest prefix. Within a path: a route that names
//! its methods before one that takes all, then the order of the file. The method is asked last,
//! so a request is told that its method is wrong only if no other route takes it.

mod paths;
mod template;

use std::collections::HashMap;

use http::Method;

use crate::model::{HostPattern, Route};

use super::host;
use paths::Paths;

/// All routes, arranged for a lookup that allocates nothing.
#[derive(Debug, Default)]
pub struct Router {
    hosts: HashMap<Box<str>, Paths>,
    /// By suffix, which begins with a dot.
    suffixes: HashMap<Box<str>, Paths>,
    any: Paths,
}

/// What became of the search for a route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// The route at this place of the list that was compiled.
    Route(usize),
    /// Routes match host and path, but they take only these methods.
    WrongMethod(Vec<Method>),
    /// No route matches host and path.
    Nothing,
}

/// The methods that one route takes.
#[derive(Clone, Debug)]
struct Taker {
    route: usize,
    /// Empty takes all.
    methods: Box<[Method]>,
}

impl Router {
    /// Arranges `routes`.
    #[must_use]
    pub fn compile(routes: &[Route]) -> Router {
        let mut router = Router::default();
        for (index, route) in routes.iter().enumerate() {
            let taker = Taker { route: index, methods: route.methods.clone().into() };
            if route.hosts.is_empty() {
                router.any.add(&route.path, taker.clone());
            }
            for pattern in &route.hosts {
                router.paths_of(pattern).add(&route.path, taker.clone());
            }
        }
        let paths = router.hosts.values_mut().chain(router.suffixes.values_mut());
        paths.for_each(Paths::arrange);
        router.any.arrange();
        router
    }

    fn paths_of(&mut self, pattern: &HostPattern) -> &mut Paths {
        match pattern {
            HostPattern::Exact(name) => {
                let name = host(name).map_or(name.as_str().into(), |host| host.name);
                self.hosts.entry(name.into()).or_default()
            }
            HostPattern::Suffix(suffix) => self.suffixes.entry(suffix.as_str().into()).or_default(),
        }
    }

    /// The route of a request for this host ([`super::Host::name`]), canonical path and method.
    #[must_use]
    pub fn find(&self, host: &str, path: &str, method: &Method) -> Found {
        let takers = || self.levels(host).flat_map(|paths| paths.matching(path));
        if let Some(taker) = takers().find(|taker| taker.takes(method)) {
            return Found::Route(taker.route);
        }
        let mut allowed = Vec::new();
        for method in takers().flat_map(|taker| &taker.methods) {
            if !allowed.contains(method) {
                allowed.push(method.clone());
            }
        }
        if allowed.is_empty() { Found::Nothing } else { Found::WrongMethod(allowed) }
    }

    /// What is known for `host`, the most specific first.
    fn levels<'a>(&'a self, host: &'a str) -> impl Iterator<Item = &'a Paths> {
        let suffixes = host.match_indices('.').map(move |(dot, _)| &host[dot..]);
        let suffixes = suffixes.take_while(|_| !self.suffixes.is_empty());
        let exact = self.hosts.get(host).into_iter();
        exact.chain(suffixes.filter_map(|it| self.suffixes.get(it))).chain([&self.any])
    }
}

impl Taker {
    fn takes(&self, method: &Method) -> bool {
        self.methods.is_empty() || self.methods.contains(method)
    }
}

#[cfg(test)]
mod tests;
