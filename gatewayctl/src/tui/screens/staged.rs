//! Staged weights: asked for, shown, and sent only when Enter says so.

use std::collections::BTreeMap;

use crate::model::{Backend, Edit, WeightEdit};

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

    /// How many were overtaken or are of backends that are gone.
    pub(crate) fn overtaken(&self, backends: &[Backend]) -> usize {
        let ready = |backend: &&Backend| matches!(self.of(backend), Some(Standing::Ready(_)));
        self.len() - backends.iter().filter(ready).count()
    }
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
}
