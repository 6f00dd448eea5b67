//! The head of a request as a backend of HTTP/2 is asked.

use http::header::{CONTENT_LENGTH, HOST, TE};
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{HeaderMap, HeaderValue, Method, Request, Uri, Version};

use crate::model::Refusal;

use super::super::super::fields;
use super::super::super::http1::RequestFraming;

/// The request for `target`, a path and query. The `fields` are ready for a backend: Host is the
/// authority (RFC 9113, section 8.3.1). `framing` says whether there is a body and how long it is;
/// `takes_trailers` whether the client does.
///
/// # Errors
/// When the target has bytes in it that HTTP/2 does not know.
pub(in crate::proxy) fn request(
    method: &Method,
    target: &str,
    mut fields: HeaderMap,
    framing: RequestFraming,
    takes_trailers: bool,
) -> Result<Request<()>, Refusal> {
    let authority = fields.remove(HOST);
    let authority = authority.and_then(|host| Authority::try_from(host.as_bytes()).ok());
    let mut parts = http::uri::Parts::default();
    parts.scheme = Some(Scheme::HTTP);
    parts.authority = Some(authority.ok_or(Refusal::HostInvalid)?);
    parts.path_and_query =
        Some(PathAndQuery::try_from(target).map_err(|_| Refusal::TargetInvalid)?);
    if let RequestFraming::Length(length) = framing {
        fields.insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    if takes_trailers {
        fields.insert(TE, HeaderValue::from_static(fields::TRAILERS));
    }
    let mut request = Request::new(());
    *request.method_mut() = method.clone();
    *request.uri_mut() = Uri::from_parts(parts).map_err(|_| Refusal::TargetInvalid)?;
    *request.version_mut() = Version::HTTP_2;
    *request.headers_mut() = fields;
    Ok(request)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_becomes_the_authority_and_framing_is_told_anew() {
        let mut fields = HeaderMap::new();
        fields.insert(HOST, HeaderValue::from_static("a.example:8080"));
        let length = RequestFraming::Length(5);
        let asked = request(&Method::POST, "/a?b=c", fields.clone(), length, true).unwrap();
        assert_eq!(asked.uri(), "http://a.example:8080/a?b=c");
        assert_eq!(asked.headers()[CONTENT_LENGTH], "5");
        assert_eq!(asked.headers()[TE], "trailers");
        assert!(!asked.headers().contains_key(HOST));
        let asked = request(&Method::GET, "*", fields, RequestFraming::Chunked, false).unwrap();
        assert!(asked.headers().is_empty());
    }
}
