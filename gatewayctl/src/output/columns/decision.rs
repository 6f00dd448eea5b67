//! The columns of a scaler's decisions.

use super::scaler::conditions;
use crate::{
    model::{Decision, ScaledServer, Stage, Value},
    output::{Column, Rank, Tone, Unit},
};

type Field = Column<Decision>;

/// The columns of decisions.
pub const DECISION: &[Column<Decision>] = &[
    Field::new("id", "ID", Unit::Count, |it, _| it.id.into()).rank(Rank::Key),
    Field::new("time", "TIME", Unit::Moment, |it, _| Value::Time(it.time_ms)).rank(Rank::Key),
    Field::new("since", "SINCE", Unit::Moment, |it, _| Value::Time(it.since_ms)).rank(Rank::Detail),
    Field::new("pool", "POOL", Unit::Name, |it, _| Value::text(&it.pool)),
    Field::new("what", "WHAT", Unit::Word, |it, _| Value::text(&it.what))
        .rank(Rank::Key)
        .tone(tone),
    Field::new("from", "FROM", Unit::Count, |it, _| it.from.into()).rank(Rank::Detail),
    Field::new("to", "TO", Unit::Count, |it, _| it.to.into()).rank(Rank::Detail),
    Field::new("sentence", "SENTENCE", Unit::Text, |it, _| Value::text(&it.sentence))
        .rank(Rank::Key),
    Field::new("stages", "STAGES", Unit::List, |it, _| stages(&it.stages)).rank(Rank::Detail),
    Field::new("conditions", "CONDITIONS", Unit::List, |it, _| conditions(&it.conditions))
        .rank(Rank::Detail),
    Field::new("actions", "ACTIONS", Unit::List, |it, _| {
        Value::List(it.actions.iter().map(|action| Value::text(action)).collect())
    })
    .rank(Rank::Detail),
    Field::new("outcome", "OUTCOME", Unit::Text, |it, _| Value::text(&it.outcome))
        .rank(Rank::Extra),
    Field::new("servers", "SERVERS", Unit::List, |it, _| servers(&it.servers)).rank(Rank::Detail),
];

fn stages(stages: &[Stage]) -> Value {
    let parts = |it: &Stage| {
        Value::Parts(vec![
            ("name", Value::text(&it.name)),
            ("before", Value::Number(it.before)),
            ("after", Value::Number(it.after)),
            ("reason", Value::text(&it.reason)),
        ])
    };
    Value::List(stages.iter().map(parts).collect())
}

fn servers(servers: &[ScaledServer]) -> Value {
    let parts = |it: &ScaledServer| {
        Value::Parts(vec![
            ("name", Value::text(&it.name)),
            ("phase", Value::text(&it.phase)),
            ("owned", Value::Flag(it.owned)),
            ("warm", Value::Flag(it.warm)),
            ("cpu_ratio", it.cpu_ratio.into()),
            ("rps", Value::Number(it.rps)),
            ("in_flight", it.in_flight.into()),
        ])
    };
    Value::List(servers.iter().map(parts).collect())
}

fn tone(what: &Value) -> Tone {
    match what {
        Value::Text(word) if word == "refused" => Tone::Warn,
        _ => Tone::Plain,
    }
}
