//! The columns of pools.

use super::backend::error_tone;
use crate::{
    model::{Pool, Value},
    output::{Column, Rank, Tone, Unit},
};

type Field = Column<Pool>;

/// The columns of pools.
pub const POOL: &[Column<Pool>] = &[
    Field::new("name", "NAME", Unit::Name, |it, _| Value::text(&it.name)).rank(Rank::Key),
    Field::new("balance", "BALANCE", Unit::Text, |it, _| Value::text(&it.balance))
        .rank(Rank::Extra),
    Field::new("backends", "BACKENDS", Unit::Count, |it, _| it.backends.into()).rank(Rank::Key),
    Field::new("ready", "READY", Unit::Count, |it, _| it.ready.into())
        .rank(Rank::Key)
        .tone(|ready| if ready.number() == Some(0.0) { Tone::Bad } else { Tone::Plain }),
    Field::new("draining", "DRAINING", Unit::Count, |it, _| it.draining.into()).tone(warn_if_any),
    Field::new("down", "DOWN", Unit::Count, |it, _| it.down.into()).tone(warn_if_any),
    Field::new("rps", "RPS", Unit::Rate, |it, _| it.rps.into()),
    Field::new("in_flight", "INFL", Unit::Count, |it, _| it.in_flight.into()),
    Field::new("pending", "PENDING", Unit::Count, |it, _| it.pending.into())
        .rank(Rank::Extra)
        .tone(warn_if_any),
    Field::new("p50_ms", "P50MS", Unit::Milliseconds, |it, _| it.p50_ms.into()).rank(Rank::Extra),
    Field::new("p99_ms", "P99MS", Unit::Milliseconds, |it, _| it.p99_ms.into()),
    Field::new("error_ratio", "ERR", Unit::Ratio, |it, _| it.error_ratio.into()).tone(error_tone),
    Field::new("headroom_ratio", "HEADROOM", Unit::Ratio, |it, _| it.headroom_ratio.into())
        .rank(Rank::Extra),
    Field::new("share_ratio", "SHARE", Unit::Ratio, |it, _| it.share_ratio.into())
        .rank(Rank::Extra),
    Field::new("imbalance_ratio", "IMBALANCE", Unit::Ratio, |it, _| it.imbalance_ratio.into())
        .rank(Rank::Extra),
    Field::new("panic", "PANIC", Unit::Flag, |it, _| it.panic.into())
        .rank(Rank::Extra)
        .tone(|panic| if *panic == Value::Flag(true) { Tone::Bad } else { Tone::Plain }),
    Field::new("ejections_total", "EJECTIONS", Unit::Count, |it, _| it.ejections_total.into())
        .rank(Rank::Extra),
    Field::new("ejections_spared_total", "SPARED", Unit::Count, |it, _| {
        it.ejections_spared_total.into()
    })
    .rank(Rank::Extra),
    Field::new("panics_total", "PANICS", Unit::Count, |it, _| it.panics_total.into())
        .rank(Rank::Extra),
    Field::new("time", "TIME", Unit::Moment, |_, now_ms| Value::Time(now_ms)).rank(Rank::Named),
];

fn warn_if_any(count: &Value) -> Tone {
    if count.number() > Some(0.0) { Tone::Warn } else { Tone::Plain }
}
