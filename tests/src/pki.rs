//! A small authority that signs certificates, as operators have one for the admin API.

use std::fs;
use std::io::Read;
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::Context;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, SanType,
    date_time_ymd,
};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{
    ALL_VERSIONS, ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    SupportedProtocolVersion,
};
use tempfile::TempDir;

/// How long a handshake may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// An authority and the certificates that it signed.
pub struct Authority {
    directory: TempDir,
    issuer: CertifiedIssuer<'static, KeyPair>,
}

/// The files somebody proves an identity with.
#[derive(Clone, Debug)]
pub struct Card {
    /// Whom its owner trusts.
    pub ca: PathBuf,
    /// The certificate.
    pub cert: PathBuf,
    /// Its key.
    pub key: PathBuf,
}

impl Authority {
    /// A new one.
    pub fn new(name: &str) -> Authority {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        let issuer = CertifiedIssuer::self_signed(params, key).unwrap();
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("ca.pem"), issuer.pem()).unwrap();
        Authority { directory, issuer }
    }

    /// Its own certificate.
    pub fn ca(&self) -> PathBuf {
        self.directory.path().join("ca.pem")
    }

    /// A certificate for these names: `uri:…`, addresses, or names of hosts.
    pub fn card(&self, stem: &str, names: &[&str]) -> Card {
        self.card_until(stem, names, days(90))
    }

    /// A certificate for these names whose time is over.
    pub fn expired_card(&self, stem: &str, names: &[&str]) -> Card {
        self.card_until(stem, names, SystemTime::now() - Duration::from_secs(3600))
    }

    fn card_until(&self, stem: &str, names: &[&str], end: SystemTime) -> Card {
        let mut params = CertificateParams::default();
        // What must never count.
        params.distinguished_name.push(DnType::CommonName, "admin.test");
        let since = end.duration_since(SystemTime::UNIX_EPOCH).unwrap();
        params.not_after = date_time_ymd(1970, 1, 1) + since;
        params.subject_alt_names = names.iter().map(|name| san(name)).collect();
        let key = KeyPair::generate().unwrap();
        let signed = params.signed_by(&key, &self.issuer).unwrap();
        let path = |end| self.directory.path().join(format!("{stem}.{end}"));
        let card = Card { ca: self.ca(), cert: path("pem"), key: path("key") };
        fs::write(&card.cert, signed.pem()).unwrap();
        fs::write(&card.key, key.serialize_pem()).unwrap();
        fs::set_permissions(&card.key, fs::Permissions::from_mode(0o600)).unwrap();
        card
    }

    /// The keys of `[admin]` by which a gateway with the card `server` lets in whom it signed.
    pub fn admin_keys(&self, address: impl std::fmt::Display, server: &Card) -> String {
        let Card { cert, key, .. } = server;
        format!(
            "listen = \"{address}\"\ntls = {{ cert = {cert:?}, key = {key:?}, client_ca = {:?} }}\n",
            self.ca()
        )
    }
}

impl Card {
    /// The same, trusting another authority.
    pub fn trusting(mut self, other: &Authority) -> Card {
        self.ca = other.ca();
        self
    }

    /// Shakes hands with `address` in this version of TLS, without showing the certificate where not
    /// `shown`, and waits for the first byte; otherwise why none came.
    pub fn shake(
        &self,
        address: SocketAddr,
        version: &'static SupportedProtocolVersion,
        shown: bool,
    ) -> Result<(), String> {
        let config = Arc::new(self.config(&[version], shown).unwrap());
        let session = ClientConnection::new(config, address.ip().into()).unwrap();
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut stream = StreamOwned::new(session, stream);
        stream.read_exact(&mut [0]).map_err(|error| error.to_string())
    }

    pub(crate) fn client_config(&self) -> anyhow::Result<ClientConfig> {
        self.config(ALL_VERSIONS, true)
    }

    fn config(
        &self,
        versions: &[&'static SupportedProtocolVersion],
        shown: bool,
    ) -> anyhow::Result<ClientConfig> {
        let mut roots = RootCertStore::empty();
        for certificate in certificates(&self.ca)? {
            roots.add(certificate)?;
        }
        let provider = Arc::new(aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)?
            .with_root_certificates(roots);
        let key = || PrivateKeyDer::from_pem_file(&self.key).context("key");
        let mut config = match shown {
            true => builder.with_client_auth_cert(certificates(&self.cert)?, key()?)?,
            false => builder.with_no_client_auth(),
        };
        config.alpn_protocols = vec![b"h2".to_vec()];
        Ok(config)
    }
}

fn certificates(path: &Path) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    Ok(CertificateDer::pem_file_iter(path)?.collect::<Result<_, _>>()?)
}

fn san(name: &str) -> SanType {
    match (name.strip_prefix("uri:"), name.parse()) {
        (Some(uri), _) => SanType::URI(uri.try_into().unwrap()),
        (None, Ok(address)) => SanType::IpAddress(address),
        (None, Err(_)) => SanType::DnsName(name.try_into().unwrap()),
    }
}

fn days(count: u64) -> SystemTime {
    SystemTime::now() + Duration::from_secs(count * 24 * 60 * 60)
}
