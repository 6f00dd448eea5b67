//! How many of a pool's backends can serve, and what does that allow?

use crate::model::Health;

/// The backends of a pool that would take requests if they were healthy: those that operators keep
/// active, and that were healthy once. One that never passed a check is nobody's last resort.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ranks {
    /// All of them.
    pub eligible: usize,
    /// Those that are healthy.
    pub healthy: usize,
    /// Those that are out because of what they answered.
    pub ejected: usize,
}

impl Ranks {
    /// Counts the healths of eligible backends.
    #[must_use]
    pub fn of(eligible: impl Iterator<Item = Health>) -> Ranks {
        eligible.fold(Ranks::default(), |ranks, health| Ranks {
            eligible: ranks.eligible + 1,
            healthy: ranks.healthy + usize::from(health == Health::Healthy),
            ejected: ranks.ejected + usize::from(health == Health::Ejected),
        })
    }

    /// Whether one more healthy backend can be ejected where `percent` may be: one always, but
    /// never the last that is healthy.
    #[must_use]
    pub fn spare_one(&self, percent: u8) -> bool {
        let most = (self.eligible * usize::from(percent) / 100).max(1);
        self.healthy > 1 && self.ejected < most
    }

    /// Whether less than `percent` is healthy. Then the few would only fall under the load of all,
    /// so that it is better spread over everybody, whatever checks say.
    #[must_use]
    pub fn is_panic(&self, percent: u8) -> bool {
        self.healthy * 100 < self.eligible * usize::from(percent)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ranks(eligible: usize, healthy: usize, ejected: usize) -> Ranks {
        Ranks { eligible, healthy, ejected }
    }

    #[test]
    fn every_backend_is_counted_once_by_its_health() {
        use Health::{Checking, Ejected, Healthy, Unhealthy};
        let healths = [Healthy, Ejected, Healthy, Unhealthy, Checking, Ejected];
        assert_eq!(Ranks::of(healths.into_iter()), ranks(6, 2, 2));
        assert_eq!(Ranks::of([].into_iter()), ranks(0, 0, 0));
    }

    #[test]
    fn less_than_half_is_panic_and_half_is_not() {
        assert!(!ranks(2, 1, 0).is_panic(50));
        assert!(!ranks(0, 0, 0).is_panic(50), "nobody to turn to");
        assert!(ranks(3, 1, 1).is_panic(50));
        assert!(ranks(1, 0, 0).is_panic(50));
        assert!(!ranks(9, 0, 0).is_panic(0), "it is turned off");
    }

    #[test]
    fn small_pools_spare_one_and_large_ones_their_part() {
        assert!(ranks(2, 2, 0).spare_one(30));
        assert!(!ranks(2, 1, 1).spare_one(30));
        assert!(ranks(10, 8, 2).spare_one(30));
        assert!(!ranks(10, 7, 3).spare_one(30));
        assert!(!ranks(1, 1, 0).spare_one(100), "the last is never ejected");
        assert!(!ranks(10, 1, 2).spare_one(30), "the others are unhealthy");
    }

    proptest! {
        #[test]
        fn however_many_fail_the_part_is_kept_and_one_stays(
            eligible in 1..60_usize, unhealthy in 0..60_usize, percent in 1..=100_u8,
        ) {
            let mut it = ranks(eligible, eligible.saturating_sub(unhealthy), 0);
            let began = it.healthy;
            while it.spare_one(percent) {
                it = ranks(eligible, it.healthy - 1, it.ejected + 1);
            }
            prop_assert!(began == 0 || it.healthy >= 1);
            prop_assert!(it.ejected <= (eligible * usize::from(percent) / 100).max(1));
        }
    }
}
