//! An event: a fact that happened.

use super::Severity;

/// The gateway as it is now, for observers. Everything is computed once and fanned out.
///rvice Watch {
/// The whole picture, fresh: it shows every change acknowledged before the call.
///c GetSnapshot(GetSnapshotRequest) returns (Snapshot);
/// The whole picture at once, then a new one each second. A slow reader gets the newest, never a
/// queue: `seq` tells what it missed.
///c Snapshots(SnapshotsRequest) returns (stream Snapshot);
/// What happened: first the kept past, then live.
///c Events(EventsRequest) returns (stream Event);
///
///
/// Asks for one picture.
///ssage GetSnapshotRequest {}
///
/// Asks for pictures.
///ssage SnapshotsRequest {}
///
/// Asks for events.
///ssage EventsRequest {
/// How many past events to send first, newest last. 0: none. The gateway keeps 1000.
///nt32 backlog = 1;
/// Only these kinds ("change", "health", "limit", "config", "tls", "gateway"). Empty: all.
///peated string kinds = 2;
/// Ends after the past: no live events.
///ol past_only = 3;
///
///
/// A fact that happened.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Event {
    /// Rises by one with each event of this process.
    pub id: u64,
    /// When, milliseconds since the Unix epoch.
    pub time_ms: i64,
    /// "change", "health", "limit", "config", "tls", "gateway".
    pub kind: String,
    /// How bad.
    pub severity: Severity,
    /// Who caused it: a user name, "file", or "gateway".
    pub who: String,
    /// What it concerns: "backend/app-1", "limit/create-per-ip", "gateway".
    pub target: String,
    /// A sentence.
    pub what: String,
    /// The operation behind it; empty when there is none.
    pub op: String,
}
