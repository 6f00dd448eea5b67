//! The columns of backends.

use crate::{
    duration,
    model::{Backend, Drain, Failures, Ramp, State, Value},
    output::{Column, Rank, Tone, Unit},
};

type Field = Column<Backend>;

/// The columns of backends.
pub const BACKEND: &[Column<Backend>] = &[
    Field::new("name", "NAME", Unit::Name, |it, _| Value::text(&it.name)).rank(Rank::Key),
    Field::new("pool", "POOL", Unit::Name, |it, _| Value::text(&it.pool)),
    Field::new("state", "STATE", Unit::Word, |it, _| Value::text(it.state().word()))
        .rank(Rank::Key)
        .tone(state_tone),
    Field::new("address", "ADDRESS", Unit::Text, |it, _| Value::text(&it.address))
        .rank(Rank::Extra),
    Field::new("weight", "WEIGHT", Unit::Count, |it, _| it.weight.into()),
    Field::new("effective_weight", "EFFECTIVE", Unit::Count, |it, _| it.effective_weight.into())
        .rank(Rank::Detail),
    Field::new("ramp_from", "RAMP FROM", Unit::Count, |it, _| {
        it.ramp.as_ref().map(|ramp| ramp.from).into()
    })
    .rank(Rank::Detail),
    Field::new("ramp_until", "RAMP UNTIL", Unit::Moment, |it, _| {
        Value::time(it.ramp.as_ref().map(|ramp| ramp.until_ms))
    })
    .rank(Rank::Detail),
    Field::new("ramp_abort_if", "ABORT IF", Unit::Text, |it, _| {
        Value::told(it.ramp.as_ref().map_or("", |ramp| &ramp.abort_if))
    })
    .rank(Rank::Detail),
    Field::new("configured_weight", "CONFIGURED", Unit::Count, |it, _| it.configured_weight.into())
        .rank(Rank::Detail),
    Field::new("standing", "STANDING", Unit::Word, |it, _| Value::text(it.standing.word()))
        .rank(Rank::Detail),
    Field::new("standing_owner", "OWNER", Unit::Text, |it, _| Value::told(&it.standing_owner))
        .rank(Rank::Detail),
    Field::new("standing_reason", "REASON", Unit::Text, |it, _| Value::told(&it.standing_reason))
        .rank(Rank::Detail),
    Field::new("standing_since", "FOR", Unit::Since, |it, _| Value::time(it.standing_since_ms))
        .rank(Rank::Detail),
    Field::new("standing_expires", "EXPIRES", Unit::Moment, |it, _| {
        Value::time(it.standing_expires_ms)
    })
    .rank(Rank::Detail),
    Field::new("health", "HEALTH", Unit::Word, |it, _| Value::text(it.health.word()))
        .rank(Rank::Detail),
    Field::new("health_reason", "CHECK", Unit::Text, |it, _| Value::told(&it.health_reason))
        .rank(Rank::Detail),
    Field::new("health_since", "SINCE", Unit::Since, |it, _| Value::Time(it.health_since_ms))
        .rank(Rank::Detail),
    Field::new("health_until", "UNTIL", Unit::Moment, |it, _| Value::time(it.health_until_ms))
        .rank(Rank::Detail),
    Field::new("slow_start", "WARM", Unit::Ratio, |it, _| it.slow_start.into()).rank(Rank::Detail),
    Field::new("rps", "RPS", Unit::Rate, |it, _| it.rps.into()),
    Field::new("in_flight", "INFL", Unit::Count, |it, _| it.in_flight.into()).rank(Rank::Key),
    Field::new("in_flight_at_drain", "AT DRAIN", Unit::Count, |it, _| it.in_flight_at_drain.into())
        .rank(Rank::Detail),
    Field::new("requests_left", "REQUESTS LEFT", Unit::Count, |it, _| {
        drain(it, |drain| Some(drain.requests).into())
    })
    .rank(Rank::Detail),
    Field::new("streams_left", "STREAMS LEFT", Unit::Count, |it, _| {
        drain(it, |drain| Some(drain.streams).into())
    })
    .rank(Rank::Detail),
    Field::new("websockets_left", "WEBSOCKETS LEFT", Unit::Count, |it, _| {
        drain(it, |drain| Some(drain.websockets).into())
    })
    .rank(Rank::Detail),
    Field::new("oldest_ms", "OLDEST", Unit::Milliseconds, |it, _| {
        drain(it, |drain| drain.oldest_ms.into())
    })
    .rank(Rank::Detail),
    Field::new("oldest_path", "AT PATH", Unit::Text, |it, _| {
        drain(it, |drain| Value::told(&drain.oldest_path))
    })
    .rank(Rank::Detail),
    Field::new("drain_eta_s", "DRAIN ETA", Unit::Seconds, |it, _| {
        drain(it, |drain| drain.eta_s.into())
    })
    .rank(Rank::Detail),
    Field::new("requests_until", "REQUESTS UNTIL", Unit::Moment, |it, _| {
        drain(it, |drain| Value::time(drain.requests_until_ms))
    })
    .rank(Rank::Detail),
    Field::new("streams_until", "STREAMS UNTIL", Unit::Moment, |it, _| {
        drain(it, |drain| Value::time(drain.streams_until_ms))
    })
    .rank(Rank::Detail),
    Field::new("on_deadline", "OVERDUE", Unit::Text, |it, _| {
        drain(it, |drain| Value::told(&drain.on_deadline))
    })
    .rank(Rank::Detail),
    Field::new("then", "THEN", Unit::Text, |it, _| drain(it, |drain| Value::told(&drain.then)))
        .rank(Rank::Detail),
    Field::new("drained", "DRAINED", Unit::Moment, |it, _| {
        drain(it, |drain| Value::time(drain.drained_ms))
    })
    .rank(Rank::Detail),
    Field::new("drain_op", "DRAIN OP", Unit::Text, |it, _| {
        drain(it, |drain| Value::told(&drain.op))
    })
    .rank(Rank::Detail),
    Field::new("p50_ms", "P50MS", Unit::Milliseconds, |it, _| it.p50_ms.into()).rank(Rank::Extra),
    Field::new("p90_ms", "P90MS", Unit::Milliseconds, |it, _| it.p90_ms.into()).rank(Rank::Detail),
    Field::new("p99_ms", "P99MS", Unit::Milliseconds, |it, _| it.p99_ms.into()),
    Field::new("p999_ms", "P99.9MS", Unit::Milliseconds, |it, _| it.p999_ms.into())
        .rank(Rank::Detail),
    Field::new("max_ms", "MAXMS", Unit::Milliseconds, |it, _| it.max_ms.into()).rank(Rank::Detail),
    Field::new("error_ratio", "ERR", Unit::Ratio, |it, _| it.error_ratio.into()).tone(error_tone),
    Field::new("requests_total", "REQUESTS", Unit::Count, |it, _| it.requests_total.into())
        .rank(Rank::Detail),
    Field::new("errors_total", "ERRORS", Unit::Count, |it, _| it.errors_total.into())
        .rank(Rank::Detail),
    Field::new("failures", "FAILURES", Unit::List, |it, _| {
        Value::List(it.failures.iter().map(failures).collect())
    })
    .rank(Rank::Detail),
    Field::new("retried_away_total", "RETRIED AWAY", Unit::Count, |it, _| {
        it.retried_away_total.into()
    })
    .rank(Rank::Detail),
    Field::new("connections", "CONNECTIONS", Unit::Count, |it, _| it.connections.into())
        .rank(Rank::Detail),
    Field::new("connections_idle", "IDLE", Unit::Count, |it, _| it.connections_idle.into())
        .rank(Rank::Detail),
    Field::new("max_requests", "MOST AT ONCE", Unit::Count, |it, _| it.max_requests.into())
        .rank(Rank::Detail),
    Field::new("cpu_ratio", "CPU", Unit::Ratio, |it, _| it.cpu_ratio.into()).rank(Rank::Extra),
    Field::new("memory_ratio", "MEMORY", Unit::Ratio, |it, _| it.memory_ratio.into())
        .rank(Rank::Detail),
    Field::new("share_ratio", "SHARE", Unit::Ratio, |it, _| it.share_ratio.into())
        .rank(Rank::Extra),
    Field::new("expected_ratio", "EXPECTED", Unit::Ratio, |it, _| it.expected_ratio.into())
        .rank(Rank::Detail),
    Field::new("source", "SOURCE", Unit::Word, |it, _| Value::told(&it.source)).rank(Rank::Detail),
    Field::new("revision", "REVISION", Unit::Count, |it, _| it.revision.into()).rank(Rank::Detail),
    Field::new("note", "NOTE", Unit::Text, |it, now_ms| Value::told(&note(it, now_ms)))
        .rank(Rank::Words),
    Field::new("time", "TIME", Unit::Moment, |_, now_ms| Value::Time(now_ms)).rank(Rank::Named),
];

/// In which way attempts failed, and how many.
fn failures(it: &Failures) -> Value {
    Value::Parts(vec![
        ("reason", Value::text(it.reason)),
        ("total", it.total.into()),
        ("last_minute", it.last_minute.into()),
    ])
}

/// What is known of its drain.
fn drain(it: &Backend, read: impl FnOnce(&Drain) -> Value) -> Value {
    it.drain.as_ref().map_or(Value::Unknown, read)
}

fn state_tone(state: &Value) -> Tone {
    let Value::Text(word) = state else { return Tone::Plain };
    match State::ALL.into_iter().find(|state| state.word() == word) {
        Some(State::Up) => Tone::Good,
        Some(State::New | State::Drain | State::Maint) => Tone::Warn,
        Some(State::Ejected | State::Down) => Tone::Bad,
        None => Tone::Plain,
    }
}

pub(super) fn error_tone(ratio: &Value) -> Tone {
    match ratio.number() {
        Some(ratio) if ratio >= 0.01 => Tone::Bad,
        Some(ratio) if ratio > 0.0 => Tone::Warn,
        _ => Tone::Plain,
    }
}

/// Why it is in its state.
fn note(it: &Backend, now_ms: i64) -> String {
    match it.state() {
        State::Up => {
            let warming =
                it.slow_start.map(|done| format!("slow start, {:.0}% done", done * 100.0));
            let ramping = it.ramp.as_ref().map(|ramp| ramp_note(ramp, now_ms));
            warming.into_iter().chain(ramping).collect::<Vec<_>>().join(", ")
        }
        State::Drain if it.is_drained() => format!("drained, {}", standing_note(it, now_ms)),
        State::Drain | State::Maint => standing_note(it, now_ms),
        State::New => "waits for its first check".to_owned(),
        State::Ejected | State::Down => {
            let since = duration::short(duration::age(now_ms, it.health_since_ms));
            match it.health_reason.as_str() {
                "" => format!("for {since}"),
                reason => format!("{reason}, for {since}"),
            }
        }
    }
}

fn ramp_note(ramp: &Ramp, now_ms: i64) -> String {
    let left = duration::short(duration::age(ramp.until_ms, now_ms));
    let unless = match ramp.abort_if.as_str() {
        "" => String::new(),
        condition => format!(" unless {condition}"),
    };
    format!("ramps from {}, {left} left{unless}", ramp.from)
}

fn standing_note(it: &Backend, now_ms: i64) -> String {
    let mut note = it.standing_owner.clone();
    if !it.standing_reason.is_empty() {
        note = if note.is_empty() {
            it.standing_reason.clone()
        } else {
            format!("{note}: {}", it.standing_reason)
        };
    }
    if let Some(since_ms) = it.standing_since_ms {
        let since = duration::short(duration::age(now_ms, since_ms));
        note =
            if note.is_empty() { format!("for {since}") } else { format!("{note}, for {since}") };
    }
    if let Some(expires_ms) = it.standing_expires_ms {
        let left = duration::short(duration::age(expires_ms, now_ms));
        note = format!("{note}, {left} left");
    }
    note
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Health, Standing};

    #[test]
    fn the_note_says_why_it_is_so() {
        let drained = Backend {
            standing: Standing::Draining,
            standing_owner: "ops-1".to_owned(),
            standing_reason: "kernel patch".to_owned(),
            standing_since_ms: Some(1_000),
            ..Backend::default()
        };
        assert_eq!(note(&drained, 253_000), "ops-1: kernel patch, for 4m12s");
        let down = Backend {
            health: Health::Unhealthy,
            health_reason: "connection refused x18".to_owned(),
            health_since_ms: 1_000,
            ..Backend::default()
        };
        assert_eq!(note(&down, 45_000), "connection refused x18, for 44s");
        let up = Backend { health: Health::Healthy, ..Backend::default() };
        assert_eq!(note(&up, 0), "");
        let warm = Backend { slow_start: Some(0.4), ..up };
        assert_eq!(note(&warm, 0), "slow start, 40% done");
        let abort_if = "error>1%".to_owned();
        let ramp = Some(Ramp { from: 50, since_ms: 0, until_ms: 252_000, abort_if });
        assert_eq!(
            note(&Backend { ramp: ramp.clone(), slow_start: None, ..warm.clone() }, 0),
            "ramps from 50, 4m12s left unless error>1%"
        );
        assert!(
            note(&Backend { ramp, ..warm }, 0).starts_with("slow start, 40% done, ramps from 50")
        );
    }
}
