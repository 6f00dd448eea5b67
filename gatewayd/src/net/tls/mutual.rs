//! Mutual TLS: both sides prove who they are, as callers of the admin API have to.

use std::path::Path;
use std::sync::Arc;

use arc_swap::ArcSwap;
use rustls::crypto::aws_lc_rs;
use rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use rustls::version::TLS13;
use rustls::{RootCertStore, ServerConfig};
use rustls_pki_types::CertificateDer;

use super::identity::read_chain;
use super::{Identities, Identity, IdentityError, IdentitySet};
use crate::model::{CertificateFacts, MutualTls};

/// gRPC speaks HTTP/2 alone.
const PROTOCOL: &[u8] = b"h2";

/// How the admin API speaks TLS, swapped while it serves.
#[derive(Debug)]
pub struct Mutual {
    files: MutualTls,
    current: ArcSwap<MutualNow>,
}

/// How TLS is spoken by files as they were read once.
#[derive(Debug)]
pub struct MutualNow {
    config: Arc<ServerConfig>,
    facts: CertificateFacts,
    roots: Arc<RootCertStore>,
}

impl Mutual {
    /// Reads certificate, key and client authority.
    ///
    /// # Errors
    /// When they cannot serve, whatever the time.
    pub fn load(files: &MutualTls) -> Result<Arc<Mutual>, IdentityError> {
        let current = MutualNow::load(files, None)?;
        Ok(Arc::new(Mutual { files: files.clone(), current: ArcSwap::from_pointee(current) }))
    }

    /// How it speaks now, to whoever connects next.
    #[must_use]
    pub fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.current.load().config)
    }

    /// Reads the files again: how it could speak from now on. Nothing changes yet.
    ///
    /// # Errors
    /// When they cannot serve, or the certificate's time is over.
    pub fn read_again(&self, now_ms: i64) -> Result<MutualNow, IdentityError> {
        MutualNow::load(&self.files, Some(now_ms))
    }

    /// Speaks so from now on.
    pub fn swap(&self, now: MutualNow) {
        self.current.store(Arc::new(now));
    }

    /// Whether it speaks so already.
    #[must_use]
    pub fn speaks(&self, now: &MutualNow) -> bool {
        let current = self.current.load();
        current.facts == now.facts && current.roots.roots == now.roots.roots
    }

    /// What its own certificate says of itself.
    #[must_use]
    pub fn facts(&self) -> CertificateFacts {
        self.current.load().facts.clone()
    }
}

impl MutualNow {
    /// What its own certificate says of itself.
    #[must_use]
    pub fn facts(&self) -> &CertificateFacts {
        &self.facts
    }

    /// TLS 1.3 alone. Nothing is resumed, so that each connection proves anew who it is.
    fn load(files: &MutualTls, now_ms: Option<i64>) -> Result<MutualNow, IdentityError> {
        let identity = Identity::load(&files.identity)?;
        now_ms.map_or(Ok(()), |now_ms| identity.check_alive(now_ms))?;
        let facts = identity.facts();
        let provider = Arc::new(aws_lc_rs::default_provider());
        let roots = Arc::new(authority(&files.client_ca)?);
        let refused =
            |what: String| IdentityError::BadAuthority { path: files.client_ca.clone(), what };
        let verifier =
            WebPkiClientVerifier::builder_with_provider(Arc::clone(&roots), Arc::clone(&provider))
                .build()
                .map_err(|error| refused(error.to_string()))?;
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&TLS13])
            .map_err(|error| refused(error.to_string()))?
            .with_client_cert_verifier(verifier)
            .with_cert_resolver(Identities::new(IdentitySet::new(identity, [])));
        config.alpn_protocols = vec![PROTOCOL.to_vec()];
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        Ok(MutualNow { config: Arc::new(config), facts, roots })
    }
}

/// Reads the certificates that those of callers have to be signed by.
///
/// # Errors
/// When there is none, or one of them is of no use for that.
pub fn authority(path: &Path) -> Result<RootCertStore, IdentityError> {
    let chain: Vec<CertificateDer<'static>> = read_chain(path)?;
    let mut roots = RootCertStore::empty();
    for certificate in chain {
        roots.add(certificate).map_err(|error| IdentityError::BadAuthority {
            path: path.to_owned(),
            what: error.to_string(),
        })?;
    }
    if roots.is_empty() {
        return Err(IdentityError::NoCertificate(path.to_owned()));
    }
    Ok(roots)
}
