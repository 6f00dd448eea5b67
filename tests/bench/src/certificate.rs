//! The one certificate that every proxy shows: ECDSA on P-256, as most sites have today.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use rcgen::{CertifiedKey, KeyPair, PKCS_ECDSA_P256_SHA256, generate_simple_self_signed};

/// Files with a certificate and its key.
pub(crate) struct Certificate {
    /// PEM, the certificate alone.
    pub(crate) certificate: PathBuf,
    /// PEM, the key alone.
    pub(crate) key: PathBuf,
    /// PEM, both, as HAProxy wants them.
    pub(crate) both: PathBuf,
}

impl Certificate {
    /// Makes one and writes it into `directory`.
    pub(crate) fn write(directory: &Path) -> Result<Certificate> {
        let CertifiedKey { cert, signing_key } = self_signed()?;
        let files = Certificate {
            certificate: directory.join("site.pem"),
            key: directory.join("site.key"),
            both: directory.join("both.pem"),
        };
        let (cert, key) = (cert.pem(), signing_key.serialize_pem());
        fs::write(&files.certificate, &cert)?;
        fs::write(&files.key, &key)?;
        fs::write(&files.both, cert + &key)?;
        Ok(files)
    }
}

fn self_signed() -> Result<CertifiedKey<KeyPair>> {
    // What rcgen makes when asked for no algorithm; said so that a change there is noticed here.
    let made = generate_simple_self_signed(["bench.example".to_owned()])?;
    anyhow::ensure!(made.signing_key.algorithm() == &PKCS_ECDSA_P256_SHA256, "not ECDSA on P-256");
    Ok(made)
}
