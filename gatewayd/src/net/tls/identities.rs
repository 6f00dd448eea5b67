//! Identities: the certificates of one listener, of which each client is shown the one it asks for.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use rustls::SignatureScheme;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use super::{Identity, IdentityError};
use crate::model::{CertificateFacts, CertificateFiles};

/// The certificates of one listener at one moment; never empty.
#[derive(Debug)]
pub struct IdentitySet {
    members: Vec<Identity>,
    /// By lower-case name as written in the certificates: where in `members`, in their order.
    by_name: HashMap<String, Vec<usize>>,
}

/// The certificates of one listener, swapped while it serves.
#[derive(Debug)]
pub struct Identities {
    current: ArcSwap<IdentitySet>,
}

impl IdentitySet {
    /// The set of these, the first of which is shown to clients that ask for none of them.
    #[must_use]
    pub fn new(first: Identity, others: impl IntoIterator<Item = Identity>) -> IdentitySet {
        let members: Vec<Identity> = [first].into_iter().chain(others).collect();
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, identity) in members.iter().enumerate() {
            for name in &identity.names {
                by_name.entry(name.clone()).or_default().push(index);
            }
        }
        IdentitySet { members, by_name }
    }

    /// Reads all of `files`, the first of which is the default.
    ///
    /// # Errors
    /// When one of them cannot serve, or there is none.
    pub fn load(files: &[CertificateFiles]) -> Result<IdentitySet, IdentityError> {
        let loaded: Result<Vec<Identity>, _> = files.iter().map(Identity::load).collect();
        let mut loaded = loaded?.into_iter();
        let first = loaded.next().ok_or(IdentityError::None)?;
        Ok(IdentitySet::new(first, loaded))
    }

    /// Refuses the set when the time of one in it is over.
    ///
    /// # Errors
    /// The first that is.
    pub fn check_alive(&self, now_ms: i64) -> Result<(), IdentityError> {
        self.members.iter().try_for_each(|identity| identity.check_alive(now_ms))
    }

    /// What its certificates say of themselves, in their order.
    #[must_use]
    pub fn facts(&self) -> Vec<CertificateFacts> {
        self.members.iter().map(Identity::facts).collect()
    }

    /// Whether it shows the same chains as `other`; who has the one has the key to it.
    fn is_same(&self, other: &IdentitySet) -> bool {
        let mut both = self.members.iter().zip(&other.members);
        self.members.len() == other.members.len()
            && both.all(|(own, it)| own.key.cert == it.key.cert)
    }

    /// The soonest expiry in it, milliseconds since the Unix epoch.
    #[must_use]
    pub fn expires_ms(&self) -> i64 {
        self.members.iter().map(Identity::expires_ms).min().unwrap_or(i64::MAX)
    }

    /// The key to prove `name` with: of a certificate for exactly this name, else of one for its
    /// wildcard, else the default. Of several for one name, the first whose signature the client
    /// understands, so that ECDSA and RSA can stand side by side.
    fn pick(&self, name: Option<&str>, schemes: &[SignatureScheme]) -> Arc<CertifiedKey> {
        let named = name.and_then(|name| self.candidates(&name.to_ascii_lowercase()));
        let candidates = named.unwrap_or(&[0]);
        let understood =
            |index: &&usize| self.members[**index].key.key.choose_scheme(schemes).is_some();
        let index = candidates.iter().find(understood).unwrap_or(&candidates[0]);
        self.members[*index].key.clone()
    }

    fn candidates(&self, name: &str) -> Option<&[usize]> {
        let exact = self.by_name.get(name);
        let wildcard = || self.by_name.get(&format!("*.{}", name.split_once('.')?.1));
        exact.or_else(wildcard).map(Vec::as_slice)
    }
}

impl Identities {
    /// Serves `set` until it is swapped.
    #[must_use]
    pub fn new(set: IdentitySet) -> Arc<Identities> {
        Arc::new(Identities { current: ArcSwap::from_pointee(set) })
    }

    /// Shows `set` to every client from now on; handshakes under way end with what they began.
    pub fn swap(&self, set: IdentitySet) {
        self.current.store(Arc::new(set));
    }

    /// The soonest expiry, milliseconds since the Unix epoch.
    #[must_use]
    pub fn expires_ms(&self) -> i64 {
        self.current.load().expires_ms()
    }

    /// Whether `set` is what is shown now.
    #[must_use]
    pub fn shows(&self, set: &IdentitySet) -> bool {
        self.current.load().is_same(set)
    }

    /// What the certificates that are shown now say of themselves.
    #[must_use]
    pub fn facts(&self) -> Vec<CertificateFacts> {
        self.current.load().facts()
    }
}

impl ResolvesServerCert for Identities {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current.load().pick(hello.server_name(), hello.signature_schemes()))
    }
}
