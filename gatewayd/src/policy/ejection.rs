//! How long does a backend take no requests because of what it answered?
//!
//! ```text
//!            failures in a row                          times × time are over
//! in service ─────────────────▶ ejected, times + 1 ─────────────────────────▶ in service
//!     ▲                                                                           │
//!     └───────────────── `longest` without another: times = 0 ────────────────────┘
//! ```

use std::fmt;
use std::time::Duration;

use crate::model::EjectionRules;

/// Failed attempts in a row on one backend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FailedRow {
    /// How many.
    pub failures: u32,
    /// The status of the last one's answer; `None` when there was none, or it broke off.
    pub status: Option<u16>,
}

/// The ejections of one backend. Times are those of any clock that never goes back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ejections {
    /// How many there were, each soon after the one before.
    times: u32,
    present: Option<Ejection>,
    /// When the latest ended.
    ended_ms: u64,
}

/// One that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ejection {
    row: FailedRow,
    since_ms: u64,
    until_ms: u64,
}

impl Ejections {
    /// Takes the backend out at `now_ms`; tells for how long.
    pub fn eject(&mut self, row: FailedRow, rules: &EjectionRules, now_ms: u64) -> Duration {
        let served = Duration::from_millis(now_ms.saturating_sub(self.ended_ms));
        let before = if served >= rules.longest { 0 } else { self.times };
        self.times = before.saturating_add(1);
        let lasts = rules.time.saturating_mul(self.times).min(rules.longest);
        let lasts_ms = u64::try_from(lasts.as_millis()).unwrap_or(u64::MAX);
        let until_ms = now_ms.saturating_add(lasts_ms);
        self.present = Some(Ejection { row, since_ms: now_ms, until_ms });
        lasts
    }

    /// Ends the ejection that is under way, if one is; tells whether one was.
    pub fn end(&mut self, now_ms: u64) -> bool {
        let ended = self.present.take().is_some();
        if ended {
            self.ended_ms = now_ms;
        }
        ended
    }

    /// Whether the backend is out.
    #[must_use]
    pub fn is_out(&self) -> bool {
        self.present.is_some()
    }

    /// Since when and until when it is out.
    #[must_use]
    pub fn span_ms(&self) -> Option<(u64, u64)> {
        self.present.map(|it| (it.since_ms, it.until_ms))
    }
}

/// `5 failed in a row, the last with 503`.
impl fmt::Display for FailedRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} failed in a row, the last with ", self.failures)?;
        match self.status {
            Some(status) => write!(f, "{status}"),
            None => f.write_str("no whole answer"),
        }
    }
}

/// The reason, and for how long: `5 failed in a row, the last with 503; out for 20s, the 2. time`.
impl fmt::Display for Ejections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(Ejection { row, since_ms, until_ms }) = &self.present else {
            return f.write_str("in service");
        };
        let lasts = Duration::from_millis(until_ms - since_ms);
        write!(f, "{row}; out for {lasts:?}")?;
        if self.times > 1 { write!(f, ", the {}. time", self.times) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ROW: FailedRow = FailedRow { failures: 5, status: Some(503) };

    /// Ejects it when it has served for so many seconds, and tells how many it is out.
    fn again(ejections: &mut Ejections, now_ms: &mut u64, served_s: u64) -> u64 {
        *now_ms += served_s * 1000;
        let lasts = ejections.eject(ROW, &EjectionRules::default(), *now_ms);
        assert_eq!(ejections.span_ms(), Some((*now_ms, *now_ms + lasts.as_millis() as u64)));
        *now_ms += lasts.as_millis() as u64;
        assert!(ejections.is_out() && ejections.end(*now_ms) && !ejections.is_out());
        lasts.as_secs()
    }

    #[test]
    fn each_ejection_lasts_longer_up_to_the_longest() {
        let (mut ejections, mut now_ms) = (Ejections::default(), 0);
        let lasted: Vec<u64> = (0..40).map(|_| again(&mut ejections, &mut now_ms, 7)).collect();
        assert_eq!(lasted[..4], [10, 20, 30, 40]);
        assert_eq!(
            lasted[28..],
            [[290, 300], [300; 2], [300; 2], [300; 2], [300; 2], [300; 2]].concat()
        );
    }

    #[test]
    fn five_minutes_in_service_are_enough_to_be_forgiven() {
        let (mut ejections, mut now_ms) = (Ejections::default(), 0);
        let mut again = |served_s| again(&mut ejections, &mut now_ms, served_s);
        assert_eq!([again(1), again(299), again(300), again(0)], [10, 20, 10, 20]);
    }

    #[test]
    fn the_reason_tells_what_failed_and_for_how_long() {
        let mut ejections = Ejections::default();
        assert_eq!(ejections.to_string(), "in service");
        ejections.eject(ROW, &EjectionRules::default(), 0);
        assert_eq!(ejections.to_string(), "5 failed in a row, the last with 503; out for 10s");
        assert!(ejections.end(10_000) && !ejections.end(10_000));
        ejections.eject(FailedRow { status: None, ..ROW }, &EjectionRules::default(), 11_000);
        let told = "5 failed in a row, the last with no whole answer; out for 20s, the 2. time";
        assert_eq!(ejections.to_string(), told);
    }

    proptest! {
        #[test]
        fn an_ejection_lasts_as_long_as_there_were_before_it_and_never_longer_than_the_longest(
            served_ms in prop::collection::vec(0..600_000_u64, 1..80),
            time_ms in 1..100_000_u64, longest_ms in 1..1_000_000_u64,
        ) {
            let rules = EjectionRules {
                time: Duration::from_millis(time_ms),
                longest: Duration::from_millis(longest_ms),
                ..EjectionRules::default()
            };
            let (mut ejections, mut now_ms, mut before) = (Ejections::default(), 0, 0);
            for served_ms in served_ms {
                now_ms += served_ms;
                before = if served_ms >= longest_ms { 1 } else { before + 1 };
                let lasts_ms = ejections.eject(ROW, &rules, now_ms).as_millis() as u64;
                prop_assert_eq!(lasts_ms, (before * time_ms).min(longest_ms));
                now_ms += lasts_ms;
                ejections.end(now_ms);
            }
        }
    }
}
