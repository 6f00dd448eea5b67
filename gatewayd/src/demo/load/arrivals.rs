//! When does the next client come?
//!
//! A Poisson process whose rate may change at any time. It is drawn in units of "expected
//! arrivals", so that a change of rate stretches or squeezes the wait that is left.

use std::time::{Duration, Instant};

use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use tokio::sync::watch;

/// How far the arrivals may fall behind the clock before the past is written off.
const LONGEST_LAG: Duration = Duration::from_millis(250);

/// The clients to come.
pub(super) struct Arrivals {
    rng: SmallRng,
    rate: watch::Receiver<f64>,
    /// Up to when time has been accounted for.
    at: Instant,
    /// What is left until the next arrival, in expected arrivals.
    left: f64,
}

impl Arrivals {
    /// Clients that come from `now` on at the rate of `rate`.
    pub(super) fn new(seed: u64, rate: watch::Receiver<f64>, now: Instant) -> Arrivals {
        let mut rng = SmallRng::seed_from_u64(seed ^ 0x6172_7269_7661_6c73);
        let left = gap(&mut rng);
        Arrivals { rng, rate, at: now, left }
    }

    /// Waits for the next arrival; false at `end`, or when nobody is left to change the rate.
    pub(super) async fn next(&mut self, end: Option<Instant>) -> bool {
        loop {
            let rate = *self.rate.borrow_and_update();
            let due = (rate > 0.0).then(|| self.due(rate)).flatten();
            if end.is_some_and(|end| due.is_none_or(|due| due >= end) && Instant::now() >= end) {
                return false;
            }
            if let Some(due) = due.filter(|due| *due <= Instant::now()) {
                self.at = due.max(Instant::now().checked_sub(LONGEST_LAG).unwrap_or(due));
                self.left = gap(&mut self.rng);
                // Without it a crowd that never waits would keep every other task from running.
                tokio::task::yield_now().await;
                return self.rate.has_changed().is_ok();
            }
            let wake = [due, end].into_iter().flatten().min();
            tokio::select! {
                () = sleep_until(wake) => {}
                changed = self.rate.changed() => {
                    if changed.is_err() {
                        return false;
                    }
                    self.spend(rate, Instant::now());
                }
            }
        }
    }

    /// When the next client comes if the rate stays; `None` when that is too far away to tell.
    fn due(&self, rate: f64) -> Option<Instant> {
        let wait = Duration::try_from_secs_f64(self.left / rate).ok()?;
        self.at.checked_add(wait)
    }

    /// Accounts for the time up to `now`, in which the rate was `rate`.
    fn spend(&mut self, rate: f64, now: Instant) {
        let passed = now.saturating_duration_since(self.at).as_secs_f64();
        self.left = (self.left - passed * rate).max(0.0);
        self.at = now;
    }
}

/// The exponential distance between two arrivals, 1 on average.
fn gap(rng: &mut SmallRng) -> f64 {
    -(1.0 - rng.random::<f64>()).ln()
}

async fn sleep_until(wake: Option<Instant>) {
    match wake {
        Some(wake) => tokio::time::sleep_until(wake.into()).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn as_many_come_as_the_rate_says() {
        let (_sender, rate) = watch::channel(2000.0);
        let now = Instant::now();
        let mut arrivals = Arrivals::new(1, rate, now);
        let mut came = 0;
        while arrivals.next(Some(now + Duration::from_millis(500))).await {
            came += 1;
        }
        assert!((800..1200).contains(&came), "{came}");
    }

    #[tokio::test]
    async fn nobody_comes_at_rate_zero_and_the_end_is_when_the_sender_goes() {
        let (sender, rate) = watch::channel(0.0);
        let mut arrivals = Arrivals::new(1, rate, Instant::now());
        assert!(!arrivals.next(Some(Instant::now() + Duration::from_millis(20))).await);
        drop(sender);
        assert!(!arrivals.next(None).await);
    }

    #[tokio::test]
    async fn a_new_rate_is_felt_at_once() {
        let (sender, rate) = watch::channel(0.000_001);
        let mut arrivals = Arrivals::new(1, rate, Instant::now());
        let waiting = tokio::spawn(async move { arrivals.next(None).await });
        tokio::task::yield_now().await;
        sender.send(10_000.0).unwrap();
        assert!(tokio::time::timeout(Duration::from_secs(5), waiting).await.unwrap().unwrap());
    }
}
