//! Options: what the Connection field says of the connection (RFC 9110, section 7.6.1).

use super::super::super::field_name::FieldName;
use super::Fields;

/// The most options that are looked at: each is compared with the name of each field.
const MOST_OPTIONS: usize = 100;

/// What all Connection fields of a head say together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::proxy) struct Options {
    /// `close`: this message is the last one.
    pub(in crate::proxy) close: bool,
    /// `keep-alive`: HTTP/1.0's wish for another one.
    pub(in crate::proxy) keep_alive: bool,
    /// `upgrade`: the Upgrade field is meant.
    pub(in crate::proxy) upgrade: bool,
    /// Some field that would go on is to end here.
    pub(in crate::proxy::http1) nominates: bool,
}

/// There are more options than are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooMany;

impl Options {
    pub(super) fn of(fields: &Fields<'_>) -> Result<Options, TooMany> {
        let mut options = Options::default();
        for (index, option) in listed(fields, FieldName::Connection).enumerate() {
            if index >= MOST_OPTIONS {
                return Err(TooMany);
            }
            let is = |word: &str| option.eq_ignore_ascii_case(word.as_bytes());
            match option.len() {
                5 if is("close") => options.close = true,
                10 if is("keep-alive") => options.keep_alive = true,
                7 if is("upgrade") => options.upgrade = true,
                // What ends here anyway need not be nominated.
                _ => options.nominates |= !FieldName::of(option).is_hop_by_hop(),
            }
        }
        Ok(options)
    }

    /// Whether the field `name` is to end here.
    pub(in crate::proxy) fn nominate(&self, fields: &Fields<'_>, name: &[u8]) -> bool {
        self.nominates
            && listed(fields, FieldName::Connection).any(|it| it.eq_ignore_ascii_case(name))
    }
}

/// The members of a comma-separated list; empty ones count for nothing (RFC 9110, section 5.6.1).
pub(super) fn listed<'a>(
    fields: &Fields<'a>,
    name: FieldName,
) -> impl Iterator<Item = &'a [u8]> + use<'a> {
    fields
        .values(name)
        .flat_map(|value| value.split(|byte| *byte == b','))
        .map(<[u8]>::trim_ascii)
        .filter(|member| !member.is_empty())
}

#[cfg(test)]
mod tests;
