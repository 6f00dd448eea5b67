//! What does a new file change? Where file and operators disagree, the newer one wins.
//!
//! The file as it was last applied is the base. What differs between base and new file is newer
//! than anything an operator said; what does not differ is older, so operators' words stand. That an
//! operator took an earlier file back is such a word, too: the same file read again changes nothing.

use std::collections::HashSet;

use super::restore::dangling;
use crate::model::{Autoscale, Backend, Frame, Gateway, Limit, Name, Pool, Source};

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
    let merged = merge_where(base, file, current, true);
    if dangling(&merged.gateway).is_none() {
        return merged;
    }
    merge_where(base, file, current, false)
}

/// The same, where what an operator took back `may_stay` so: limits, routes, pools. It may not where
/// something new in the file needs what is gone.
fn merge_where(base: &Gateway, file: &Gateway, current: &Gateway, may_stay: bool) -> Merged {
    let mut merge = Merge { base, current, notices: Vec::new() };
    let (frame, kept) = merge.frame(file, may_stay);
    let mut limits: Vec<Limit> =
        file.limits.iter().filter_map(|limit| merge.limit(limit, may_stay)).collect();
    let named: HashSet<&Name> = file.backends().map(|(_, backend)| &backend.name).collect();
    let pools = frame.pools.iter().map(|bare| merge.pool_in(file, bare, &named)).collect();
    let unknown = |name: &Name| {
        let name = name.as_str();
        file.limit(name).is_none() && base.limit(name).is_none()
    };
    limits.extend(current.limits.iter().filter(|it| may_stay && unknown(&it.name)).cloned());
    if !kept {
        merge.tell_lost_pools(file);
    }
    let gateway = Gateway {
        trusted_proxies: frame.trusted_proxies,
        limits_of_all: frame.limits_of_all,
        listeners: file.listeners.clone(),
        routes: frame.routes,
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
    /// The frame, and whether it is the present one although the file says otherwise.
    fn frame(&mut self, file: &Gateway, may_stay: bool) -> (Frame, bool) {
        let (base, wanted, current) =
            (Frame::of(self.base), Frame::of(file), Frame::of(self.current));
        if !may_stay || base != wanted || current == wanted {
            return (wanted, false);
        }
        self.notices.push("routes and pools stay as an operator took them back".to_owned());
        (current, true)
    }

    /// A pool of the frame with what is in it.
    fn pool_in(&mut self, file: &Gateway, bare: &Pool, named: &HashSet<&Name>) -> Pool {
        let (name, bare) = (bare.name.as_str(), bare.clone());
        let Pool { backends, autoscale, .. } = match (file.pool(name), self.current.pool(name)) {
            (Some(file), _) => self.pool(file, named),
            (None, Some(current)) => current.clone(),
            (None, None) => bare.clone(),
        };
        Pool { backends, autoscale, ..bare }
    }

    /// A limit that the file names; `None` when an operator took away that it does, and that
    /// `may_stay` so.
    fn limit(&mut self, file: &Limit, may_stay: bool) -> Option<Limit> {
        let name = file.name.as_str();
        let (base, current) = (self.base.limit(name), self.current.limit(name));
        if may_stay && base == Some(file) && current.is_none() {
            self.notices.push(format!("limit/{name} stays away: an operator took it back"));
            return None;
        }
        let (Some(base), Some(current)) = (base, current) else { return Some(file.clone()) };
        let mut limit = file.clone();
        let counts = |it: &Limit| (it.key.clone(), it.v6, it.adjustments.clone());
        if counts(base) == counts(file) {
            (limit.key, limit.v6, limit.adjustments) = counts(current);
        }
        let target = format!("limit/{name}");
        limit.rule = self.newer(&target, "rule", base.rule, file.rule, current.rule);
        limit.mode = self.newer(&target, "mode", base.mode, file.mode, current.mode);
        limit.candidate = current.candidate;
        // What the file says anew is there to stay.
        limit.rule_lapse = current.rule_lapse.filter(|_| file.rule == base.rule);
        limit.mode_lapse = current.mode_lapse.filter(|_| file.mode == base.mode);
        Some(limit)
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
        let base = self.base.pool(name).and_then(|pool| pool.autoscale.as_ref());
        let now = self.current.pool(name).map(|pool| pool.autoscale.as_ref());
        if let Some(now) =
            now.filter(|now| base == file.autoscale.as_ref() && now.is_some() != base.is_some())
        {
            self.notices.push(format!("scaler/{name} stays as an operator took it back"));
            return now.cloned();
        }
        let wanted = file.autoscale.clone()?;
        let Some(current) = now.flatten() else { return Some(wanted) };
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
