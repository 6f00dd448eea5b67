//! A ring: one figure in steps of equal length, the oldest forgotten for the newest.

use std::collections::VecDeque;

use crate::model::Grain;

/// A clock that is set back by so few steps did not jump: the value joins the newest step.
const SLEW_STEPS: i64 = 5;
/// A step left out by a late tick is no gap, if it is no longer than this.
const JITTER_MS: i64 = 1_000;

/// What a figure was in one step; not a number where it is not known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Step {
    pub(super) mean: f32,
    pub(super) max: f32,
}

const GAP: Step = Step { mean: f32::NAN, max: f32::NAN };

/// Steps of equal length in a memory of a fixed size.
#[derive(Debug)]
pub(super) struct Ring {
    step_ms: i64,
    most: usize,
    /// The number of the first step, counted from the Unix epoch.
    first: i64,
    steps: VecDeque<Step>,
    /// Values in the newest step.
    values: u16,
}

impl Ring {
    /// A ring without a past.
    pub(super) fn new(grain: Grain) -> Ring {
        let (step_ms, most) = (grain.step().as_millis() as i64, grain.kept());
        Ring { step_ms, most, first: 0, steps: VecDeque::with_capacity(most), values: 0 }
    }

    /// Takes the value at `time_ms`; what is not known leaves a gap.
    pub(super) fn note(&mut self, time_ms: i64, value: Option<f64>) {
        let step = time_ms.div_euclid(self.step_ms);
        let next = self.first.saturating_add(self.steps.len() as i64);
        let missing = step.saturating_sub(next);
        // A clock that jumped, back or far ahead, begins a new past.
        if self.steps.is_empty() || missing < -SLEW_STEPS || missing >= self.most as i64 {
            self.steps.clear();
            self.first = step;
        } else if missing < 0 {
            return self.join(value);
        } else {
            let late = missing.saturating_mul(self.step_ms) <= JITTER_MS;
            let between = self.steps.back().copied().filter(|_| late).unwrap_or(GAP);
            (0..missing).for_each(|_| self.push(between));
        }
        self.push(GAP);
        self.values = 0;
        self.join(value);
    }

    /// When the first step at or after `since_ms` began, and all from there on.
    pub(super) fn since(&self, since_ms: i64) -> (i64, impl Iterator<Item = Step> + Clone + '_) {
        let wanted = since_ms.div_euclid(self.step_ms).saturating_sub(self.first);
        let skipped = wanted.clamp(0, self.steps.len() as i64);
        let first_ms = (self.first + skipped).saturating_mul(self.step_ms);
        (first_ms, self.steps.range(skipped as usize..).copied())
    }

    fn push(&mut self, step: Step) {
        if self.steps.len() == self.most {
            self.steps.pop_front();
            self.first += 1;
        }
        self.steps.push_back(step);
    }

    fn join(&mut self, value: Option<f64>) {
        let (Some(value), Some(step)) = (value.map(|it| it as f32), self.steps.back_mut()) else {
            return;
        };
        self.values = self.values.saturating_add(1);
        if self.values == 1 || !step.mean.is_finite() {
            *step = Step { mean: value, max: value };
        } else {
            step.mean += (value - step.mean) / f32::from(self.values);
            step.max = step.max.max(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn maxima(ring: &Ring, since_ms: i64) -> (i64, Vec<f32>) {
        let (first_ms, steps) = ring.since(since_ms);
        (first_ms, steps.map(|step| step.max).collect())
    }

    #[test]
    fn a_step_keeps_the_mean_and_the_greatest_of_its_values() {
        let mut ring = Ring::new(Grain::TenSeconds);
        for (second, value) in (20..30).zip([1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 91.0]) {
            ring.note(second * 1000, Some(value));
        }
        ring.note(30_000, Some(7.0));
        let (first_ms, steps) = ring.since(0);
        let steps: Vec<Step> = steps.collect();
        assert_eq!(first_ms, 20_000);
        assert_eq!(steps, [Step { mean: 10.0, max: 91.0 }, Step { mean: 7.0, max: 7.0 }]);
    }

    #[test]
    fn a_gap_stays_a_gap_and_a_late_tick_is_none() {
        let mut ring = Ring::new(Grain::Second);
        for (time_ms, value) in [(10_990, 1.0), (12_010, 2.0), (16_000, 3.0)] {
            ring.note(time_ms, Some(value));
        }
        let (first_ms, seen) = maxima(&ring, 0);
        assert_eq!((first_ms, &seen[..3]), (10_000, &[1.0, 1.0, 2.0][..]));
        assert!(seen[3..6].iter().all(|value| value.is_nan()), "{seen:?}");
        assert_eq!((seen.len(), seen[6]), (7, 3.0));
    }

    #[test]
    fn what_is_not_known_is_a_gap_until_it_is_known() {
        let mut ring = Ring::new(Grain::TenSeconds);
        ring.note(10_000, None);
        ring.note(11_000, Some(4.0));
        ring.note(12_000, None);
        assert_eq!(maxima(&ring, 0), (10_000, vec![4.0]));
    }

    #[test]
    fn a_clock_that_jumps_begins_a_new_past_and_one_that_slews_does_not() {
        let mut ring = Ring::new(Grain::Second);
        (100..110).for_each(|second| ring.note(second * 1000, Some(1.0)));
        ring.note(107_000, Some(5.0));
        assert_eq!(maxima(&ring, 109_000), (109_000, vec![5.0]));
        ring.note(10_000, Some(2.0));
        assert_eq!(maxima(&ring, 0), (10_000, vec![2.0]));
    }

    proptest! {
        #[test]
        fn it_never_holds_more_than_its_room_nor_moves_a_value(
            notes in prop::collection::vec((0_i64..5_000, 0_u16..1000), 0..200),
            since_s in -10_i64..5_100,
        ) {
            let mut ring = Ring::new(Grain::Second);
            let room = ring.steps.capacity();
            for (second, value) in &notes {
                ring.note(second * 1000, Some(f64::from(*value)));
            }
            prop_assert!(ring.steps.len() <= Grain::Second.kept());
            prop_assert_eq!(ring.steps.capacity(), room);
            let (first_ms, seen) = maxima(&ring, since_s * 1000);
            prop_assert!(seen.is_empty() || first_ms >= since_s * 1000 || first_ms == ring.first * 1000);
            if let Some((second, value)) = notes.last()
                && first_ms + seen.len() as i64 * 1000 == (second + 1) * 1000
                && let Some(last) = seen.last()
            {
                prop_assert!(*last >= f32::from(*value));
            }
        }
    }
}
