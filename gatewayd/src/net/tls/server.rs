//! How does a listener speak TLS?

use std::sync::Arc;

use rustls::crypto::aws_lc_rs::{self, Ticketer};
use rustls::server::NoServerSessionStorage;
use rustls::version::{TLS12, TLS13};
use rustls::{ServerConfig, SupportedProtocolVersion};

use super::Identities;
use crate::model::TlsVersion;

/// What a listener offers by ALPN (RFC 7301), most wanted first.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// How a listener with these certificates speaks TLS; one value serves all of its workers.
///
/// Clients resume by tickets, whose keys are this listener's own, live half a day and never leave
/// memory: a session begun with one listener proves nothing to another. Nothing is kept for
/// clients without tickets, because workers would share it under a lock. There is no early data.
///
/// # Errors
/// When the machine gives no randomness for the ticket keys.
pub fn server_config(
    identities: Arc<Identities>,
    min_version: TlsVersion,
) -> Result<Arc<ServerConfig>, rustls::Error> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(versions(min_version))?
        .with_no_client_auth()
        .with_cert_resolver(identities);
    config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).into();
    config.ticketer = Ticketer::new()?;
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 1;
    Ok(Arc::new(config))
}

static FROM_1_2: [&SupportedProtocolVersion; 2] = [&TLS13, &TLS12];
static FROM_1_3: [&SupportedProtocolVersion; 1] = [&TLS13];

fn versions(min: TlsVersion) -> &'static [&'static SupportedProtocolVersion] {
    match min {
        TlsVersion::V1_2 => &FROM_1_2,
        TlsVersion::V1_3 => &FROM_1_3,
    }
}
