//! Orders: what the command was told and has not finished, on disk, so that each is one order only.

use std::time::Duration;

use rand::Rng;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::model::Name;

/// An order that failed is repeated after this; doubles each time.
const SHORTEST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// The orders of one pool.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Orders {
    /// How many servers there are to be; absent once there are.
    pub(super) scale_out: Option<ScaleOut>,
    /// Servers that are to end; absent once they are not listed any more.
    pub(super) endings: Vec<Ending>,
}

/// An order to have so many servers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct ScaleOut {
    /// Its idempotency key.
    pub(super) key: String,
    /// How many in all.
    pub(super) servers: u32,
    /// Whether the command said that it sees to it.
    pub(super) accepted: bool,
    #[serde(skip)]
    pub(super) pace: Pace,
}

/// An order to end a server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Ending {
    /// The server.
    pub(super) id: Name,
    /// Its idempotency key.
    pub(super) key: String,
    #[serde(skip)]
    pub(super) pace: Pace,
}

/// When an order is given next: at once at first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Pace {
    next: Option<Instant>,
    failed: u32,
}

impl ScaleOut {
    /// A new order.
    pub(super) fn new(pool: &Name, servers: u32) -> ScaleOut {
        ScaleOut { key: new_key(pool), servers, accepted: false, pace: Pace::default() }
    }

    /// Whether the command is to be called for it.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        !self.accepted && self.pace.is_due(now)
    }
}

impl Ending {
    /// A new order.
    pub(super) fn new(pool: &Name, id: &Name) -> Ending {
        Ending { id: id.clone(), key: new_key(pool), pace: Pace::default() }
    }
}

impl Pace {
    /// Whether it is time.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.next.is_none_or(|next| next <= now)
    }

    /// Orders what is due by how long it waits.
    pub(super) fn since(&self) -> Option<Instant> {
        self.next
    }

    /// After a failure: again in a while, which is returned.
    pub(super) fn fail(&mut self, now: Instant) -> Duration {
        let pause = (SHORTEST_PAUSE * 2_u32.pow(self.failed.min(10))).min(LONGEST_PAUSE);
        self.failed = self.failed.saturating_add(1);
        self.next = Some(now + pause);
        pause
    }

    /// After a success that is not seen yet.
    pub(super) fn rest(&mut self, now: Instant) {
        *self = Pace { next: Some(now + LONGEST_PAUSE), failed: 0 };
    }
}

fn new_key(pool: &Name) -> String {
    format!("{pool}-{:016x}", rand::rng().random::<u64>())
}
