//! Peak EWMA: of two, the one that is expected to answer sooner for its weight.
//!
//! Two members are drawn by weight; each counts its latency times (requests under way + 1), and
//! the lower one is taken (Finagle's `p2cPeakEwma`). Two are enough to be nearly as even as with
//! all, and keep workers from all running to the same one.

use rand::Rng;

use super::pairs::Pairs;
use super::{Aged, Ready};

/// Picks the quicker of two.
#[derive(Clone, Debug)]
pub(super) struct PeakEwma {
    pairs: Pairs,
}

impl PeakEwma {
    pub(super) fn new(ready: Vec<Ready>) -> PeakEwma {
        PeakEwma { pairs: Pairs::new(ready) }
    }

    pub(super) fn pick(
        &self,
        load: impl Fn(u32) -> u32,
        latency: impl Fn(u32) -> Aged,
        is_out: impl Fn(u32) -> bool,
        rng: &mut impl Rng,
    ) -> Option<u32> {
        let better = |one, two| better(one, two, &load, &latency);
        let picked = match self.pairs.two(&is_out, rng) {
            Some([one, two]) => Some(better(one, two)),
            None => self.pairs.all().iter().filter(|it| !is_out(it.index)).reduce(better),
        };
        picked.map(|it| it.index)
    }
}

/// The better one of two, the first of equals.
fn better<'a>(
    one: &'a Ready,
    two: &'a Ready,
    load: impl Fn(u32) -> u32,
    latency: impl Fn(u32) -> Aged,
) -> &'a Ready {
    // Fractions compared without dividing.
    let bears = |it: &Ready, other: &Ready| (load(it.index) as f32 + 1.0) * other.weight as f32;
    let second = latency(two.index);
    let beaten = second.beats(bears(two, one), latency(one.index), bears(one, two));
    if beaten { two } else { one }
}
