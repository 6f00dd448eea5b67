//! The columns of findings.

use crate::{
    model::{Finding, Grade, Value},
    output::{Column, Rank, Tone, Unit},
};

type Field = Column<Finding>;

/// The columns of findings.
pub const FINDING: &[Column<Finding>] = &[
    Field::new("subject", "WHAT", Unit::Name, |it, _| Value::text(it.subject)).rank(Rank::Key),
    Field::new("grade", "IS", Unit::Name, |it, _| Value::text(it.grade.word()))
        .rank(Rank::Key)
        .tone(grade_tone),
    Field::new("sentence", "FOUND", Unit::Text, |it, _| Value::text(&it.sentence)),
    Field::new("remedy", "REMEDY", Unit::Text, |it, _| {
        it.remedy.as_deref().map_or(Value::Unknown, Value::text)
    }),
];

fn grade_tone(grade: &Value) -> Tone {
    match grade {
        Value::Text(word) if word == Grade::Ok.word() => Tone::Good,
        Value::Text(word) if word == Grade::Warn.word() => Tone::Warn,
        _ => Tone::Bad,
    }
}
