//! Pairs: two different members, drawn at random by weight.

use rand::Rng;

use super::Ready;

/// Draws before one gives up because so many are out of the question.
const DRAWS: usize = 16;

/// Members to draw from.
#[derive(Clone, Debug)]
pub(super) struct Pairs {
    ready: Box<[Ready]>,
    /// The sum of the weights up to each and its own.
    ends: Box<[u64]>,
}

impl Pairs {
    pub(super) fn new(ready: Vec<Ready>) -> Pairs {
        let sum = |sum: &mut u64, it: &Ready| {
            *sum += u64::from(it.weight);
            Some(*sum)
        };
        Pairs { ends: ready.iter().scan(0, sum).collect(), ready: ready.into() }
    }

    /// All that can be drawn.
    pub(super) fn all(&self) -> &[Ready] {
        &self.ready
    }

    /// Two different ones that are not out: the first by its part of all weight, the second by its
    /// part of the rest. `None` where such are rare.
    pub(super) fn two(
        &self,
        is_out: impl Fn(u32) -> bool,
        rng: &mut impl Rng,
    ) -> Option<[&Ready; 2]> {
        let [.., _, last] = *self.ends else { return None };
        for _ in 0..DRAWS {
            let one = self.at(below(last, rng));
            let first = &self.ready[one];
            let weight = u64::from(first.weight);
            let drawn = below(last - weight, rng);
            let before = drawn < self.ends[one] - weight;
            let second = &self.ready[self.at(if before { drawn } else { drawn + weight })];
            if !is_out(first.index) && !is_out(second.index) {
                return Some([first, second]);
            }
        }
        None
    }

    /// The place of whose weight `drawn` lies in.
    fn at(&self, drawn: u64) -> usize {
        self.ends.partition_point(|end| *end <= drawn)
    }
}

/// A number below `bound`, each as likely but for one in 2^64: no draw is made twice for that.
fn below(bound: u64, rng: &mut impl Rng) -> u64 {
    ((u128::from(rng.next_u64()) * u128::from(bound)) >> 64) as u64
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::SmallRng;

    use super::*;

    fn pairs(weights: &[u32]) -> Pairs {
        let ready = |(index, weight): (u32, &u32)| Ready { index, weight: *weight };
        Pairs::new((0..).zip(weights).map(ready).collect())
    }

    #[test]
    fn the_first_is_drawn_by_weight_and_the_second_by_its_part_of_the_rest() {
        let (weights, mut rng) = ([100, 300, 600], SmallRng::seed_from_u64(5));
        let (pairs, mut seen) = (pairs(&weights), [[0; 3]; 3]);
        for _ in 0..100_000 {
            let [one, two] = pairs.two(|_| false, &mut rng).unwrap();
            seen[one.index as usize][two.index as usize] += 1;
        }
        for (one, row) in seen.iter().enumerate() {
            for (two, count) in row.iter().enumerate() {
                let rest = f64::from(1000 - weights[one]);
                let part = f64::from(weights[one]) / 1000.0 * f64::from(weights[two]) / rest;
                let expected = if one == two { 0.0 } else { part * 100_000.0 };
                assert!((f64::from(*count) - expected).abs() < 900.0, "{seen:?}");
            }
        }
    }

    #[test]
    fn no_pair_is_drawn_with_one_that_is_out_nor_where_there_is_only_one() {
        let mut rng = SmallRng::seed_from_u64(5);
        assert!(pairs(&[]).two(|_| false, &mut rng).is_none());
        assert!(pairs(&[7]).two(|_| false, &mut rng).is_none());
        assert!(pairs(&[7, 7]).two(|it| it == 1, &mut rng).is_none());
        let three = pairs(&[7, 7, 7]);
        for _ in 0..100 {
            let drawn = three.two(|it| it == 1, &mut rng);
            assert!(drawn.is_none_or(|two| two.iter().all(|it| it.index != 1)));
        }
    }
}
