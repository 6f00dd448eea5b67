//! A certificate that a gateway proves itself by.

/// A certificate that is served.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Certificate {
    /// Tells it from the others, also when it is renewed: who serves it, and at which place.
    pub id: String,
    /// The first name it is for; without any, who serves it. Not unique.
    pub name: String,
    /// The listener that shows it; `[admin]` for the admin API.
    pub served_by: String,
    /// The host names and addresses it is for.
    pub names: Vec<String>,
    /// Whom it says it is of; empty when that cannot be read.
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
    /// Whether the gateway made it for itself.
    pub self_signed: bool,
    /// What came of reading its file last: "read" at the start, "renewed" or "refused".
    pub result: String,
    /// When, milliseconds since the Unix epoch.
    pub result_ms: i64,
    /// Why what is in the files is not served; empty when it is.
    pub refused: String,
    /// Those that vouch for it, from the one that signed it on.
    pub chain: Vec<Voucher>,
}

/// A certificate that vouches for another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Voucher {
    /// Whose it is.
    pub subject: String,
    /// Who signed it.
    pub issuer: String,
    /// The last moment of its validity, milliseconds since the Unix epoch.
    pub expires_ms: i64,
}

impl Certificate {
    /// Whether somebody calls it so: by one of its names, or by who serves it.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        self.name == name || self.served_by == name || self.names.iter().any(|own| own == name)
    }
}
