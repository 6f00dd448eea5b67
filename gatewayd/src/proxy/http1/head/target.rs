//! The target: what of the host does a request ask for? (RFC 9112, section 3.2)

use std::borrow::Cow;

use http::Method;

use crate::model::Refusal;
use crate::policy;

/// What a request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::proxy) enum Target<'a> {
    /// A path and perhaps a query.
    Resource {
        /// The path in its canonical form.
        path: Cow<'a, str>,
        /// What is behind the question mark, as it came.
        query: Option<&'a str>,
    },
    /// `*`: the server itself; only with OPTIONS.
    Server,
}

/// A target, and the authority in it if it has one.
pub(super) type Aimed<'a> = (Target<'a>, Option<&'a str>);

impl<'a> Target<'a> {
    /// Reads the target of a request that came over `scheme`.
    pub(super) fn parse(raw: &'a str, method: &Method, scheme: &str) -> Result<Aimed<'a>, Refusal> {
        if raw.starts_with('/') {
            return Ok((resource(raw)?, None));
        }
        if raw == "*" && *method == Method::OPTIONS {
            return Ok((Target::Server, None));
        }
        absolute(raw, method, scheme)
    }

    /// The path that routes know; the server itself is at the root.
    pub(in crate::proxy) fn path(&self) -> &str {
        match self {
            Target::Resource { path, .. } => path,
            Target::Server => "/",
        }
    }

    /// The query, as it came.
    pub(in crate::proxy) fn query(&self) -> Option<&'a str> {
        match self {
            Target::Resource { query, .. } => *query,
            Target::Server => None,
        }
    }

    /// Appends it in the form in which origin servers are asked.
    pub(in crate::proxy) fn write(&self, out: &mut Vec<u8>) {
        match self {
            Target::Resource { path, query } => {
                out.extend_from_slice(path.as_bytes());
                if let Some(query) = query {
                    out.push(b'?');
                    out.extend_from_slice(query.as_bytes());
                }
            }
            Target::Server => out.push(b'*'),
        }
    }
}

/// Reads the absolute form: `http://a.example/path`.
fn absolute<'a>(raw: &'a str, method: &Method, scheme: &str) -> Result<Aimed<'a>, Refusal> {
    let (told, rest) = raw.split_once("://").ok_or(Refusal::TargetInvalid)?;
    if !told.eq_ignore_ascii_case(scheme) {
        return Err(Refusal::TargetInvalid);
    }
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, rest) = rest.split_at(end);
    let target = match rest.as_bytes().first() {
        // The last proxy on the way turns this form into `*` (section 3.2.4).
        None if *method == Method::OPTIONS => Target::Server,
        None => Target::Resource { path: Cow::Borrowed("/"), query: None },
        Some(b'?') => Target::Resource { path: Cow::Borrowed("/"), query: query(&rest[1..])? },
        Some(_) => resource(rest)?,
    };
    Ok((target, Some(authority)))
}

/// Reads the origin form: `/path?query`.
fn resource(raw: &str) -> Result<Target<'_>, Refusal> {
    let (path, query) = match memchr::memchr(b'?', raw.as_bytes()) {
        Some(mark) => (&raw[..mark], query(&raw[mark + 1..])?),
        None => (raw, None),
    };
    let path = policy::canonical(path).map_err(|_| Refusal::PathInvalid)?;
    Ok(Target::Resource { path, query })
}

/// A query goes on byte for byte, so that no more is asked of it than that it holds no fragment
/// and nothing that only some implementations take for a byte of a target.
fn query(text: &str) -> Result<Option<&str>, Refusal> {
    let is_legal = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#');
    is_legal.then_some(Some(text)).ok_or(Refusal::TargetInvalid)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(method: &Method, raw: &str) -> Result<String, Refusal> {
        let (target, authority) = Target::parse(raw, method, "http")?;
        let mut out = authority.unwrap_or_default().to_owned().into_bytes();
        target.write(&mut out);
        Ok(String::from_utf8(out).unwrap())
    }

    #[test]
    fn the_forms_of_rfc_9112_section_3_2_are_read() {
        for (method, raw, read_as) in [
            (Method::GET, "/", "/"),
            (Method::GET, "/a/../b?c=/../d&e=[|]\\", "/b?c=/../d&e=[|]\\"),
            (Method::GET, "/?", "/?"),
            (Method::GET, "/a??b", "/a??b"),
            (Method::GET, "http://a.example", "a.example/"),
            (Method::GET, "HTTP://a.example/x", "a.example/x"),
            (Method::GET, "http://a.example:80?x", "a.example:80/?x"),
            (Method::OPTIONS, "*", "*"),
            (Method::OPTIONS, "http://a.example", "a.example*"),
            (Method::OPTIONS, "http://a.example/", "a.example/"),
        ] {
            assert_eq!(read(&method, raw).as_deref(), Ok(read_as), "{method} {raw}");
        }
    }

    #[test]
    fn no_other_form_is_read() {
        use Refusal::{PathInvalid, TargetInvalid};
        for (raw, refusal) in [
            ("*", TargetInvalid),
            ("a:80", TargetInvalid),
            ("a.example/x", TargetInvalid),
            ("\\admin", TargetInvalid),
            ("?x", TargetInvalid),
            ("https://a.example/", TargetInvalid),
            ("ftp://a.example/", TargetInvalid),
            ("://a.example/", TargetInvalid),
            ("/ok#/admin", PathInvalid),
            ("/a?b#c", TargetInvalid),
            ("http://a.example#x", PathInvalid),
            ("http://a.example?x#y", TargetInvalid),
            ("/caf\u{e9}", PathInvalid),
            ("/x?caf\u{e9}", TargetInvalid),
            ("/x?\u{7f}", TargetInvalid),
            ("/a%2fb", PathInvalid),
        ] {
            assert_eq!(read(&Method::GET, raw), Err(refusal), "{raw}");
        }
    }
}
