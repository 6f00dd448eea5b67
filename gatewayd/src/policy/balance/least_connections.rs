//! Least connections: the least loaded for its weight.
//!
//! Load is (requests under way + 1) / weight: what it would be with this request. Those that failed a
//! moment ago count as under way. Few members are
//! all looked at. Of many, two are drawn and the better one is taken, which is nearly as even and
//! keeps workers from all running to the same one (Mitzenmacher, "The Power of Two Choices in
//! Randomized Load Balancing", 2001).

use std::cmp::Ordering;
use std::iter;

use rand::Rng;

use super::Ready;

/// The most members that are all looked at.
const FEW: usize = 32;
/// Draws before all are looked at after all, because so many are out of the question.
const DRAWS: usize = 32;

/// Picks the least loaded.
#[derive(Clone, Debug)]
pub(super) struct LeastConnections {
    ready: Box<[Ready]>,
}

impl LeastConnections {
    pub(super) fn new(ready: Vec<Ready>) -> LeastConnections {
        LeastConnections { ready: ready.into() }
    }

    pub(super) fn pick(
        &self,
        load: impl Fn(u32) -> u32,
        is_out: impl Fn(u32) -> bool,
        rng: &mut impl Rng,
    ) -> Option<u32> {
        let two = if self.ready.len() > FEW { self.two(&is_out, rng) } else { None };
        match two {
            Some(two) => least(two.into_iter(), load, rng),
            None => least(self.ready.iter().filter(|it| !is_out(it.index)), load, rng),
        }
    }

    /// Two different ones at random that are not out; `None` where such are rare.
    fn two(&self, is_out: impl Fn(u32) -> bool, rng: &mut impl Rng) -> Option<[&Ready; 2]> {
        let mut draw = |but: Option<u32>| {
            let drawn = || &self.ready[rng.random_range(0..self.ready.len())];
            let mut drawn = iter::repeat_with(drawn).take(DRAWS);
            drawn.find(|it| Some(it.index) != but && !is_out(it.index))
        };
        let one = draw(None)?;
        Some([one, draw(Some(one.index))?])
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
