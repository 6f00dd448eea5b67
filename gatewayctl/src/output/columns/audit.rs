//! The columns of audit records, of a verified audit log, and of who one is.

use crate::{
    model::{AuditRecord, Break, Identity, Value, Verification},
    output::{Column, Rank, Tone, Unit},
};

type OfRecord = Column<AuditRecord>;
type OfIdentity = Column<Identity>;
type OfVerification = Column<Verification>;

/// The columns of audit records.
pub const AUDIT: &[Column<AuditRecord>] = &[
    OfRecord::new("seq", "NO", Unit::Count, |it, _| it.seq.into()),
    OfRecord::new("time", "TIME", Unit::Moment, |it, _| Value::Time(it.time_ms)).rank(Rank::Key),
    OfRecord::new("actor", "WHO", Unit::Name, |it, _| Value::text(&it.actor)).rank(Rank::Key),
    OfRecord::new("role", "ROLE", Unit::Word, |it, _| Value::text(&it.role)).rank(Rank::Extra),
    OfRecord::new("listener", "BY", Unit::Name, |it, _| Value::told(&it.listener))
        .rank(Rank::Detail),
    OfRecord::new("via", "VIA", Unit::Name, |it, _| Value::told(&it.via)).rank(Rank::Detail),
    OfRecord::new("method", "METHOD", Unit::Name, |it, _| Value::told(&it.method))
        .rank(Rank::Detail),
    OfRecord::new("what", "WHAT", Unit::Name, |it, _| Value::told(&it.what)).rank(Rank::Detail),
    OfRecord::new("call", "CALL", Unit::Name, |it, _| Value::told(call(it))).rank(Rank::Words),
    OfRecord::new("target", "TARGET", Unit::Name, |it, _| Value::told(&it.target)).rank(Rank::Key),
    OfRecord::new("result", "RESULT", Unit::Word, |it, _| Value::text(&it.result))
        .rank(Rank::Key)
        .tone(tone),
    OfRecord::new("forced", "FORCED", Unit::Flag, |it, _| it.forced.into()).rank(Rank::Detail),
    OfRecord::new("reason", "REASON", Unit::Text, |it, _| Value::told(&it.reason)),
    OfRecord::new("error", "ERROR", Unit::Text, |it, _| Value::told(&it.error)),
    OfRecord::new("before", "BEFORE", Unit::Text, |it, _| Value::told(&it.before))
        .rank(Rank::Detail),
    OfRecord::new("after", "AFTER", Unit::Text, |it, _| Value::told(&it.after)).rank(Rank::Detail),
    OfRecord::new("op", "OP", Unit::Name, |it, _| Value::told(&it.op)).rank(Rank::Extra),
    OfRecord::new("revision", "REVISION", Unit::Count, |it, _| {
        it.revision.map_or(Value::Unknown, Value::from)
    })
    .rank(Rank::Detail),
];

/// The columns of who one is.
pub const IDENTITY: &[Column<Identity>] = &[
    OfIdentity::new("actor", "WHO", Unit::Name, |it, _| Value::text(&it.actor)).rank(Rank::Key),
    OfIdentity::new("role", "ROLE", Unit::Word, |it, _| Value::text(&it.role)).rank(Rank::Key),
    OfIdentity::new("known_by", "BECAUSE", Unit::Text, |it, _| Value::text(&it.known_by)),
    OfIdentity::new("listener", "BY", Unit::Name, |it, _| Value::text(&it.listener)),
];

/// The columns of a verified audit log.
pub const VERIFICATION: &[Column<Verification>] = &[
    OfVerification::new("ok", "OK", Unit::Flag, |it, _| (it.breaks == 0).into()).rank(Rank::Key),
    OfVerification::new("records", "RECORDS", Unit::Count, |it, _| it.records.into()),
    OfVerification::new("files", "FILES", Unit::Count, |it, _| it.files.into()),
    OfVerification::new("first_seq", "FIRST", Unit::Count, |it, _| count(it.first_seq)),
    OfVerification::new("last_seq", "LAST", Unit::Count, |it, _| count(it.last_seq)),
    OfVerification::new("hash", "HASH", Unit::Name, |it, _| {
        it.hash.as_deref().map_or(Value::Unknown, Value::text)
    }),
    OfVerification::new("torn_bytes", "TORN", Unit::Count, |it, _| it.torn_bytes.into())
        .rank(Rank::Detail),
    OfVerification::new("breaks", "BREAKS", Unit::Count, |it, _| it.breaks.into()),
    OfVerification::new("broken", "BROKEN", Unit::List, |it, _| {
        Value::List(it.broken.iter().map(broken).collect())
    }),
];

fn broken(it: &Break) -> Value {
    Value::Parts(vec![
        ("file", Value::text(&it.file)),
        ("line", it.line.into()),
        ("what", Value::text(&it.what)),
    ])
}

fn count(it: Option<u64>) -> Value {
    it.map_or(Value::Unknown, Value::from)
}

/// What was tried in a word or two: the method, without the package that is always the same, or the
/// verb of what came by no call.
fn call(it: &AuditRecord) -> &str {
    match it.method.trim_start_matches("/gatewayd.v1.") {
        "" => &it.what,
        method => method,
    }
}

fn tone(result: &Value) -> Tone {
    match result {
        Value::Text(word) if word == "denied" || word == "failed" => Tone::Bad,
        Value::Text(word) if word == "rejected" || word == "note" => Tone::Warn,
        _ => Tone::Plain,
    }
}
