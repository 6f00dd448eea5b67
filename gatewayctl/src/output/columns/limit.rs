//! The columns of limits.

use crate::{
    model::{Limit, LimitAdjustment, Value},
    output::{Column, Rank, Tone, Unit},
};

type Field = Column<Limit>;

/// The columns of limits.
pub const LIMIT: &[Column<Limit>] = &[
    Field::new("name", "NAME", Unit::Name, |it, _| Value::text(&it.name)).rank(Rank::Key),
    Field::new("key", "KEY", Unit::Text, |it, _| Value::text(&it.key)).rank(Rank::Extra),
    Field::new("rule", "LIMIT", Unit::Name, |it, _| Value::told(&it.rule)).rank(Rank::Key),
    Field::new("max", "MAX", Unit::Name, |it, _| {
        it.max.as_deref().map_or(Value::Unknown, Value::told)
    })
    .rank(Rank::Detail),
    Field::new("rate", "RATE", Unit::Name, |it, _| {
        it.rate.as_deref().map_or(Value::Unknown, Value::told)
    })
    .rank(Rank::Detail),
    Field::new("burst", "BURST", Unit::Count, |it, _| it.burst.map_or(Value::Unknown, Value::from))
        .rank(Rank::Detail),
    Field::new("concurrent", "AT ONCE", Unit::Count, |it, _| {
        it.concurrent.map_or(Value::Unknown, Value::from)
    })
    .rank(Rank::Detail),
    Field::new("configured", "CONFIGURED", Unit::Name, |it, _| Value::told(&it.configured))
        .rank(Rank::Detail),
    Field::new("mode", "MODE", Unit::Word, |it, _| Value::text(it.mode.word()))
        .tone(|mode| if *mode == Value::text("shadow") { Tone::Warn } else { Tone::Plain }),
    Field::new("candidate", "CANDIDATE", Unit::Name, |it, _| Value::told(&it.candidate))
        .rank(Rank::Detail),
    Field::new("candidate_would_reject_total", "CAND WOULD", Unit::Count, |it, _| {
        candidate(it, it.candidate_would_reject_total.into())
    })
    .rank(Rank::Detail),
    Field::new("candidate_would_reject_per_s", "CAND WOULD/S", Unit::Rate, |it, _| {
        candidate(it, it.candidate_would_reject_per_s.into())
    })
    .rank(Rank::Detail),
    Field::new("candidate_clients", "CAND CLIENTS", Unit::Count, |it, _| {
        candidate(it, it.candidate_clients.into())
    })
    .rank(Rank::Detail),
    Field::new("candidate_top", "CAND MOST", Unit::List, |it, _| offenders(&it.candidate_top))
        .rank(Rank::Detail),
    Field::new("then", "THEN", Unit::Name, |it, _| Value::told(&it.then)).rank(Rank::Detail),
    Field::new("expires", "EXPIRES", Unit::Moment, |it, _| Value::time(it.expires_ms))
        .rank(Rank::Detail),
    Field::new("passed_per_s", "PASS/S", Unit::Rate, |it, _| it.passed_per_s.into()),
    Field::new("rejected_per_s", "REJ/S", Unit::Rate, |it, _| it.rejected_per_s.into())
        .rank(Rank::Key)
        .tone(|rate| if rate.number() > Some(0.0) { Tone::Warn } else { Tone::Plain }),
    Field::new("would_reject_per_s", "WOULD/S", Unit::Rate, |it, _| it.would_reject_per_s.into())
        .rank(Rank::Detail),
    Field::new("passed_total", "PASSED", Unit::Count, |it, _| it.passed_total.into())
        .rank(Rank::Extra),
    Field::new("rejected_total", "REJECTED", Unit::Count, |it, _| it.rejected_total.into()),
    Field::new("would_reject_total", "WOULD", Unit::Count, |it, _| it.would_reject_total.into())
        .rank(Rank::Detail),
    Field::new("exempted_total", "EXEMPTED", Unit::Count, |it, _| it.exempted_total.into())
        .rank(Rank::Detail),
    Field::new("keys", "KEYS", Unit::Count, |it, _| it.keys.into()).rank(Rank::Extra),
    Field::new("evicted_total", "EVICTED", Unit::Count, |it, _| it.evicted_total.into())
        .rank(Rank::Detail),
    Field::new("overflowed_total", "OVERFLOWED", Unit::Count, |it, _| it.overflowed_total.into())
        .rank(Rank::Detail),
    Field::new("adjustments", "NETWORKS", Unit::List, |it, _| {
        Value::List(it.adjustments.iter().map(adjustment).collect())
    })
    .rank(Rank::Detail),
    Field::new("listeners", "LISTENERS", Unit::List, |it, _| {
        Value::List(it.listeners.iter().map(|listener| Value::text(listener)).collect())
    })
    .rank(Rank::Detail),
    Field::new("of_all", "ALL", Unit::Flag, |it, _| Value::Flag(it.of_all)).rank(Rank::Detail),
    Field::new("routes", "ROUTES", Unit::List, |it, _| {
        Value::List(it.routes.iter().map(|route| Value::text(route)).collect())
    })
    .rank(Rank::Extra),
    Field::new("revision", "REVISION", Unit::Count, |it, _| it.revision.into()).rank(Rank::Detail),
    Field::new("time", "TIME", Unit::Moment, |_, now_ms| Value::Time(now_ms)).rank(Rank::Named),
];

/// What is known of a candidate only while there is one.
fn candidate(it: &Limit, value: Value) -> Value {
    if it.candidate.is_empty() { Value::Unknown } else { value }
}

/// Clients and how often each was refused, or would be.
pub(super) fn offenders(all: &[(String, u64)]) -> Value {
    let part = |(client, refused): &(String, u64)| {
        Value::Parts(vec![("client", Value::text(client)), ("rejected", (*refused).into())])
    };
    Value::List(all.iter().map(part).collect())
}

/// A network, what the limit is for it, and how often it was.
fn adjustment(it: &LimitAdjustment) -> Value {
    Value::Parts(vec![
        ("network", Value::text(&it.network)),
        ("times", it.times.map_or(Value::Unknown, Value::from)),
        ("uses_total", it.uses_total.into()),
    ])
}
