//! What does a certificate say of itself? For people to read: nothing is decided by it.

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use aws_lc_rs::digest;
use rustls_pki_types::CertificateDer;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::public_key::PublicKey;
use x509_parser::x509::SubjectPublicKeyInfo;

use crate::model::{CertificateFacts, ChainLink};

/// What the first of `chain` says of itself, and who of the others vouches for it. What cannot be
/// read is left empty: TLS works without.
pub(super) fn of(chain: &[CertificateDer<'_>]) -> CertificateFacts {
    let Some((leaf, others)) = chain.split_first() else { return CertificateFacts::default() };
    let fingerprint = hex(digest::digest(&digest::SHA256, leaf).as_ref(), "");
    let chain = others.iter().filter_map(link).collect();
    let Ok((_, read)) = X509Certificate::from_der(leaf) else {
        return CertificateFacts { fingerprint, chain, ..CertificateFacts::default() };
    };
    CertificateFacts {
        names: names(&read),
        subject: read.subject().to_string(),
        issuer: read.issuer().to_string(),
        serial: hex(read.raw_serial(), ":"),
        fingerprint,
        key: key(read.public_key()),
        not_before_ms: read.validity().not_before.timestamp().saturating_mul(1000),
        expires_ms: expires_ms(&read),
        source: String::new(),
        chain,
    }
}

fn link(certificate: &CertificateDer<'_>) -> Option<ChainLink> {
    let (_, read) = X509Certificate::from_der(certificate).ok()?;
    let (subject, issuer) = (read.subject().to_string(), read.issuer().to_string());
    Some(ChainLink { subject, issuer, expires_ms: expires_ms(&read) })
}

fn expires_ms(read: &X509Certificate<'_>) -> i64 {
    read.validity().not_after.timestamp().saturating_mul(1000)
}

/// The host names and addresses it is for.
fn names(read: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(extension)) = read.subject_alternative_name() else { return Vec::new() };
    let names = extension.value.general_names.iter();
    names
        .filter_map(|name| match name {
            GeneralName::DNSName(name) => Some(name.to_ascii_lowercase()),
            GeneralName::IPAddress(bytes) => address(bytes).map(|address| address.to_string()),
            _ => None,
        })
        .collect()
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    let v4 = <[u8; 4]>::try_from(bytes).map(|bytes| IpAddr::from(Ipv4Addr::from(bytes)));
    v4.or_else(|_| <[u8; 16]>::try_from(bytes).map(|bytes| Ipv6Addr::from(bytes).into())).ok()
}

/// "ECDSA P-256", "RSA 2048", "Ed25519"; for others the number of the algorithm.
fn key(info: &SubjectPublicKeyInfo<'_>) -> String {
    match info.parsed() {
        Ok(PublicKey::RSA(key)) => format!("RSA {}", key.key_size()),
        Ok(PublicKey::EC(point)) => format!("ECDSA P-{}", point.key_size()),
        _ => match info.algorithm.algorithm.to_id_string().as_str() {
            // RFC 8410 section 3.
            "1.3.101.112" => "Ed25519".to_owned(),
            other => other.to_owned(),
        },
    }
}

fn hex(bytes: &[u8], between: &str) -> String {
    let mut text = String::with_capacity(bytes.len() * 3);
    for (at, byte) in bytes.iter().enumerate() {
        let between = if at == 0 { "" } else { between };
        // Writing to a string cannot fail.
        let _ = write!(text, "{between}{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use rcgen::{
        BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, PKCS_ED25519,
        SanType, date_time_ymd,
    };

    use super::*;

    #[test]
    fn a_certificate_tells_its_names_its_issuer_and_its_time() {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "An authority");
        params.not_after = date_time_ymd(2040, 1, 1);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "site");
        params.serial_number = Some(vec![4, 0x1f].into());
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2030, 1, 1);
        params.subject_alt_names = vec![
            SanType::DnsName("API.example".try_into().unwrap()),
            SanType::IpAddress([10, 0, 0, 1].into()),
            SanType::IpAddress(Ipv6Addr::LOCALHOST.into()),
            SanType::URI("spiffe://a/b".try_into().unwrap()),
        ];
        let key = KeyPair::generate_for(&PKCS_ED25519).unwrap();
        let leaf = params.signed_by(&key, &issuer).unwrap();
        let facts = of(&[leaf.der().clone(), issuer.der().clone()]);
        assert_eq!(facts.names, ["api.example", "10.0.0.1", "::1"]);
        assert!(facts.subject.contains("CN=site"), "{facts:?}");
        assert!(facts.issuer.contains("CN=An authority"), "{facts:?}");
        assert_eq!((facts.serial.as_str(), facts.key.as_str()), ("04:1f", "Ed25519"));
        assert_eq!((facts.not_before_ms, facts.expires_ms), (1_577_836_800_000, 1_893_456_000_000));
        assert_eq!(facts.fingerprint.len(), 64);
        let [authority] = &facts.chain[..] else { panic!("{facts:?}") };
        assert!(authority.subject.contains("An authority"));
        assert_eq!(authority.expires_ms, 2_208_988_800_000);
    }

    #[test]
    fn what_cannot_be_read_is_left_empty() {
        let facts = of(&[CertificateDer::from(vec![0x30, 0x80, 1])]);
        assert_eq!((facts.subject.as_str(), facts.names.len()), ("", 0));
        assert_eq!(facts.fingerprint.len(), 64);
        assert_eq!(of(&[]), CertificateFacts::default());
    }
}
