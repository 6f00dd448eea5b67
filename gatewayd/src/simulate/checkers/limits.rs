//! The audit of limits: by the times of what passed, not by counting in windows.
//!
//! Of each audited key the times of as many passes as the limit allows are kept. One more pass is
//! wrong while the oldest of them is within the period. A refusal is wrong when fewer passed within
//! the six fifths of a period that the strict window may reach back, but for what its packing may
//! round up of the five older sub-windows.

use std::collections::{HashMap, VecDeque};

use crate::simulate::scenario::Scenario;

/// The most times that are kept, of all keys together.
const MOST_KEPT: usize = 4_000_000;

/// Whether limits are what they say.
#[derive(Debug)]
pub(super) struct Audit {
    limits: Vec<Audited>,
}

#[derive(Debug)]
struct Audited {
    name: String,
    max: usize,
    /// Passes from which on a refusal is right.
    enough: usize,
    period_us: u64,
    /// Keys from here on are not audited: there is no room for all of a large crowd.
    keys: u32,
    passed_us: HashMap<u32, VecDeque<u64>>,
}

impl Audit {
    /// The audit of the limits of `scenario`.
    pub(super) fn new(scenario: &Scenario) -> Audit {
        let limits = scenario.limits.iter().map(|limit| {
            let max = limit.max.requests() as usize;
            Audited {
                name: limit.name.clone(),
                max,
                enough: max - 5 * rounded_up(max),
                period_us: limit.max.period().as_micros() as u64,
                keys: (MOST_KEPT / max).max(1) as u32,
                passed_us: HashMap::new(),
            }
        });
        Audit { limits: limits.collect() }
    }

    /// What is wrong with letting one pass, or with refusing it.
    pub(super) fn told(
        &mut self,
        now_us: u64,
        limit: usize,
        key: u32,
        passed: bool,
    ) -> Option<String> {
        let limit = self.limits.get_mut(limit).filter(|limit| key < limit.keys)?;
        let times = limit.passed_us.entry(key).or_default();
        // The gateway counts in whole milliseconds.
        let now_us = now_us / 1000 * 1000;
        let within = |passes: usize, window_us| {
            let nth = times.len().checked_sub(passes).and_then(|place| times.get(place));
            nth.is_some_and(|nth| now_us < nth + window_us)
        };
        if !passed {
            let right = within(limit.enough, limit.period_us * 6 / 5 + 1000);
            return (!right).then(|| format!("{} refuses key {key} below its limit", limit.name));
        }
        let wrong = within(limit.max, limit.period_us);
        if times.len() >= limit.max {
            times.pop_front();
        }
        times.push_back(now_us);
        wrong.then(|| format!("{} lets more of key {key} pass than it says", limit.name))
    }
}

/// By how much an older count may be rounded up (see the packed window of production).
fn rounded_up(max: usize) -> usize {
    match max {
        ..=255 => 0,
        256..16_384 => max.div_ceil(255),
        _ => max.div_ceil(31),
    }
}
