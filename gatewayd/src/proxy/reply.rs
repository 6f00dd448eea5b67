//! The answers the gateway gives by itself, all of one shape: RFC 9457 problem details.

use bytes::Bytes;
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, LOCATION, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use rand::Rng;

use crate::model::Refusal;

use super::quota::Quota;

use super::fields::GRPC;

/// What may be asked for where CONNECT and TRACE may not (RFC 9110, section 15.5.6). Others are
/// relayed too; these are the ones that everybody knows.
const COMMON: &str = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

/// An answer of our own.
pub(super) type Reply = Response<Bytes>;

/// Says why a request was refused.
pub(super) fn refusal(refusal: Refusal) -> Reply {
    let status = refusal.status();
    let title = status.canonical_reason().unwrap_or("refused");
    let document = format!(
        r#"{{"type":"about:blank","title":"{title}","status":{},"detail":"{}"}}"#,
        status.as_u16(),
        refusal.detail()
    );
    let mut reply = Response::new(Bytes::from(document));
    *reply.status_mut() = status;
    let fields = reply.headers_mut();
    fields.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    fields.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let remedy = match refusal {
        _ if status == StatusCode::SERVICE_UNAVAILABLE => Some((RETRY_AFTER, "1")),
        Refusal::MethodRefused => Some((ALLOW, COMMON)),
        _ => None,
    };
    if let Some((name, value)) = remedy {
        fields.insert(name, HeaderValue::from_static(value));
    }
    reply
}

/// Says that a limit is spent and when it admits again: never before, at most a tenth later, so
/// that those who wait do not come back all at once. `told` is the limit's policy and its name.
pub(super) fn limited(told: (&str, &str), retry_after_ms: u64, rng: &mut impl Rng) -> Reply {
    let seconds = jittered_s(retry_after_ms, rng);
    let mut reply = refusal(Refusal::Limit);
    let fields = reply.headers_mut();
    fields.insert(RETRY_AFTER, HeaderValue::from(seconds));
    let spent = Quota { policy: told.0, item: told.1, left: 0 };
    spent.tell_spent(seconds, fields);
    reply
}

fn jittered_s(wait_ms: u64, rng: &mut impl Rng) -> u64 {
    let jitter_ms = rng.random_range(0..=wait_ms / 10);
    (wait_ms + jitter_ms).div_ceil(1000).max(1)
}

/// The same answer to HEAD: it tells how long its body would be (RFC 9110, section 9.3.2).
pub(super) fn without_body(reply: Reply) -> Reply {
    let (mut head, body) = reply.into_parts();
    head.headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
    Response::from_parts(head, Bytes::new())
}

/// Says which methods a path takes.
pub(super) fn wrong_method(allowed: &[Method]) -> Reply {
    let list: Vec<&str> = allowed.iter().map(Method::as_str).collect();
    let mut reply = refusal(Refusal::MethodNotAllowed);
    if let Ok(list) = HeaderValue::try_from(list.join(", ")) {
        reply.headers_mut().insert(ALLOW, list);
    }
    reply
}

/// The same as an answer to a call of gRPC, which looks for its status among the fields: nothing
/// but trailers, in the words of gRPC over HTTP/2.
pub(super) fn to_grpc(refusal: Refusal, reply: &Reply) -> Reply {
    let mut answer = Response::new(Bytes::new());
    let fields = answer.headers_mut();
    fields.insert(CONTENT_TYPE, HeaderValue::from_static(GRPC));
    fields.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    fields.extend(grpc_end(refusal));
    if let Some(after) = reply.headers().get(RETRY_AFTER) {
        fields.insert(RETRY_AFTER, after.clone());
    }
    answer
}

/// What ends a call of gRPC.
pub(super) fn grpc_end(refusal: Refusal) -> HeaderMap {
    let mut fields = HeaderMap::new();
    fields.insert("grpc-status", HeaderValue::from(grpc_status(refusal.status())));
    fields.insert("grpc-message", HeaderValue::from_static(refusal.detail()));
    fields
}

/// The number by which gRPC knows a status: its own mapping for statuses of HTTP, but for those
/// that say more here, spent limits (RESOURCE_EXHAUSTED) and late backends (DEADLINE_EXCEEDED).
fn grpc_status(status: StatusCode) -> u16 {
    match status.as_u16() {
        429 => 8,
        504 => 4,
        400 => 13,
        401 => 16,
        403 => 7,
        404 => 12,
        502 | 503 => 14,
        _ => 2,
    }
}

/// Sends a client to the same place over TLS.
pub(super) fn to_tls(host: &str, port: u16, path: &str, query: Option<&str>) -> Reply {
    let mut location = format!("https://{host}");
    if port != 443 {
        location += &format!(":{port}");
    }
    location += path;
    if let Some(query) = query {
        location += &format!("?{query}");
    }
    let Ok(location) = HeaderValue::try_from(location) else {
        return refusal(Refusal::TargetInvalid);
    };
    let mut reply = Response::new(Bytes::new());
    *reply.status_mut() = StatusCode::PERMANENT_REDIRECT;
    reply.headers_mut().insert(LOCATION, location);
    reply
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::SmallRng;

    use super::*;

    #[test]
    fn retry_after_is_never_short_and_at_most_a_tenth_and_a_second_long() {
        let mut rng = SmallRng::seed_from_u64(1);
        for wait_ms in [1, 999, 1000, 1001, 30_000, 59_999] {
            for _ in 0..100 {
                let told = jittered_s(wait_ms, &mut rng);
                assert!(told * 1000 >= wait_ms, "{told} s for {wait_ms} ms");
                assert!(told * 1000 <= wait_ms + wait_ms / 10 + 1000, "{told} s for {wait_ms} ms");
            }
        }
    }

    #[test]
    fn a_call_of_grpc_is_told_its_status_and_the_reason_as_text() {
        let mut limited = refusal(Refusal::Limit);
        limited.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("2"));
        let answer = to_grpc(Refusal::Limit, &limited);
        let fields = answer.headers();
        assert_eq!(
            (answer.status(), &fields["grpc-status"]),
            (StatusCode::OK, &"8".parse().unwrap())
        );
        assert!(fields.contains_key(RETRY_AFTER) && answer.body().is_empty());
        for (refusal, status) in [
            (Refusal::NoBackend, "14"),
            (Refusal::UpstreamConnect, "14"),
            (Refusal::UpstreamTimeout, "4"),
            (Refusal::NoRoute, "12"),
            (Refusal::HeaderInvalid, "13"),
            (Refusal::BodyTooLarge, "2"),
        ] {
            assert_eq!(to_grpc(refusal, &super::refusal(refusal)).headers()["grpc-status"], status);
        }
        // What else there may be would have to be written in percents.
        let plain = |it: char| it.is_ascii() && !it.is_ascii_control() && it != '%';
        assert!(Refusal::ALL.iter().all(|it| it.detail().chars().all(plain)));
    }

    #[test]
    fn every_refusal_is_a_problem_document() {
        for it in Refusal::ALL {
            let reply = refusal(it);
            assert_eq!(reply.status(), it.status());
            assert_eq!(reply.headers()[CONTENT_TYPE], "application/problem+json");
            let document: serde_json::Value = serde_json::from_slice(reply.body()).unwrap();
            assert_eq!(document["status"], it.status().as_u16());
        }
    }
}
