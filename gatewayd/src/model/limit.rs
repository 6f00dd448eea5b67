//! A limit: the allowed rate for each key.

use std::fmt;
use std::str::FromStr;

use http::HeaderName;
use serde::{Deserialize, Serialize};

use super::{Name, Rule};

/// The allowed rate for each key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// Unique among limits.
    pub name: Name,
    /// What is counted by.
    pub key: LimitKey,
    /// How much is allowed; in the journal under `max` or `rate`.
    #[serde(flatten)]
    pub rule: Rule,
    /// What happens to a request over it.
    pub mode: LimitMode,
}

/// What a limit counts by.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LimitKey {
    /// The client's address; of IPv6 the first 64 bits.
    ClientIp,
    /// The value of a header; requests without it share one key.
    Header(#[serde(with = "header_name")] HeaderName),
    /// The value of a cookie; requests without it share one key.
    Cookie(String),
    /// All requests of a route together.
    Route,
}

/// What a limit does with a request over it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LimitMode {
    /// Refuses it.
    #[default]
    Enforce,
    /// Counts it and lets it pass.
    Shadow,
}

impl FromStr for LimitKey {
    type Err = String;

    /// Reads `client-ip`, `route`, `header:NAME` or `cookie:NAME`.
    fn from_str(text: &str) -> Result<LimitKey, String> {
        let wrong = || {
            format!("{text:?} is not a key: expected client-ip, route, header:NAME or cookie:NAME")
        };
        match text.split_once(':') {
            None if text == "client-ip" => Ok(LimitKey::ClientIp),
            None if text == "route" => Ok(LimitKey::Route),
            Some(("header", name)) => name.parse().map(LimitKey::Header).map_err(|_| wrong()),
            Some(("cookie", name)) if is_token(name) => Ok(LimitKey::Cookie(name.to_owned())),
            _ => Err(wrong()),
        }
    }
}

/// Whether `text` may stand as a cookie's name (RFC 6265, section 4.1.1: a token).
pub(super) fn is_token(text: &str) -> bool {
    // Header names are tokens too, and the `http` crate knows those.
    HeaderName::from_bytes(text.as_bytes()).is_ok()
}

impl fmt::Display for LimitKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LimitKey::ClientIp => f.write_str("client-ip"),
            LimitKey::Header(name) => write!(f, "header:{name}"),
            LimitKey::Cookie(name) => write!(f, "cookie:{name}"),
            LimitKey::Route => f.write_str("route"),
        }
    }
}

impl fmt::Display for LimitMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            LimitMode::Enforce => "enforce",
            LimitMode::Shadow => "shadow",
        })
    }
}

/// A header's name as text.
pub(super) mod header_name {
    use http::HeaderName;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(name: &HeaderName, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(name.as_str())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<HeaderName, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_of_an_older_journal_is_read_and_a_rate_comes_back() {
        let older = r#"{"name":"create","key":"client-ip","max":"100/minute","mode":"enforce"}"#;
        let limit: Limit = serde_json::from_str(older).unwrap();
        assert_eq!(limit.rule.to_string(), "100/minute");
        assert_eq!(serde_json::to_string(&limit).unwrap(), older);
        let rule = Rule::Rate(crate::model::Rate::of("10/second".parse().unwrap()).unwrap());
        let limit = Limit { rule, ..limit };
        let text = serde_json::to_string(&limit).unwrap();
        assert_eq!(serde_json::from_str::<Limit>(&text).unwrap(), limit, "{text}");
    }
}
