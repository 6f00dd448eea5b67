//! The question and the answer of gRPC's health checking protocol, `grpc.health.v1.Health/Check`.
//!
//! Both messages are of one field, so that they are written and read here
//! (<https://github.com/grpc/grpc/blob/master/doc/health-checking.md>).

use std::fmt;
use std::net::SocketAddr;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, TE, USER_AGENT};
use http::{HeaderMap, Request};
use http_body_util::Full;

/// A message begins with whether it is compressed, and its length in four bytes.
const PREFIX_BYTES: usize = 5;
/// Field 1, length-delimited: the name of the service in a request.
const SERVICE: u8 = 0x0a;
/// Field 1, varint: the status in a response.
const STATUS: u8 = 0x08;

/// What a backend says of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Report {
    Serving,
    NotServing,
    ServiceUnknown,
    Unknown,
    /// The call failed with this status of gRPC.
    Failed(u32),
    /// The answer, of this status, is none of gRPC's.
    NotGrpc(u16),
}

/// Asks how `service` is; all of the server when it is empty. A service has a name of 127 bytes at
/// most.
pub(super) fn question(
    address: SocketAddr,
    service: &str,
) -> Result<Request<Full<Bytes>>, http::Error> {
    let mut message = Vec::new();
    if !service.is_empty() {
        message.extend([SERVICE, service.len() as u8]);
        message.extend(service.as_bytes());
    }
    let mut body = vec![0, 0, 0, 0, message.len() as u8];
    body.append(&mut message);
    Request::post(format!("http://{address}/grpc.health.v1.Health/Check"))
        .header(USER_AGENT, "gatewayd-probe")
        .header(CONTENT_TYPE, "application/grpc")
        .header(TE, "trailers")
        .body(Full::from(body))
}

/// What an answer says: its status, its fields with those behind the body, its body.
pub(super) fn report(status: u16, fields: &HeaderMap, body: &[u8]) -> Report {
    let code = fields.get_all("grpc-status").iter().next_back();
    match code.and_then(|code| code.to_str().ok()?.parse().ok()) {
        None => Report::NotGrpc(status),
        Some(0) => serving(body),
        Some(code) => Report::Failed(code),
    }
}

fn serving(body: &[u8]) -> Report {
    match body.get(PREFIX_BYTES..) {
        Some([STATUS, 1, ..]) => Report::Serving,
        Some([STATUS, 2, ..]) => Report::NotServing,
        Some([STATUS, 3, ..]) => Report::ServiceUnknown,
        _ => Report::Unknown,
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Report::Serving => f.write_str("SERVING"),
            Report::NotServing => f.write_str("NOT_SERVING"),
            Report::ServiceUnknown | Report::Failed(5) => f.write_str("it has no such service"),
            Report::Unknown => f.write_str("UNKNOWN"),
            Report::Failed(12) => f.write_str("it has no grpc.health.v1"),
            Report::Failed(code) => write!(f, "the call failed with grpc-status {code}"),
            Report::NotGrpc(status) => write!(f, "{status}, which is no answer of gRPC"),
        }
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    #[tokio::test]
    async fn the_question_is_the_message_that_grpc_writes() {
        let address = ([127, 0, 0, 1], 9000).into();
        let asked = async |service| {
            question(address, service).unwrap().into_body().collect().await.unwrap().to_bytes()
        };
        assert_eq!(asked("").await, Bytes::from_static(&[0; 5]));
        assert_eq!(asked("urls").await, Bytes::from_static(b"\0\0\0\0\x06\x0a\x04urls"));
    }

    #[test]
    fn only_serving_passes_and_everything_else_says_why() {
        let told = |status, code: Option<&str>, message: &[u8]| {
            let mut fields = HeaderMap::new();
            if let Some(code) = code {
                fields.insert("grpc-status", code.parse().unwrap());
            }
            let prefix = [0, 0, 0, 0, message.len() as u8];
            report(status, &fields, &[&prefix, message].concat()).to_string()
        };
        assert_eq!(told(200, Some("0"), &[8, 1]), "SERVING");
        assert_eq!(told(200, Some("0"), &[8, 2]), "NOT_SERVING");
        assert_eq!(told(200, Some("0"), &[8, 3]), "it has no such service");
        assert_eq!(told(200, Some("0"), &[]), "UNKNOWN");
        assert_eq!(told(200, Some("5"), &[8, 1]), "it has no such service");
        assert_eq!(told(200, Some("12"), &[8, 1]), "it has no grpc.health.v1");
        assert_eq!(told(200, Some("13"), &[8, 1]), "the call failed with grpc-status 13");
        assert_eq!(told(200, None, &[8, 1]), "200, which is no answer of gRPC");
        assert_eq!(told(404, Some("x"), &[8, 1]), "404, which is no answer of gRPC");
        assert_eq!(report(200, &HeaderMap::new(), &[]), Report::NotGrpc(200));
    }
}
