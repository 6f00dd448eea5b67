//! The limiter: the production measures, one for each address and limit.

use super::scenario::{RateLimit, Scenario};
use crate::model::Rule;
use crate::policy::{Measure, Used, Verdict};

/// All limits of a run.
#[derive(Debug)]
pub(super) struct Limiter {
    limits: Vec<Counted>,
}

#[derive(Debug)]
struct Counted {
    measure: Measure,
    by_address: bool,
    used: Vec<Option<Used>>,
}

impl Limiter {
    /// The limits of `scenario`.
    pub(super) fn new(scenario: &Scenario) -> Limiter {
        let addresses = scenario.load.addresses;
        let keys = addresses.clients as usize + addresses.nat_addresses as usize;
        let counted = |limit: &RateLimit| Counted {
            measure: Measure::of(Rule::Max(limit.max)),
            by_address: limit.by_address,
            used: vec![None; if limit.by_address { keys } else { 1 }],
        };
        Limiter { limits: scenario.limits.iter().map(counted).collect() }
    }

    /// What the limits say, in their order, of a request from `address`: the place of the first
    /// that refuses it. `told` hears each verdict with the limit's place and the key.
    pub(super) fn admit(
        &mut self,
        address: u32,
        now_us: u64,
        mut told: impl FnMut(usize, u32, bool),
    ) -> Result<(), usize> {
        for (place, limit) in self.limits.iter_mut().enumerate() {
            let key = if limit.by_address { address } else { 0 };
            let used = limit.used[key as usize].get_or_insert_with(|| limit.measure.unused(now_us));
            let passed = matches!(limit.measure.admit(used, now_us), Verdict::Admitted { .. });
            told(place, key, passed);
            if !passed {
                return Err(place);
            }
        }
        Ok(())
    }
}
