//! A limit's key: what requests have in common that are counted together.

use std::fmt;
use std::str::FromStr;

use http::HeaderName;
use serde::{Deserialize, Serialize};

/// What a limit counts by: one thing, or several that must all be the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "OneOrMany", into = "OneOrMany")]
pub struct LimitKeys(Vec<LimitKey>);

/// As the journal has it: one alone as it always was.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(LimitKey),
    Many(Vec<LimitKey>),
}

/// One thing that a limit counts by.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LimitKey {
    /// The client's address; of IPv6 the first 64 bits, or as many as the limit says.
    ClientIp,
    /// The value of a header; requests without it share one key.
    Header(#[serde(with = "header_name")] HeaderName),
    /// The value of a cookie; requests without it share one key.
    Cookie(String),
    /// All requests of a route together.
    Route,
    /// Everything together.
    Global,
}

impl LimitKeys {
    /// The most parts of a key.
    pub const MOST: usize = 4;

    /// A key of these parts, of which there is at least one.
    #[must_use]
    pub fn of(parts: Vec<LimitKey>) -> Option<LimitKeys> {
        (1..=LimitKeys::MOST).contains(&parts.len()).then_some(LimitKeys(parts))
    }

    /// Its parts.
    #[must_use]
    pub fn parts(&self) -> &[LimitKey] {
        &self.0
    }

    /// Whether the client's address is a part of it.
    #[must_use]
    pub fn has_client_ip(&self) -> bool {
        self.0.contains(&LimitKey::ClientIp)
    }
}

impl From<LimitKey> for LimitKeys {
    fn from(key: LimitKey) -> LimitKeys {
        LimitKeys(vec![key])
    }
}

impl From<OneOrMany> for LimitKeys {
    fn from(told: OneOrMany) -> LimitKeys {
        match told {
            OneOrMany::One(key) => LimitKeys(vec![key]),
            OneOrMany::Many(parts) => LimitKeys(parts),
        }
    }
}

impl From<LimitKeys> for OneOrMany {
    fn from(mut keys: LimitKeys) -> OneOrMany {
        match keys.0.len() {
            1 => OneOrMany::One(keys.0.remove(0)),
            _ => OneOrMany::Many(keys.0),
        }
    }
}

impl fmt::Display for LimitKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> = self.0.iter().map(LimitKey::to_string).collect();
        f.write_str(&parts.join("+"))
    }
}

impl FromStr for LimitKey {
    type Err = String;

    /// Reads `client-ip`, `route`, `global`, `header:NAME` or `cookie:NAME`.
    fn from_str(text: &str) -> Result<LimitKey, String> {
        let wrong = || {
            format!(
                "{text:?} is not a key: expected client-ip, route, global, header:NAME or cookie:NAME"
            )
        };
        match text.split_once(':') {
            None if text == "client-ip" => Ok(LimitKey::ClientIp),
            None if text == "route" => Ok(LimitKey::Route),
            None if text == "global" => Ok(LimitKey::Global),
            Some(("header", name)) => name.parse().map(LimitKey::Header).map_err(|_| wrong()),
            Some(("cookie", name)) if is_token(name) => Ok(LimitKey::Cookie(name.to_owned())),
            _ => Err(wrong()),
        }
    }
}

/// Whether `text` may stand as a cookie's name (RFC 6265, section 4.1.1: a token).
#[must_use]
pub fn is_token(text: &str) -> bool {
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
            LimitKey::Global => f.write_str("global"),
        }
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
    fn a_key_comes_back_from_the_journal_alone_or_in_company() {
        let one = LimitKeys::from(LimitKey::ClientIp);
        assert_eq!(serde_json::to_string(&one).unwrap(), "\"client-ip\"");
        let both = LimitKeys::of(vec![
            LimitKey::ClientIp,
            LimitKey::Header(HeaderName::from_static("x-api-key")),
        ]);
        let both = both.unwrap();
        assert_eq!(both.to_string(), "client-ip+header:x-api-key");
        for key in [one, both] {
            let text = serde_json::to_string(&key).unwrap();
            assert_eq!(serde_json::from_str::<LimitKeys>(&text).unwrap(), key, "{text}");
        }
    }
}
