//! A client: a connection to one gateway that heals itself.

use std::{path::PathBuf, time::Duration};

use hyper_util::rt::TokioIo;
use tokio::{net::UnixStream, time};
use tonic::transport::{Channel, Endpoint};

use super::{Address, Error, ErrorCode, error::root_cause};

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
    /// Connects to the gateway at `address`.
    ///
    /// # Errors
    /// `Unreachable` when nobody listens there, `Denied` when the socket may not be opened,
    /// `Timeout` after `timeout`, `Invalid` for an address this version cannot speak to.
    pub async fn connect(address: &Address, timeout: Duration) -> Result<Self, Error> {
        let Address::Unix(path) = address else {
            let message = format!("cannot connect to {address}: not yet, it needs mutual TLS");
            return Err(Error::new(ErrorCode::Invalid, message)
                .hint("use the unix socket: --addr unix:///path/admin.sock"));
        };
        match time::timeout(timeout, dial(path.clone(), timeout)).await {
            Ok(Ok(channel)) => Ok(Self { channel, request_timeout: REQUEST_TIMEOUT }),
            Ok(Err(error)) => Err(unreachable(address, &error)),
            Err(_) => Err(Error::new(
                ErrorCode::Unreachable,
                format!("no answer from {address} within {timeout:?}"),
            )
            .hint("is the gateway stopped or overloaded? --connect-timeout waits longer")),
        }
    }

    /// The same client, waiting this long for each answer.
    #[must_use]
    pub fn request_timeout(mut self, timeout: Duration) -> Self {
        self.request_timeout = timeout;
        self
    }
}

async fn dial(path: PathBuf, timeout: Duration) -> Result<Channel, tonic::transport::Error> {
    let connector = tower::service_fn(move |_: http::Uri| {
        let path = path.clone();
        async move { UnixStream::connect(path).await.map(TokioIo::new) }
    });
    // HTTP/2 wants an authority; a unix socket has none, so the service's name stands in.
    Endpoint::from_static("http://gatewayd")
        .connect_timeout(timeout)
        .http2_keep_alive_interval(KEEPALIVE)
        .keep_alive_timeout(KEEPALIVE)
        .keep_alive_while_idle(true)
        .connect_with_connector(connector)
        .await
}

fn unreachable(address: &Address, error: &tonic::transport::Error) -> Error {
    let cause = root_cause(error).unwrap_or_else(|| error.to_string());
    let message = format!("cannot connect to {address}: {cause}");
    match io_kind(error) {
        Some(std::io::ErrorKind::PermissionDenied) => Error::new(ErrorCode::Denied, message)
            .hint("join the group that owns the socket, or ask its owner"),
        _ => Error::new(ErrorCode::Unreachable, message).hint(
            "is gatewayd running? start one with `gatewayd demo`, or name its socket with --addr",
        ),
    }
}

/// The system's verdict behind a failed connection.
fn io_kind(error: &dyn std::error::Error) -> Option<std::io::ErrorKind> {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<std::io::Error>() {
            return Some(error.kind());
        }
        cause = error.source();
    }
    None
}
