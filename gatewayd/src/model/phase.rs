//! A phase: what the process does with clients, from its start to its end.

/// What the process does with clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Accepts and serves.
    Running,
    /// Accepts nobody and finishes what is in flight.
    Draining,
    /// Ends at once.
    Ending,
}
