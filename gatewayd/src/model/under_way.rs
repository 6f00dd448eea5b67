//! What is under way on a backend, by kind, and what has been so for longest.

/// Requests under way on a backend.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnderWay {
    /// Those whose answer has begun.
    pub streams: u32,
    /// Those that became WebSockets.
    pub websockets: u32,
    /// The one that came first, of all kinds.
    pub oldest: Option<OldRequest>,
}

/// A request that has been under way for long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OldRequest {
    /// When it came, milliseconds since the start of the process.
    pub since_ms: u64,
    /// Its path, as far as it is remembered.
    pub path: String,
}

impl UnderWay {
    /// Takes in what is under way elsewhere.
    pub fn merge(&mut self, other: &UnderWay) {
        self.streams += other.streams;
        self.websockets += other.websockets;
        let older = |it: &&OldRequest| {
            self.oldest.as_ref().is_none_or(|oldest| it.since_ms < oldest.since_ms)
        };
        if let Some(older) = other.oldest.as_ref().filter(older) {
            self.oldest = Some(older.clone());
        }
    }
}
