//! The columns of certificates, by the listener that shows them.

use crate::{
    model::{Listener, Value},
    output::{Column, Rank, Unit},
};

type Field = Column<Listener>;

/// The columns of certificates.
pub const CERTIFICATE: &[Column<Listener>] = &[
    Field::new("listener", "LISTENER", Unit::Name, |it, _| Value::text(&it.name)).rank(Rank::Key),
    Field::new("address", "ADDRESS", Unit::Name, |it, _| Value::text(&it.address)),
    Field::new("expires", "EXPIRES", Unit::Moment, |it, _| Value::time(it.certificate_expires_ms)),
    Field::new("expires_in_s", "IN", Unit::Seconds, |it, now_ms| {
        it.certificate_expires_ms.map(|at| (at - now_ms) as f64 / 1000.0).into()
    })
    .rank(Rank::Key),
];
