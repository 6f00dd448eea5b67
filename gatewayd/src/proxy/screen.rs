//! Is this head one that has a single reading? Its host and canonical path, or a refusal.

use std::borrow::Cow;

use http::header::{EXPECT, HOST};
use http::request::Parts;
use http::uri::Authority;
use http::{HeaderValue, Method, Version};

use crate::model::Refusal;
use crate::policy;

/// What a request asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Screened {
    /// The host, lower case, without port.
    pub(super) host: String,
    /// The authority as the client wrote it, for the backend's Host.
    pub(super) authority: HeaderValue,
    /// The canonical path; `None` when it is the one in the URI.
    pub(super) path: Option<String>,
}

/// Screens a head.
///
/// # Errors
/// When it has no single reading, or asks for what is not relayed.
pub(super) fn screen(head: &Parts) -> Result<Screened, Refusal> {
    if [Method::CONNECT, Method::TRACE].contains(&head.method) {
        return Err(Refusal::MethodRefused);
    }
    if let Some(expectation) = head.headers.get(EXPECT)
        && !expectation.as_bytes().eq_ignore_ascii_case(b"100-continue")
    {
        return Err(Refusal::ExpectationFailed);
    }
    let authority = authority(head)?;
    let text = authority.to_str().map_err(|_| Refusal::HostInvalid)?;
    let host = policy::host(text).map_err(|_| Refusal::HostInvalid)?.name.into_owned();
    let path = match policy::canonical(head.uri.path()).map_err(|_| Refusal::PathInvalid)? {
        Cow::Borrowed(_) => None,
        Cow::Owned(path) => Some(path),
    };
    Ok(Screened { host, authority, path })
}

/// The authority the request is for: the target's when it has one, which Host must then repeat
/// (RFC 9112 section 3.2.2, RFC 9113 section 8.3.1).
fn authority(head: &Parts) -> Result<HeaderValue, Refusal> {
    let mut hosts = head.headers.get_all(HOST).iter();
    let (host, second) = (hosts.next(), hosts.next());
    if second.is_some() {
        return Err(Refusal::HostInvalid);
    }
    match (head.uri.authority(), host) {
        (Some(target), None) if head.version == Version::HTTP_2 => written(target),
        (Some(target), Some(host))
            if host.as_bytes().eq_ignore_ascii_case(target.as_str().as_bytes()) =>
        {
            written(target)
        }
        (None, Some(host)) => Ok(host.clone()),
        (None, None) if head.version == Version::HTTP_10 => {
            Ok(HeaderValue::from_static("localhost"))
        }
        _ => Err(Refusal::HostInvalid),
    }
}

fn written(authority: &Authority) -> Result<HeaderValue, Refusal> {
    HeaderValue::try_from(authority.as_str()).map_err(|_| Refusal::HostInvalid)
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn verdict(uri: &str, hosts: &[&str], version: Version) -> Result<String, Refusal> {
        let mut request = Request::builder().uri(uri).version(version);
        for host in hosts {
            request = request.header(HOST, *host);
        }
        screen(&request.body(()).unwrap().into_parts().0).map(|screened| screened.host)
    }

    #[test]
    fn a_request_names_exactly_one_host() {
        let h1 = Version::HTTP_11;
        assert_eq!(verdict("/", &["A.example:80"], h1), Ok("a.example".to_owned()));
        assert_eq!(verdict("http://a.example/", &["a.example"], h1), Ok("a.example".to_owned()));
        assert_eq!(verdict("https://a.example/", &[], Version::HTTP_2), Ok("a.example".to_owned()));
        for (uri, hosts) in [
            ("/", &[][..]),
            ("/", &["a", "a"]),
            ("/", &[""]),
            ("/", &["a b"]),
            ("/", &["u@a"]),
            ("/", &["a/b"]),
            ("http://a.example/", &["b.example"]),
            ("http://a.example/", &[]),
        ] {
            assert_eq!(verdict(uri, hosts, h1), Err(Refusal::HostInvalid), "{uri} {hosts:?}");
        }
    }

    #[test]
    fn a_path_has_one_reading() {
        let head = |uri: &str| Request::builder().uri(uri).header(HOST, "a").body(()).unwrap();
        let screened = |uri: &str| screen(&head(uri).into_parts().0);
        assert_eq!(screened("/a/b").unwrap().path, None);
        assert_eq!(screened("/a/../%62").unwrap().path, Some("/b".to_owned()));
        assert_eq!(screened("/a%2fb").unwrap_err(), Refusal::PathInvalid);
    }

    #[test]
    fn what_is_not_relayed_is_refused() {
        let head = |method: &str, expect: &str| {
            let request = Request::builder().method(method).uri("/").header(HOST, "a");
            request.header(EXPECT, expect).body(()).unwrap().into_parts().0
        };
        assert!(screen(&head("GET", "100-Continue")).is_ok());
        assert_eq!(screen(&head("GET", "x")).unwrap_err(), Refusal::ExpectationFailed);
        assert_eq!(screen(&head("TRACE", "100-continue")).unwrap_err(), Refusal::MethodRefused);
    }
}
