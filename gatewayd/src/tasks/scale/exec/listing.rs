//! A listing: the servers there are, as the command prints them.

use std::collections::HashSet;
use std::net::SocketAddr;

use serde::Deserialize;

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
    Malformed(#[from] serde_json::Error),
    /// Which of two is meant?
    #[error("`list` printed {0} twice")]
    Twice(Name),
}

#[derive(Deserialize)]
struct Listing {
    servers: Vec<Listed>,
}

/// The servers in `printed`.
pub(super) fn read(printed: &[u8]) -> Result<Vec<Listed>, ListingError> {
    let Listing { servers } = serde_json::from_slice(printed)?;
    let mut known = HashSet::new();
    match servers.iter().find(|it| !known.insert(&it.id)) {
        Some(twice) => Err(ListingError::Twice(twice.id.clone())),
        None => Ok(servers),
    }
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
        ] {
            let error = read(printed.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(word), "{printed}: {error}");
        }
    }
}
