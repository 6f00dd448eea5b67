//! A quota: what is left of the limit that is nearest to its end, told with the answer (the fields
//! `RateLimit-Policy` and `RateLimit` of draft-ietf-httpapi-ratelimit-headers).

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use super::http1::write_decimal;

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// What is left of a limit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quota<'a> {
    /// The limit as clients are told of it: `"name";q=100;w=60`.
    pub(super) policy: &'a str,
    /// Its name among that: `"name"`.
    pub(super) item: &'a str,
    /// How many more requests could pass at once.
    pub(super) left: u32,
}

impl Quota<'_> {
    /// Appends the fields to the head of an answer of HTTP/1.
    pub(super) fn write(&self, status: StatusCode, out: &mut Vec<u8>) {
        if is_told_with(status) {
            out.extend_from_slice(b"RateLimit-Policy: ");
            out.extend_from_slice(self.policy.as_bytes());
            out.extend_from_slice(b"\r\nRateLimit: ");
            out.extend_from_slice(self.item.as_bytes());
            out.extend_from_slice(b";r=");
            write_decimal(self.left.into(), out);
            out.extend_from_slice(b"\r\n");
        }
    }

    /// Adds the fields to the head of an answer.
    pub(super) fn tell(&self, status: StatusCode, fields: &mut HeaderMap) {
        if is_told_with(status) {
            self.append(&format!("{};r={}", self.item, self.left), fields);
        }
    }

    /// Tells that there is more in so many seconds.
    pub(super) fn tell_spent(&self, free_s: u64, fields: &mut HeaderMap) {
        self.append(&format!("{};r={};t={free_s}", self.item, self.left), fields);
    }

    fn append(&self, item: &str, fields: &mut HeaderMap) {
        for (name, value) in [(POLICY, self.policy), (LIMIT, item)] {
            if let Ok(value) = HeaderValue::from_str(value) {
                fields.append(name, value);
            }
        }
    }
}

/// A redirect may be kept and shown to others, and the request that follows it counts elsewhere.
fn is_told_with(status: StatusCode) -> bool {
    !status.is_redirection() && !status.is_informational()
}
