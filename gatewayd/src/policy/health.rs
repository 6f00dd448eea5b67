//! Is a backend healthy, judging by its probes?
//!
//! ```text
//!            first pass                    unhealthy_after fails in a row
//! Checking ─────────────▶ Healthy ───────────────────────────────────────▶ Unhealthy
//!     │                      ▲                                                 │  ▲
//!     │                      └─────────────────────────────────────────────────┘  │
//!     │                               healthy_after passes in a row               │
//!     └───────────────────────────────────────────────────────────────────────────┘
//!                              unhealthy_after fails in a row
//! ```

use std::fmt;
use std::time::Duration;

use rand::Rng;

use crate::model::{Health, HealthCheck};

/// No probe comes sooner after another.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(100);

/// How one probe ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProbeResult {
    /// With an answer of this status after this time.
    Status(u16, Duration),
    /// Well, as this word says, after this time.
    Passed(&'static str, Duration),
    /// Nobody listens there.
    Refused,
    /// No answer within this time.
    TimedOut(Duration),
    /// Otherwise, in words.
    Failed(String),
}

/// What the probes of one backend say so far.
#[derive(Clone, Debug)]
pub struct Checkup {
    health: Health,
    since_ms: u64,
    latest: Option<ProbeResult>,
    /// How often in a row it ended like the latest.
    alike: u32,
    /// How often in a row it passed, or failed.
    streak: u32,
    proven: bool,
}

/// A change of health.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turned {
    /// What it was.
    pub from: Health,
    /// What it is.
    pub to: Health,
}

impl ProbeResult {
    /// Whether the backend passed; of statuses 200 to 299 do.
    #[must_use]
    pub fn passed(&self) -> bool {
        matches!(self, ProbeResult::Status(200..=299, _) | ProbeResult::Passed(..))
    }

    fn is_like(&self, other: &ProbeResult) -> bool {
        match (self, other) {
            (ProbeResult::Status(status, _), ProbeResult::Status(other, _)) => status == other,
            (ProbeResult::Passed(word, _), ProbeResult::Passed(other, _)) => word == other,
            _ => self == other,
        }
    }
}

impl Checkup {
    /// That of a backend which was not probed yet. Times are those of any clock that never goes
    /// back.
    #[must_use]
    pub fn new(now_ms: u64) -> Checkup {
        let health = Health::Checking;
        Checkup { health, since_ms: now_ms, latest: None, alike: 0, streak: 0, proven: false }
    }

    /// That of a backend which somebody else found healthy.
    #[must_use]
    pub fn passed(now_ms: u64) -> Checkup {
        Checkup { health: Health::Healthy, proven: true, ..Checkup::new(now_ms) }
    }

    /// Takes in the result of a probe; tells if it changed the verdict.
    pub fn observe(
        &mut self,
        result: ProbeResult,
        check: &HealthCheck,
        now_ms: u64,
    ) -> Option<Turned> {
        let passed = result.passed();
        let before = self.latest.as_ref();
        self.streak = if before.is_some_and(|it| it.passed() == passed) { self.streak } else { 0 };
        self.streak = self.streak.saturating_add(1);
        self.alike = if before.is_some_and(|it| it.is_like(&result)) { self.alike } else { 0 };
        self.alike = self.alike.saturating_add(1);
        self.latest = Some(result);
        let to = match self.health {
            Health::Checking if passed => Health::Healthy,
            Health::Unhealthy if passed && self.streak >= check.healthy_after => Health::Healthy,
            Health::Checking | Health::Healthy
                if !passed && self.streak >= check.unhealthy_after =>
            {
                Health::Unhealthy
            }
            _ => return None,
        };
        self.proven |= to == Health::Healthy;
        let from = std::mem::replace(&mut self.health, to);
        self.since_ms = now_ms;
        Some(Turned { from, to })
    }

    /// The verdict: Checking, Healthy or Unhealthy.
    #[must_use]
    pub fn health(&self) -> Health {
        self.health
    }

    /// Whether it was healthy once.
    #[must_use]
    pub fn is_proven(&self) -> bool {
        self.proven
    }

    /// Since when the verdict stands.
    #[must_use]
    pub fn since_ms(&self) -> u64 {
        self.since_ms
    }

    /// How long to wait from the start of one probe to the start of the next: the interval, or a
    /// quarter of it while the verdict is open or the latest probes contradict it. Up to a tenth
    /// shorter, so that probes of many backends do not stay in step.
    pub fn next_interval(&self, check: &HealthCheck, rng: &mut impl Rng) -> Duration {
        let interval = if self.is_settled() { check.interval } else { check.interval / 4 };
        let jittered = interval.mul_f64(1.0 - rng.random_range(0.0..0.1));
        jittered.max(SHORTEST_INTERVAL)
    }

    fn is_settled(&self) -> bool {
        let passed = self.latest.as_ref().is_some_and(ProbeResult::passed);
        match self.health {
            Health::Healthy => passed,
            Health::Unhealthy => !passed,
            Health::Checking | Health::Ejected => false,
        }
    }
}

/// The reason of the verdict, from the latest probes: `200 in 1 ms`, `503 x3`, `timed out after 1s`.
impl fmt::Display for Checkup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(latest) = &self.latest else { return f.write_str("not probed yet") };
        match latest {
            ProbeResult::Status(status, after) if latest.passed() => {
                return write!(f, "{status} in {} ms", after.as_millis().max(1));
            }
            ProbeResult::Passed(word, after) => {
                return write!(f, "{word} in {} ms", after.as_millis().max(1));
            }
            ProbeResult::Status(status, _) => write!(f, "{status}")?,
            ProbeResult::Refused => f.write_str("connection refused")?,
            ProbeResult::TimedOut(after) => write!(f, "timed out after {after:?}")?,
            ProbeResult::Failed(why) => f.write_str(why)?,
        }
        if self.alike > 1 { write!(f, " x{}", self.alike) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand::rngs::SmallRng;

    use super::*;

    fn pass() -> ProbeResult {
        ProbeResult::Status(200, Duration::from_micros(1400))
    }

    fn fail() -> ProbeResult {
        ProbeResult::Status(503, Duration::from_millis(2))
    }

    /// The health after each of these results; `+` passes, `-` fails; 2 up, 3 down.
    fn course(results: &str) -> String {
        let mut checkup = Checkup::new(0);
        let mut seen = String::new();
        for (now_ms, result) in (1..).zip(results.chars()) {
            let result = if result == '+' { pass() } else { fail() };
            let before = checkup.health();
            let turned = checkup.observe(result, &HealthCheck::default(), now_ms);
            assert_eq!(turned.map_or(before, |it| it.from), before);
            assert_eq!(turned.map_or(before, |it| it.to), checkup.health());
            assert_eq!(turned.is_some(), checkup.since_ms() == now_ms);
            seen.push(checkup.health().to_string().to_uppercase().chars().next().unwrap());
        }
        seen
    }

    #[test]
    fn the_first_pass_makes_a_new_backend_healthy() {
        assert_eq!(course("+"), "H");
        assert_eq!(course("--+"), "CCH");
    }

    #[test]
    fn only_a_status_of_200_to_299_passes() {
        let passed = |status| ProbeResult::Status(status, Duration::ZERO).passed();
        assert_eq!([200, 204, 299].map(passed), [true; 3]);
        assert_eq!([100, 199, 300, 302, 404, 500, 503].map(passed), [false; 7]);
        let timed_out = ProbeResult::TimedOut(Duration::ZERO);
        for failed in [ProbeResult::Refused, timed_out, ProbeResult::Failed(String::new())] {
            assert!(!failed.passed(), "{failed:?}");
        }
    }

    #[test]
    fn three_fails_in_a_row_make_it_unhealthy_and_two_passes_healthy_again() {
        assert_eq!(course("+--+---+-++"), "HHHHHHUUUUH");
    }

    #[test]
    fn a_new_backend_that_fails_is_unhealthy_and_needs_both_passes() {
        assert_eq!(course("---++"), "CCUUH");
    }

    #[test]
    fn the_reason_tells_the_latest_results_and_how_often() {
        let check = HealthCheck::default();
        let mut checkup = Checkup::new(0);
        assert_eq!(checkup.to_string(), "not probed yet");
        let mut told = |result: ProbeResult| {
            checkup.observe(result, &check, 0);
            checkup.to_string()
        };
        assert_eq!(told(pass()), "200 in 1 ms");
        assert_eq!(told(ProbeResult::Status(200, Duration::from_micros(80))), "200 in 1 ms");
        assert_eq!(told(ProbeResult::Status(204, Duration::from_millis(12))), "204 in 12 ms");
        assert_eq!(told(fail()), "503");
        assert_eq!(told(ProbeResult::Status(503, Duration::ZERO)), "503 x2");
        assert_eq!(told(ProbeResult::Status(500, Duration::ZERO)), "500");
        assert_eq!(told(ProbeResult::Refused), "connection refused");
        assert_eq!(told(ProbeResult::Refused), "connection refused x2");
        assert_eq!(told(ProbeResult::TimedOut(check.timeout)), "timed out after 1s");
        assert_eq!(told(ProbeResult::TimedOut(check.timeout)), "timed out after 1s x2");
        assert_eq!(
            told(ProbeResult::TimedOut(Duration::from_millis(250))),
            "timed out after 250ms"
        );
        assert_eq!(told(ProbeResult::Failed("not HTTP".into())), "not HTTP");
        let connected = ProbeResult::Passed("connected", Duration::from_millis(3));
        assert_eq!([told(connected.clone()), told(connected)], ["connected in 3 ms"; 2]);
    }

    #[test]
    fn probes_come_faster_until_they_agree_with_the_verdict() {
        let check = HealthCheck::default();
        let mut rng = SmallRng::seed_from_u64(1);
        let mut checkup = Checkup::new(0);
        let mut is_fast = |checkup: &Checkup| {
            let interval = checkup.next_interval(&check, &mut rng).as_millis();
            assert!((450..=500).contains(&interval) || (1800..=2000).contains(&interval));
            interval <= 500
        };
        let mut course = vec![is_fast(&checkup)];
        for result in "-+-+---+-++".chars() {
            checkup.observe(if result == '+' { pass() } else { fail() }, &check, 0);
            course.push(is_fast(&checkup));
        }
        let fast = |it: char| it == 'f';
        assert_eq!(course, "ffsfsffsfsfs".chars().map(fast).collect::<Vec<_>>());
    }

    proptest! {
        #[test]
        fn the_verdict_is_what_the_latest_row_of_results_says(
            passes in prop::collection::vec(any::<bool>(), 0..60), up in 1..5_u32, down in 1..5_u32,
        ) {
            let check = HealthCheck { healthy_after: up, unhealthy_after: down, ..Default::default() };
            let mut checkup = Checkup::new(0);
            for (place, passed) in passes.iter().enumerate() {
                checkup.observe(if *passed { pass() } else { fail() }, &check, 0);
                // The oracle looks back over all results for the latest row that was long enough.
                let row = |end: usize, length: u32, passed: bool| {
                    let length = length as usize;
                    end + 1 >= length && passes[end + 1 - length..=end].iter().all(|it| *it == passed)
                };
                let mut expected = Health::Checking;
                for end in 0..=place {
                    let needed = if expected == Health::Checking { 1 } else { up };
                    if row(end, needed, true) {
                        expected = Health::Healthy;
                    } else if row(end, down, false) {
                        expected = Health::Unhealthy;
                    }
                }
                prop_assert_eq!(checkup.health(), expected);
            }
        }

        #[test]
        fn no_probe_comes_too_soon_or_later_than_asked(
            ms in prop_oneof![100..500_u64, 100..600_000_u64], passes in prop::collection::vec(any::<bool>(), 0..9), seed: u64,
        ) {
            let check = HealthCheck { interval: Duration::from_millis(ms), ..Default::default() };
            let mut checkup = Checkup::new(0);
            for passed in passes {
                checkup.observe(if passed { pass() } else { fail() }, &check, 0);
                let next = checkup.next_interval(&check, &mut SmallRng::seed_from_u64(seed));
                prop_assert!(next >= SHORTEST_INTERVAL && next <= check.interval);
            }
        }
    }
}
