//! A configuration: what one file describes, the gateway and the process that runs it.

use std::net::SocketAddr;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use super::{Access, CertificateFiles, Gateway};

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
    /// One more unix socket, whoever calls by which may look; none when absent.
    pub viewer_socket: Option<PathBuf>,
    /// The admin API by TCP; nowhere when absent.
    pub admin_tcp: Option<AdminTcp>,
    /// Who may do what.
    pub access: Access,
    /// Where the journal and self-signed certificates live.
    pub state_dir: PathBuf,
    /// Where metrics, `/livez` and `/readyz` are told; nowhere when absent.
    pub metrics: Option<SocketAddr>,
    /// Where KEDA may ask how many servers are wanted; nowhere when absent.
    pub external_scaler: Option<SocketAddr>,
    /// For how long an operation can be undone.
    pub undo_window: Duration,
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
    /// Whether those who watch traffic are told what requests ask for behind the path.
    pub show_queries: bool,
}

/// The admin API by TCP, which speaks mutual TLS and nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdminTcp {
    /// Where it listens.
    pub address: SocketAddr,
    /// How both sides prove who they are.
    pub tls: MutualTls,
}

/// How both sides of a connection prove who they are, by PEM files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MutualTls {
    /// Who the gateway is.
    pub identity: CertificateFiles,
    /// Who signs the certificates of callers.
    pub client_ca: PathBuf,
}

impl MutualTls {
    /// Every file of it.
    #[must_use]
    pub fn paths(&self) -> [&PathBuf; 3] {
        [&self.identity.cert, &self.identity.key, &self.client_ca]
    }
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
    /// For how long an operation can be undone unless the file says otherwise.
    pub const DEFAULT_UNDO_WINDOW: Duration = Duration::from_secs(10 * 60);
    /// The shortest and the longest such time.
    pub const UNDO_WINDOWS: std::ops::RangeInclusive<Duration> =
        Duration::from_secs(1)..=Duration::from_secs(7 * 24 * 60 * 60);
    /// Connections of one client unless the file says otherwise.
    pub const DEFAULT_CONNECTIONS_PER_CLIENT: NonZeroU32 = NonZeroU32::new(256).expect("not zero");
    /// The limiter's keys unless the file says otherwise.
    pub const DEFAULT_LIMITER_KEYS: NonZeroUsize = NonZeroUsize::new(1_000_000).expect("not zero");
}
