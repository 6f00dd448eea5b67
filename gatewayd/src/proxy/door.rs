//! A door: one worker's socket of a listener, and what it does with clients.

use std::net::TcpListener;
use std::sync::Arc;

use rustls::ServerConfig;

use crate::model::Name;

/// One worker's socket of a listener.
#[derive(Debug)]
pub struct Door {
    /// The socket, bound and not blocking.
    pub listener: TcpListener,
    /// What happens to clients.
    pub kind: DoorKind,
    /// Its listener.
    pub name: Name,
}

/// What a door does with clients.
#[derive(Clone, Debug)]
pub enum DoorKind {
    /// Serves them in the clear.
    Plain,
    /// Serves them over TLS.
    Tls(Arc<ServerConfig>),
    /// Sends them to the TLS listener on this port.
    Redirect(u16),
}

impl DoorKind {
    /// The scheme its clients used.
    pub(super) fn scheme(&self) -> &'static str {
        match self {
            DoorKind::Tls(_) => "https",
            DoorKind::Plain | DoorKind::Redirect(_) => "http",
        }
    }
}
