//! Heavy hitters: which few of very many come most often? Space-saving (Metwally, Agrawal, El
//! Abbadi 2005): a list of a fixed length, in which a newcomer takes the place and the count of the
//! rarest. Whoever came more often than a length-th part of all is in it, and no count is too high
//! by more than its error.

/// The few that come most often, by a hash; what is known of each is a `T`.
#[derive(Clone, Debug)]
pub struct HeavyHitters<T> {
    most: usize,
    hitters: Vec<Hitter<T>>,
}

/// One of them.
#[derive(Clone, Debug)]
pub struct Hitter<T> {
    /// What it is known by.
    pub hash: u64,
    /// How often it came, at most.
    pub count: u64,
    /// By how much that may be too high.
    pub error: u64,
    /// What is known of it.
    pub what: T,
}

impl<T> HeavyHitters<T> {
    /// A list of this length.
    #[must_use]
    pub fn new(most: usize) -> HeavyHitters<T> {
        HeavyHitters { most: most.max(1), hitters: Vec::new() }
    }

    /// Counts one more of `hash`, which `describe` describes if it is new.
    pub fn note(&mut self, hash: u64, describe: impl FnOnce() -> T) {
        if let Some(hitter) = self.hitters.iter_mut().find(|it| it.hash == hash) {
            hitter.count += 1;
            return;
        }
        if self.hitters.len() < self.most {
            self.hitters.push(Hitter { hash, count: 1, error: 0, what: describe() });
            return;
        }
        if let Some(rarest) = self.hitters.iter_mut().min_by_key(|it| it.count) {
            let (count, error) = (rarest.count + 1, rarest.count);
            *rarest = Hitter { hash, count, error, what: describe() };
        }
    }

    /// All of them, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &Hitter<T>> {
        self.hitters.iter()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn whoever_comes_often_is_there_and_counts_are_within_their_error(
            came in prop::collection::vec(prop_oneof![0..4_u64, 0..200_u64], 1..600),
        ) {
            const MOST: usize = 16;
            let mut seen = HeavyHitters::new(MOST);
            let mut truth: HashMap<u64, u64> = HashMap::new();
            for hash in &came {
                seen.note(*hash, || *hash);
                *truth.entry(*hash).or_default() += 1;
            }
            prop_assert!(seen.iter().count() <= MOST);
            for it in seen.iter() {
                let count = truth[&it.hash];
                prop_assert_eq!(it.what, it.hash);
                prop_assert!(count <= it.count && it.count - it.error <= count);
            }
            for (hash, count) in truth {
                if count > (came.len() / MOST) as u64 {
                    prop_assert!(seen.iter().any(|it| it.hash == hash), "{} came {} times", hash, count);
                }
            }
        }
    }
}
