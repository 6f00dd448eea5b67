//! Staged weights: asked for, shown, and sent only when Enter says so.

use std::collections::BTreeMap;

use crate::{
    model::{self, Backend, Edit, Health, WeightEdit},
    tui::figures,
};

/// The heaviest a backend can be.
pub(crate) const HEAVIEST: u32 = 1000;

/// Weights that were asked for and not yet applied, by the backend's name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Staged {
    weights: BTreeMap<String, Entry>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    weight: u32,
    /// What the backend was when the weight was asked for.
    revision: u64,
}

/// What became of a staged weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It can be applied.
    Ready(u32),
    /// Somebody changed the backend since.
    Overtaken(u32),
}

impl Staged {
    /// Whether nothing is staged.
    pub(crate) fn is_empty(&self) -> bool {
        self.weights.is_empty()
    }

    /// How many are staged.
    pub(crate) fn len(&self) -> usize {
        self.weights.len()
    }

    /// Forgets all.
    pub(crate) fn clear(&mut self) {
        self.weights.clear();
    }

    /// Forgets these.
    pub(crate) fn forget(&mut self, names: &[String]) {
        self.weights.retain(|name, _| !names.contains(name));
    }

    /// Stages a weight; the weight it has needs no staging.
    pub(crate) fn stage(&mut self, backend: &Backend, weight: u32) {
        if weight == backend.weight {
            self.weights.remove(&backend.name);
        } else {
            let entry = Entry { weight: weight.min(HEAVIEST), revision: backend.revision };
            self.weights.insert(backend.name.clone(), entry);
        }
    }

    /// Stages a weight that differs by `by` from what is staged, or from what it has.
    pub(crate) fn nudge(&mut self, backend: &Backend, by: i32) {
        let now = match self.of(backend) {
            Some(Standing::Ready(weight)) => weight,
            Some(Standing::Overtaken(_)) | None => backend.weight,
        };
        self.stage(backend, now.saturating_add_signed(by).min(HEAVIEST));
    }

    /// The weight staged for this backend.
    pub(crate) fn of(&self, backend: &Backend) -> Option<Standing> {
        let entry = self.weights.get(&backend.name)?;
        Some(if entry.revision == backend.revision {
            Standing::Ready(entry.weight)
        } else {
            Standing::Overtaken(entry.weight)
        })
    }

    /// The change that applies what can be applied; none when nothing can.
    pub(crate) fn edit(&self, backends: &[Backend]) -> Option<Edit> {
        let edits: Vec<(String, WeightEdit)> = backends
            .iter()
            .filter_map(|backend| match self.of(backend)? {
                Standing::Ready(weight) => {
                    Some((backend.name.clone(), WeightEdit::Absolute(weight)))
                }
                Standing::Overtaken(_) => None,
            })
            .collect();
        (!edits.is_empty()).then_some(Edit::SetWeights { edits })
    }

    /// What becomes of the shares of new requests, for those that are staged and for all others of
    /// their pools: `share app-5 12.8% > 11.6%; +1.2% to 7 others`. None while no share moves.
    pub(crate) fn shares(&self, backends: &[Backend], arrow: &str) -> Option<String> {
        let mut pools: Vec<&str> = backends.iter().map(|it| it.pool.as_str()).collect();
        pools.dedup();
        pools.sort_unstable();
        pools.dedup();
        let (mut told, mut others, mut gained) = (Vec::new(), 0, 0.0);
        for pool in pools {
            let members = || backends.iter().filter(|it| it.pool == pool);
            if !members().any(|it| matches!(self.of(it), Some(Standing::Ready(_)))) {
                continue;
            }
            let before: f64 = members().map(|it| f64::from(it.effective_weight)).sum();
            let after: f64 = members().map(|it| self.effective(it)).sum();
            for it in members() {
                let was = part(f64::from(it.effective_weight), before);
                let is = part(self.effective(it), after);
                match self.of(it) {
                    Some(Standing::Ready(_)) if told.len() < TOLD => {
                        let (was, is) = (figures::share(was), figures::share(is));
                        told.push(format!("{} {was} {arrow} {is}", it.name));
                    }
                    Some(Standing::Ready(_)) => {}
                    _ if it.effective_weight > 0 => {
                        others += 1;
                        gained += is - was;
                    }
                    _ => {}
                }
            }
        }
        let more = self.weights.len().saturating_sub(told.len());
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let all = if others == 1 { "1 other".to_owned() } else { format!("{others} others") };
        let moved = format!("share {}{more}; {:+.1}% to {all}", told.join(", "), gained * 100.0);
        (!told.is_empty()).then_some(moved)
    }

    /// The weight that the balancer would use: none of one that takes no requests.
    fn effective(&self, backend: &Backend) -> f64 {
        let now = f64::from(backend.effective_weight);
        let takes =
            backend.standing == model::Standing::Active && backend.health == Health::Healthy;
        match self.of(backend) {
            // One in slow start keeps its part of its weight.
            Some(Standing::Ready(staged)) if backend.weight > 0 => {
                now * f64::from(staged) / f64::from(backend.weight)
            }
            Some(Standing::Ready(staged)) if takes => f64::from(staged),
            _ => now,
        }
    }

    /// How many were overtaken or are of backends that are gone.
    pub(crate) fn overtaken(&self, backends: &[Backend]) -> usize {
        let ready = |backend: &&Backend| matches!(self.of(backend), Some(Standing::Ready(_)));
        self.len() - backends.iter().filter(ready).count()
    }
}

/// The shares told one by one.
const TOLD: usize = 3;

fn part(weight: f64, all: f64) -> f64 {
    if all > 0.0 { weight / all } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn backend(name: &str, weight: u32, revision: u64) -> Backend {
        Backend { name: name.to_owned(), weight, revision, ..Backend::default() }
    }

    #[test]
    fn steps_add_up_and_the_weight_it_has_needs_no_staging() {
        let mut staged = Staged::default();
        let app = backend("app", 100, 1);
        staged.nudge(&app, -10);
        staged.nudge(&app, -1);
        assert_eq!(staged.of(&app), Some(Standing::Ready(89)));
        staged.nudge(&app, 11);
        assert!(staged.is_empty());
        staged.nudge(&app, 5_000);
        assert_eq!(staged.of(&app), Some(Standing::Ready(HEAVIEST)));
    }

    #[test]
    fn an_overtaken_weight_is_not_sent() {
        let mut staged = Staged::default();
        staged.stage(&backend("a", 100, 1), 90);
        staged.stage(&backend("b", 100, 1), 80);
        let now = [backend("a", 70, 2), backend("b", 100, 1)];
        assert_eq!(staged.of(&now[0]), Some(Standing::Overtaken(90)));
        assert_eq!(staged.overtaken(&now), 1);
        let edits = vec![("b".to_owned(), WeightEdit::Absolute(80))];
        assert_eq!(staged.edit(&now), Some(Edit::SetWeights { edits }));
        assert_eq!(staged.edit(&now[..1]), None);
    }

    #[test]
    fn what_one_loses_the_others_of_its_pool_gain() {
        let of = |name: &str, pool: &str, effective_weight| Backend {
            pool: pool.to_owned(),
            effective_weight,
            health: Health::Healthy,
            ..backend(name, 100, 1)
        };
        let backends = [
            of("a", "x", 100),
            of("b", "x", 100),
            of("c", "x", 0),
            of("d", "y", 100),
            of("e", "x", 50),
        ];
        let mut staged = Staged::default();
        assert_eq!(staged.shares(&backends, ">"), None);
        staged.stage(&backends[0], 50);
        let told = staged.shares(&backends, ">").unwrap();
        assert_eq!(told, "share a 40.0% > 25.0%; +15.0% to 2 others");
        staged.stage(&backends[4], 0);
        let told = staged.shares(&backends, ">").unwrap();
        assert_eq!(told, "share a 40.0% > 33.3%, e 20.0% > 0.0%; +26.7% to 1 other");
        let moved = [Backend { revision: 2, ..backends[0].clone() }];
        assert_eq!(staged.shares(&moved, ">"), None, "an overtaken weight moves nothing");
    }
}
