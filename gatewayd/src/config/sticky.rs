//! `sticky = { … }` of a pool: clients stay on their backends.

use std::time::Duration;

use super::value::Value;
use crate::model::{Sticky, is_token};

const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Reads the `sticky` of a pool.
pub(crate) fn sticky(value: Value<'_>) -> Option<Sticky> {
    value.table("sticky", &[], |fields| {
        let cookie = fields.required("cookie", "\"gw\"", |value| {
            let text = value.text()?;
            if is_token(text) {
                return Some(text.to_owned());
            }
            let message = format!("{text:?} is no name of a cookie");
            value.refuse(message, "write letters, digits, dashes and underscores")
        });
        let lasts =
            fields.defaulted("ttl", Sticky::LASTS, |value| value.duration(SHORTEST..=LONGEST));
        Some(Sticky { cookie: cookie?, lasts: lasts? })
    })
}
