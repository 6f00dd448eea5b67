//! Why can a certificate not be used, and what is to be done?

use std::io;
use std::path::PathBuf;

use jiff::Timestamp;

/// Why a certificate cannot be used. Paths are quoted as Rust does, so that a strange one cannot
/// steer a terminal.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// A listener without one.
    #[error("a listener with TLS needs a certificate")]
    None,
    /// A file cannot be read.
    #[error("cannot read {path:?}: {source}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the kernel said.
        source: io::Error,
    },
    /// A file is no PEM.
    #[error("{path:?} is not PEM: {source}")]
    NotPem {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: rustls_pki_types::pem::Error,
    },
    /// A file has no certificate in it.
    #[error("{0:?} holds no certificate")]
    NoCertificate(PathBuf),
    /// A file has no private key in it.
    #[error("{0:?} holds no private key")]
    NoKey(PathBuf),
    /// The certificate cannot be understood.
    #[error("the first certificate in {path:?} cannot be used: {source}")]
    BadCertificate {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: webpki::Error,
    },
    /// What is to sign the certificates of callers cannot do so.
    #[error("a certificate in {path:?} cannot be an authority: {what}")]
    BadAuthority {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// The key cannot be understood.
    #[error("the key in {path:?} cannot be used: {source}")]
    BadKey {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: rustls::Error,
    },
    /// The key belongs to another certificate.
    #[error("the key in {key:?} does not belong to the first certificate in {cert:?}")]
    Mismatch {
        /// The certificate's file.
        cert: PathBuf,
        /// The key's file.
        key: PathBuf,
    },
    /// The certificate's time is over.
    #[error(
        "the certificate in {path:?} expired at {}",
        Timestamp::from_millisecond(*.expired_ms).unwrap_or_default()
    )]
    Expired {
        /// The file.
        path: PathBuf,
        /// When, milliseconds since the Unix epoch.
        expired_ms: i64,
    },
    /// The gateway's own certificate cannot be kept.
    #[error("cannot keep the self-signed certificate in {path:?}: {source}")]
    Unwritable {
        /// The file or directory.
        path: PathBuf,
        /// What the kernel said.
        source: io::Error,
    },
    /// The gateway's own certificate cannot be made.
    #[error("cannot make a certificate for {names:?}: {source}")]
    Unmakeable {
        /// The names it was to be for.
        names: Vec<String>,
        /// What is wrong with them.
        source: rcgen::Error,
    },
}

impl IdentityError {
    /// What to do about it.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            IdentityError::None => "name one in `certificates`",
            IdentityError::Unreadable { .. } => "let the gateway's user read it",
            IdentityError::NotPem { .. } => {
                "save it whole, as PEM; one that is being written is read again when done"
            }
            IdentityError::NoCertificate(_) => {
                "put PEM in it, with a line -----BEGIN CERTIFICATE-----"
            }
            IdentityError::NoKey(_) => {
                "put PEM in it, with a line -----BEGIN PRIVATE KEY-----; `openssl pkey` decrypts a \
                 key that is under a passphrase"
            }
            IdentityError::BadCertificate { .. } => "have it issued anew",
            IdentityError::BadAuthority { .. } => {
                "name the certificate of the authority that signs those of your operators"
            }
            IdentityError::BadKey { .. } => "use a key for RSA, ECDSA or Ed25519",
            IdentityError::Mismatch { .. } => {
                "name the key of this certificate; a chain begins with the certificate of the server"
            }
            IdentityError::Expired { .. } => "renew it",
            IdentityError::Unwritable { .. } => "check the permissions and free space of state_dir",
            IdentityError::Unmakeable { .. } => "write host names or addresses",
        }
    }

    /// The error and what to do about it, in one sentence.
    #[must_use]
    pub fn with_remedy(&self) -> String {
        format!("{self}; {}", self.remedy())
    }
}
