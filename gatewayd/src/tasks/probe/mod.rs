//! The prober: asks every backend for its health, in its own rhythm.

mod ask;
mod grpc;
mod trial;

pub use trial::try_addresses;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::AbortHandle;

use crate::clock::{Clock, every};
use crate::model::{EventKind, Health, HealthCheck, Severity, Standing};
use crate::policy::{Findings, Turned};
use crate::state::{Events, LiveBackend, Writer};

use ask::ask;

/// How often the prober looks for backends that came, went or changed their standing.
const ROUND: Duration = Duration::from_millis(100);

/// Probes every backend that is not in maintenance, for as long as the process lives.
pub async fn probe(writer: Writer, events: Events, clock: Clock) {
    let mut probing: HashMap<u64, (HealthCheck, AbortHandle)> = HashMap::new();
    let mut rounds = every(ROUND);
    let mut revision = None;
    loop {
        rounds.tick().await;
        if probing.values().any(|(_, task)| task.is_finished()) {
            // One that panicked is probed again.
            probing.retain(|_, (_, task)| !task.is_finished());
            revision = None;
        }
        let table = writer.table();
        if revision == Some(table.revision) {
            continue;
        }
        revision = Some(table.revision);
        let desired = writer.desired();
        let mut wanted = HashMap::new();
        for pool in &table.pools {
            for live in &pool.backends {
                let standing =
                    desired.gateway.backend(live.name.as_str()).map(|(_, it)| it.standing);
                if standing.is_some_and(|standing| standing != Standing::Maintenance) {
                    wanted.insert(live.slot, (Arc::clone(live), pool.health.clone()));
                }
            }
        }
        probing.retain(|slot, (check, task)| {
            let stays = wanted.get(slot).is_some_and(|(_, wanted)| wanted == check);
            if !stays {
                task.abort();
            }
            stays
        });
        for (slot, (live, check)) in wanted {
            probing.entry(slot).or_insert_with(|| {
                let (writer, events) = (writer.clone(), events.clone());
                let watching = watch(live, check.clone(), writer, events, clock);
                (check, tokio::spawn(watching).abort_handle())
            });
        }
        // The desired gateway is stored after the table: look again if it is not there yet.
        if desired.revision != table.revision {
            revision = None;
        }
    }
}

/// Probes one backend in its rhythm.
async fn watch(
    live: Arc<LiveBackend>,
    check: HealthCheck,
    writer: Writer,
    events: Events,
    clock: Clock,
) {
    loop {
        let started = tokio::time::Instant::now();
        let Some(result) = ask(&live, &check).await else {
            tokio::time::sleep(check.interval).await;
            continue;
        };
        let (turned, reason, next) = {
            let Findings { checkup, ejections } = &mut *live.findings();
            let was_out = ejections.is_out();
            let turned = checkup.observe(result, &check, clock.now_ms()).map(|it| match it.from {
                Health::Healthy if was_out => Turned { from: Health::Ejected, ..it },
                _ => it,
            });
            (turned, checkup.to_string(), checkup.next_interval(&check, &mut rand::rng()))
        };
        if let Some(turned) = turned {
            if turned.to == Health::Healthy {
                // What it did before it fell ill is no matter any more.
                live.findings().ejections.end(clock.now_ms());
                live.acquit();
                live.join(clock.now_ms());
            }
            writer.refresh().await;
            let severity = match turned.to {
                Health::Healthy | Health::Checking => Severity::Info,
                Health::Ejected => Severity::Warn,
                Health::Unhealthy => Severity::Error,
            };
            let what = format!("{} -> {}: {reason}", turned.from, turned.to);
            let target = format!("backend/{}", live.name);
            events.record(EventKind::Health, severity, "gateway", &target, &what);
        }
        // Whichever comes first.
        let _ = tokio::time::timeout_at(started + next, live.forgotten()).await;
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;
    use crate::model::{Change, Gateway, Intent, ProbeKind, example};
    use crate::state;

    const PATIENCE: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn a_backend_whose_probing_panicked_is_probed_again() {
        let directory = tempfile::tempdir().unwrap();
        let (clock, listener) = (Clock::start(), TcpListener::bind("127.0.0.1:0").await.unwrap());
        let events = Events::new(clock);
        let writer = state::example::writer(directory.path(), &events, clock);
        let mut backend = example::backend("app-1");
        backend.address = listener.local_addr().unwrap();
        let mut pool = example::pool([backend]);
        // Nobody but a test waits so long: the time of the next probe cannot be told.
        let (kind, interval) = (ProbeKind::Tcp, Duration::MAX);
        pool.health = HealthCheck { kind, interval, ..HealthCheck::default() };
        let gateway = Gateway { pools: vec![pool], ..Gateway::default() };
        writer.submit(Change::ApplyFile(Box::new(gateway)), Intent::default()).await.unwrap();
        let probing = tokio::spawn(probe(writer, events, clock));
        for _ in 0..2 {
            let accepted = tokio::time::timeout(PATIENCE, listener.accept()).await;
            accepted.expect("nobody probes").unwrap();
        }
        probing.abort();
    }
}
