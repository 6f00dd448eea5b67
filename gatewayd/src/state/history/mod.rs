//! The history: what the gateway, its pools, backends and limits were, for those who look later.
//!
//! Its memory is bounded: steps of fixed number for each figure, and a most of figures.

mod figures;
mod ring;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::model::{Figure, Grain, PastView, Snapshot};

use ring::Ring;

/// The most figures whose past is kept; each takes 36 kB when its rings are full.
const MOST_FIGURES: usize = 1024;

/// What was; cheap to clone. Only observers wait for its lock.
#[derive(Clone, Debug, Default)]
pub struct History {
    shared: Arc<Mutex<Shared>>,
}

#[derive(Debug, Default)]
struct Shared {
    things: BTreeMap<String, BTreeMap<Figure, [Ring; 3]>>,
    figures: usize,
}

impl History {
    /// Takes the picture of this second. Things that are gone are forgotten, and what there is no
    /// room for has no past.
    pub fn note(&self, snapshot: &Snapshot) {
        let shared = &mut *self.shared();
        let mut seen = figures::of(snapshot);
        shared.retain(|target| seen.contains_key(target));
        // The gateway, pools and limits go before the many.
        let (many, few): (Vec<_>, Vec<_>) =
            std::mem::take(&mut seen).into_iter().partition(|it| it.0.starts_with("backend/"));
        for (target, figures) in few.into_iter().chain(many) {
            shared.note(snapshot.time_ms, target, &figures);
        }
    }

    /// The figures that have a past and that `wanted` accepts by their thing.
    #[must_use]
    pub fn kept(&self, wanted: impl Fn(&str) -> bool) -> Vec<(String, Figure)> {
        let shared = self.shared();
        let things = shared.things.iter().filter(|(target, _)| wanted(target));
        things
            .flat_map(|(target, figures)| figures.keys().map(|figure| (target.clone(), *figure)))
            .collect()
    }

    /// One figure of one thing since `since_ms`; `None` when it has no past any more.
    #[must_use]
    pub fn past(
        &self,
        target: &str,
        figure: Figure,
        grain: Grain,
        since_ms: i64,
    ) -> Option<PastView> {
        let shared = self.shared();
        let ring = &shared.things.get(target)?.get(&figure)?[grain as usize];
        let (first_ms, steps) = ring.since(since_ms);
        let (means, maxima) = (steps.clone().map(|it| it.mean), steps.map(|it| it.max));
        let (means, maxima) = (means.collect(), maxima.collect());
        Some(PastView { target: target.to_owned(), figure, grain, first_ms, means, maxima })
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    fn retain(&mut self, stays: impl Fn(&str) -> bool) {
        self.things.retain(|target, _| stays(target));
        self.figures = self.things.values().map(BTreeMap::len).sum();
    }

    fn note(&mut self, time_ms: i64, target: String, figures: &[(Figure, Option<f64>)]) {
        if !self.things.contains_key(&target) {
            if self.figures + figures.len() > MOST_FIGURES {
                return;
            }
            self.figures += figures.len();
        }
        let thing = self.things.entry(target).or_default();
        for (figure, value) in figures {
            let rings = thing.entry(*figure).or_insert_with(|| Grain::ALL.map(Ring::new));
            rings.iter_mut().for_each(|ring| ring.note(time_ms, *value));
        }
    }
}

#[cfg(test)]
mod tests;
