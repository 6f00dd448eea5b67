//! The scales of charts: each grows at once, and shrinks only when most of it has been empty, so that
//! one can compare at a glance with what was a moment ago.

use std::collections::HashMap;

use super::window::Window;

/// A scale shrinks when no value is above this part of it.
const EMPTY: f64 = 0.2;

/// How high the scales of charts are, by what they show.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Scales(HashMap<String, (Window, f64)>);

impl Scales {
    /// Sees the greatest value that the chart of `what` shows.
    pub(crate) fn see(&mut self, what: &str, window: Window, greatest: f64) {
        let wanted = ceiling(greatest);
        match self.0.get_mut(what) {
            Some((seen, top)) if *seen == window => {
                if greatest > *top || greatest < *top * EMPTY {
                    *top = wanted;
                }
            }
            // Another window shows something else.
            Some(scale) => *scale = (window, wanted),
            None => drop(self.0.insert(what.to_owned(), (window, wanted))),
        }
    }

    /// The greatest value on the scale of the chart of `what`, if it was seen.
    pub(crate) fn top(&self, what: &str) -> Option<f64> {
        self.0.get(what).map(|(_, top)| *top)
    }
}

/// The next of 1, 2, 5, 10, 20 … above the greatest value.
pub(crate) fn ceiling(greatest: f64) -> f64 {
    if greatest <= 0.0 || !greatest.is_finite() {
        return 1.0;
    }
    let decade = 10_f64.powf(greatest.log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|step| step * decade)
        .find(|step| *step >= greatest)
        .unwrap_or(10.0 * decade)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_is_a_round_number_above_all_values() {
        for (greatest, top) in [(0.0, 1.0), (0.3, 0.5), (15_910.0, 20_000.0), (100.0, 100.0)] {
            assert!((ceiling(greatest) - top).abs() < 1e-9, "{greatest}");
        }
    }

    #[test]
    fn a_scale_grows_at_once_and_shrinks_only_when_it_is_almost_empty() {
        let mut scales = Scales::default();
        for (greatest, top) in
            [(900.0, 1_000.0), (1_001.0, 2_000.0), (401.0, 2_000.0), (399.0, 500.0), (90.0, 100.0)]
        {
            scales.see("rps", Window::Five, greatest);
            assert_eq!(scales.top("rps"), Some(top), "{greatest}");
        }
        scales.see("rps", Window::Day, 40.0);
        assert_eq!(scales.top("rps"), Some(50.0), "of another window");
        assert_eq!(scales.top("p99"), None);
    }
}
