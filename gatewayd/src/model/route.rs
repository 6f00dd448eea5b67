//! A route: which requests it matches and what becomes of them.

use std::fmt;
use std::net::Ipv6Addr;
use std::str::FromStr;

use http::Method;
use serde::{Deserialize, Serialize};

use super::Name;

/// A matcher and what to do with what it matches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// Unique among routes.
    pub name: Name,
    /// The hosts it matches; empty matches every host.
    pub hosts: Vec<HostPattern>,
    /// The paths it matches.
    pub path: PathPattern,
    /// The methods it matches; empty matches every method.
    #[serde(with = "methods")]
    pub methods: Vec<Method>,
    /// The pool that serves it.
    pub pool: Name,
    /// The limits it is under, checked in this order.
    pub limits: Vec<Name>,
    /// The largest request body in bytes; 0 is unlimited.
    pub max_body_bytes: u64,
}

impl Route {
    /// The largest request body unless the route says otherwise.
    pub const DEFAULT_MAX_BODY_BYTES: u64 = 10 * 1024 * 1024;
}

/// Which hosts a route matches, lower case, without port.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum HostPattern {
    /// This host: `a.example`.
    Exact(String),
    /// Every host that ends with this, which begins with a dot: `*.example` holds `.example`.
    Suffix(String),
}

/// Which paths a route matches.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum PathPattern {
    /// This path: `/urls`.
    Exact(String),
    /// Everything under this, which ends with a slash: `/api/*` holds `/api/`. `/*` is everything.
    Prefix(String),
    /// Paths of this many segments: `/{code}`, `/users/{id}/photo`.
    Template(Vec<Segment>),
}

/// One segment of a template.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Segment {
    /// This text.
    Literal(String),
    /// Any one non-empty segment, called this.
    Parameter(String),
}

/// Why a text is not a pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// Not a host.
    #[error("{0:?} is not a host: expected a.example, *.example or [2001:db8::1], without port")]
    Host(String),
    /// Not a path.
    #[error(
        "{0:?} is not a path: expected \"/urls\" (exactly this), \"/api/*\" (everything under it), \
         \"/*\" (everything) or \"/{{code}}\" (one segment)"
    )]
    Path(String),
}

impl FromStr for HostPattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<HostPattern, PatternError> {
        let (wild, host) = match text.strip_prefix("*.") {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let label = |label: &str| {
            let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
            !label.is_empty() && label.bytes().all(legal)
        };
        let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        if let Some(Ok(address)) = bare.filter(|_| !wild).map(str::parse::<Ipv6Addr>) {
            // In its shortest form, which is what the hosts of requests are brought to.
            return Ok(HostPattern::Exact(format!("[{address}]")));
        }
        if host.len() > 253 || !host.split('.').all(label) {
            return Err(PatternError::Host(text.to_owned()));
        }
        let host = host.to_ascii_lowercase();
        Ok(if wild { HostPattern::Suffix(format!(".{host}")) } else { HostPattern::Exact(host) })
    }
}

impl fmt::Display for HostPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HostPattern::Exact(host) => f.write_str(host),
            HostPattern::Suffix(suffix) => write!(f, "*{suffix}"),
        }
    }
}

impl FromStr for PathPattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<PathPattern, PatternError> {
        let wrong = || PatternError::Path(text.to_owned());
        let plain = |text: &str| {
            let special = |byte: u8| b"{}*?#%\\ ".contains(&byte) || !byte.is_ascii_graphic();
            !text.bytes().any(special) && !text.split('/').any(|part| part == "." || part == "..")
        };
        let path = text.strip_prefix('/').ok_or_else(wrong)?;
        if let Some(prefix) = text.strip_suffix("/*") {
            return if plain(prefix) && !prefix.contains("//") {
                Ok(PathPattern::Prefix(format!("{prefix}/")))
            } else {
                Err(wrong())
            };
        }
        if path.contains("//") || path.starts_with('/') {
            return Err(wrong());
        }
        if !path.contains('{') {
            return if plain(path) {
                Ok(PathPattern::Exact(text.to_owned()))
            } else {
                Err(wrong())
            };
        }
        let segment = |part: &str| match part.strip_prefix('{').and_then(|it| it.strip_suffix('}'))
        {
            Some(name) if plain(name) && !name.is_empty() => {
                Ok(Segment::Parameter(name.to_owned()))
            }
            None if plain(part) => Ok(Segment::Literal(part.to_owned())),
            _ => Err(wrong()),
        };
        path.split('/').map(segment).collect::<Result<_, _>>().map(PathPattern::Template)
    }
}

impl fmt::Display for PathPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PathPattern::Exact(path) => f.write_str(path),
            PathPattern::Prefix(prefix) => write!(f, "{prefix}*"),
            PathPattern::Template(segments) => {
                segments.iter().try_for_each(|segment| match segment {
                    Segment::Literal(text) => write!(f, "/{text}"),
                    Segment::Parameter(name) => write!(f, "/{{{name}}}"),
                })
            }
        }
    }
}

impl TryFrom<String> for HostPattern {
    type Error = PatternError;

    fn try_from(text: String) -> Result<HostPattern, PatternError> {
        text.parse()
    }
}

impl From<HostPattern> for String {
    fn from(pattern: HostPattern) -> String {
        pattern.to_string()
    }
}

impl TryFrom<String> for PathPattern {
    type Error = PatternError;

    fn try_from(text: String) -> Result<PathPattern, PatternError> {
        text.parse()
    }
}

impl From<PathPattern> for String {
    fn from(pattern: PathPattern) -> String {
        pattern.to_string()
    }
}

/// Methods as text.
mod methods {
    use http::Method;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(methods: &[Method], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(methods.iter().map(Method::as_str))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Method>, D::Error> {
        let words = Vec::<String>::deserialize(from)?;
        words.iter().map(|word| word.parse().map_err(D::Error::custom)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_read_back_as_written() {
        for text in ["/", "/urls", "/api/*", "/*", "/{code}", "/users/{id}/photo"] {
            assert_eq!(text.parse::<PathPattern>().unwrap().to_string(), text);
        }
        for text in ["a.example", "*.example", "localhost", "[2001:db8::1]"] {
            assert_eq!(text.parse::<HostPattern>().unwrap().to_string(), text);
        }
        let long = "[2001:0DB8:0:0::1]".parse::<HostPattern>().unwrap();
        assert_eq!(long, HostPattern::Exact("[2001:db8::1]".to_owned()));
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for text in [
            "", "urls", "/a*", "/{", "/{}", "/a{b}", "/a//b", "//", "/../a", "/a?b", "/a%20",
            "/*/b",
        ] {
            assert!(text.parse::<PathPattern>().is_err(), "{text:?}");
        }
        for text in [
            "",
            "*",
            "a..b",
            "a b",
            "a:80",
            "*.*.example",
            "a/b",
            "[]",
            "[x]",
            "*.[::1]",
            "[10.0.0.1]",
            "[::1",
            "[::1]:80",
            "[fe80::1%eth0]",
        ] {
            assert!(text.parse::<HostPattern>().is_err(), "{text:?}");
        }
    }
}
