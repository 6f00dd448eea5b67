//! A stat: what a figure was over a while, in a few numbers.

use super::Past;

/// What a figure was over a while.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stat {
    /// Of what: `backend/app-1`.
    pub target: String,
    /// The figure: `rps`, `p99_ms`.
    pub figure: String,
    /// The latest known value.
    pub last: Option<f64>,
    /// The mean of what is known; absent where steps are longer than a second, of which only the
    /// greatest values are kept.
    pub mean: Option<f64>,
    /// The greatest value.
    pub max: Option<f64>,
    /// When that was, milliseconds since the Unix epoch.
    pub max_ms: Option<i64>,
    /// The part of the while that is known, 0..=1.
    pub known_ratio: f64,
}

impl Stat {
    /// What `past` says of the time from `since_ms` to `until_ms`.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "there are a few thousand steps at most")]
    pub fn of(past: &Past, since_ms: i64, until_ms: i64) -> Self {
        let steps = past
            .maxima
            .iter()
            .zip(0_i64..)
            .map(|(value, step)| (past.first_ms + step * past.step_ms, f64::from(*value)));
        let known: Vec<(i64, f64)> = steps
            .filter(|(at, value)| (since_ms..until_ms).contains(at) && !value.is_nan())
            .collect();
        let most =
            known.iter().copied().reduce(|one, other| if other.1 > one.1 { other } else { one });
        let sum: f64 = known.iter().map(|(_, value)| value).sum();
        let steps = (until_ms - since_ms) / past.step_ms.max(1);
        Self {
            target: past.target.clone(),
            figure: past.figure.clone(),
            last: known.last().map(|(_, value)| *value),
            mean: (!known.is_empty() && past.step_ms <= 1000).then(|| sum / known.len() as f64),
            max: most.map(|(_, value)| value),
            max_ms: most.map(|(at, _)| at),
            known_ratio: (known.len() as f64 / steps.max(1) as f64).min(1.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn past(step_ms: i64) -> Past {
        let maxima = vec![9.0, f32::NAN, 2.0, 4.0];
        Past { step_ms, first_ms: 10_000, maxima, figure: "rps".into(), ..Past::default() }
    }

    #[test]
    fn what_is_not_known_is_left_out() {
        let stat = Stat::of(&past(1000), 11_000, 14_000);
        assert_eq!((stat.last, stat.mean, stat.max), (Some(4.0), Some(3.0), Some(4.0)));
        assert_eq!(stat.max_ms, Some(13_000));
        assert!((stat.known_ratio - 2.0 / 3.0).abs() < 1e-9);
        let nothing = Stat::of(&past(1000), 20_000, 30_000);
        assert_eq!((nothing.last, nothing.mean, nothing.max), (None, None, None));
    }

    #[test]
    fn of_long_steps_no_mean_is_told() {
        let stat = Stat::of(&past(10_000), 0, 100_000);
        assert_eq!((stat.max, stat.mean, stat.max_ms), (Some(9.0), None, Some(10_000)));
    }
}
