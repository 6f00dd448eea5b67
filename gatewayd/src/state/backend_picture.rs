//! The picture of one backend, and what is metered of it from tick to tick.

use crate::model::{BackendView, FailureCounts, Source, Standing};
use crate::policy::Part;

use super::diagnosis::Diagnosis;
use super::lately::Lately;
use super::meter::{Meter, Tally};
use super::picture::{Painter, Sight};
use super::shares::ratio;
use super::{LiveBackend, PoolTable};

/// What is metered of a backend.
#[derive(Debug, Default)]
pub(super) struct BackendMeter {
    attempts: Meter,
    failures: Lately,
}

impl BackendMeter {
    /// Takes the counts at `now_us`.
    pub(super) fn tick(&mut self, now_us: u64, attempts: Tally, failures: FailureCounts) {
        self.attempts.tick(now_us, attempts);
        self.failures.tick(now_us, failures);
    }
}

impl Painter {
    pub(super) fn backends(&self, sight: &Sight<'_>) -> Vec<BackendView> {
        let mut views = Vec::new();
        for pool in &sight.table.pools {
            for (index, live) in pool.backends.iter().enumerate() {
                views.extend(self.backend(pool, index, live, sight));
            }
        }
        views.sort_by(|one, other| (&one.pool, &one.name).cmp(&(&other.pool, &other.name)));
        views
    }

    fn backend(
        &self,
        pool: &PoolTable,
        index: usize,
        live: &LiveBackend,
        sight: &Sight<'_>,
    ) -> Option<BackendView> {
        let name = live.name.as_str();
        let (_, wanted) = sight.desired.gateway.backend(name)?;
        let configured = sight.desired.configured_backend(name);
        let meter = self.backends.get(&live.slot);
        let reading = meter.map(|it| it.attempts.read()).unwrap_or_default();
        let of_pool = self.pools.get(pool.name.as_str()).map(Meter::read).unwrap_or_default();
        let all = pool.effective.iter().map(|weight| u64::from(*weight));
        let diagnosis = Diagnosis::of(live, self.clock);
        let part = pool.parts[index];
        let warming = Part::NONE < part && part < Part::WHOLE;
        Some(BackendView {
            name: live.name.clone(),
            pool: pool.name.clone(),
            address: live.address,
            weight: wanted.weight.get(),
            effective_weight: pool.effective[index],
            ramp: wanted.ramp.clone(),
            configured_weight: configured.map(|it| it.weight.get()),
            standing: wanted.standing,
            mark: wanted.mark.clone(),
            standing_until_ms: sight.desired.standing_until_ms(wanted),
            drain: self.falls.view(wanted, live, self.clock),
            health: diagnosis.health,
            health_reason: diagnosis.reason,
            health_since_ms: diagnosis.since_ms,
            health_until_ms: diagnosis.until_ms,
            slow_start: warming.then(|| part.ratio()),
            in_flight: u64::from(live.in_flight()),
            in_flight_at_drain: (wanted.standing != Standing::Active)
                .then(|| u64::from(live.in_flight_at_standing())),
            requests_total: live.cells.sum(|cell| cell.attempts.read()),
            errors_total: live.cells.sum(|cell| cell.failures.all()),
            failures: live.cells.failures(),
            failures_1m: meter.map(|it| it.failures.read()).unwrap_or_default(),
            retried_away_total: live.cells.sum(|cell| cell.retried_away.read()),
            rps: reading.rate,
            p50_ms: reading.p50_ms,
            p90_ms: reading.p90_ms,
            p99_ms: reading.p99_ms,
            p999_ms: reading.p999_ms,
            max_ms: reading.max_ms,
            error_ratio: reading.error_ratio,
            cpu_ratio: live.cpu.ratio(),
            memory_ratio: live.memory.ratio(),
            connections: live.connections.read(),
            connections_idle: idle(live),
            max_requests: Some(pool.capacity.max_requests()).filter(|most| *most < u32::MAX),
            share_ratio: ratio(reading.counted, of_pool.counted),
            expected_ratio: ratio(pool.effective[index].into(), all.sum()),
            source: match wanted.source {
                Source::Autoscaler => "autoscaler",
                Source::Hand if configured.is_some() => "file",
                Source::Hand => "operator",
            },
            revision: sight.desired.touched(&format!("backend/{name}")),
        })
    }
}

/// Connections that wait for a request; not known where requests share them.
fn idle(live: &LiveBackend) -> Option<u32> {
    let connected = live.cells.sum(|cell| cell.connected.read());
    // Read one after the other: one may have begun in between.
    (!live.h2).then(|| live.connections.read().saturating_sub(connected as u32))
}

pub(super) fn attempts(live: &LiveBackend) -> Tally {
    let mut tally = Tally::default();
    for cell in live.cells.iter() {
        tally.add(cell.attempts.read(), cell.failures.all(), &cell.latency);
    }
    tally
}
