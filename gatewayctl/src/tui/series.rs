//! A series: one figure over time, the newest part finely and the older parts coarsely. What was
//! seen here and what the gateway remembers become one.

use std::{collections::VecDeque, time::Duration};

use super::window::Window;

/// Seconds kept one by one.
const FINE: (i64, usize) = (1_000, 900);
/// Beyond them, tens of seconds for six hours.
const COARSE: (i64, usize) = (10_000, 2_160);
/// Beyond them, minutes for a day.
const LONG: (i64, usize) = (60_000, 1_440);
/// Steps of so little may be missing between two neighbours without being a gap: pictures come a
/// little early or late.
const JITTER_MS: i64 = 2_000;
/// A clock set back by so little is not a jump: the value joins the newest step.
const SLEW_STEPS: i64 = 5;

/// One figure over time.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Series {
    fine: Ring,
    coarse: Ring,
    long: Ring,
}

impl Default for Series {
    fn default() -> Self {
        Self { fine: Ring::new(FINE), coarse: Ring::new(COARSE), long: Ring::new(LONG) }
    }
}

impl Series {
    /// Notes the figure at `time_ms`; what is not known leaves a gap.
    pub(crate) fn note(&mut self, time_ms: i64, value: Option<f64>) {
        for ring in [&mut self.fine, &mut self.coarse, &mut self.long] {
            ring.note(time_ms, value);
        }
    }

    /// Takes what the gateway remembers: the greatest value of each step of `step_ms` from
    /// `first_ms` on. What was seen here stays where the gateway knows nothing.
    pub(crate) fn recall(&mut self, step_ms: i64, first_ms: i64, maxima: &[f32]) {
        let rings = [&mut self.fine, &mut self.coarse, &mut self.long];
        if let Some(ring) = rings.into_iter().find(|ring| ring.step_ms == step_ms) {
            ring.recall(first_ms, maxima);
        }
    }

    /// The `window` up to `end_ms` in `count` columns, oldest first. Each holds its greatest value,
    /// so that no spike is lost; a gap holds none.
    pub(crate) fn columns(&self, end_ms: i64, window: Window, count: usize) -> Vec<Option<f64>> {
        self.ring(window).columns(end_ms, window.length(), count)
    }

    /// The greatest value of the `window` up to `end_ms`, of columns too that begin before it.
    pub(crate) fn peak(&self, end_ms: i64, window: Window) -> Option<f64> {
        let length_ms = window.length_ms();
        let begin_ms = end_ms.saturating_sub(length_ms + length_ms / 10);
        self.ring(window).greatest(begin_ms, end_ms)
    }

    /// The value at a moment, as finely as the `window` is drawn.
    pub(crate) fn at(&self, time_ms: i64, window: Window) -> Option<f64> {
        self.ring(window).greatest(time_ms, time_ms)
    }

    fn ring(&self, window: Window) -> &Ring {
        match window {
            Window::Minute | Window::Five | Window::Quarter => &self.fine,
            Window::Hour | Window::Six => &self.coarse,
            Window::Day => &self.long,
        }
    }
}

/// A ring of steps of equal length. A step without a value is not a number.
#[derive(Debug, Clone, PartialEq)]
struct Ring {
    step_ms: i64,
    capacity: usize,
    /// The number of the first step, counted from the Unix epoch.
    first: i64,
    slots: VecDeque<f32>,
}

impl Ring {
    fn new((step_ms, capacity): (i64, usize)) -> Self {
        Self { step_ms, capacity, first: 0, slots: VecDeque::new() }
    }

    fn note(&mut self, time_ms: i64, value: Option<f64>) {
        let step = time_ms.div_euclid(self.step_ms);
        #[allow(clippy::cast_possible_truncation, reason = "three digits are shown")]
        let value = value.map_or(f32::NAN, |value| value as f32);
        let next = self.first.saturating_add(length(&self.slots));
        let missing = step.saturating_sub(next);
        // A clock that jumped, back or far ahead, begins a new past.
        if self.slots.is_empty()
            || missing < -SLEW_STEPS
            || missing >= i64::try_from(self.capacity).unwrap_or(i64::MAX)
        {
            self.slots.clear();
            self.first = step;
            self.slots.push_back(value);
            return;
        }
        if missing < 0 {
            if let Some(last) = self.slots.back_mut() {
                *last = last.max(value);
            }
            return;
        }
        let between = match self.slots.back() {
            Some(last) if missing.saturating_mul(self.step_ms) <= JITTER_MS => *last,
            _ => f32::NAN,
        };
        for _ in 0..missing {
            self.slots.push_back(between);
        }
        self.slots.push_back(value);
        while self.slots.len() > self.capacity {
            self.slots.pop_front();
            self.first += 1;
        }
    }

    fn recall(&mut self, first_ms: i64, maxima: &[f32]) {
        let room = i64::try_from(self.capacity).unwrap_or(i64::MAX);
        let theirs = first_ms.div_euclid(self.step_ms);
        let their_end = theirs.saturating_add(i64::try_from(maxima.len()).unwrap_or(i64::MAX));
        if maxima.is_empty() {
            return;
        }
        let (own, own_end) = match length(&self.slots) {
            0 => (theirs, their_end),
            own => (self.first, self.first.saturating_add(own)),
        };
        let end = own_end.max(their_end);
        let first = own.min(theirs).max(end.saturating_sub(room));
        let known = |slots: Option<&f32>| slots.copied().filter(|value| !value.is_nan());
        let at = |step: i64, first: i64| usize::try_from(step.saturating_sub(first)).ok();
        let merged = (first..end).map(|step| {
            let their = at(step, theirs).and_then(|at| known(maxima.get(at)));
            their.or_else(|| at(step, own).and_then(|at| known(self.slots.get(at))))
        });
        self.slots = merged.map(|value| value.unwrap_or(f32::NAN)).collect();
        self.first = first;
    }

    fn columns(&self, end_ms: i64, window: Duration, count: usize) -> Vec<Option<f64>> {
        let Ok(columns) = i64::try_from(count.max(1)) else { return Vec::new() };
        let window_ms = i64::try_from(window.as_millis()).unwrap_or(i64::MAX);
        let bucket_ms = (window_ms / columns).max(1);
        // Whole buckets: a column keeps its value while it moves left.
        let end_ms = (end_ms.div_euclid(bucket_ms) + 1).saturating_mul(bucket_ms);
        (0..columns)
            .map(|column| {
                let from_ms = end_ms.saturating_sub((columns - column).saturating_mul(bucket_ms));
                self.greatest(from_ms, from_ms.saturating_add(bucket_ms - 1))
            })
            .collect()
    }

    /// The greatest value of the steps that touch this time.
    fn greatest(&self, from_ms: i64, to_ms: i64) -> Option<f64> {
        let at = |time_ms: i64| time_ms.div_euclid(self.step_ms).saturating_sub(self.first);
        let last = at(to_ms).min(length(&self.slots) - 1);
        let (from, to) = (at(from_ms).max(0), last);
        if from > to {
            return None;
        }
        let range = usize::try_from(from).ok()?..=usize::try_from(to).ok()?;
        let values = self.slots.range(range).copied().filter(|value| !value.is_nan());
        values.reduce(f32::max).map(f64::from)
    }
}

fn length(slots: &VecDeque<f32>) -> i64 {
    i64::try_from(slots.len()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn series(values: &[(i64, f64)]) -> Series {
        let mut series = Series::default();
        for (s, value) in values {
            series.note(s * 1_000, Some(*value));
        }
        series
    }

    #[test]
    fn a_gap_stays_a_gap_and_a_late_picture_is_none() {
        let series = series(&[(100, 1.0), (102, 2.0), (110, 3.0)]);
        let seen = series.columns(110_000, Window::Minute, 60);
        assert_eq!(&seen[49..53], [Some(1.0), Some(1.0), Some(2.0), None]);
        assert_eq!(seen[59], Some(3.0));
        assert_eq!(seen[0], None);
    }

    #[test]
    fn a_spike_survives_in_a_wide_column() {
        let mut values: Vec<(i64, f64)> = (0..900).map(|s| (s, 1.0)).collect();
        values[450].1 = 99.0;
        let seen = series(&values).columns(899_000, Window::Quarter, 10);
        assert_eq!(seen.iter().flatten().copied().fold(0.0, f64::max), 99.0);
    }

    #[test]
    fn a_clock_that_jumps_begins_a_new_past() {
        let series = series(&[(1_000, 1.0), (10, 2.0)]);
        assert_eq!(series.columns(10_000, Window::Minute, 60).into_iter().flatten().count(), 1);
    }

    #[test]
    fn a_coarse_step_left_out_is_a_gap() {
        let mut series = Series::default();
        series.note(0, Some(1.0));
        series.note(20_000, Some(2.0));
        let seen = series.columns(20_000, Window::Hour, 360);
        assert_eq!(&seen[357..], [Some(1.0), None, Some(2.0)]);
    }

    #[test]
    fn what_the_gateway_remembers_joins_what_was_seen_here() {
        let mut series = series(&[(100, 5.0), (101, 6.0), (102, 7.0)]);
        series.recall(1_000, 97_000, &[1.0, f32::NAN, 3.0, f32::NAN, 60.0]);
        let seen = series.columns(102_000, Window::Minute, 60);
        let expected = [Some(1.0), None, Some(3.0), Some(5.0), Some(60.0), Some(7.0)];
        assert_eq!(&seen[54..], expected);
        series.note(103_000, Some(8.0));
        assert_eq!(series.columns(103_000, Window::Minute, 60)[59], Some(8.0));
    }

    #[test]
    fn a_past_of_minutes_is_drawn_in_the_window_of_a_day() {
        let mut series = Series::default();
        series.recall(60_000, 0, &[4.0; 1_440]);
        let day = |series: &Series| series.columns(86_399_000, Window::Day, 24);
        assert_eq!(day(&series), [Some(4.0); 24]);
        assert_eq!(series.columns(86_399_000, Window::Hour, 9), [None; 9]);
        series.recall(7, 0, &[9.0; 99]);
        assert_eq!(day(&series), [Some(4.0); 24]);
    }

    proptest! {
        #[test]
        fn any_times_make_any_columns(
            notes in prop::collection::vec((any::<i64>(), any::<Option<f64>>()), 0..20),
            pasts in prop::collection::vec((any::<i64>(), 0_usize..3_000), 0..4),
            end_ms in any::<i64>(),
            count in 0_usize..300,
        ) {
            let mut series = Series::default();
            for (time_ms, value) in notes {
                series.note(time_ms, value);
            }
            for (first_ms, count) in pasts {
                series.recall(10_000, first_ms, &vec![1.0; count]);
                prop_assert!(series.coarse.slots.len() <= COARSE.1);
            }
            prop_assert_eq!(series.columns(end_ms, Window::Hour, count).len(), count.max(1));
        }
    }
}
