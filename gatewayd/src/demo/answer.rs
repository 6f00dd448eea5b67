//! The answers of an app server, built in one place so that all have the same shape.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};

/// What an app server sends back.
pub(super) type Answer = Response<BoxBody<Bytes, hyper::Error>>;

/// An answer that is a status and nothing more.
pub(super) fn empty(status: StatusCode) -> Answer {
    with_body(status, Bytes::new())
}

/// A JSON document.
pub(super) fn json(status: StatusCode, document: &serde_json::Value) -> Answer {
    typed(status, "application/json", document.to_string())
}

/// What is wrong with the request, in the words of RFC 9457.
pub(super) fn problem(status: StatusCode, detail: &str) -> Answer {
    let document = serde_json::json!({
        "type": "about:blank",
        "title": status.canonical_reason().unwrap_or("error"),
        "status": status.as_u16(),
        "detail": detail,
    });
    typed(status, "application/problem+json", document.to_string())
}

fn typed(status: StatusCode, content_type: &'static str, body: String) -> Answer {
    let mut answer = with_body(status, Bytes::from(body));
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    answer
}

fn with_body(status: StatusCode, body: Bytes) -> Answer {
    let body = Full::new(body).map_err(|never| match never {}).boxed();
    let mut answer = Response::new(body);
    *answer.status_mut() = status;
    answer
}
