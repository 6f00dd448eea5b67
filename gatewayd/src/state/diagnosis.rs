//! A diagnosis: what is told of a backend's health, and why.

use crate::clock::Clock;
use crate::model::Health;

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
        let health = live.health();
        let ejections = live.ejections();
        if let Some((since_ms, until_ms)) =
            ejections.span_ms().filter(|_| health == Health::Ejected)
        {
            let (reason, since_ms) = (ejections.to_string(), wall_ms(since_ms));
            return Diagnosis { health, reason, since_ms, until_ms: Some(wall_ms(until_ms)) };
        }
        let checkup = live.checkup();
        let (reason, since_ms) = (checkup.to_string(), wall_ms(checkup.since_ms()));
        Diagnosis { health, reason, since_ms, until_ms: None }
    }
}
