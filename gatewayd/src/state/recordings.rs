//! Recordings: the load of each scaled pool in the last hour, so that it can be replayed under
//! other rules.

use std::collections::VecDeque;
use std::time::Duration;

use crate::model::LoadSample;

/// The most samples of a pool, one a second.
const KEPT: usize = 3600;
/// What a start is taken to need before one was seen.
const USUAL_START: Duration = Duration::from_secs(10);
/// How much the latest start weighs in the average.
const LATEST: f64 = 0.3;

/// The load of one pool in the last hour.
#[derive(Clone, Debug, Default)]
pub(super) struct Recording {
    samples: VecDeque<LoadSample>,
    start_s: Option<f64>,
}

impl Recording {
    /// Adds a sample; the oldest makes room.
    pub(super) fn add(&mut self, sample: LoadSample) {
        if self.samples.len() == KEPT {
            self.samples.pop_front();
        }
        self.samples.push_back(sample);
    }

    /// A server needed so long from its order to its first passed probe.
    pub(super) fn started(&mut self, took: Duration) {
        let took_s = took.as_secs_f64();
        let before_s = self.start_s.unwrap_or(took_s);
        self.start_s = Some(before_s + (took_s - before_s) * LATEST);
    }

    /// The samples of the last `window`, oldest first.
    pub(super) fn last(&self, window: Duration) -> Vec<LoadSample> {
        let newest_ms = self.samples.back().map_or(0, |it| it.at_ms);
        let oldest_ms = newest_ms.saturating_sub(window.as_millis() as u64);
        self.samples.iter().filter(|it| it.at_ms >= oldest_ms).copied().collect()
    }

    /// How long a server needs to come up, and whether that was seen.
    pub(super) fn start(&self) -> (Duration, bool) {
        let seen = self.start_s.map(Duration::from_secs_f64);
        (seen.unwrap_or(USUAL_START), seen.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_is_kept_and_a_part_of_it_can_be_had() {
        let mut recording = Recording::default();
        for second in 0..4000_u32 {
            let offered_rps = f64::from(second);
            let at_ms = u64::from(second) * 1000;
            recording.add(LoadSample { at_ms, offered_rps, cost_s: None, servers: 1 });
        }
        let all = recording.last(Duration::from_secs(86_400));
        assert_eq!((all.len(), all[0].at_ms), (KEPT, 400_000));
        let some = recording.last(Duration::from_secs(60));
        assert_eq!((some.len(), some[0].offered_rps), (61, 3939.0));
    }

    #[test]
    fn a_start_takes_what_the_last_ones_took() {
        let mut recording = Recording::default();
        assert_eq!(recording.start(), (USUAL_START, false));
        recording.started(Duration::from_secs(4));
        assert_eq!(recording.start(), (Duration::from_secs(4), true));
        recording.started(Duration::from_secs(14));
        assert_eq!(recording.start(), (Duration::from_secs(7), true));
    }
}
