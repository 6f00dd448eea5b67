//! Which weights give some backends a part of the traffic that they and some others have?

/// The greatest weight there is.
const MOST: f64 = 1000.0;

/// The weights of a pool as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Weights {
    /// Of those that give.
    pub(super) from: Vec<u32>,
    /// Of those that get.
    pub(super) to: Vec<u32>,
    /// Whether the pool has backends beside them, whose part has to stay.
    pub(super) has_others: bool,
}

/// The weights that give those of `to` this part, 0..=1, of what both have. Within each side the
/// proportions stay. Whoever is to get something gets at least a weight of 1.
pub(super) fn shift(weights: &Weights, part: f64) -> Weights {
    let Weights { from, to, has_others } = weights;
    let shares_from = shares(from, 1.0 - part);
    let shares_to = shares(to, part);
    let total: f64 = from.iter().chain(to).map(|weight| f64::from(*weight)).sum();
    let greatest = shares_from.iter().chain(&shares_to).copied().fold(0.0, f64::max);
    // Alone, they use the whole range of weights, which is the most exact. What others have depends
    // on the sum.
    let sum = if *has_others && total > 0.0 { total } else { MOST / greatest };
    let sum = sum.min(MOST / greatest);
    let weigh = |shares: Vec<f64>| shares.into_iter().map(|share| weight(share * sum)).collect();
    Weights { from: weigh(shares_from), to: weigh(shares_to), has_others: *has_others }
}

/// What each has of `part`, by its weight; the same for all where none has any.
fn shares(weights: &[u32], part: f64) -> Vec<f64> {
    let total: f64 = weights.iter().map(|weight| f64::from(*weight)).sum();
    let even = 1.0 / f64::from(u32::try_from(weights.len().max(1)).unwrap_or(u32::MAX));
    let share = |weight: &u32| if total > 0.0 { f64::from(*weight) / total } else { even };
    weights.iter().map(|weight| share(weight) * part).collect()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within 0..=1000")]
fn weight(exact: f64) -> u32 {
    if exact <= 0.0 {
        return 0;
    }
    exact.clamp(1.0, MOST).round() as u32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shifted(from: &[u32], to: &[u32], percent: f64) -> (Vec<u32>, Vec<u32>) {
        let weights = Weights { from: from.to_vec(), to: to.to_vec(), has_others: false };
        let Weights { from, to, .. } = shift(&weights, percent / 100.0);
        (from, to)
    }

    #[test]
    fn a_part_of_the_traffic_moves_and_proportions_stay() {
        assert_eq!(shifted(&[100], &[100], 10.0), (vec![1000], vec![111]));
        assert_eq!(shifted(&[100], &[0], 1.0), (vec![1000], vec![10]));
        assert_eq!(shifted(&[100, 300], &[0], 20.0), (vec![333, 1000], vec![333]));
        assert_eq!(shifted(&[100], &[100], 100.0), (vec![0], vec![1000]));
        assert_eq!(shifted(&[0, 0], &[50], 50.0), (vec![500, 500], vec![1000]));
        assert_eq!(shifted(&[100], &[100], 0.0), (vec![1000], vec![0]));
    }

    #[test]
    fn the_part_of_others_stays() {
        let weights = Weights { from: vec![100, 100], to: vec![100], has_others: true };
        let Weights { from, to, .. } = shift(&weights, 0.5);
        assert_eq!((from, to), (vec![75, 75], vec![150]));
    }

    #[test]
    fn the_smallest_part_is_not_lost() {
        let weights = Weights { from: vec![10], to: vec![1], has_others: true };
        assert_eq!(shift(&weights, 0.001).to, [1]);
    }

    proptest! {
        #[test]
        fn the_part_is_as_asked_within_a_percent(
            from in prop::collection::vec(0_u32..=1000, 1..6),
            to in prop::collection::vec(0_u32..=1000, 1..6),
            percent in 0_u32..=100,
        ) {
            let part = f64::from(percent) / 100.0;
            let Weights { from, to, .. } = shift(&Weights { from, to, has_others: false }, part);
            prop_assert!(from.iter().chain(&to).all(|weight| *weight <= 1000));
            let sum = |weights: &[u32]| weights.iter().map(|it| f64::from(*it)).sum::<f64>();
            let found = sum(&to) / (sum(&from) + sum(&to));
            prop_assert!((found - part).abs() < 0.01, "{found} for {part}: {from:?} {to:?}");
        }
    }
}
