//! Framing: what does the head of an answer say about its body?

use http::header::CONTENT_LENGTH;
use http::{HeaderMap, Method, Response, StatusCode};

use super::super::super::http1::ResponseFraming;
use super::Failure;

/// The most fields of a head, and of the trailers behind a body.
pub(super) const MOST_FIELDS: usize = 100;

/// How the body of `answer` to a request of `method` ends, in the words of HTTP/1.1; `ended` is
/// whether nothing comes behind the head.
///
/// # Errors
/// When it is no answer that can be relayed.
pub(in crate::proxy) fn framing(
    method: &Method,
    answer: &Response<()>,
    ended: bool,
) -> Result<ResponseFraming, Failure> {
    let status = answer.status();
    if !(200..=599).contains(&status.as_u16()) || answer.headers().len() > MOST_FIELDS {
        return Err(Failure::Invalid);
    }
    let told = length(answer.headers())?;
    Ok(match told {
        // These tell no length, whatever was asked (RFC 9110, section 8.6).
        _ if status == StatusCode::NO_CONTENT => ResponseFraming::Nothing { told: None },
        _ if status == StatusCode::RESET_CONTENT => ResponseFraming::Nothing { told: Some(0) },
        told if *method == Method::HEAD || status == StatusCode::NOT_MODIFIED => {
            ResponseFraming::Nothing { told }
        }
        Some(length) => ResponseFraming::Length(length),
        None if ended => ResponseFraming::Length(0),
        None => ResponseFraming::Chunked,
    })
}

fn length(fields: &HeaderMap) -> Result<Option<u64>, Failure> {
    let mut lines = fields.get_all(CONTENT_LENGTH).iter();
    let (Some(line), None) = (lines.next(), lines.next()) else {
        return if fields.contains_key(CONTENT_LENGTH) { Err(Failure::Invalid) } else { Ok(None) };
    };
    let digits = line.to_str().ok().filter(|text| text.bytes().all(|it| it.is_ascii_digit()));
    digits.and_then(|digits| digits.parse().ok()).map(Some).ok_or(Failure::Invalid)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framed(
        method: Method,
        status: u16,
        lengths: &[&str],
        ended: bool,
    ) -> Result<ResponseFraming, Failure> {
        let mut answer = Response::builder().status(status);
        for length in lengths {
            answer = answer.header(CONTENT_LENGTH, *length);
        }
        framing(&method, &answer.body(()).unwrap(), ended)
    }

    #[test]
    fn what_has_no_body_gets_none() {
        let nothing = |told| Ok(ResponseFraming::Nothing { told });
        assert_eq!(framed(Method::HEAD, 200, &["5"], true), nothing(Some(5)));
        assert_eq!(framed(Method::GET, 304, &["5"], true), nothing(Some(5)));
        assert_eq!(framed(Method::GET, 204, &["5"], false), nothing(None));
        assert_eq!(framed(Method::GET, 205, &[], false), nothing(Some(0)));
    }

    #[test]
    fn a_length_is_told_only_where_it_is_known() {
        assert_eq!(framed(Method::GET, 200, &["5"], false), Ok(ResponseFraming::Length(5)));
        assert_eq!(framed(Method::GET, 200, &[], true), Ok(ResponseFraming::Length(0)));
        assert_eq!(framed(Method::GET, 200, &[], false), Ok(ResponseFraming::Chunked));
    }

    #[test]
    fn what_is_no_answer_is_not_relayed() {
        for lengths in [&["5", "5"][..], &["+5"], &["5, 5"], &[""], &["99999999999999999999"]] {
            assert_eq!(framed(Method::GET, 200, lengths, false), Err(Failure::Invalid));
        }
        for status in [101, 600, 999] {
            assert_eq!(framed(Method::GET, status, &[], false), Err(Failure::Invalid), "{status}");
        }
        let mut answer = Response::new(());
        for number in 0..=MOST_FIELDS {
            let name = http::HeaderName::try_from(format!("x-{number}")).unwrap();
            answer.headers_mut().append(name, http::HeaderValue::from_static("1"));
        }
        assert_eq!(framing(&Method::GET, &answer, false), Err(Failure::Invalid));
    }
}
