//! A listener as observers see it.

use std::net::SocketAddr;

use super::{CertificateView, Name};

/// A listener as bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListenerView {
    /// Its name.
    pub name: Name,
    /// Where it listens.
    pub address: SocketAddr,
    /// Whether it speaks TLS.
    pub tls: bool,
    /// The listener it sends clients to.
    pub redirect_to: Option<Name>,
    /// Soonest expiry of its certificates, milliseconds since the Unix epoch.
    pub certificate_expires_ms: Option<i64>,
}

impl ListenerView {
    /// The same, with the soonest expiry of those `certificates` that it shows.
    #[must_use]
    pub fn with(&self, certificates: &[CertificateView]) -> ListenerView {
        let own = certificates.iter().filter(|own| own.served_by == self.name.as_str());
        let certificate_expires_ms = own.map(|own| own.facts.expires_ms).min();
        ListenerView { certificate_expires_ms, ..self.clone() }
    }
}
