//! A listing: the servers there are, as the command prints them.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;

use serde::Deserialize;

use super::words::one_line;
use crate::model::Name;

/// One server as listed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Listed {
    /// What the command calls it, and so does the gateway.
    pub(super) id: Name,
    /// Where it listens; absent until that is known.
    pub(super) address: Option<SocketAddr>,
    /// How it is.
    #[serde(default)]
    pub(super) state: State,
}

/// How a server is, by the command.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    /// It is on its way.
    Starting,
    /// It takes requests, or soon does.
    #[default]
    Running,
    /// It is on its way out.
    Ending,
}

/// Why what the command printed is not a listing.
#[derive(Debug, thiserror::Error)]
pub(super) enum ListingError {
    /// It is something else.
    #[error(
        "`list` printed something else than servers ({0}): expected \
         {{\"servers\": [{{\"id\": \"app-1\", \"address\": \"10.0.0.7:8080\"}}]}}"
    )]
    Malformed(String),
    /// Which of two is meant?
    #[error("`list` printed {0} twice")]
    Twice(Name),
    /// Two cannot be at one place.
    #[error("`list` printed {0} and {1} at the same address {2}; if one is on its way out, say so")]
    OnePlace(Name, Name, SocketAddr),
    /// Nobody has so many.
    #[error("`list` printed {0} servers, at most {MOST_SERVERS} are believed")]
    TooMany(usize),
}

/// As many as a pool can be scaled to.
const MOST_SERVERS: usize = 10_000;

#[derive(Deserialize)]
struct Listing {
    servers: Vec<Listed>,
}

/// The servers in `printed`.
pub(super) fn read(printed: &[u8]) -> Result<Vec<Listed>, ListingError> {
    let malformed =
        |error: serde_json::Error| ListingError::Malformed(one_line(&error.to_string()));
    let Listing { servers } = serde_json::from_slice(printed).map_err(malformed)?;
    if servers.len() > MOST_SERVERS {
        return Err(ListingError::TooMany(servers.len()));
    }
    let (mut known, mut places) = (HashSet::new(), HashMap::new());
    for it in &servers {
        if !known.insert(&it.id) {
            return Err(ListingError::Twice(it.id.clone()));
        }
        // The place of one that ends may be the next one's already.
        let place = it.address.filter(|_| it.state != State::Ending);
        if let Some(address) = place
            && let Some(other) = places.insert(address, &it.id)
        {
            return Err(ListingError::OnePlace(other.clone(), it.id.clone(), address));
        }
    }
    Ok(servers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listing_says_who_is_where_and_how() {
        let printed = br#"{"servers": [
            {"id": "i-1", "address": "10.0.0.1:80", "zone": "b"}, {"id": "i-2", "state": "starting"}
        ], "more": 1}"#;
        let servers = read(printed).unwrap();
        let told: Vec<_> =
            servers.iter().map(|it| (it.id.as_str(), it.address, it.state)).collect();
        let address = Some(([10, 0, 0, 1], 80).into());
        assert_eq!(told, [("i-1", address, State::Running), ("i-2", None, State::Starting)]);
    }

    #[test]
    fn anything_else_is_refused_with_what_was_expected() {
        for (printed, word) in [
            ("", "EOF"),
            ("[]", "expected"),
            (r#"{"servers": [{"id": "a b"}]}"#, "is not a name"),
            (r#"{"servers": [{"id": "a", "address": "host:80"}]}"#, "socket address"),
            (r#"{"servers": [{"id": "a", "state": "odd"}]}"#, "unknown variant `odd`"),
            (r#"{"servers": [{"id": "a"}, {"id": "a"}]}"#, "printed a twice"),
            (
                r#"{"servers": [{"id": "a", "address": "10.0.0.1:80"},
                    {"id": "b", "address": "10.0.0.1:80"}]}"#,
                "a and b at the same address 10.0.0.1:80",
            ),
        ] {
            let error = read(printed.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(word), "{printed}: {error}");
        }
    }

    #[test]
    fn the_place_of_one_that_ends_may_be_the_next_ones() {
        let printed = br#"{"servers": [{"id": "a", "address": "10.0.0.1:80", "state": "ending"},
            {"id": "b", "address": "10.0.0.1:80"}]}"#;
        assert_eq!(read(printed).unwrap().len(), 2);
    }

    #[test]
    fn a_flood_is_refused_in_few_words() {
        let server = |number| format!(r#"{{"id": "i-{number}"}}"#);
        let servers: Vec<String> = (0..10_001).map(server).collect();
        let error = read(format!(r#"{{"servers": [{}]}}"#, servers.join(",")).as_bytes());
        assert!(error.unwrap_err().to_string().contains("10001 servers, at most 10000"));
        let word = r"\u001b[2J".repeat(300_000);
        let printed = format!(r#"{{"servers": [{{"id": "a", "state": "{word}"}}]}}"#);
        let error = read(printed.as_bytes()).unwrap_err().to_string();
        assert!(error.len() < 800, "{}", error.len());
        assert!(!error.contains(char::is_control), "{error}");
    }
}
