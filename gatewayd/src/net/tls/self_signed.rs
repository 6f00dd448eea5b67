//! The gateway's own certificate: for development, trusted by nobody who was not told to.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use rcgen::{
    CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256, date_time_ymd,
};

use super::{Identity, IdentityError};
use crate::model::{CertificateFiles, Name};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Some clients refuse more than 398 days.
const LIFETIME: Duration = DAY.saturating_mul(365);
/// What is left of a kept certificate's time must be worth a start.
const WORTH_KEEPING_MS: i64 = 30 * 24 * 60 * 60 * 1000;
/// Clocks of clients may be behind ours.
const BACKDATED: Duration = DAY;

/// The certificate of `listener` for `names` (host names and addresses), as kept in `directory`;
/// made when there is none, when it ends within 30 days, and when the names are others than before.
///
/// # Errors
/// When it can be neither read nor made and kept.
pub fn self_signed(
    directory: &Path,
    listener: &Name,
    names: &[String],
    now_ms: i64,
) -> Result<Identity, IdentityError> {
    let files = CertificateFiles {
        cert: directory.join(format!("{listener}.cert.pem")),
        key: directory.join(format!("{listener}.key.pem")),
    };
    if let Some(kept) = kept(&files, names, now_ms) {
        return Ok(kept);
    }
    let (cert, key) = make(names, now_ms)
        .map_err(|source| IdentityError::Unmakeable { names: names.to_vec(), source })?;
    create(directory)?;
    write(&files.key, &key, 0o600)?;
    write(&files.cert, &format!("{}\n{cert}", label(names)), 0o644)?;
    Identity::load(&files)
}

fn kept(files: &CertificateFiles, names: &[String], now_ms: i64) -> Option<Identity> {
    let text = fs::read_to_string(&files.cert).ok()?;
    let identity = Identity::load(files).ok()?;
    let same_names = text.lines().next() == Some(&label(names));
    let lasts = identity.check_alive(now_ms.saturating_add(WORTH_KEEPING_MS)).is_ok();
    (same_names && lasts).then_some(identity)
}

/// The first line of the certificate's file; PEM allows text before it (RFC 7468 section 2).
fn label(names: &[String]) -> String {
    format!("Self-signed by gatewayd for {names:?}")
}

fn make(names: &[String], now_ms: i64) -> Result<(String, String), rcgen::Error> {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let mut params = CertificateParams::new(names)?;
    let now = date_time_ymd(1970, 1, 1) + Duration::from_millis(now_ms.max(0).unsigned_abs());
    params.not_before = now - BACKDATED;
    params.not_after = now + LIFETIME;
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.distinguished_name.push(DnType::CommonName, "gatewayd self-signed");
    let certificate = params.self_signed(&key)?;
    Ok((certificate.pem(), key.serialize_pem()))
}

fn create(directory: &Path) -> Result<(), IdentityError> {
    fs::create_dir_all(directory)
        .map_err(|source| IdentityError::Unwritable { path: directory.to_owned(), source })
}

/// Replaces a file whole: its reader finds the old text or the new one, its mode is right from the
/// first byte.
fn write(path: &Path, text: &str, mode: u32) -> Result<(), IdentityError> {
    let replace = || -> io::Result<()> {
        let new = path.with_extension("new");
        let _ = fs::remove_file(&new);
        let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(&new)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&new, path)
    };
    replace().map_err(|source| IdentityError::Unwritable { path: path.to_owned(), source })
}
