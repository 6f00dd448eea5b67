//! A configuration: what one file describes, the gateway and the process that runs it.

use std::net::SocketAddr;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;

use super::Gateway;

/// What one file describes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configuration {
    /// How the process runs; read once, at its start.
    pub settings: Settings,
    /// What the file wants of the gateway.
    pub gateway: Gateway,
}

/// How the process runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The admin API's unix socket.
    pub socket: PathBuf,
    /// Where the journal and self-signed certificates live.
    pub state_dir: PathBuf,
    /// Where metrics, `/livez` and `/readyz` are told; nowhere when absent.
    pub metrics: Option<SocketAddr>,
    /// Where KEDA may ask how many servers are wanted; nowhere when absent.
    pub external_scaler: Option<SocketAddr>,
    /// Data-plane workers; one for each available core when absent.
    pub workers: Option<NonZeroUsize>,
    /// How many keys the limiter counts at most.
    pub limiter_keys: NonZeroUsize,
    /// Client connections at most; as many as descriptors allow when absent.
    pub max_connections: Option<NonZeroU32>,
    /// Connections of one client at most; unlimited when absent.
    pub max_connections_per_client: Option<NonZeroU32>,
    /// Where a line for each request goes; nowhere when absent.
    pub access_log: Option<AccessLog>,
}

/// Where access log lines go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccessLog {
    /// To standard error.
    Stderr,
    /// To the end of this file.
    File(PathBuf),
}

impl Settings {
    /// Connections of one client unless the file says otherwise.
    pub const DEFAULT_CONNECTIONS_PER_CLIENT: NonZeroU32 = NonZeroU32::new(256).expect("not zero");
    /// The limiter's keys unless the file says otherwise.
    pub const DEFAULT_LIMITER_KEYS: NonZeroUsize = NonZeroUsize::new(1_000_000).expect("not zero");
}
