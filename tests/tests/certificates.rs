//! Certificates in files: shown by name, swapped while clients are connected, kept when the new
//! ones are bad.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Command;

use gateway_tests::{Crowd, EVERYTHING, Fleet, Gateway, Protocol, free_port, until};
use rcgen::CertifiedKey;
use tempfile::TempDir;

/// A gateway with one more listener, whose certificates are in files.
struct Site {
    gateway: Gateway,
    address: SocketAddr,
    directory: TempDir,
}

impl Site {
    fn start(fleet: &Fleet, names: &[&str]) -> Site {
        let directory = tempfile::tempdir().unwrap();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()));
        let mut files = String::new();
        for name in names {
            issue(&directory, name);
            let path = directory.path().join(name);
            let path = path.display();
            files += &format!("{{ cert = \"{path}.pem\", key = \"{path}.key\" }}, ");
        }
        let listener = format!(
            "[[listener]]\nname = \"files\"\naddress = \"{address}\"\n\
             tls = {{ certificates = [{files}] }}\n"
        );
        let gateway = Gateway::start(&(listener + EVERYTHING + &fleet.pool("")));
        Site { gateway, address, directory }
    }

    /// Whether a client that trusts the newest certificate for `name`, and no other, is served.
    fn proves(&self, name: &str) -> bool {
        self.shows(&self.directory.path().join(format!("{name}.pem")), name)
    }

    /// Whether a client that trusts this certificate for `name`, and no other, is served.
    fn shows(&self, certificate: &Path, name: &str) -> bool {
        let port = self.address.port();
        let output = Command::new("curl")
            .args(["-s", "--cacert"])
            .arg(certificate)
            .args(["--resolve", &format!("{name}:{port}:127.0.0.1")])
            .arg(format!("https://{name}:{port}/bytes/3"))
            .output()
            .unwrap();
        output.stdout.len() == 3
    }

    fn events(&self) -> Vec<String> {
        let told = self.gateway.ctl.run("event tail --kind tls --no-follow -o jsonl");
        told.lines().map(str::to_owned).collect()
    }

    fn key(&self, name: &str) -> PathBuf {
        self.directory.path().join(format!("{name}.key"))
    }
}

/// Issues a certificate for `name`.
fn issue(directory: &TempDir, name: &str) {
    let CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
    fs::write(directory.path().join(format!("{name}.pem")), cert.pem()).unwrap();
    fs::write(directory.path().join(format!("{name}.key")), signing_key.serialize_pem()).unwrap();
}

#[test]
fn each_name_is_proven_with_its_own_certificate() {
    let fleet = Fleet::start(1);
    let site = Site::start(&fleet, &["a.example", "b.example"]);
    assert!(site.proves("a.example"));
    assert!(site.proves("b.example"));
}

#[test]
fn a_renewed_certificate_is_shown_while_clients_stay_connected() {
    let fleet = Fleet::start(1);
    let site = Site::start(&fleet, &["a.example"]);
    let crowd = Crowd::gather(5, Protocol::Https, site.address, "/bytes/10");
    crowd.watch(50);
    let old = site.directory.path().join("old.pem");
    fs::rename(site.directory.path().join("a.example.pem"), &old).unwrap();
    assert!(site.shows(&old, "a.example"), "without a file the old certificate is shown");
    issue(&site.directory, "a.example");
    until("the new certificate is shown", || site.proves("a.example").then_some(()));
    assert!(!site.shows(&old, "a.example"));
    crowd.watch(50);
    crowd.disperse().assert_none_failed();
    assert!(site.events().iter().any(|event| event.contains("swapped")), "{:?}", site.events());
}

#[test]
fn a_bad_certificate_changes_nothing_and_is_told() {
    let fleet = Fleet::start(1);
    let site = Site::start(&fleet, &["a.example"]);
    let kept = fs::read(site.key("a.example")).unwrap();
    fs::write(site.key("a.example"), "half").unwrap();
    let told = until("the bad key is told", || {
        site.events().into_iter().find(|event| event.contains("error"))
    });
    assert!(told.contains("a.example.key") && told.contains("listener/files"), "{told}");
    assert!(site.proves("a.example"), "the old certificate is shown no more");
    fs::write(site.key("a.example"), kept).unwrap();
    until("the mended key is told", || {
        site.events().into_iter().find(|event| event.contains("swapped"))
    });
    assert!(site.proves("a.example"));
}
