//! An identity: a certificate chain with the key that proves it.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::InconsistentKeys;
use rustls::crypto::aws_lc_rs;
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::{self, PemObject};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use webpki::EndEntityCert;

use super::{IdentityError, facts, validity};
use crate::model::{CertificateFacts, CertificateFiles};

/// More than any chain; a device that never ends must not be read whole.
const LARGEST_FILE_BYTES: u64 = 1 << 20;

/// A certificate chain with the key that proves it.
#[derive(Clone, Debug)]
pub struct Identity {
    pub(super) key: Arc<CertifiedKey>,
    /// Host names it is for, lower case; `*.` at the start stands for one label.
    pub(super) names: Vec<String>,
    expires_ms: i64,
    path: PathBuf,
}

impl Identity {
    /// Reads a chain and its key, and sees that they belong together.
    ///
    /// # Errors
    /// When they cannot serve as an identity, whatever the time.
    pub fn load(files: &CertificateFiles) -> Result<Identity, IdentityError> {
        let chain = read_chain(&files.cert)?;
        let key = read_key(&files.key)?;
        let bad = |source| IdentityError::BadCertificate { path: files.cert.clone(), source };
        let leaf = chain.first().ok_or_else(|| IdentityError::NoCertificate(files.cert.clone()))?;
        let parsed = EndEntityCert::try_from(leaf).map_err(bad)?;
        let names = parsed.valid_dns_names().map(str::to_ascii_lowercase).collect();
        let expires_ms = validity::expires_ms(&parsed).map_err(bad)?;
        let key = join(chain, key, files)?;
        Ok(Identity { key: Arc::new(key), names, expires_ms, path: files.cert.clone() })
    }

    /// What it says of itself.
    #[must_use]
    pub fn facts(&self) -> CertificateFacts {
        let facts = facts::of(&self.key.cert);
        let source = self.path.display().to_string();
        // The verifier's word goes before that of what is for people.
        CertificateFacts { expires_ms: self.expires_ms, source, ..facts }
    }

    /// The last moment of its validity, milliseconds since the Unix epoch.
    #[must_use]
    pub fn expires_ms(&self) -> i64 {
        self.expires_ms
    }

    /// Refuses it when its time is over.
    ///
    /// # Errors
    /// When it is.
    pub fn check_alive(&self, now_ms: i64) -> Result<(), IdentityError> {
        if now_ms > self.expires_ms {
            let path = self.path.clone();
            return Err(IdentityError::Expired { path, expired_ms: self.expires_ms });
        }
        Ok(())
    }
}

fn join(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    files: &CertificateFiles,
) -> Result<CertifiedKey, IdentityError> {
    let (cert, path) = (files.cert.clone(), files.key.clone());
    CertifiedKey::from_der(chain, key, &aws_lc_rs::default_provider()).map_err(
        |error| match error {
            rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
                IdentityError::Mismatch { cert, key: path }
            }
            source => IdentityError::BadKey { path, source },
        },
    )
}

/// The certificates of a PEM file, in their order.
pub(super) fn read_chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, IdentityError> {
    let text = read(path)?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    chain.map_err(|source| IdentityError::NotPem { path: path.to_owned(), source })
}

fn read_key(path: &Path) -> Result<PrivateKeyDer<'static>, IdentityError> {
    PrivateKeyDer::from_pem_slice(&read(path)?).map_err(|error| match error {
        pem::Error::NoItemsFound => IdentityError::NoKey(path.to_owned()),
        source => IdentityError::NotPem { path: path.to_owned(), source },
    })
}

fn read(path: &Path) -> Result<Vec<u8>, IdentityError> {
    let whole = |path| -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        File::open(path)?.take(LARGEST_FILE_BYTES).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    whole(path).map_err(|source| IdentityError::Unreadable { path: path.to_owned(), source })
}
