//! Wire messages become model values here, or are refused as not understood.

use gateway_proto as wire;

use super::{Error, ErrorCode};
use crate::model::{
    Backend, Block, Drain, Event, Failures, Health, Limit, LimitAdjustment, LimitMode, Listener,
    Load, Past, Pool, Problem, Ramp, Refused, Severity, Snapshot, Standing, Totals,
};

/// Converts each message of a list.
fn all<W, M: TryFrom<W, Error = Error>>(messages: Vec<W>) -> Result<Vec<M>, Error> {
    messages.into_iter().map(M::try_from).collect()
}

/// A value this version does not know: shown as an error, never guessed.
fn unknown(what: &str, number: i32) -> Error {
    Error {
        code: ErrorCode::Failed,
        message: format!("the gateway sent {what} {number}, which this gatewayctl does not know"),
        hint: Some("install the gatewayctl that came with the gateway".to_owned()),
    }
}

fn standing(number: i32) -> Result<Standing, Error> {
    match wire::Standing::try_from(number) {
        Ok(wire::Standing::Active) => Ok(Standing::Active),
        Ok(wire::Standing::Draining) => Ok(Standing::Draining),
        Ok(wire::Standing::Maintenance) => Ok(Standing::Maintenance),
        Ok(wire::Standing::Unspecified) | Err(_) => Err(unknown("standing", number)),
    }
}

fn health(number: i32) -> Result<Health, Error> {
    match wire::Health::try_from(number) {
        Ok(wire::Health::Checking) => Ok(Health::Checking),
        Ok(wire::Health::Healthy) => Ok(Health::Healthy),
        Ok(wire::Health::Unhealthy) => Ok(Health::Unhealthy),
        Ok(wire::Health::Ejected) => Ok(Health::Ejected),
        Ok(wire::Health::Unspecified) | Err(_) => Err(unknown("health", number)),
    }
}

pub(super) fn limit_mode(number: i32) -> Result<LimitMode, Error> {
    match wire::LimitMode::try_from(number) {
        Ok(wire::LimitMode::Enforce) => Ok(LimitMode::Enforce),
        Ok(wire::LimitMode::Shadow) => Ok(LimitMode::Shadow),
        Ok(wire::LimitMode::Unspecified) | Err(_) => Err(unknown("limit mode", number)),
    }
}

fn severity(number: i32) -> Result<Severity, Error> {
    match wire::Severity::try_from(number) {
        Ok(wire::Severity::Info) => Ok(Severity::Info),
        Ok(wire::Severity::Warn) => Ok(Severity::Warn),
        Ok(wire::Severity::Error) => Ok(Severity::Error),
        Ok(wire::Severity::Unspecified) | Err(_) => Err(unknown("severity", number)),
    }
}

impl TryFrom<wire::Snapshot> for Snapshot {
    type Error = Error;

    fn try_from(it: wire::Snapshot) -> Result<Self, Error> {
        Ok(Self {
            time_ms: it.time_ms,
            seq: it.seq,
            revision: it.revision,
            instance: it.instance,
            version: it.version,
            host: it.host,
            uptime_s: it.uptime_s,
            caller: it.caller,
            ready: it.ready,
            demo: it.demo,
            totals: it.totals.unwrap_or_default().try_into()?,
            pools: all(it.pools)?,
            backends: all(it.backends)?,
            limits: all(it.limits)?,
            listeners: all(it.listeners)?,
            problems: all(it.problems)?,
            refused: all(it.refused)?,
            blocks: all(it.blocks)?,
        })
    }
}

impl TryFrom<wire::Totals> for Totals {
    type Error = Error;

    fn try_from(it: wire::Totals) -> Result<Self, Error> {
        Ok(Self {
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
            log_dropped_total: it.log_dropped_total,
        })
    }
}

impl TryFrom<wire::Pool> for Pool {
    type Error = Error;

    fn try_from(it: wire::Pool) -> Result<Self, Error> {
        Ok(Self {
            name: it.name,
            balance: it.balance,
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
        })
    }
}

impl TryFrom<wire::Backend> for Backend {
    type Error = Error;

    fn try_from(it: wire::Backend) -> Result<Self, Error> {
        Ok(Self {
            name: it.name,
            pool: it.pool,
            address: it.address,
            weight: it.weight,
            effective_weight: it.effective_weight,
            ramp: it.ramp.map(|it| Ramp {
                from: it.from,
                since_ms: it.since_ms,
                until_ms: it.until_ms,
                abort_if: it.abort_if,
            }),
            configured_weight: it.configured_weight,
            standing: standing(it.standing)?,
            standing_owner: it.standing_owner,
            standing_reason: it.standing_reason,
            standing_since_ms: it.standing_since_ms,
            standing_expires_ms: it.standing_expires_ms,
            health: health(it.health)?,
            health_reason: it.health_reason,
            health_since_ms: it.health_since_ms,
            health_until_ms: it.health_until_ms,
            slow_start: it.slow_start,
            in_flight: it.in_flight,
            in_flight_at_drain: it.in_flight_at_drain,
            requests_total: it.requests_total,
            errors_total: it.errors_total,
            failures: failures(
                &it.failures.unwrap_or_default(),
                &it.failures_1m.unwrap_or_default(),
            ),
            retried_away_total: it.retried_away_total,
            connections: it.connections,
            connections_idle: it.connections_idle,
            max_requests: it.max_requests,
            rps: it.rps,
            p50_ms: it.p50_ms,
            p90_ms: it.p90_ms,
            p99_ms: it.p99_ms,
            p999_ms: it.p999_ms,
            max_ms: it.max_ms,
            error_ratio: it.error_ratio,
            cpu_ratio: it.cpu_ratio,
            memory_ratio: it.memory_ratio,
            share_ratio: it.share_ratio,
            expected_ratio: it.expected_ratio,
            drain: it.drain.map(drain),
            source: it.source,
            revision: it.revision,
        })
    }
}

/// Those that there were.
fn failures(all: &wire::Failures, last_minute: &wire::Failures) -> Vec<Failures> {
    let counts = failure_counts(all).into_iter().zip(failure_counts(last_minute));
    let failures =
        counts.map(|((reason, total), (_, last_minute))| Failures { reason, total, last_minute });
    failures.filter(|it| it.total > 0).collect()
}

fn failure_counts(it: &wire::Failures) -> [(&'static str, u64); 8] {
    [
        ("connect_refused", it.connect_refused),
        ("connect_timeout", it.connect_timeout),
        ("connect_failed", it.connect_failed),
        ("timeout", it.timeout),
        ("reset", it.reset),
        ("cut_off", it.cut_off),
        ("bad_response", it.bad_response),
        ("status_5xx", it.status_5xx),
    ]
}

fn drain(it: wire::Drain) -> Drain {
    Drain {
        requests: it.requests,
        streams: it.streams,
        websockets: it.websockets,
        oldest_ms: it.oldest_ms,
        oldest_path: it.oldest_path,
        eta_s: it.eta_s,
        requests_until_ms: it.requests_until_ms,
        streams_until_ms: it.streams_until_ms,
        on_deadline: it.on_deadline,
        then: it.then,
        drained_ms: it.drained_ms,
        op: it.op,
    }
}

impl TryFrom<wire::Limit> for Limit {
    type Error = Error;

    fn try_from(it: wire::Limit) -> Result<Self, Error> {
        Ok(Self {
            name: it.name,
            key: it.key,
            rule: it.rule,
            max: it.max,
            rate: it.rate,
            burst: it.burst,
            concurrent: it.concurrent,
            mode: limit_mode(it.mode)?,
            configured: it.configured,
            passed_total: it.passed_total,
            rejected_total: it.rejected_total,
            would_reject_total: it.would_reject_total,
            exempted_total: it.exempted_total,
            keys: it.keys,
            evicted_total: it.evicted_total,
            passed_per_s: it.passed_per_s,
            rejected_per_s: it.rejected_per_s,
            would_reject_per_s: it.would_reject_per_s,
            overflowed_total: it.overflowed_total,
            adjustments: it.adjustments.into_iter().map(adjustment).collect(),
            routes: it.routes,
            listeners: it.listeners,
            of_all: it.of_all,
            candidate: it.candidate,
            candidate_would_reject_total: it.candidate_would_reject_total,
            candidate_would_reject_per_s: it.candidate_would_reject_per_s,
            candidate_clients: it.candidate_clients,
            candidate_top: it.candidate_top.into_iter().map(|it| (it.client, it.refused)).collect(),
            then: it.then,
            expires_ms: it.expires_ms,
            revision: it.revision,
        })
    }
}

impl TryFrom<wire::Block> for Block {
    type Error = Error;

    fn try_from(it: wire::Block) -> Result<Self, Error> {
        Ok(Self {
            network: it.network,
            owner: it.owner,
            reason: it.reason,
            since_ms: it.since_ms,
            expires_ms: it.expires_ms,
            hits_total: it.hits_total,
            then: it.then,
        })
    }
}

fn adjustment(it: wire::LimitAdjustment) -> LimitAdjustment {
    LimitAdjustment { network: it.network, times: it.times, uses_total: it.uses_total }
}

impl TryFrom<wire::Listener> for Listener {
    type Error = Error;

    fn try_from(it: wire::Listener) -> Result<Self, Error> {
        Ok(Self {
            name: it.name,
            address: it.address,
            tls: it.tls,
            redirect_to: it.redirect_to,
            certificate_expires_ms: it.certificate_expires_ms,
        })
    }
}

impl TryFrom<wire::Problem> for Problem {
    type Error = Error;

    fn try_from(it: wire::Problem) -> Result<Self, Error> {
        Ok(Self {
            severity: severity(it.severity)?,
            target: it.target,
            what: it.what,
            since_ms: it.since_ms,
        })
    }
}

impl TryFrom<wire::Refused> for Refused {
    type Error = Error;

    fn try_from(it: wire::Refused) -> Result<Self, Error> {
        Ok(Self { reason: it.reason, total: it.total })
    }
}

impl TryFrom<wire::Event> for Event {
    type Error = Error;

    fn try_from(it: wire::Event) -> Result<Self, Error> {
        Ok(Self {
            id: it.id,
            time_ms: it.time_ms,
            kind: it.kind,
            severity: severity(it.severity)?,
            who: it.who,
            target: it.target,
            what: it.what,
            op: it.op,
        })
    }
}

impl TryFrom<wire::Series> for Past {
    type Error = Error;

    fn try_from(it: wire::Series) -> Result<Self, Error> {
        Ok(Self {
            target: it.target,
            figure: it.figure,
            step_ms: it.step_ms.into(),
            first_ms: it.first_ms,
            maxima: it.maxima,
        })
    }
}

impl TryFrom<wire::Load> for Load {
    type Error = Error;

    fn try_from(it: wire::Load) -> Result<Self, Error> {
        Ok(Self { before_rps: it.before_rps, rps: it.rps })
    }
}
