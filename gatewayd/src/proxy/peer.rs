//! The peer: who is at the other end of a client's connection.

use std::net::IpAddr;

use crate::model::TlsVersion;

/// The other end of a connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer {
    /// Its address; a proxy's, if it came by one.
    pub(super) address: IpAddr,
    /// The version of TLS between it and the gateway.
    pub(super) tls: Option<TlsVersion>,
}

impl Peer {
    /// The one at `address`, whose connection is in the clear.
    pub(super) fn in_clear(address: IpAddr) -> Peer {
        Peer { address, tls: None }
    }
}
