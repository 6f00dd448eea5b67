//! Least connections: the least loaded for its weight.
//!
//! Load is (requests under way + 1) / weight: what it would be with this request. Those that failed a
//! moment ago count as under way. Few members are
//! all looked at. Of many, two are drawn by weight and the better one is taken, which is nearly as even and
//! keeps workers from all running to the same one (Mitzenmacher, "The Power of Two Choices in
//! Randomized Load Balancing", 2001).

use std::cmp::Ordering;

use rand::Rng;

use super::Ready;
use super::pairs::Pairs;

/// The most members that are all looked at.
const FEW: usize = 32;

/// Picks the least loaded.
#[derive(Clone, Debug)]
pub(super) struct LeastConnections {
    pairs: Pairs,
}

impl LeastConnections {
    pub(super) fn new(ready: Vec<Ready>) -> LeastConnections {
        LeastConnections { pairs: Pairs::new(ready) }
    }

    pub(super) fn pick(
        &self,
        load: impl Fn(u32) -> u32,
        is_out: impl Fn(u32) -> bool,
        rng: &mut impl Rng,
    ) -> Option<u32> {
        let all = self.pairs.all();
        let two = if all.len() > FEW { self.pairs.two(&is_out, rng) } else { None };
        match two {
            Some(two) => least(two.into_iter(), load, rng),
            None => least(all.iter().filter(|it| !is_out(it.index)), load, rng),
        }
    }
}

/// The least loaded of `ready`; among equals each is as likely.
fn least<'a>(
    ready: impl Iterator<Item = &'a Ready>,
    load: impl Fn(u32) -> u32,
    rng: &mut impl Rng,
) -> Option<u32> {
    let mut best: Option<(u64, &Ready)> = None;
    let mut equals = 0;
    for it in ready {
        let load = u64::from(load(it.index)) + 1;
        let order = best.map_or(Ordering::Less, |(best_load, best)| {
            // Fractions compared without dividing.
            (load * u64::from(best.weight)).cmp(&(best_load * u64::from(it.weight)))
        });
        equals = match order {
            Ordering::Less => 1,
            Ordering::Equal => equals + 1,
            Ordering::Greater => continue,
        };
        if equals == 1 || rng.random_range(0..equals) == 0 {
            best = Some((load, it));
        }
    }
    best.map(|(_, it)| it.index)
}
