//! Where is a weight on its way, and when is it given up?

use std::collections::VecDeque;
use std::time::Duration;

use crate::model::{AbortCondition, Backend, Ramp, Weight};

/// Answers are judged over so long, further back where there are few.
const WINDOW_MS: i64 = 10_000;
/// Fewer answers tell nothing.
const FEWEST_ANSWERS: u64 = 10;
/// How many looks are remembered.
const REMEMBERED: usize = 3600;

/// The weight of `backend` at `now_ms` (milliseconds since the Unix epoch): what is wanted, or on a
/// straight way there. While it rises or falls it is never 0: who is meant to take something does.
#[must_use]
pub fn ramped(backend: &Backend, now_ms: i64) -> Weight {
    let Some(ramp) = &backend.ramp else { return backend.weight };
    let lasts_ms = ramp.lasts.as_millis().max(1) as i64;
    let past_ms = now_ms.saturating_sub(ramp.since_ms).clamp(0, lasts_ms);
    let (from, to) = (i64::from(ramp.from.get()), i64::from(backend.weight.get()));
    let way = (to - from) * past_ms;
    let now = from + way / lasts_ms;
    if past_ms < lasts_ms { Weight::nearest(now.max(1)) } else { backend.weight }
}

/// What a backend answered since its ramp began, look by look.
#[derive(Clone, Debug, Default)]
pub struct RampWatch {
    /// When, and how many attempts and failures there had been; the oldest first.
    looks: VecDeque<(i64, u64, u64)>,
}

impl RampWatch {
    /// Looks at a backend that had so many attempts and failures by `now_ms` and this 99th
    /// percentile over the last ten seconds. Tells why its ramp is given up, if it is.
    pub fn look(
        &mut self,
        ramp: &Ramp,
        (attempts, failures): (u64, u64),
        p99: Option<Duration>,
        now_ms: i64,
    ) -> Option<String> {
        if self.looks.len() == REMEMBERED {
            // The first one stays: further back than that there was no ramp.
            self.looks.remove(1);
        }
        self.looks.push_back((now_ms, attempts, failures));
        // What is older than the ramp is not its doing.
        let p99 = p99.filter(|_| now_ms - ramp.since_ms > WINDOW_MS);
        let conditions = ramp.abort_if.iter().flat_map(|it| it.conditions());
        conditions.into_iter().find_map(|condition| {
            let seen = match condition {
                AbortCondition::Error(most) => {
                    let percent = self.error_percent()?;
                    (percent > f64::from(*most) / 100.0).then(|| format!("error {percent:.1}%"))
                }
                AbortCondition::P99(most) => over(p99?, *most),
                AbortCondition::P99Times(times) => {
                    let before = Duration::from_micros(ramp.p99_before_us?);
                    over(p99?, before * *times / 100)
                }
            };
            seen.map(|seen| format!("{seen}, {condition} gives it up"))
        })
    }

    /// Percent of the latest answers that failed.
    fn error_percent(&self) -> Option<f64> {
        let (now_ms, attempts, failures) = *self.looks.back()?;
        let enough = |(then_ms, before, _): &&(i64, u64, u64)| {
            now_ms - then_ms >= WINDOW_MS && attempts.saturating_sub(*before) >= FEWEST_ANSWERS
        };
        let from = self.looks.iter().rev().find(enough).or(self.looks.front())?;
        let answered = attempts.saturating_sub(from.1);
        let failed = failures.saturating_sub(from.2);
        (answered >= FEWEST_ANSWERS).then(|| failed as f64 / answered as f64 * 100.0)
    }
}

fn over(p99: Duration, most: Duration) -> Option<String> {
    (p99 > most).then(|| format!("p99 {:.1} ms", p99.as_secs_f64() * 1000.0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::{Source, Standing};

    fn ramp(abort_if: &str) -> Ramp {
        Ramp {
            from: Weight::nearest(50),
            since_ms: 1_000,
            lasts: Duration::from_secs(100),
            abort_if: (!abort_if.is_empty()).then(|| abort_if.parse().unwrap()),
            p99_before_us: Some(20_000),
        }
    }

    fn backend(from: i64, to: i64, lasts: Duration) -> Backend {
        Backend {
            name: "app-1".parse().unwrap(),
            address: "127.0.0.1:9000".parse().unwrap(),
            weight: Weight::nearest(to),
            standing: Standing::Active,
            mark: None,
            source: Source::Hand,
            ramp: Some(Ramp { from: Weight::nearest(from), lasts, ..ramp("") }),
        }
    }

    #[test]
    fn a_weight_goes_its_way_and_arrives() {
        let up = backend(50, 100, Duration::from_secs(100));
        let at = |backend: &Backend, seconds: i64| ramped(backend, 1_000 + seconds * 1000).get();
        assert_eq!(
            [-5, 0, 1, 2, 50, 99, 100, 9000].map(|it| at(&up, it)),
            [50, 50, 50, 51, 75, 99, 100, 100]
        );
        let down = backend(100, 0, Duration::from_secs(100));
        assert_eq!([0, 50, 99, 100].map(|it| at(&down, it)), [100, 50, 1, 0]);
        let new = backend(0, 100, Duration::from_secs(100));
        assert_eq!([0, 1, 50].map(|it| at(&new, it)), [1, 1, 50]);
        assert_eq!(ramped(&Backend { ramp: None, ..new }, 0).get(), 100);
    }

    #[test]
    fn too_many_failures_give_it_up_once_there_are_enough_answers() {
        let (ramp, mut watch) = (ramp("error>10%"), RampWatch::default());
        let mut look = |second: i64, counts| watch.look(&ramp, counts, None, 1_000 + second * 1000);
        assert_eq!(look(0, (500, 400)), None, "what was before does not count");
        assert_eq!(look(1, (505, 405)), None, "five answers are few");
        assert_eq!(look(2, (520, 402)), None, "2 of 20 are 10 %");
        let why = look(3, (520, 403)).unwrap();
        assert_eq!(why, "error 15.0%, error>10% gives it up");
    }

    #[test]
    fn failures_of_long_ago_are_forgiven() {
        let (ramp, mut watch) = (ramp("error>10%"), RampWatch::default());
        let mut look = |second: i64, counts| watch.look(&ramp, counts, None, 1_000 + second * 1000);
        assert_eq!(look(0, (0, 0)), None);
        assert_eq!(look(1, (100, 9)), None);
        assert_eq!(look(30, (200, 9)), None);
        assert!(look(35, (300, 30)).is_some());
        assert_eq!(look(60, (400, 30)), None);
    }

    #[test]
    fn a_p99_is_judged_by_itself_or_by_what_it_was_once_the_figures_are_of_the_ramp() {
        let looked = |abort_if: &str, p99_ms: u64, second: i64| {
            let p99 = Some(Duration::from_millis(p99_ms));
            RampWatch::default().look(&ramp(abort_if), (0, 0), p99, 1_000 + second * 1000)
        };
        assert_eq!(looked("p99>250ms", 250, 20), None);
        assert_eq!(looked("p99>250ms", 900, 10), None, "ten seconds are not over");
        assert_eq!(looked("p99>250ms", 251, 20).unwrap(), "p99 251.0 ms, p99>250ms gives it up");
        assert_eq!(looked("p99>2x", 40, 20), None);
        assert_eq!(
            looked("error>5% or p99>2x", 41, 20).unwrap(),
            "p99 41.0 ms, p99>2x gives it up"
        );
        assert_eq!(looked("", 9000, 20), None);
    }

    proptest! {
        #[test]
        fn a_weight_never_leaves_its_way_or_turns_round(
            from in 0..=1000_i64, to in 0..=1000_i64, lasts_ms in 1..1_000_000_u64,
            times in prop::collection::vec(-10_000..2_000_000_i64, 2..20),
        ) {
            let backend = backend(from, to, Duration::from_millis(lasts_ms));
            let mut times = times;
            times.sort_unstable();
            let weights: Vec<i64> = times.iter().map(|it| ramped(&backend, *it).get().into()).collect();
            let (low, high) = (from.min(to), from.max(to).max(1));
            prop_assert!(weights.iter().all(|it| (low..=high).contains(it)));
            let one_way = |two: &[i64]| if from <= to { two[0] <= two[1] || to == 0 } else { two[0] >= two[1] };
            let all = weights.windows(2).all(one_way);
            prop_assert!(all, "{:?}", weights);
        }

        #[test]
        fn it_is_given_up_exactly_when_too_many_of_ten_or_more_failed(
            answers in 0..400_u64, percent in 0..=100_u64, most in 0..=100_u32,
        ) {
            let failed = answers * percent / 100;
            let (ramp, mut watch) = (ramp(&format!("error>{most}%")), RampWatch::default());
            prop_assert_eq!(watch.look(&ramp, (7, 7), None, 1_000), None);
            let told = watch.look(&ramp, (7 + answers, 7 + failed), None, 3_000);
            let over = answers >= 10 && failed * 100 > u64::from(most) * answers;
            prop_assert_eq!(told.is_some(), over);
        }
    }
}
