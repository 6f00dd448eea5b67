//! The columns of requests that were watched, and of groups of them.

use crate::{
    model::{Query, Served, TrafficGroup, Tried, Value},
    output::{Column, Rank, Tone, Unit},
};

type Field = Column<Served>;
type OfGroup = Column<TrafficGroup>;

/// The fields that the gateway judges requests by, in the order of the columns.
pub const TRAFFIC_FIELDS: [&str; 23] = [
    "id",
    "client",
    "method",
    "host",
    "path",
    "status",
    "total_ms",
    "backend",
    "rule",
    "refused",
    "tries",
    "queue_ms",
    "connect_ms",
    "ttfb_ms",
    "route",
    "pool",
    "protocol",
    "tls",
    "in_bytes",
    "out_bytes",
    "agent",
    "request_id",
    "trace_id",
];

/// The columns of requests.
pub const TRAFFIC: &[Column<Served>] = &[
    Field::new("id", "ID", Unit::Count, |it, _| it.id.into()).rank(Rank::Detail),
    Field::new("time", "TIME", Unit::Moment, |it, _| Value::Time(it.time_ms)).rank(Rank::Key),
    Field::new("client", "CLIENT", Unit::Name, |it, _| Value::told(&it.client)).rank(Rank::Key),
    Field::new("method", "METHOD", Unit::Name, |it, _| Value::told(&it.method)),
    Field::new("host", "HOST", Unit::Text, |it, _| Value::told(&it.host)).rank(Rank::Detail),
    Field::new("path", "PATH", Unit::Text, |it, _| Value::told(&it.path)).rank(Rank::Detail),
    Field::new("target", "PATH", Unit::Text, |it, _| Value::told(&it.target())).rank(Rank::Words),
    Field::new("query", "QUERY", Unit::Text, |it, _| match &it.query {
        Query::Told(query) => Value::text(query),
        Query::None | Query::Masked => Value::Unknown,
    })
    .rank(Rank::Detail),
    Field::new("query_masked", "MASKED", Unit::Flag, |it, _| {
        Value::Flag(it.query == Query::Masked)
    })
    .rank(Rank::Detail),
    Field::new("status", "STATUS", Unit::Count, |it, _| it.status.into())
        .rank(Rank::Key)
        .tone(status_tone),
    Field::new("total_ms", "MS", Unit::Milliseconds, |it, _| it.total_ms.into()).rank(Rank::Key),
    Field::new("backend", "BACKEND", Unit::Name, |it, _| Value::told(&it.backend)),
    Field::new("rule", "RULE", Unit::Name, |it, _| Value::told(&it.rule)).rank(Rank::Extra),
    Field::new("refused", "REFUSED", Unit::Name, |it, _| Value::told(&it.refused))
        .rank(Rank::Extra),
    Field::new("tries", "TRY", Unit::Count, |it, _| (it.attempts.len() as u64).into())
        .rank(Rank::Extra),
    Field::new("queue_ms", "QUEUE MS", Unit::Milliseconds, |it, _| it.queue_ms.into())
        .rank(Rank::Detail),
    Field::new("connect_ms", "CONNECT MS", Unit::Milliseconds, |it, _| it.connect_ms.into())
        .rank(Rank::Detail),
    Field::new("ttfb_ms", "TTFB MS", Unit::Milliseconds, |it, _| it.ttfb_ms.into())
        .rank(Rank::Detail),
    Field::new("route", "ROUTE", Unit::Name, |it, _| Value::told(&it.route)).rank(Rank::Detail),
    Field::new("pool", "POOL", Unit::Name, |it, _| Value::told(&it.pool)).rank(Rank::Detail),
    Field::new("protocol", "PROTOCOL", Unit::Name, |it, _| Value::told(&it.protocol))
        .rank(Rank::Detail),
    Field::new("tls", "TLS", Unit::Name, |it, _| Value::told(&it.tls)).rank(Rank::Detail),
    Field::new("in_bytes", "IN", Unit::Bytes, |it, _| it.in_bytes.into()).rank(Rank::Detail),
    Field::new("out_bytes", "OUT", Unit::Bytes, |it, _| it.out_bytes.into()).rank(Rank::Detail),
    Field::new("agent", "AGENT", Unit::Text, |it, _| Value::told(&it.agent)).rank(Rank::Detail),
    Field::new("request_id", "REQUEST ID", Unit::Name, |it, _| Value::told(&it.request_id))
        .rank(Rank::Detail),
    Field::new("trace_id", "TRACE", Unit::Name, |it, _| Value::told(&it.trace_id))
        .rank(Rank::Detail),
    Field::new("attempts", "ATTEMPTS", Unit::List, |it, _| {
        Value::List(it.attempts.iter().map(attempt).collect())
    })
    .rank(Rank::Detail),
];

/// The columns of groups of requests.
pub const TRAFFIC_GROUP: &[Column<TrafficGroup>] = &[
    OfGroup::new("key", "KEY", Unit::Name, |it, _| Value::text(&it.key)).rank(Rank::Key),
    OfGroup::new("requests", "REQUESTS", Unit::Count, |it, _| it.requests.into()).rank(Rank::Key),
    OfGroup::new("errors", "5XX", Unit::Count, |it, _| it.errors.into()),
    OfGroup::new("error_ratio", "5XX%", Unit::Ratio, |it, _| it.error_ratio().into()),
    OfGroup::new("p99_ms", "P99 MS", Unit::Milliseconds, |it, _| it.p99_ms.into()),
    OfGroup::new("statuses", "STATUSES", Unit::List, |it, _| {
        Value::List(it.statuses.iter().map(|status| Value::text(&status.to_string())).collect())
    }),
];

fn attempt(it: &Tried) -> Value {
    Value::Parts(vec![
        ("backend", Value::text(&it.backend)),
        ("ended", Value::told(&it.ended)),
        ("took_ms", it.took_ms.into()),
        ("reused", Value::Flag(it.reused)),
    ])
}

fn status_tone(status: &Value) -> Tone {
    match status {
        Value::Count(500..) | Value::Unknown => Tone::Bad,
        Value::Count(400..) => Tone::Warn,
        _ => Tone::Plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_of_a_filter_is_a_column() {
        for field in TRAFFIC_FIELDS {
            assert!(TRAFFIC.iter().any(|column| column.key == field), "{field}");
        }
    }
}
