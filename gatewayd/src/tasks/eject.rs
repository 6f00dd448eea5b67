//! The bouncer: takes out backends whose answers fail, and lets them in again when their time is over.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

use crate::clock::Clock;
use crate::model::{EventKind, Health, Severity};
use crate::policy::FailedRow;
use crate::state::{Events, LiveBackend, PoolTable, Table, Writer};

/// It looks at least this often, should a clock have been off.
const LONGEST_SLEEP: Duration = Duration::from_secs(10);

/// Ejects backends that `accusations` calls for, and ends ejections, for as long as it is polled.
pub async fn eject(writer: Writer, events: Events, clock: Clock, accusations: Arc<Notify>) {
    loop {
        let sleep = until_next_end(&writer.table(), clock.now_ms());
        // Cancel-safe: a notification that is not taken here is kept for the next round.
        let _ = tokio::time::timeout(sleep, accusations.notified()).await;
        let table = writer.table();
        let mut turns = Vec::new();
        for pool in &table.pools {
            for live in &pool.backends {
                turns.extend(release(live, clock.now_ms()));
                turns.extend(judge(pool, live, clock.now_ms()));
            }
        }
        if turns.is_empty() {
            continue;
        }
        writer.refresh().await;
        for Turn { target, severity, what } in turns {
            events.record(EventKind::Health, severity, "gateway", &target, &what);
        }
    }
}

/// What is told of a backend that was ejected or came back.
struct Turn {
    target: String,
    severity: Severity,
    what: String,
}

fn until_next_end(table: &Table, now_ms: u64) -> Duration {
    let ends = table.backends().filter_map(|live| live.findings().ejections.span_ms());
    let left = ends.map(|(_, until_ms)| Duration::from_millis(until_ms.saturating_sub(now_ms)));
    left.min().map_or(LONGEST_SLEEP, |left| left.min(LONGEST_SLEEP))
}

/// Ends an ejection whose time is over.
fn release(live: &LiveBackend, now_ms: u64) -> Option<Turn> {
    let (_, until_ms) = live.findings().ejections.span_ms()?;
    if now_ms < until_ms {
        return None;
    }
    let was = live.health();
    live.findings().ejections.end(now_ms);
    // What was still under way when it was taken out counts no more.
    live.acquit();
    if was != Health::Ejected {
        // Probes found it unhealthy meanwhile; they say when it comes back.
        return None;
    }
    live.join(now_ms);
    let what = format!("{was} -> {}: its time is over", live.health());
    Some(Turn { target: target(live), severity: Severity::Info, what })
}

/// Ejects a backend that is accused, if it can be spared.
fn judge(pool: &PoolTable, live: &LiveBackend, now_ms: u64) -> Option<Turn> {
    let row: FailedRow = live.take_accusation()?;
    if live.health() != Health::Healthy {
        return None;
    }
    if !pool.ranks().spare_one(pool.ejection.percent) {
        pool.live.spared();
        return None;
    }
    live.findings().ejections.eject(row, &pool.ejection, now_ms);
    live.acquit();
    pool.live.ejected();
    let what = format!("{} -> {}: {}", Health::Healthy, Health::Ejected, live.findings().ejections);
    Some(Turn { target: target(live), severity: Severity::Warn, what })
}

fn target(live: &LiveBackend) -> String {
    format!("backend/{}", live.name)
}
