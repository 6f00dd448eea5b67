//! Stickiness: a client's requests stay on the backend that served its first.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How a pool's clients stay on their backends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sticky {
    /// The cookie by which a client is known again; a token (RFC 6265, section 4.1.1).
    pub cookie: String,
    /// For so long after its last request, or a little less.
    pub lasts: Duration,
}

impl Sticky {
    /// How long a client stays when nobody says.
    pub const LASTS: Duration = Duration::from_secs(60 * 60);
}
