//! The columns of a gateway's status.

use crate::{
    model::{Problem, Refused, Snapshot, Value},
    output::{Column, Rank, Unit},
};

type Field = Column<Snapshot>;

/// The columns of a gateway's status.
pub const STATUS: &[Column<Snapshot>] = &[
    Field::new("host", "HOST", Unit::Name, |it, _| Value::told(&it.host)).rank(Rank::Key),
    Field::new("ready", "READY", Unit::Flag, |it, _| it.ready.into()).rank(Rank::Key),
    Field::new("healthy", "HEALTHY", Unit::Flag, |it, _| it.is_healthy().into()).rank(Rank::Key),
    Field::new("version", "VERSION", Unit::Name, |it, _| Value::told(&it.version)),
    Field::new("uptime_s", "UP", Unit::Seconds, |it, _| it.uptime_s.into()),
    Field::new("revision", "REVISION", Unit::Count, |it, _| it.revision.into()),
    Field::new("rps", "RPS", Unit::Rate, |it, _| it.totals.rps.into()),
    Field::new("in_flight", "INFL", Unit::Count, |it, _| it.totals.in_flight.into()),
    Field::new("p50_ms", "P50MS", Unit::Milliseconds, |it, _| it.totals.p50_ms.into()),
    Field::new("p99_ms", "P99MS", Unit::Milliseconds, |it, _| it.totals.p99_ms.into()),
    Field::new("error_ratio", "ERR", Unit::Ratio, |it, _| it.totals.error_ratio.into()),
    Field::new("client_error_ratio", "4XX", Unit::Ratio, |it, _| {
        it.totals.client_error_ratio.into()
    }),
    Field::new("rejected_per_s", "REJ/S", Unit::Rate, |it, _| it.totals.rejected_per_s.into()),
    Field::new("rejected_total", "REJECTED", Unit::Count, |it, _| it.totals.rejected_total.into()),
    Field::new("requests_total", "REQUESTS", Unit::Count, |it, _| it.totals.requests_total.into()),
    Field::new("errors_total", "ERRORS", Unit::Count, |it, _| it.totals.errors_total.into()),
    Field::new("connections", "CONNECTIONS", Unit::Count, |it, _| it.totals.connections.into()),
    Field::new("cpu_ratio", "CPU", Unit::Ratio, |it, _| it.totals.cpu_ratio.into()),
    Field::new("rss_bytes", "MEMORY", Unit::Bytes, |it, _| it.totals.rss_bytes.into()),
    Field::new("workers", "WORKERS", Unit::Count, |it, _| it.totals.workers.into()),
    Field::new("log_dropped_total", "LOG DROPPED", Unit::Count, |it, _| {
        it.totals.log_dropped_total.into()
    }),
    Field::new("demo", "DEMO", Unit::Flag, |it, _| it.demo.into()),
    Field::new("problems", "PROBLEMS", Unit::List, |it, _| {
        Value::List(it.problems.iter().map(problem).collect())
    }),
    Field::new("refused", "REFUSED", Unit::List, |it, _| {
        Value::List(it.refused.iter().map(refused).collect())
    }),
    Field::new("time", "TIME", Unit::Moment, |_, now_ms| Value::Time(now_ms)).rank(Rank::Named),
];

fn problem(it: &Problem) -> Value {
    Value::Parts(vec![
        ("severity", Value::text(it.severity.word())),
        ("target", Value::told(&it.target)),
        ("what", Value::text(&it.what)),
        ("since", Value::time(it.since_ms)),
    ])
}

fn refused(it: &Refused) -> Value {
    Value::Parts(vec![("reason", Value::text(&it.reason)), ("total", it.total.into())])
}
