//! A quota: what is left of the limit that is nearest to its end, told with the answer (the fields
//! `RateLimit-Policy` and `RateLimit` of draft-ietf-httpapi-ratelimit-headers).

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::state::{LimitTable, Table};

use super::http1::write_decimal;

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// What a request that passed has left of its limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Left {
    /// The index of the limit.
    pub(super) limit: usize,
    /// How many more could pass at once.
    pub(super) requests: u32,
}

/// What is told of it.
#[derive(Clone, Copy)]
pub(super) struct Quota<'a> {
    limit: &'a LimitTable,
    left: u32,
}

impl Quota<'_> {
    /// What `left` says of a limit of `table`.
    pub(super) fn new(table: &Table, left: Left) -> Quota<'_> {
        Quota { limit: &table.limits[left.limit], left: left.requests }
    }

    /// Appends the fields to the head of an answer of HTTP/1.
    pub(super) fn write(&self, status: StatusCode, out: &mut Vec<u8>) {
        if is_told_with(status) {
            let limit = self.limit;
            out.extend_from_slice(b"RateLimit-Policy: ");
            out.extend_from_slice(limit.policy.as_bytes());
            out.extend_from_slice(b"\r\nRateLimit: ");
            out.extend_from_slice(limit.item().as_bytes());
            out.extend_from_slice(b";r=");
            write_decimal(self.left.into(), out);
            out.extend_from_slice(b"\r\n");
        }
    }

    /// Adds the fields to the head of an answer.
    pub(super) fn tell(&self, status: StatusCode, fields: &mut HeaderMap) {
        if is_told_with(status) {
            let limit = self.limit;
            append(fields, limit, &format!("{};r={}", limit.item(), self.left));
        }
    }
}

/// Tells that nothing is left of `limit`, and in how many seconds there is.
pub(super) fn tell_spent(limit: &LimitTable, free_s: u64, fields: &mut HeaderMap) {
    append(fields, limit, &format!("{};r=0;t={free_s}", limit.item()));
}

fn append(fields: &mut HeaderMap, limit: &LimitTable, item: &str) {
    for (name, value) in [(POLICY, limit.policy.as_str()), (LIMIT, item)] {
        if let Ok(value) = HeaderValue::from_str(value) {
            fields.append(name, value);
        }
    }
}

/// A redirect may be kept and shown to others, and the request that follows it counts elsewhere.
fn is_told_with(status: StatusCode) -> bool {
    !status.is_redirection() && !status.is_informational()
}
