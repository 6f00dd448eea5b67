//! A diagnosis: what is told of a backend's health, and why.

use crate::clock::Clock;
use crate::model::Health;
use crate::policy::Findings;

use super::LiveBackend;

/// What is told of a backend's health; times are milliseconds since the Unix epoch.
pub(super) struct Diagnosis {
    pub(super) health: Health,
    pub(super) reason: String,
    pub(super) since_ms: i64,
    /// When its ejection ends.
    pub(super) until_ms: Option<i64>,
}

impl Diagnosis {
    /// That of `live` now.
    pub(super) fn of(live: &LiveBackend, clock: Clock) -> Diagnosis {
        let wall_ms = |at_ms: u64| clock.wall_ms() - (clock.now_ms() as i64 - at_ms as i64);
        let findings = live.findings();
        let (health, Findings { checkup, ejections }) = (findings.health(), &*findings);
        if let Some((since_ms, until_ms)) =
            ejections.span_ms().filter(|_| health == Health::Ejected)
        {
            let (reason, since_ms) = (ejections.to_string(), wall_ms(since_ms));
            return Diagnosis { health, reason, since_ms, until_ms: Some(wall_ms(until_ms)) };
        }
        let (reason, since_ms) = (checkup.to_string(), wall_ms(checkup.since_ms()));
        Diagnosis { health, reason, since_ms, until_ms: None }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, mpsc};
    use std::time::Duration;

    use super::*;
    use crate::model::example;

    #[test]
    fn it_is_told_while_others_ask_for_the_health() {
        let backend = example::backend("app-1");
        let pool = example::pool([backend.clone()]);
        let live = Arc::new(LiveBackend::new(0, (&pool, &Arc::default()), &backend, 1, 0));
        live.vouch(0, 0);
        let (clock, (told, tells)) = (Clock::start(), mpsc::channel());
        for asks in 0..4 {
            let (live, told) = (Arc::clone(&live), told.clone());
            std::thread::spawn(move || {
                let health = |_| match asks % 2 {
                    0 => live.health(),
                    _ => Diagnosis::of(&live, clock).health,
                };
                let all_healthy = (0..100_000).map(health).all(|it| it == Health::Healthy);
                let _ = told.send(all_healthy);
            });
        }
        for _ in 0..4 {
            assert_eq!(tells.recv_timeout(Duration::from_secs(60)), Ok(true));
        }
    }
}
