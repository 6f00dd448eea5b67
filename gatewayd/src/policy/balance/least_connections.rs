//! Least connections: the least loaded for its weight.
//!
//! Load is (requests under way + 1) / weight: what it would be with this request. Few members are
//! all looked at. Of many, two are drawn and the better one is taken, which is nearly as even and
//! keeps workers from all running to the same one (Mitzenmacher, "The Power of Two Choices in
//! Randomized Load Balancing", 2001).

use std::cmp::Ordering;

use rand::Rng;

use super::Ready;

/// The most members that are all looked at.
const FEW: usize = 32;

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
        in_flight: impl Fn(u32) -> u32,
        except: Option<u32>,
        rng: &mut impl Rng,
    ) -> Option<u32> {
        if self.ready.len() <= FEW {
            let others = self.ready.iter().filter(|it| Some(it.index) != except);
            return least(others, in_flight, rng);
        }
        let two = self.two(except, rng);
        least(two.into_iter(), in_flight, rng)
    }

    /// Two different ones at random, of more than three.
    fn two(&self, except: Option<u32>, rng: &mut impl Rng) -> [&Ready; 2] {
        let mut draw = |but: Option<u32>| loop {
            let drawn = &self.ready[rng.random_range(0..self.ready.len())];
            if Some(drawn.index) != except && Some(drawn.index) != but {
                break drawn;
            }
        };
        let one = draw(None);
        [one, draw(Some(one.index))]
    }
}

/// The least loaded of `ready`; among equals each is as likely.
fn least<'a>(
    ready: impl Iterator<Item = &'a Ready>,
    in_flight: impl Fn(u32) -> u32,
    rng: &mut impl Rng,
) -> Option<u32> {
    let mut best: Option<(u64, &Ready)> = None;
    let mut equals = 0;
    for it in ready {
        let load = u64::from(in_flight(it.index)) + 1;
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
