//! What does a new file change? Where file and operators disagree, the newer one wins.
//!
//! The file as it was last applied is the base. What differs between base and new file is newer
//! than anything an operator said; what does not differ is older, so operators' words stand.

use std::collections::HashSet;

use crate::model::{Autoscale, Backend, Gateway, Limit, Name, Pool, Source};

/// The gateway after a file was merged in, and what is worth telling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// The gateway.
    pub gateway: Gateway,
    /// One sentence for each place where file and operators disagree.
    pub notices: Vec<String>,
}

/// Merges `file` into `current`, which grew from `base`.
#[must_use]
pub fn merge(base: &Gateway, file: &Gateway, current: &Gateway) -> Merged {
    let mut merge = Merge { base, current, notices: Vec::new() };
    let limits = file.limits.iter().map(|limit| merge.limit(limit)).collect();
    let named: HashSet<&Name> = file.backends().map(|(_, backend)| &backend.name).collect();
    let pools = file.pools.iter().map(|pool| merge.pool(pool, &named)).collect();
    merge.tell_lost_pools(file);
    let gateway = Gateway {
        trusted_proxies: file.trusted_proxies.clone(),
        limits_of_all: file.limits_of_all.clone(),
        listeners: file.listeners.clone(),
        routes: file.routes.clone(),
        limits,
        pools,
        // A file has none.
        blocks: current.blocks.clone(),
    };
    Merged { gateway, notices: merge.notices }
}

struct Merge<'a> {
    base: &'a Gateway,
    current: &'a Gateway,
    notices: Vec<String>,
}

impl Merge<'_> {
    fn limit(&mut self, file: &Limit) -> Limit {
        let name = file.name.as_str();
        let (Some(base), Some(current)) = (self.base.limit(name), self.current.limit(name)) else {
            return file.clone();
        };
        let mut limit = file.clone();
        let target = format!("limit/{name}");
        limit.rule = self.newer(&target, "rule", base.rule, file.rule, current.rule);
        limit.mode = self.newer(&target, "mode", base.mode, file.mode, current.mode);
        limit.candidate = current.candidate;
        // What the file says anew is there to stay.
        limit.rule_lapse = current.rule_lapse.filter(|_| file.rule == base.rule);
        limit.mode_lapse = current.mode_lapse.filter(|_| file.mode == base.mode);
        limit
    }

    fn pool(&mut self, file: &Pool, named: &HashSet<&Name>) -> Pool {
        let mut pool = file.clone();
        pool.autoscale = self.autoscale(file);
        pool.backends = file.backends.iter().filter_map(|backend| self.backend(backend)).collect();
        if let Some(current) = self.current.pool(file.name.as_str()) {
            let mut added = Vec::new();
            for backend in &current.backends {
                if !named.contains(&backend.name) && self.survives(backend) {
                    added.push(backend.clone());
                }
            }
            pool.backends.extend(added);
        }
        pool
    }

    /// What operators said of the scaling stands unless the file's own word is newer; an order that
    /// holds the size outlives both.
    fn autoscale(&mut self, file: &Pool) -> Option<Autoscale> {
        let name = file.name.as_str();
        let wanted = file.autoscale.clone()?;
        let Some(current) = self.current.pool(name).and_then(|pool| pool.autoscale.as_ref()) else {
            return Some(wanted);
        };
        let base = self.base.pool(name).and_then(|pool| pool.autoscale.as_ref());
        let order = current.order.clone();
        if base != Some(&wanted) {
            return Some(Autoscale { order, ..wanted });
        }
        if (&current.rules, current.mode) != (&wanted.rules, wanted.mode) {
            self.notices.push(format!("scaler/{name} keeps what an operator set"));
        }
        Some(current.clone())
    }

    /// A backend that the file names; `None` when an operator removed it since.
    fn backend(&mut self, file: &Backend) -> Option<Backend> {
        let name = file.name.as_str();
        let base = self.base.backend(name).map(|(_, backend)| backend);
        let current = self.current.backend(name).map(|(_, backend)| backend);
        let target = format!("backend/{name}");
        match (base, current) {
            (None, None) => Some(file.clone()),
            (Some(base), None) if base == file => {
                self.notices.push(format!("{target} stays removed: an operator removed it"));
                None
            }
            (Some(_), None) => {
                self.notices.push(format!("{target} is back: the file changed it"));
                Some(file.clone())
            }
            (None, Some(current)) => {
                self.notices
                    .push(format!("{target} was added by an operator; the file owns it now"));
                Some(Backend {
                    standing: current.standing,
                    mark: current.mark.clone(),
                    ..file.clone()
                })
            }
            (Some(base), Some(current)) => Some({
                let (base, wanted) = (base.weight, file.weight);
                let weight = self.newer(&target, "weight", base, wanted, current.weight);
                let ramp = current.ramp.clone().filter(|_| weight == current.weight);
                Backend {
                    weight,
                    ramp,
                    standing: current.standing,
                    mark: current.mark.clone(),
                    ..file.clone()
                }
            }),
        }
    }

    /// Whether a backend that the file does not name stays.
    fn survives(&mut self, backend: &Backend) -> bool {
        let name = &backend.name;
        if self.base.backend(name.as_str()).is_none() {
            if backend.source == Source::Hand {
                self.notices.push(format!("backend/{name} was added by an operator and stays"));
            }
            return true;
        }
        if let Some(mark) = &backend.mark {
            self.notices.push(format!(
                "backend/{name} is removed by the file; it was {} by {}",
                backend.standing, mark.owner
            ));
        }
        false
    }

    fn newer<T: PartialEq + Copy + ToString>(
        &mut self,
        target: &str,
        field: &str,
        base: T,
        file: T,
        current: T,
    ) -> T {
        if file == current {
            return file;
        }
        let (file_says, now) = (file.to_string(), current.to_string());
        if file == base {
            self.notices
                .push(format!("{target} keeps {field} {now}: newer than {file_says} of the file"));
            current
        } else {
            self.notices
                .push(format!("{target} gets {field} {file_says}: the file is newer than {now}"));
            file
        }
    }

    fn tell_lost_pools(&mut self, file: &Gateway) {
        for pool in &self.current.pools {
            if file.pool(pool.name.as_str()).is_none() {
                let count = pool.backends.len();
                self.notices
                    .push(format!("pool/{} is removed with its {count} backends", pool.name));
            }
        }
    }
}

#[cfg(test)]
mod tests;
