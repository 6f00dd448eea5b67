//! The URL shortener: `POST /urls` makes a code, `GET /{code}` leads to its URL.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION};
use http::{Method, StatusCode, Uri};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use percent_encoding::percent_decode;
use serde::Deserialize;

use super::answer::{self, Answer};
use super::codes::Codes;

/// The longest body that `POST /urls` reads.
const LARGEST_BODY_BYTES: usize = 16 * 1024;
/// The longest URL that gets a code.
const LONGEST_URL_BYTES: usize = 2048;

/// Why a URL got no code.
struct Refusal(StatusCode, &'static str);

#[derive(Deserialize)]
struct Creation {
    url: String,
}

/// Answers `/urls`: 201 with the code, or what is wrong with the request.
pub(super) async fn create(
    codes: &Arc<Codes>,
    method: &Method,
    headers: &HeaderMap,
    body: Incoming,
) -> Answer {
    if method != Method::POST {
        return only("POST");
    }
    match read_url(headers, body).await {
        Ok(url) => created(shorten(codes, url).await),
        Err(Refusal(status, detail)) => answer::problem(status, detail),
    }
}

/// Answers `/{code}`: 302 with the URL, or 404.
pub(super) async fn follow(codes: &Arc<Codes>, method: &Method, path: &str) -> Answer {
    if method != Method::GET && method != Method::HEAD {
        return only("GET, HEAD");
    }
    let (codes, code) = (Arc::clone(codes), path.trim_start_matches('/').to_owned());
    let found = tokio::task::spawn_blocking(move || codes.resolve(&code)).await;
    let location = match found.map_err(io::Error::other).flatten() {
        Ok(url) => url.and_then(|url| HeaderValue::try_from(url).ok()),
        Err(broken) => return unavailable(&broken),
    };
    let Some(location) = location else {
        return answer::problem(StatusCode::NOT_FOUND, "nobody made this code");
    };
    let mut found = answer::empty(StatusCode::FOUND);
    found.headers_mut().insert(LOCATION, location);
    found
}

async fn shorten(codes: &Arc<Codes>, url: String) -> io::Result<(String, String)> {
    let codes = Arc::clone(codes);
    let written = tokio::task::spawn_blocking(move || Ok((codes.shorten(&url)?, url))).await;
    written.map_err(io::Error::other)?
}

fn created(stored: io::Result<(String, String)>) -> Answer {
    let (code, url) = match stored {
        Ok(pair) => pair,
        Err(broken) => return unavailable(&broken),
    };
    let short = format!("/{code}");
    let document = serde_json::json!({ "code": code, "short": short, "url": url });
    let mut answer = answer::json(StatusCode::CREATED, &document);
    let location = HeaderValue::try_from(short).expect("a code is alphanumeric");
    answer.headers_mut().insert(LOCATION, location);
    answer
}

/// The client hears that the store failed; why is for the operator's eyes only.
fn unavailable(broken: &io::Error) -> Answer {
    tracing::error!(%broken, "the store of codes failed");
    answer::problem(StatusCode::INTERNAL_SERVER_ERROR, "the store of codes failed")
}

fn only(methods: &'static str) -> Answer {
    let mut answer = answer::problem(StatusCode::METHOD_NOT_ALLOWED, "see the Allow header");
    answer.headers_mut().insert(ALLOW, HeaderValue::from_static(methods));
    answer
}

async fn read_url(headers: &HeaderMap, body: Incoming) -> Result<String, Refusal> {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = content_type.unwrap_or("").split(';').next().unwrap_or("").trim();
    let parse = match essence.to_ascii_lowercase().as_str() {
        "application/json" => url_in_json,
        "application/x-www-form-urlencoded" => url_in_form,
        _ => {
            let expected = "send application/json or application/x-www-form-urlencoded";
            return Err(Refusal(StatusCode::UNSUPPORTED_MEDIA_TYPE, expected));
        }
    };
    let body = Limited::new(body, LARGEST_BODY_BYTES).collect().await.map_err(|error| {
        if error.is::<LengthLimitError>() {
            Refusal(StatusCode::PAYLOAD_TOO_LARGE, "the body is larger than 16 KiB")
        } else {
            Refusal(StatusCode::BAD_REQUEST, "the body ended early")
        }
    })?;
    check(parse(&body.to_bytes())?)
}

fn url_in_json(body: &Bytes) -> Result<String, Refusal> {
    serde_json::from_slice::<Creation>(body).map(|creation| creation.url).map_err(|_| {
        Refusal(StatusCode::BAD_REQUEST, r#"expected {"url": "https://example.org/…"}"#)
    })
}

fn url_in_form(body: &Bytes) -> Result<String, Refusal> {
    let expected = || Refusal(StatusCode::BAD_REQUEST, "expected url=https%3A%2F%2Fexample.org");
    let mut fields = body.split(|byte| *byte == b'&');
    let value = fields.find_map(|field| field.strip_prefix(b"url=")).ok_or_else(expected)?;
    let spaced: Vec<u8> =
        value.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    percent_decode(&spaced).decode_utf8().map(|url| url.into_owned()).map_err(|_| expected())
}

fn check(url: String) -> Result<String, Refusal> {
    let refuse = |detail| Err(Refusal(StatusCode::BAD_REQUEST, detail));
    if url.len() > LONGEST_URL_BYTES {
        return refuse("the URL is longer than 2048 bytes");
    }
    if !url.bytes().all(|byte| byte.is_ascii_graphic()) {
        return refuse(
            "the URL holds spaces, control or non-ASCII characters: percent-encode them",
        );
    }
    match url.parse::<Uri>() {
        Ok(parsed) if parsed.host().is_none_or(str::is_empty) => refuse("the URL names no host"),
        Ok(parsed) if matches!(parsed.scheme_str(), Some("http" | "https")) => Ok(url),
        Ok(_) => refuse("the URL must begin with http:// or https://"),
        Err(_) => refuse("this is not a URL"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(url: &str) -> Option<&'static str> {
        check(url.to_owned()).err().map(|Refusal(_, detail)| detail)
    }

    #[test]
    fn only_absolute_web_addresses_get_a_code() {
        assert_eq!(verdict("https://example.org/a?b=c#d"), None);
        assert_eq!(verdict("http://[::1]:8080/"), None);
        for bad in ["", "example", "/relative", "ftp://example.org/", "https://", "javascript:1"] {
            assert!(verdict(bad).is_some(), "{bad} was accepted");
        }
        assert!(verdict("https://example.org/\r\nSet-Cookie: a=b").is_some());
        assert!(verdict(&format!("https://example.org/{}", "x".repeat(3000))).is_some());
    }

    #[test]
    fn json_and_form_bodies_name_the_same_url() {
        let json = Bytes::from_static(br#"{"url": "https://example.org/?a=1&b=2"}"#);
        let form = Bytes::from_static(b"x=1&url=https%3A%2F%2Fexample.org%2F%3Fa%3D1%26b%3D2");
        let expected = "https://example.org/?a=1&b=2";
        assert_eq!(url_in_json(&json).ok().as_deref(), Some(expected));
        assert_eq!(url_in_form(&form).ok().as_deref(), Some(expected));
        assert!(url_in_form(&Bytes::from_static(b"link=x")).is_err());
        assert!(url_in_json(&Bytes::from_static(b"{}")).is_err());
    }
}
