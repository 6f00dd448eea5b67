//! Does what a change is guarded by hold? Judged on the answers since the change.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::model::{AbortCondition, AbortIf, Entity, Name, Touched};

/// Fewer answers tell nothing.
const FEWEST_ANSWERS: u64 = 10;

/// What was answered since a change, over five seconds at most.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Answered {
    /// How many answers.
    pub count: u64,
    /// Part of them that failed, 0..=1.
    pub error_ratio: Option<f64>,
    /// The 99th percentile of the time they took.
    pub p99: Option<Duration>,
}

/// The pools that a guard looks at: those of the backends and scalers that were touched. None is all
/// of the gateway.
#[must_use]
pub fn guard_scope(touched: &[Touched]) -> BTreeSet<Name> {
    let mut pools = BTreeSet::new();
    for it in touched {
        let entities = [&it.before, &it.after].into_iter().flatten();
        for entity in entities {
            match (entity, it.target.strip_prefix("scaler/")) {
                (Entity::Backend { pool, .. }, _) => drop(pools.insert(pool.clone())),
                (Entity::Scaler(_), Some(pool)) => pools.extend(pool.parse::<Name>().ok()),
                _ => return BTreeSet::new(),
            }
        }
    }
    pools
}

/// Why a guard takes its change back, if it does. `before` is the 99th percentile before the change.
#[must_use]
pub fn breached(guard: &AbortIf, answered: &Answered, before: Option<Duration>) -> Option<String> {
    if answered.count < FEWEST_ANSWERS {
        return None;
    }
    guard.conditions().iter().find_map(|condition| {
        let seen = match condition {
            AbortCondition::Error(most) => {
                let percent = answered.error_ratio? * 100.0;
                (percent > f64::from(*most) / 100.0).then(|| format!("error {percent:.1}%"))
            }
            AbortCondition::P99(most) => over(answered.p99?, *most),
            AbortCondition::P99Times(times) => over(answered.p99?, before? * *times / 100),
        };
        seen.map(|seen| format!("guard {condition}: {seen}"))
    })
}

fn over(p99: Duration, most: Duration) -> Option<String> {
    (p99 > most).then(|| format!("p99 {:.1} ms", p99.as_secs_f64() * 1000.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(guard: &str, count: u64, error_ratio: f64, p99_ms: u64) -> Option<String> {
        let p99 = Some(Duration::from_millis(p99_ms));
        let answered = Answered { count, error_ratio: Some(error_ratio), p99 };
        breached(&guard.parse().unwrap(), &answered, Some(Duration::from_millis(20)))
    }

    #[test]
    fn a_guard_tells_what_it_saw_and_what_it_allows() {
        assert_eq!(told("error>1%", 100, 0.01, 0), None, "not more than that");
        assert_eq!(told("error>1%", 100, 0.02, 0).unwrap(), "guard error>1%: error 2.0%");
        assert_eq!(told("p99>50ms", 100, 0.0, 50), None);
        assert_eq!(told("p99>50ms", 100, 0.0, 51).unwrap(), "guard p99>50ms: p99 51.0 ms");
        let either = "error>1% or p99>2x";
        assert_eq!(told(either, 100, 0.0, 40), None);
        assert_eq!(told(either, 100, 0.0, 41).unwrap(), "guard p99>2x: p99 41.0 ms");
        assert_eq!(told(either, 9, 1.0, 900), None, "nine answers are few");
        let alone: AbortIf = "p99>2x".parse().unwrap();
        let slow = Answered { count: 50, p99: Some(Duration::from_secs(9)), error_ratio: None };
        assert_eq!(breached(&alone, &slow, None), None, "nothing to compare with");
    }
}
