//! Model values become wire messages here.

use std::net::IpAddr;
use std::num::NonZeroU32;

use gateway_proto as wire;

use super::drain;
use crate::model::{
    AdjustmentView, Allowance, AttemptFailure, BackendView, BlockView, Event, FailureCounts,
    Health, LimitMode, LimitView, ListenerView, PoolView, Problem, Rate, RefusedView, Rule,
    Severity, Snapshot, Standing, Totals,
};

pub(super) fn snapshot(it: &Snapshot, caller: &str, demo: bool) -> wire::Snapshot {
    wire::Snapshot {
        time_ms: it.time_ms,
        seq: it.seq,
        revision: it.revision,
        instance: it.instance.to_string(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        host: it.host.to_string(),
        uptime_s: it.uptime_s,
        caller: caller.to_owned(),
        ready: it.ready,
        demo,
        totals: Some(totals(&it.totals)),
        pools: it.pools.iter().map(pool).collect(),
        backends: it.backends.iter().map(backend).collect(),
        limits: it.limits.iter().map(limit).collect(),
        listeners: it.listeners.iter().map(listener).collect(),
        blocks: it.blocks.iter().map(block).collect(),
        problems: it.problems.iter().map(problem).collect(),
        refused: it.refused.iter().map(refused).collect(),
    }
}

fn totals(it: &Totals) -> wire::Totals {
    wire::Totals {
        requests_total: it.requests_total,
        errors_total: it.errors_total,
        rejected_total: it.rejected_total,
        rps: it.rps,
        in_flight: it.in_flight,
        p50_ms: it.p50_ms,
        p99_ms: it.p99_ms,
        error_ratio: it.error_ratio,
        client_error_ratio: it.client_error_ratio,
        rejected_per_s: it.rejected_per_s,
        connections: it.connections,
        cpu_ratio: it.cpu_ratio,
        rss_bytes: it.rss_bytes,
        workers: it.workers,
        log_dropped_total: it.access_log_dropped_total,
    }
}

fn pool(it: &PoolView) -> wire::Pool {
    wire::Pool {
        name: it.name.to_string(),
        balance: it.balance.clone(),
        backends: it.backends,
        ready: it.ready,
        draining: it.draining,
        down: it.down,
        rps: it.rps,
        in_flight: it.in_flight,
        pending: it.pending,
        p50_ms: it.p50_ms,
        p99_ms: it.p99_ms,
        error_ratio: it.error_ratio,
        headroom_ratio: it.headroom_ratio,
        panic: it.panic,
        ejections_total: it.ejections_total,
        ejections_spared_total: it.ejections_spared_total,
        panics_total: it.panics_total,
        scaler_revision: it.scaler_revision,
        share_ratio: it.share_ratio,
        imbalance_ratio: it.imbalance_ratio,
    }
}

fn backend(it: &BackendView) -> wire::Backend {
    let mark = it.mark.as_ref();
    wire::Backend {
        name: it.name.to_string(),
        pool: it.pool.to_string(),
        address: it.address.to_string(),
        weight: it.weight.into(),
        effective_weight: it.effective_weight.into(),
        configured_weight: it.configured_weight.map(Into::into),
        ramp: it.ramp.as_ref().map(|ramp| wire::Ramp {
            from: ramp.from.get().into(),
            since_ms: ramp.since_ms,
            until_ms: ramp.until_ms(),
            abort_if: ramp.abort_if.as_ref().map(ToString::to_string).unwrap_or_default(),
        }),
        standing: standing(it.standing).into(),
        standing_owner: mark.map(|mark| mark.owner.clone()).unwrap_or_default(),
        standing_reason: mark.map(|mark| mark.reason.clone()).unwrap_or_default(),
        standing_since_ms: mark.map(|mark| mark.since_ms),
        standing_expires_ms: it.standing_until_ms,
        drain: it.drain.as_ref().map(drain::view),
        health: health(it.health).into(),
        health_reason: it.health_reason.clone(),
        health_since_ms: it.health_since_ms,
        health_until_ms: it.health_until_ms,
        slow_start: it.slow_start,
        in_flight: it.in_flight,
        in_flight_at_drain: it.in_flight_at_drain,
        requests_total: it.requests_total,
        errors_total: it.errors_total,
        failures: Some(failures(&it.failures)),
        failures_1m: Some(failures(&it.failures_1m)),
        retried_away_total: it.retried_away_total,
        rps: it.rps,
        p50_ms: it.p50_ms,
        p90_ms: it.p90_ms,
        p99_ms: it.p99_ms,
        p999_ms: it.p999_ms,
        max_ms: it.max_ms,
        error_ratio: it.error_ratio,
        cpu_ratio: it.cpu_ratio,
        memory_ratio: it.memory_ratio,
        connections: it.connections,
        connections_idle: it.connections_idle,
        max_requests: it.max_requests,
        share_ratio: it.share_ratio,
        expected_ratio: it.expected_ratio,
        source: it.source.to_owned(),
        revision: it.revision,
    }
}

fn failures(it: &FailureCounts) -> wire::Failures {
    wire::Failures {
        connect_refused: it.of(AttemptFailure::ConnectRefused),
        connect_timeout: it.of(AttemptFailure::ConnectTimeout),
        connect_failed: it.of(AttemptFailure::ConnectFailed),
        timeout: it.of(AttemptFailure::Timeout),
        reset: it.of(AttemptFailure::Reset),
        cut_off: it.of(AttemptFailure::CutOff),
        bad_response: it.of(AttemptFailure::BadResponse),
        status_5xx: it.of(AttemptFailure::ServerError),
    }
}

fn limit(it: &LimitView) -> wire::Limit {
    let candidate = it.candidate.as_ref();
    wire::Limit {
        name: it.name.to_string(),
        key: it.key.clone(),
        rule: it.rule.to_string(),
        max: max(it.rule).map(|max| max.to_string()),
        rate: rate(it.rule).map(|rate| rate.pace().to_string()),
        burst: rate(it.rule).map(|rate| rate.burst().get()),
        mode: limit_mode(it.mode).into(),
        configured: it.configured.map(|rule| rule.to_string()).unwrap_or_default(),
        passed_total: it.passed_total,
        rejected_total: it.rejected_total,
        would_reject_total: it.would_reject_total,
        exempted_total: it.exempted_total,
        keys: it.keys,
        evicted_total: it.evicted_total,
        passed_per_s: it.passed_per_s,
        rejected_per_s: it.rejected_per_s,
        would_reject_per_s: it.would_reject_per_s,
        routes: it.routes.iter().map(ToString::to_string).collect(),
        listeners: it.listeners.iter().map(ToString::to_string).collect(),
        of_all: it.of_all,
        overflowed_total: it.overflowed_total,
        adjustments: it.adjustments.iter().map(adjustment).collect(),
        concurrent: concurrent(it.rule),
        candidate: candidate.map(|it| it.rule.to_string()).unwrap_or_default(),
        candidate_would_reject_total: candidate.map_or(0, |it| it.would_reject_total),
        candidate_would_reject_per_s: candidate.map_or(0.0, |it| it.would_reject_per_s),
        candidate_clients: candidate.map_or(0, |it| it.clients),
        candidate_top: candidate.iter().flat_map(|it| &it.top).map(offender).collect(),
        then: it.lapse.map(|it| format!("{} {}", it.to.0, it.to.1)).unwrap_or_default(),
        expires_ms: it.lapse.map(|it| it.until_ms),
        revision: it.revision,
    }
}

pub(super) fn limit_mode(it: LimitMode) -> wire::LimitMode {
    match it {
        LimitMode::Enforce => wire::LimitMode::Enforce,
        LimitMode::Shadow => wire::LimitMode::Shadow,
    }
}

pub(super) fn offender((client, refused): &(IpAddr, u64)) -> wire::Offender {
    wire::Offender { client: client.to_string(), refused: *refused }
}

fn block(it: &BlockView) -> wire::Block {
    let block = &it.block;
    let under = block.under.as_ref();
    wire::Block {
        network: block.network.to_string(),
        owner: block.mark.owner.clone(),
        reason: block.mark.reason.clone(),
        since_ms: block.mark.since_ms,
        expires_ms: block.until_ms,
        hits_total: it.hits_total,
        then: under.map(|mark| format!("blocked by {}", mark.owner)).unwrap_or_default(),
    }
}

fn adjustment(it: &AdjustmentView) -> wire::LimitAdjustment {
    wire::LimitAdjustment {
        network: it.network.to_string(),
        times: it.times.map(NonZeroU32::get),
        uses_total: it.uses_total,
    }
}

fn concurrent(rule: Rule) -> Option<u32> {
    match rule {
        Rule::Max(_) | Rule::Rate(_) => None,
        Rule::Concurrent(most) => Some(most.get()),
    }
}

fn max(rule: Rule) -> Option<Allowance> {
    match rule {
        Rule::Max(allowance) => Some(allowance),
        Rule::Rate(_) | Rule::Concurrent(_) => None,
    }
}

fn rate(rule: Rule) -> Option<Rate> {
    match rule {
        Rule::Max(_) | Rule::Concurrent(_) => None,
        Rule::Rate(rate) => Some(rate),
    }
}

fn listener(it: &ListenerView) -> wire::Listener {
    wire::Listener {
        name: it.name.to_string(),
        address: it.address.to_string(),
        tls: it.tls,
        redirect_to: it.redirect_to.as_ref().map(ToString::to_string).unwrap_or_default(),
        certificate_expires_ms: it.certificate_expires_ms,
    }
}

fn problem(it: &Problem) -> wire::Problem {
    wire::Problem {
        severity: severity(it.severity).into(),
        target: it.target.clone(),
        what: it.what.clone(),
        since_ms: it.since_ms,
    }
}

fn refused(it: &RefusedView) -> wire::Refused {
    wire::Refused { reason: it.reason.to_owned(), total: it.total }
}

pub(super) fn event(it: &Event) -> wire::Event {
    wire::Event {
        id: it.id,
        time_ms: it.time_ms,
        kind: it.kind.word().to_owned(),
        severity: severity(it.severity).into(),
        who: it.who.clone(),
        target: it.target.clone(),
        what: it.what.clone(),
        op: it.op.clone(),
    }
}

fn standing(it: Standing) -> wire::Standing {
    match it {
        Standing::Active => wire::Standing::Active,
        Standing::Draining => wire::Standing::Draining,
        Standing::Maintenance => wire::Standing::Maintenance,
    }
}

fn health(it: Health) -> wire::Health {
    match it {
        Health::Checking => wire::Health::Checking,
        Health::Healthy => wire::Health::Healthy,
        Health::Unhealthy => wire::Health::Unhealthy,
        Health::Ejected => wire::Health::Ejected,
    }
}

fn severity(it: Severity) -> wire::Severity {
    match it {
        Severity::Info => wire::Severity::Info,
        Severity::Warn => wire::Severity::Warn,
        Severity::Error => wire::Severity::Error,
    }
}
