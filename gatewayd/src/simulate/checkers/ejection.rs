//! Ejection: who is out by what its answers were, and for how long.

use crate::model::{EjectionRules, Health};
use crate::simulate::scenario::PoolModel;
use crate::simulate::server::Server;

/// The bouncer acts at once; what is late by more than this was forgotten.
const LATE_MS: u64 = 1000;

/// How many servers could serve, how many are healthy and how many ejected.
fn counted(servers: &[Server]) -> (usize, usize, usize) {
    let eligible = || servers.iter().filter(|it| it.is_eligible());
    let count = |health| eligible().filter(|it| it.health() == health).count();
    (eligible().count(), count(Health::Healthy), count(Health::Ejected))
}

/// What is wrong with those that are out, right after one was taken out.
pub(super) fn wrong(servers: &[Server], rules: &EjectionRules) -> Option<String> {
    let (eligible, healthy, ejected) = counted(servers);
    let most = (eligible * usize::from(rules.percent) / 100).max(1);
    if ejected > most {
        return Some(format!("{ejected} of {eligible} servers are ejected, at most {most}"));
    }
    (healthy == 0).then(|| "the last healthy server was ejected".to_owned())
}

/// What is wrong with how long servers are out, and with whether that is a panic.
pub(super) fn overdue(
    now_ms: u64,
    servers: &[Server],
    pool: &PoolModel,
    panic: bool,
) -> Option<String> {
    let is_late = |it: &&Server| {
        let longest_ms = pool.ejection.longest.as_millis() as u64;
        it.is_there()
            && it.findings.ejections.span_ms().is_some_and(|(since_ms, until_ms)| {
                until_ms - since_ms > longest_ms || until_ms + LATE_MS < now_ms
            })
    };
    if let Some(server) = servers.iter().find(is_late) {
        return Some(format!("{} is ejected for too long", server.name));
    }
    let (eligible, healthy, _) = counted(servers);
    let few = healthy * 100 < eligible * usize::from(pool.panic_threshold);
    (few != panic).then(|| format!("{healthy} of {eligible} are healthy, panic is {panic}"))
}
