//! Was another size wanted of late? The most cautious one within the window holds.

use crate::model::Inputs;

/// The size after both windows: growing waits for the smallest, shrinking for the largest.
pub(super) fn stabilization(wanted: u32, from: u32, inputs: &Inputs) -> u32 {
    if wanted > from {
        let lowest = inputs.lowest_wanted.unwrap_or(wanted);
        wanted.min(lowest.max(from))
    } else {
        let highest = inputs.highest_wanted.unwrap_or(wanted);
        wanted.max(highest.min(from))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_cautious_size_of_the_window_holds() {
        for (wanted, from, lowest, highest, to) in [
            (14, 10, None, None, 14),
            (14, 10, Some(12), Some(14), 12),
            (14, 10, Some(8), Some(14), 10),
            (6, 10, None, None, 6),
            (6, 10, Some(6), Some(8), 8),
            (6, 10, Some(6), Some(20), 10),
            (10, 10, Some(6), Some(20), 10),
        ] {
            let inputs =
                Inputs { lowest_wanted: lowest, highest_wanted: highest, ..Inputs::default() };
            assert_eq!(stabilization(wanted, from, &inputs), to, "{wanted} {lowest:?} {highest:?}");
        }
    }
}
