//! A certificate that is served: what it says of itself, by whom it is shown, and what came of
//! reading its files last.

/// What a certificate says of itself, and who vouches for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CertificateFacts {
    /// Host names and addresses it is for, in its order.
    pub names: Vec<String>,
    /// Whom it is of; empty when that cannot be read.
    pub subject: String,
    /// Who signed it.
    pub issuer: String,
    /// The number its issuer gave it, in hexadecimal.
    pub serial: String,
    /// SHA-256 of it, in hexadecimal.
    pub fingerprint: String,
    /// Its key: "ECDSA P-256".
    pub key: String,
    /// From when on it is valid, milliseconds since the Unix epoch.
    pub not_before_ms: i64,
    /// The last moment of its validity, milliseconds since the Unix epoch.
    pub expires_ms: i64,
    /// The file it was read from.
    pub source: String,
    /// Those that vouch for it, from the one that signed it on.
    pub chain: Vec<ChainLink>,
}

/// A certificate that vouches for another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainLink {
    /// Whose it is.
    pub subject: String,
    /// Who signed it.
    pub issuer: String,
    /// The last moment of its validity, milliseconds since the Unix epoch.
    pub expires_ms: i64,
}

/// A certificate that is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateView {
    /// The listener that shows it, or [`CertificateView::ADMIN`].
    pub served_by: String,
    /// What it says of itself.
    pub facts: CertificateFacts,
    /// Whether the gateway made it for itself.
    pub self_signed: bool,
    /// What came of reading its files last.
    pub reading: Reading,
}

/// What came of reading files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// When, milliseconds since the Unix epoch.
    pub at_ms: i64,
    /// What.
    pub result: ReadingResult,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadingResult {
    /// They were read at the start.
    Read,
    /// They held something new, which is served.
    Renewed,
    /// What they hold is not served, and why.
    Refused(String),
}

impl CertificateView {
    /// Who shows the certificate of the admin API, as its table in the file; no listener can be called
    /// so.
    pub const ADMIN: &str = "[admin]";

    /// What people call it: the first name it is for; without any, who serves it.
    #[must_use]
    pub fn name(&self) -> &str {
        self.facts.names.first().unwrap_or(&self.served_by)
    }
}

impl ReadingResult {
    /// Its word in the admin contract.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            ReadingResult::Read => "read",
            ReadingResult::Renewed => "renewed",
            ReadingResult::Refused(_) => "refused",
        }
    }
}
