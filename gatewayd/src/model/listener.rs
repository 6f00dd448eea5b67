//! A listener: an address clients connect to, and what it does with them.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::Name;

/// An address clients connect to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listener {
    /// Unique among listeners.
    pub name: Name,
    /// Where it listens.
    pub address: SocketAddr,
    /// What it does with clients.
    pub kind: ListenerKind,
    /// Limits of its connections, in the order they are asked.
    #[serde(default)]
    pub limits: Vec<Name>,
}

/// What a listener does with its clients.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ListenerKind {
    /// Serves them in the clear.
    Plain,
    /// Serves them over TLS.
    Tls(Tls),
    /// Sends them to the TLS listener of this name (308).
    Redirect(Name),
}

/// How a listener speaks TLS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tls {
    /// Where its certificates come from.
    pub certificates: Certificates,
    /// The oldest version it accepts.
    pub min_version: TlsVersion,
}

/// Where certificates come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Certificates {
    /// From files, watched for changes; the first is the default. Never empty.
    Files(Vec<CertificateFiles>),
    /// Made at the first start for these names and kept in the state directory. Never empty.
    SelfSigned(Vec<String>),
}

/// One certificate chain and its key, PEM.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateFiles {
    /// The chain, leaf first.
    pub cert: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// A version of TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum TlsVersion {
    /// TLS 1.2.
    #[default]
    #[serde(rename = "1.2")]
    V1_2,
    /// TLS 1.3.
    #[serde(rename = "1.3")]
    V1_3,
}
