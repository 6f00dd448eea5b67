//! Which trace is a request part of?

/// The trace that a `traceparent` names (W3C Trace Context, section 3.2): 32 hexadecimal digits,
/// not all of them 0.
#[must_use]
pub fn trace_id(traceparent: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(traceparent).ok()?;
    let mut parts = text.split('-');
    let (version, id) = (parts.next()?, parts.next()?);
    let is_hex = |text: &str| text.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'));
    let valid = version.len() == 2 && is_hex(version) && version != "ff";
    (valid && id.len() == 32 && is_hex(id) && id.bytes().any(|it| it != b'0')).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_traceparent_names_a_trace() {
        let id = "4bf92f3577b34da6a3ce929d0e0e4736";
        assert_eq!(trace_id(format!("00-{id}-00f067aa0ba902b7-01").as_bytes()), Some(id));
        let zero = "0".repeat(32);
        for wrong in [
            "",
            id,
            &format!("ff-{id}-00f067aa0ba902b7-01"),
            &format!("0-{id}-00f067aa0ba902b7-01"),
            &format!("00-{}-00f067aa0ba902b7-01", id.to_uppercase()),
            &format!("00-{zero}-00f067aa0ba902b7-01"),
            &format!("00-{}-00f067aa0ba902b7-01", &id[1..]),
        ] {
            assert_eq!(trace_id(wrong.as_bytes()), None, "{wrong}");
        }
    }
}
