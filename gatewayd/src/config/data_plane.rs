//! `[data_plane]`: how many workers, how much memory for limits, whom to believe, where to log.

use std::num::{NonZeroU32, NonZeroUsize};

use ipnet::IpNet;

use super::fields::Fields;
use super::limit_uses::Place;
use super::value::Value;
use crate::model::{AccessLog, Name, Settings};

/// What `[data_plane]` says.
pub(super) struct DataPlane {
    pub(super) workers: Option<NonZeroUsize>,
    pub(super) limiter_keys: NonZeroUsize,
    pub(super) trusted_proxies: Vec<IpNet>,
    pub(super) max_connections: Option<NonZeroU32>,
    pub(super) max_connections_per_client: Option<NonZeroU32>,
    pub(super) access_log: Option<AccessLog>,
    pub(super) show_queries: bool,
    /// Of all requests.
    pub(super) limits: Vec<Name>,
}

const MOST_CONNECTIONS: i64 = 100_000_000;
/// The most limits of all requests.
const MOST_LIMITS: usize = 100;
const MOST_WORKERS: i64 = 1024;
/// 1.6 GB at 16 bytes a key.
const MOST_LIMITER_KEYS: i64 = 100_000_000;

impl Default for DataPlane {
    fn default() -> DataPlane {
        DataPlane {
            workers: None,
            limiter_keys: Settings::DEFAULT_LIMITER_KEYS,
            trusted_proxies: Vec::new(),
            max_connections: None,
            max_connections_per_client: Some(Settings::DEFAULT_CONNECTIONS_PER_CLIENT),
            access_log: None,
            show_queries: false,
            limits: Vec::new(),
        }
    }
}

/// Reads `[data_plane]`.
pub(super) fn data_plane(value: Value<'_>) -> Option<DataPlane> {
    value.table("[data_plane]", &[], written)
}

fn written(fields: &mut Fields<'_>) -> Option<DataPlane> {
    let workers = fields.optional("workers", |value| count(value, MOST_WORKERS));
    let default = Settings::DEFAULT_LIMITER_KEYS;
    let limiter_keys =
        fields.defaulted("limiter_keys", default, |value| count(value, MOST_LIMITER_KEYS));
    let trusted_proxies =
        fields.defaulted("trusted_proxies", Vec::new(), |value| value.list(Value::network));
    let max_connections =
        fields.optional("max_connections", |value| NonZeroU32::new(connections(value, 1)?));
    let usual = Some(Settings::DEFAULT_CONNECTIONS_PER_CLIENT);
    let max_connections_per_client =
        fields.defaulted("max_connections_per_client", usual, |value| {
            // 0 is unlimited.
            Some(NonZeroU32::new(connections(value, 0)?))
        });
    let access_log = fields.optional("access_log", access_log);
    let show_queries = fields.defaulted("show_queries", false, Value::flag);
    let limit = |value: Value<'_>| value.limit_at(Place::All);
    let limits = fields.defaulted("limits", Vec::new(), |value| value.set(MOST_LIMITS, limit));
    Some(DataPlane {
        workers,
        limiter_keys: limiter_keys?,
        trusted_proxies: trusted_proxies?,
        max_connections,
        max_connections_per_client: max_connections_per_client?,
        access_log,
        show_queries: show_queries?,
        limits: limits?,
    })
}

fn count(value: Value<'_>, most: i64) -> Option<NonZeroUsize> {
    let number = value.number(1..=most)?;
    usize::try_from(number).ok().and_then(NonZeroUsize::new)
}

fn connections(value: Value<'_>, least: i64) -> Option<u32> {
    u32::try_from(value.number(least..=MOST_CONNECTIONS)?).ok()
}

fn access_log(value: Value<'_>) -> Option<AccessLog> {
    match value.text()? {
        "stderr" => Some(AccessLog::Stderr),
        _ => value.path().map(AccessLog::File),
    }
}
