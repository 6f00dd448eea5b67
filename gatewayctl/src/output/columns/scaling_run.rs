//! The columns of what rules make of a load.

use crate::{
    model::{ScalingRun, Value},
    output::{Column, Rank, Tone, Unit},
};

type Field = Column<ScalingRun>;

/// The columns of the runs of `scaler simulate`.
pub const SCALING_RUN: &[Column<ScalingRun>] = &[
    Field::new("run", "RUN", Unit::Word, |it, _| Value::text(it.run)).rank(Rank::Key),
    Field::new("pool", "POOL", Unit::Name, |it, _| Value::text(&it.pool)).rank(Rank::Detail),
    Field::new("replayed_s", "REPLAYED", Unit::Seconds, |it, _| Value::Number(it.replayed_s))
        .rank(Rank::Detail),
    Field::new("start_s", "START", Unit::Seconds, |it, _| Value::Number(it.start_s))
        .rank(Rank::Detail),
    Field::new("start_seen", "SEEN", Unit::Flag, |it, _| Value::Flag(it.start_seen))
        .rank(Rank::Detail),
    Field::new("load", "LOAD", Unit::Ratio, |it, _| Value::Number(it.load)),
    Field::new("target_cpu", "CPU%", Unit::Count, |it, _| it.target_cpu.into()),
    Field::new("target_rps", "TARGET-RPS", Unit::Count, |it, _| it.target_rps.into())
        .rank(Rank::Extra),
    Field::new("min", "MIN", Unit::Count, |it, _| it.min.into()),
    Field::new("max", "MAX", Unit::Count, |it, _| it.max.into()),
    Field::new("cooldown_s", "COOLDOWN", Unit::Seconds, |it, _| {
        Value::Number(it.scale_in_cooldown_s)
    })
    .rank(Rank::Extra),
    Field::new("peak_servers", "PEAK", Unit::Count, |it, _| it.peak_servers.into()).rank(Rank::Key),
    Field::new("last_servers", "LAST", Unit::Count, |it, _| it.last_servers.into())
        .rank(Rank::Extra),
    Field::new("busy_s", "ABOVE 85%", Unit::Seconds, |it, _| Value::Number(it.busy_s))
        .rank(Rank::Key)
        .tone(some),
    Field::new("scale_events", "EVENTS", Unit::Count, |it, _| {
        (it.scale_outs + it.scale_ins).into()
    })
    .rank(Rank::Key),
    Field::new("scale_outs", "OUT", Unit::Count, |it, _| it.scale_outs.into()).rank(Rank::Detail),
    Field::new("scale_ins", "IN", Unit::Count, |it, _| it.scale_ins.into()).rank(Rank::Detail),
    Field::new("server_hours", "SERVER-HOURS", Unit::Rate, |it, _| Value::Number(it.server_hours))
        .rank(Rank::Key),
    Field::new("hit_max", "HIT MAX", Unit::Flag, |it, _| Value::Flag(it.at_max_s > 0.0))
        .rank(Rank::Key),
    Field::new("at_max_s", "AT MAX", Unit::Seconds, |it, _| Value::Number(it.at_max_s))
        .rank(Rank::Extra)
        .tone(some),
    Field::new("lost", "LOST", Unit::Ratio, |it, _| Value::Number(it.lost)).tone(some),
];

fn some(seconds: &Value) -> Tone {
    if seconds.number().unwrap_or_default() > 0.0 { Tone::Warn } else { Tone::Plain }
}
