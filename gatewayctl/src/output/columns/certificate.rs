//! The columns of certificates.

use crate::{
    model::{Certificate, Value, Voucher},
    output::{Column, Rank, Tone, Unit},
};

type Field = Column<Certificate>;

/// The columns of certificates.
pub const CERTIFICATE: &[Column<Certificate>] = &[
    Field::new("name", "NAME", Unit::Name, |it, _| Value::text(&it.name)).rank(Rank::Key),
    Field::new("listener", "SERVED BY", Unit::Name, |it, _| Value::text(&it.served_by))
        .rank(Rank::Key),
    Field::new("names", "NAMES", Unit::List, |it, _| {
        Value::List(it.names.iter().map(|name| Value::text(name)).collect())
    })
    .rank(Rank::Detail),
    Field::new("issuer", "ISSUER", Unit::Text, |it, _| Value::told(issuer(it))),
    Field::new("expires", "EXPIRES", Unit::Moment, |it, _| Value::Time(it.expires_ms)),
    Field::new("expires_in_s", "IN", Unit::Seconds, |it, now_ms| {
        ((it.expires_ms - now_ms) as f64 / 1000.0).into()
    })
    .rank(Rank::Key),
    Field::new("result", "LAST READ", Unit::Word, |it, _| Value::told(&it.result)).tone(tone),
    Field::new("result_time", "WHEN", Unit::Moment, |it, _| Value::Time(it.result_ms))
        .rank(Rank::Extra),
    Field::new("refused", "REFUSED", Unit::Text, |it, _| Value::told(&it.refused)),
    Field::new("subject", "SUBJECT", Unit::Text, |it, _| Value::told(&it.subject))
        .rank(Rank::Detail),
    Field::new("not_before", "NOT BEFORE", Unit::Moment, |it, _| Value::Time(it.not_before_ms))
        .rank(Rank::Detail),
    Field::new("key", "KEY", Unit::Text, |it, _| Value::told(&it.key)).rank(Rank::Detail),
    Field::new("serial", "SERIAL", Unit::Name, |it, _| Value::told(&it.serial)).rank(Rank::Detail),
    Field::new("fingerprint", "SHA-256", Unit::Name, |it, _| Value::told(&it.fingerprint))
        .rank(Rank::Detail),
    Field::new("source", "FILE", Unit::Name, |it, _| Value::told(&it.source)).rank(Rank::Detail),
    Field::new("self_signed", "SELF-SIGNED", Unit::Flag, |it, _| it.self_signed.into())
        .rank(Rank::Detail),
    // Nothing is stapled to a handshake.
    Field::new("ocsp", "OCSP", Unit::Word, |_, _| Value::Unknown).rank(Rank::Detail),
    Field::new("chain", "CHAIN", Unit::List, |it, _| {
        Value::List(it.chain.iter().map(voucher).collect())
    })
    .rank(Rank::Detail),
];

/// Who vouches for it, as people say it.
#[must_use]
pub fn issuer(it: &Certificate) -> &str {
    if it.self_signed { "itself" } else { common_name(&it.issuer) }
}

/// The common name in "C=US, O=An authority, CN=R3"; all of it without one.
#[must_use]
pub fn common_name(name: &str) -> &str {
    name.split(", ").find_map(|part| part.strip_prefix("CN=")).unwrap_or(name)
}

fn tone(result: &Value) -> Tone {
    match result {
        Value::Text(word) if word == "refused" => Tone::Bad,
        _ => Tone::Plain,
    }
}

fn voucher(it: &Voucher) -> Value {
    Value::Parts(vec![
        ("subject", Value::text(&it.subject)),
        ("issuer", Value::text(&it.issuer)),
        ("expires", Value::Time(it.expires_ms)),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_called_by_its_common_name() {
        assert_eq!(common_name("C=US, O=An authority, CN=R3"), "R3");
        assert_eq!(common_name("CN=R3"), "R3");
        assert_eq!(common_name("O=An authority"), "O=An authority");
    }
}
