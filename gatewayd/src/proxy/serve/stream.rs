//! A client's stream: its bare socket, or TLS on top of it.

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

/// What bytes of a client come from and go to.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin {
    /// The socket, where bytes go to it as they are.
    fn bare(&self) -> Option<&TcpStream>;
}

impl Stream for TcpStream {
    fn bare(&self) -> Option<&TcpStream> {
        Some(self)
    }
}

impl Stream for TlsStream<TcpStream> {
    fn bare(&self) -> Option<&TcpStream> {
        None
    }
}
