//! The promises of TLS, kept in memory: a client and a server that exchange bytes by hand.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rcgen::{
    BasicConstraints, CertificateParams, IsCa, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ED25519,
    date_time_ymd,
};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::version::{TLS12, TLS13};
use rustls::{
    ALL_VERSIONS, ClientConfig, ClientConnection, Error, HandshakeKind, NamedGroup,
    ProtocolVersion, RootCertStore, ServerConfig, ServerConnection, SignatureScheme,
    SupportedProtocolVersion,
};
use tempfile::TempDir;

use super::*;
use crate::model::{CertificateFiles, TlsVersion};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_millis()).unwrap()
}

/// A directory of certificates.
struct Shelf(TempDir);

impl Shelf {
    fn new() -> Shelf {
        Shelf(tempfile::tempdir().unwrap())
    }

    fn files(&self, stem: &str) -> CertificateFiles {
        let path = |end| self.0.path().join(format!("{stem}.{end}"));
        CertificateFiles { cert: path("pem"), key: path("key") }
    }

    /// Puts a certificate for `names` that ends `days` from now.
    fn put(&self, stem: &str, names: &[&str], days: i64) -> CertificateFiles {
        self.put_with(stem, names, days, &KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap())
    }

    fn put_with(&self, stem: &str, names: &[&str], days: i64, key: &KeyPair) -> CertificateFiles {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        let mut params = CertificateParams::new(names).unwrap();
        let end_ms = u64::try_from(now_ms() + days * DAY_MS).unwrap();
        params.not_after = date_time_ymd(1970, 1, 1) + Duration::from_millis(end_ms);
        let files = self.files(stem);
        fs::write(&files.cert, params.self_signed(key).unwrap().pem()).unwrap();
        fs::write(&files.key, key.serialize_pem()).unwrap();
        files
    }

    fn identities(&self, stems_and_names: &[(&str, &[&str])]) -> Arc<Identities> {
        let put = |(stem, names): &(&str, &[&str])| self.put(stem, names, 90);
        let files: Vec<CertificateFiles> = stems_and_names.iter().map(put).collect();
        Identities::new(IdentitySet::load(&files).unwrap())
    }

    fn certificate(&self, stem: &str) -> CertificateDer<'static> {
        CertificateDer::from_pem_file(self.files(stem).cert).unwrap()
    }
}

fn server(identities: &Arc<Identities>, min: TlsVersion) -> Arc<ServerConfig> {
    server_config(identities.clone(), min).unwrap()
}

/// A client of today that trusts these certificates.
fn client(trusted: &[CertificateDer<'static>]) -> ClientConfig {
    client_of(ALL_VERSIONS, aws_lc_rs::default_provider(), trusted)
}

fn client_of(
    versions: &[&'static SupportedProtocolVersion],
    provider: CryptoProvider,
    trusted: &[CertificateDer<'static>],
) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    for certificate in trusted {
        roots.add(certificate.clone()).unwrap();
    }
    ClientConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth()
}

/// Both ends of a finished handshake.
#[derive(Debug)]
struct Pair {
    client: ClientConnection,
    server: ServerConnection,
}

impl Pair {
    fn shown(&self) -> CertificateDer<'static> {
        self.client.peer_certificates().unwrap()[0].clone().into_owned()
    }
}

/// Shakes hands; the error is the server's, or else the client's.
fn shake(
    client: &Arc<ClientConfig>,
    server: &Arc<ServerConfig>,
    name: &str,
) -> Result<Pair, Error> {
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let mut pair = Pair {
        client: ClientConnection::new(client.clone(), name).unwrap(),
        server: ServerConnection::new(server.clone()).unwrap(),
    };
    // A handshake takes two turns; tickets follow in the next.
    for _ in 0..4 {
        pass(&mut pair.client, &mut pair.server)?;
        pass(&mut pair.server, &mut pair.client)?;
    }
    assert!(!pair.client.is_handshaking() && !pair.server.is_handshaking());
    Ok(pair)
}

fn pass<A, B>(
    from: &mut rustls::ConnectionCommon<A>,
    to: &mut rustls::ConnectionCommon<B>,
) -> Result<(), Error> {
    let mut bytes = Vec::new();
    while from.wants_write() {
        from.write_tls(&mut bytes).unwrap();
    }
    let mut bytes = &bytes[..];
    while !bytes.is_empty() {
        to.read_tls(&mut bytes).unwrap();
        to.process_new_packets()?;
    }
    Ok(())
}

#[test]
fn a_client_is_shown_the_certificate_it_asks_for() {
    let shelf = Shelf::new();
    let identities = shelf.identities(&[
        ("first", &["first.example"]),
        ("wild", &["*.shop.example", "shop.example"]),
        ("pay", &["pay.shop.example"]),
    ]);
    let server = server(&identities, TlsVersion::V1_2);
    let trusted = ["first", "wild", "pay"].map(|stem| shelf.certificate(stem));
    let client = Arc::new(client(&trusted));
    for (asked, expected) in [
        ("first.example", "first"),
        ("shop.example", "wild"),
        ("www.shop.example", "wild"),
        ("WWW.Shop.Example", "wild"),
        ("pay.shop.example", "pay"),
    ] {
        let pair = shake(&client, &server, asked).unwrap();
        assert_eq!(pair.shown(), shelf.certificate(expected), "{asked}");
    }
}

#[test]
fn a_client_that_asks_for_no_known_name_is_shown_the_first() {
    let shelf = Shelf::new();
    let names: &[&str] = &["first.example", "127.0.0.1"];
    let identities = shelf.identities(&[("first", names), ("wild", &["*.shop.example"])]);
    let server = server(&identities, TlsVersion::V1_2);
    let client = Arc::new(client(&[shelf.certificate("first"), shelf.certificate("wild")]));
    // Clients name no address in SNI (RFC 6066 section 3).
    let pair = shake(&client, &server, "127.0.0.1").unwrap();
    assert_eq!(pair.shown(), shelf.certificate("first"));
    for asked in ["a.b.shop.example", "shop.example", "example", "other.example"] {
        let error = shake(&client, &server, asked).unwrap_err();
        assert!(format!("{error:?}").contains("first.example"), "{asked}: {error:?}");
    }
}

#[test]
fn a_client_is_shown_a_certificate_whose_signature_it_understands() {
    let shelf = Shelf::new();
    let modern = KeyPair::generate_for(&PKCS_ED25519).unwrap();
    let files = [
        shelf.put_with("modern", &["a.example"], 90, &modern),
        shelf.put("usual", &["a.example"], 90),
    ];
    let identities = Identities::new(IdentitySet::load(&files).unwrap());
    let server = server(&identities, TlsVersion::V1_2);
    let trusted = [shelf.certificate("modern"), shelf.certificate("usual")];
    let pair = shake(&Arc::new(client(&trusted)), &server, "a.example").unwrap();
    assert_eq!(pair.shown(), shelf.certificate("modern"));

    let mut provider = aws_lc_rs::default_provider();
    let known = provider.signature_verification_algorithms.mapping;
    let usual = known.iter().filter(|(scheme, _)| *scheme != SignatureScheme::ED25519);
    provider.signature_verification_algorithms.mapping = usual.copied().collect::<Vec<_>>().leak();
    let old = client_of(ALL_VERSIONS, provider, &[shelf.certificate("usual")]);
    let pair = shake(&Arc::new(old), &server, "a.example").unwrap();
    assert_eq!(pair.shown(), shelf.certificate("usual"));
}

#[test]
fn the_protocol_is_agreed_on_or_the_handshake_ends() {
    let shelf = Shelf::new();
    let server = server(&shelf.identities(&[("a", &["a.example"])]), TlsVersion::V1_2);
    let mut client = client(&[shelf.certificate("a")]);
    let mut agreed = |offered: &[&[u8]]| {
        client.alpn_protocols = offered.iter().map(|one| one.to_vec()).collect();
        let pair = shake(&Arc::new(client.clone()), &server, "a.example");
        pair.map(|pair| pair.server.alpn_protocol().map(<[u8]>::to_vec))
    };
    assert_eq!(agreed(&[b"http/1.1", b"h2"]), Ok(Some(b"h2".to_vec())));
    assert_eq!(agreed(&[b"http/1.1"]), Ok(Some(b"http/1.1".to_vec())));
    assert_eq!(agreed(&[]), Ok(None));
    assert_eq!(agreed(&[b"spdy/3"]), Err(Error::NoApplicationProtocol));
}

#[test]
fn an_old_version_is_refused_where_the_listener_says_so() {
    let shelf = Shelf::new();
    let identities = shelf.identities(&[("a", &["a.example"])]);
    let provider = aws_lc_rs::default_provider();
    let old = Arc::new(client_of(&[&TLS12], provider, &[shelf.certificate("a")]));
    let spoken = shake(&old, &server(&identities, TlsVersion::V1_2), "a.example").unwrap();
    assert_eq!(spoken.server.protocol_version(), Some(ProtocolVersion::TLSv1_2));
    let refused = shake(&old, &server(&identities, TlsVersion::V1_3), "a.example").unwrap_err();
    assert!(matches!(refused, Error::PeerIncompatible(_)), "{refused:?}");
}

#[test]
fn a_modern_client_gets_a_key_exchange_that_outlasts_quantum_computers() {
    let shelf = Shelf::new();
    let server = server(&shelf.identities(&[("a", &["a.example"])]), TlsVersion::V1_2);
    let pair = shake(&Arc::new(client(&[shelf.certificate("a")])), &server, "a.example").unwrap();
    assert_eq!(pair.server.protocol_version(), Some(ProtocolVersion::TLSv1_3));
    let group = pair.server.negotiated_key_exchange_group().unwrap().name();
    assert_eq!(group, NamedGroup::X25519MLKEM768);
}

#[test]
fn a_client_that_returns_resumes_by_ticket_without_early_data() {
    let shelf = Shelf::new();
    let identities = shelf.identities(&[("a", &["a.example"])]);
    let server = server(&identities, TlsVersion::V1_2);
    for (version, tickets) in [(&TLS13, 1), (&TLS12, 0)] {
        let provider = aws_lc_rs::default_provider();
        let mut client = client_of(&[version], provider, &[shelf.certificate("a")]);
        client.enable_early_data = true;
        let client = Arc::new(client);
        let first = shake(&client, &server, "a.example").unwrap();
        assert_ne!(first.server.handshake_kind(), Some(HandshakeKind::Resumed));
        assert_eq!(first.client.tls13_tickets_received(), tickets);
        let second = shake(&client, &server, "a.example").unwrap();
        assert_eq!(second.server.handshake_kind(), Some(HandshakeKind::Resumed));
        assert!(!second.client.is_early_data_accepted());
    }
}

#[test]
fn workers_share_no_store_of_sessions_and_no_early_data_is_taken() {
    let shelf = Shelf::new();
    let server = server(&shelf.identities(&[("a", &["a.example"])]), TlsVersion::V1_2);
    assert!(!server.session_storage.can_cache());
    assert_eq!(server.max_early_data_size, 0);
}

#[test]
fn a_session_proves_nothing_to_another_listener() {
    let shelf = Shelf::new();
    let identities = shelf.identities(&[("a", &["a.example"])]);
    let one = server(&identities, TlsVersion::V1_2);
    let other = server(&identities, TlsVersion::V1_2);
    let client = Arc::new(client(&[shelf.certificate("a")]));
    shake(&client, &one, "a.example").unwrap();
    let pair = shake(&client, &other, "a.example").unwrap();
    assert_ne!(pair.server.handshake_kind(), Some(HandshakeKind::Resumed));
}

#[test]
fn certificates_are_swapped_while_a_listener_serves() {
    let shelf = Shelf::new();
    let identities = shelf.identities(&[("a", &["a.example"])]);
    let server = server(&identities, TlsVersion::V1_2);
    let before = shelf.certificate("a");
    let soon = identities.expires_ms();
    identities.swap(IdentitySet::load(&[shelf.put("a", &["a.example"], 300)]).unwrap());
    let after = shelf.certificate("a");
    assert_ne!(before, after);
    let pair = shake(&Arc::new(client(&[before, after.clone()])), &server, "a.example").unwrap();
    assert_eq!(pair.shown(), after);
    assert!(identities.expires_ms() > soon + 200 * DAY_MS);
}

#[test]
fn the_soonest_expiry_is_told() {
    let shelf = Shelf::new();
    let files = [shelf.put("a", &["a.example"], 90), shelf.put("b", &["b.example"], 30)];
    let set = IdentitySet::load(&files).unwrap();
    let days = (set.expires_ms() - now_ms() + DAY_MS / 2) / DAY_MS;
    assert_eq!(days, 30);
}

#[test]
fn an_expired_certificate_loads_but_is_known_as_such() {
    let shelf = Shelf::new();
    let files = [shelf.put("a", &["a.example"], 90), shelf.put("b", &["b.example"], -1)];
    let error = IdentitySet::load(&files).unwrap().check_alive(now_ms()).unwrap_err();
    assert!(matches!(error, IdentityError::Expired { .. }), "{error}");
    assert!(error.to_string().contains("b.pem\" expired at 20"), "{error}");
    IdentitySet::load(&files[..1]).unwrap().check_alive(now_ms()).unwrap();
}

#[test]
fn a_certificate_that_is_its_own_authority_serves_too() {
    // The kind `openssl req -x509` makes.
    let shelf = Shelf::new();
    let files = shelf.put("site", &["a.example"], 90);
    let key = KeyPair::from_pem(&fs::read_to_string(&files.key).unwrap()).unwrap();
    let mut params = CertificateParams::new(["a.example".to_owned()]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.not_after = date_time_ymd(2070, 1, 1);
    fs::write(&files.cert, params.self_signed(&key).unwrap().pem()).unwrap();
    assert_eq!(Identity::load(&files).unwrap().expires_ms(), 3_155_760_000_000);
}

/// What loading says once `spoil` had its way with a good certificate.
fn told(spoil: impl FnOnce(&Shelf, &CertificateFiles)) -> String {
    let shelf = Shelf::new();
    let files = shelf.put("site", &["a.example"], 90);
    IdentitySet::load(std::slice::from_ref(&files)).unwrap();
    spoil(&shelf, &files);
    IdentitySet::load(&[files]).unwrap_err().to_string()
}

#[test]
fn a_bad_file_is_refused_by_name_with_its_remedy() {
    let write = |path: &Path, text: &str| fs::write(path, text).unwrap();
    let half = |path: &Path| {
        let text = fs::read_to_string(path).unwrap();
        fs::write(path, &text[..text.len() / 2]).unwrap();
    };
    let garbage = "-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n";
    let cases = [
        (told(|_, files| fs::remove_file(&files.cert).unwrap()), "site.pem\": No such file"),
        (told(|_, files| fs::remove_file(&files.key).unwrap()), "site.key\": No such file"),
        (told(|_, files| write(&files.cert, "")), "site.pem\" holds no certificate"),
        (told(|_, files| write(&files.key, "")), "site.key\" holds no private key"),
        (told(|_, files| half(&files.cert)), "site.pem\" is not PEM"),
        (told(|_, files| half(&files.key)), "site.key\" is not PEM"),
        (told(|_, files| write(&files.cert, garbage)), "first certificate in"),
        (
            told(|shelf, files| {
                let other = shelf.put("other", &["a.example"], 90);
                fs::copy(other.key, &files.key).unwrap();
            }),
            "does not belong to the first certificate in",
        ),
        (IdentitySet::load(&[]).unwrap_err().to_string(), "needs a certificate"),
    ];
    for (told, expected) in cases {
        assert!(told.contains(expected), "{told:?} should contain {expected:?}");
    }
}

#[test]
fn a_strange_path_cannot_steer_a_terminal() {
    let path = Path::new("/nowhere/\x1b[2J.pem").to_owned();
    let told = Identity::load(&CertificateFiles { cert: path.clone(), key: path }).unwrap_err();
    assert!(!told.to_string().contains('\x1b'), "{told}");
}

#[test]
fn a_stamp_changes_when_a_file_does() {
    let shelf = Shelf::new();
    let files = [shelf.put("a", &["a.example"], 90)];
    let paths = [files[0].cert.clone(), files[0].key.clone()];
    let stamp = Stamp::of(&paths);
    assert_eq!(stamp, Stamp::of(&paths));

    let link = shelf.0.path().join("turn");
    fs::rename(&files[0].cert, &link).unwrap();
    let gone = Stamp::of(&paths);
    assert_ne!(stamp, gone);
    symlink(&link, &files[0].cert).unwrap();
    let linked = Stamp::of(&paths);
    assert_ne!(gone, linked);
    fs::set_permissions(&files[0].key, fs::Permissions::from_mode(0o400)).unwrap();
    assert_ne!(linked, Stamp::of(&paths));
}

#[test]
fn a_self_signed_certificate_serves_the_names_it_was_made_for() {
    let shelf = Shelf::new();
    let names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
    let listener = "https".parse().unwrap();
    let directory = shelf.0.path().join("certificates");
    let identity = self_signed(&directory, &listener, &names, now_ms()).unwrap();
    let days = (identity.expires_ms() - now_ms()) / DAY_MS;
    assert!((363..=366).contains(&days), "{days}");

    let certificate = CertificateDer::from_pem_file(directory.join("https.cert.pem")).unwrap();
    let identities = Identities::new(IdentitySet::new(identity, []));
    let server = server(&identities, TlsVersion::V1_2);
    let client = Arc::new(client(&[certificate]));
    for name in ["localhost", "127.0.0.1", "::1"] {
        shake(&client, &server, name).unwrap();
    }
    let error = shake(&client, &server, "other.example").unwrap_err();
    assert!(matches!(error, Error::InvalidCertificate(_)), "{error:?}");
}

#[test]
fn a_self_signed_certificate_is_kept_until_it_nearly_expires_or_the_names_change() {
    let shelf = Shelf::new();
    let listener = "https".parse().unwrap();
    let make = |names: &[&str], now_ms| {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        self_signed(shelf.0.path(), &listener, &names, now_ms).unwrap().key.cert.clone()
    };
    let first = make(&["localhost"], now_ms());
    assert_eq!(make(&["localhost"], now_ms() + 300 * DAY_MS), first);
    let renewed = make(&["localhost"], now_ms() + 336 * DAY_MS);
    assert_ne!(renewed, first);
    let widened = make(&["localhost", "127.0.0.1"], now_ms());
    assert_ne!(widened, renewed);
    fs::write(shelf.0.path().join("https.key.pem"), "").unwrap();
    assert_ne!(make(&["localhost", "127.0.0.1"], now_ms()), widened);
}

#[test]
fn a_self_signed_key_is_readable_by_its_owner_alone() {
    let shelf = Shelf::new();
    let listener = "https".parse().unwrap();
    self_signed(shelf.0.path(), &listener, &["localhost".to_owned()], now_ms()).unwrap();
    let mode = |file| {
        let found = fs::metadata(shelf.0.path().join(file)).unwrap();
        found.permissions().mode() & 0o777
    };
    assert_eq!(mode("https.key.pem"), 0o600);
    assert_eq!(mode("https.cert.pem") & 0o600, 0o600);
}

#[test]
fn a_self_signed_certificate_that_cannot_be_made_or_kept_says_why() {
    let shelf = Shelf::new();
    let listener = "https".parse().unwrap();
    let blocked = shelf.0.path().join("blocked");
    fs::write(&blocked, "").unwrap();
    let names = ["localhost".to_owned()];
    let told = self_signed(&blocked, &listener, &names, now_ms()).unwrap_err().to_string();
    assert!(told.contains("cannot keep the self-signed certificate in"), "{told}");
    let names = ["grün".to_owned()];
    let told = self_signed(shelf.0.path(), &listener, &names, now_ms()).unwrap_err().with_remedy();
    assert!(told.contains("write host names or addresses"), "{told}");
}
