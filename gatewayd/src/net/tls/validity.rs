//! Until when is a certificate valid?

use std::time::Duration;

use rustls_pki_types::UnixTime;
use webpki::{EndEntityCert, Error, KeyUsage};

/// The last moment of a certificate's validity, milliseconds since the Unix epoch.
///
/// It is asked of the verifier that clients' TLS stacks are built on, instead of a second parser:
/// after the end of time every certificate has expired, and the refusal names the moment.
///
/// # Errors
/// When the certificate is malformed.
pub(super) fn expires_ms(certificate: &EndEntityCert<'_>) -> Result<i64, Error> {
    const END_OF_TIME: UnixTime = UnixTime::since_unix_epoch(Duration::from_secs(u64::MAX));
    let usage = KeyUsage::server_auth();
    match certificate.verify_for_usage(&[], &[], &[], END_OF_TIME, usage, None, None) {
        Err(Error::CertExpired { not_after, .. }) => {
            Ok(i64::try_from(not_after.as_secs()).unwrap_or(i64::MAX).saturating_mul(1000))
        }
        Err(error) => Err(error),
        Ok(_) => Err(Error::UnknownIssuer),
    }
}
