//! A client: a connection to one gateway that heals itself.

use std::{io, path::PathBuf, sync::Arc, time::Duration};

use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, pki_types::ServerName};
use tokio::{
    io::AsyncBufReadExt as _,
    net::{TcpStream, UnixStream},
    time,
};
use tokio_rustls::{TlsConnector, client::TlsStream};
use tonic::transport::{Channel, Endpoint, Error as TransportError};

use super::{Address, Error, ErrorCode, HostPort, TlsFiles, error::root_cause, tls};

/// How long to wait for a connection unless told otherwise.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// How long to wait for an answer unless told otherwise.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// A silent peer is asked for a sign of life after this long, and given as long again.
const KEEPALIVE: Duration = Duration::from_secs(5);

/// A gateway's admin API. Clones share one connection.
#[derive(Debug, Clone)]
pub struct Client {
    pub(super) channel: Channel,
    pub(super) request_timeout: Duration,
}

impl Client {
    /// Connects to the gateway at `address`, by TLS with these files where that is spoken.
    ///
    /// # Errors
    /// `Unreachable` when nobody listens there, `Denied` when the socket may not be opened or one side
    /// does not trust the other, `Timeout` after `timeout`, `Invalid` for files that are of no use.
    pub async fn connect(
        address: &Address,
        tls: &TlsFiles,
        timeout: Duration,
    ) -> Result<Self, Error> {
        let dialled = async {
            match address {
                Address::Unix(path) => Ok(dial_socket(path.clone(), timeout).await),
                Address::Https(host) => Ok(dial_tcp(host.clone(), tls.config()?, timeout).await),
            }
        };
        match time::timeout(timeout, dialled).await {
            Ok(Ok(Ok(channel))) => Ok(Self { channel, request_timeout: REQUEST_TIMEOUT }),
            Ok(Ok(Err(error))) => Err(unreachable(address, &error)),
            Ok(Err(error)) => Err(error),
            Err(_) => Err(Error::new(
                ErrorCode::Unreachable,
                format!("no answer from {address} within {timeout:?}"),
            )
            .hint("is the gateway stopped or overloaded? --connect-timeout waits longer")),
        }
    }

    /// A client that never reached anybody.
    #[cfg(test)]
    pub(crate) fn of_nobody() -> Self {
        let channel = Endpoint::from_static("http://gatewayd").connect_lazy();
        Self { channel, request_timeout: REQUEST_TIMEOUT }
    }

    /// The same client, waiting this long for each answer.
    #[must_use]
    pub fn request_timeout(mut self, timeout: Duration) -> Self {
        self.request_timeout = timeout;
        self
    }
}

async fn dial_socket(path: PathBuf, timeout: Duration) -> Result<Channel, TransportError> {
    let connector = tower::service_fn(move |_: http::Uri| {
        let path = path.clone();
        async move { UnixStream::connect(path).await.map(TokioIo::new) }
    });
    // HTTP/2 wants an authority; a unix socket has none, so the service's name stands in.
    patient(Endpoint::from_static("http://gatewayd"), timeout)
        .connect_with_connector(connector)
        .await
}

async fn dial_tcp(
    host: HostPort,
    config: ClientConfig,
    timeout: Duration,
) -> Result<Channel, TransportError> {
    // TLS is spoken here; what is above it sees a plain stream.
    let endpoint = Endpoint::from_shared(format!("http://{host}"))?;
    let config = Arc::new(config);
    let connector = tower::service_fn(move |_: http::Uri| {
        let (host, config) = (host.clone(), Arc::clone(&config));
        async move { shake(&host, config).await.map(TokioIo::new) }
    });
    patient(endpoint, timeout).connect_with_connector(connector).await
}

async fn shake(host: &HostPort, config: Arc<ClientConfig>) -> io::Result<TlsStream<TcpStream>> {
    let name = ServerName::try_from(host.host.clone()).map_err(io::Error::other)?;
    let stream = TcpStream::connect((host.host.as_str(), host.port)).await?;
    stream.set_nodelay(true)?;
    let mut stream = TlsConnector::from(config).connect(name, stream).await?;
    // In TLS 1.3 a client is done before the server has looked at its certificate. The server speaks
    // first in HTTP/2, so that its first bytes say that it let us in.
    stream.fill_buf().await?;
    Ok(stream)
}

fn patient(endpoint: Endpoint, timeout: Duration) -> Endpoint {
    endpoint
        .connect_timeout(timeout)
        .http2_keep_alive_interval(KEEPALIVE)
        .keep_alive_timeout(KEEPALIVE)
        .keep_alive_while_idle(true)
}

fn unreachable(address: &Address, error: &TransportError) -> Error {
    if let Some(failed) = tls::failed(error) {
        let message = format!("cannot connect to {address}: {}", failed.message);
        return Error { message, ..failed };
    }
    let cause = root_cause(error).unwrap_or_else(|| error.to_string());
    let message = format!("cannot connect to {address}: {cause}");
    match io_kind(error) {
        Some(io::ErrorKind::PermissionDenied) => Error::new(ErrorCode::Denied, message)
            .hint("join the group that owns the socket, or ask its owner"),
        _ => Error::new(ErrorCode::Unreachable, message).hint(
            "is gatewayd running? start one with `gatewayd demo`, or name its socket with --addr",
        ),
    }
}

/// The system's verdict behind a failed connection.
fn io_kind(error: &dyn std::error::Error) -> Option<io::ErrorKind> {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return Some(error.kind());
        }
        cause = error.source();
    }
    None
}
