//! Mutual TLS: who is this operator, and which gateways are trusted?

use std::{
    error::Error as StdError,
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use rustls::{
    AlertDescription, ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    version::TLS13,
};

use super::{Error, ErrorCode};

/// gRPC speaks HTTP/2 alone.
const PROTOCOL: &[u8] = b"h2";

/// The files that TLS is spoken with, PEM.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TlsFiles {
    /// Certificates of the authorities that the gateway's own may come from.
    pub ca: Option<PathBuf>,
    /// The operator's certificate.
    pub cert: Option<PathBuf>,
    /// Its private key.
    pub key: Option<PathBuf>,
}

impl TlsFiles {
    /// The files that `GATEWAYCTL_CA`, `GATEWAYCTL_CERT` and `GATEWAYCTL_KEY` name, and of these what
    /// they do not.
    #[must_use]
    pub fn with_environment(&self) -> Self {
        let file = |name, own: &Option<PathBuf>| {
            let named = std::env::var_os(name).filter(|it| !it.is_empty()).map(PathBuf::from);
            named.or_else(|| own.clone())
        };
        Self {
            ca: file("GATEWAYCTL_CA", &self.ca),
            cert: file("GATEWAYCTL_CERT", &self.cert),
            key: file("GATEWAYCTL_KEY", &self.key),
        }
    }

    /// How TLS is spoken with them. They are read anew for each connection, for they are renewed.
    ///
    /// # Errors
    /// `Invalid` when one is not named or of no use.
    pub(super) fn config(&self) -> Result<ClientConfig, Error> {
        let ca = named(self.ca.as_deref(), "ca", "the authority that the gateway's is from")?;
        let cert = named(self.cert.as_deref(), "cert", "your certificate")?;
        let key = named(self.key.as_deref(), "key", "your certificate's private key")?;
        let mut roots = RootCertStore::empty();
        for authority in certificates(ca)? {
            roots.add(authority).map_err(|error| useless(ca, &error))?;
        }
        let chain = certificates(cert)?;
        let secret = PrivateKeyDer::from_pem_file(key).map_err(|error| useless(key, &error))?;
        let mut config =
            ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
                .with_protocol_versions(&[&TLS13])
                .map_err(|error| useless(cert, &error))?
                .with_root_certificates(roots)
                .with_client_auth_cert(chain, secret)
                .map_err(|error| useless(cert, &error))?;
        config.alpn_protocols = vec![PROTOCOL.to_vec()];
        Ok(config)
    }
}

fn named<'a>(path: Option<&'a Path>, key: &str, what: &str) -> Result<&'a Path, Error> {
    path.ok_or_else(|| {
        let message = format!("https needs mutual TLS, and no `{key}` is named: {what}");
        let variable = key.to_uppercase();
        Error::new(ErrorCode::Invalid, message)
            .hint(format!("write `{key}` in the context, or set GATEWAYCTL_{variable}"))
    })
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let read = CertificateDer::pem_file_iter(path).map_err(|error| useless(path, &error))?;
    let chain = read.collect::<Result<Vec<_>, _>>().map_err(|error| useless(path, &error))?;
    match chain.is_empty() {
        true => Err(useless(path, &"it holds no certificate")),
        false => Ok(chain),
    }
}

fn useless(path: &Path, why: &dyn std::fmt::Display) -> Error {
    Error::new(ErrorCode::Invalid, format!("{} is of no use for TLS: {why}", path.display()))
        .hint("name a PEM file that you may read")
}

/// Why TLS did not come about, when that is behind `error`.
pub(super) fn failed(error: &(dyn StdError + 'static)) -> Option<Error> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        let carried = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        let tls = carried.and_then(|it| it.downcast_ref::<rustls::Error>());
        if let Some(tls) = tls.or_else(|| error.downcast_ref()) {
            return Some(told(tls));
        }
        cause = error.source();
    }
    None
}

fn told(error: &rustls::Error) -> Error {
    use AlertDescription as Alert;
    let (message, hint) = match error {
        rustls::Error::InvalidCertificate(why) => (
            format!("the gateway's certificate is not trusted: {why}"),
            "is `ca` the authority it is from, and is it for this host?",
        ),
        rustls::Error::AlertReceived(Alert::CertificateExpired) => {
            ("your certificate has expired".to_owned(), "renew it")
        }
        rustls::Error::AlertReceived(
            Alert::UnknownCA
            | Alert::DecryptError
            | Alert::BadCertificate
            | Alert::CertificateUnknown
            | Alert::CertificateRequired
            | Alert::CertificateRevoked
            | Alert::UnsupportedCertificate
            | Alert::AccessDenied,
        ) => (
            format!("the gateway does not accept your certificate: {error}"),
            "it has to be from the gateway's client_ca, for clients, and valid now",
        ),
        _ => {
            let message = format!("TLS with the gateway failed: {error}");
            return Error::new(ErrorCode::Unreachable, message)
                .hint("is this the port of [admin] listen?");
        }
    };
    Error::new(ErrorCode::Denied, message).hint(hint)
}
