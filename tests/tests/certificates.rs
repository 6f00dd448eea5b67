//! Certificates in files: shown by name, swapped while clients are connected, kept when the new
//! ones are bad.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Command;

use gateway_tests::{Crowd, EVERYTHING, Fleet, Gateway, Protocol, free_port, until};
use rcgen::CertifiedKey;
use serde_json::Value;
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
    let metric = |name| site.gateway.metric(&format!("{name}{{what=\"certificates/files\"}}"));
    assert_eq!(metric("gateway_reload_failed_total"), 0.0);
    let was_good = metric("gateway_reload_good_seconds");
    let kept = fs::read(site.key("a.example")).unwrap();
    fs::write(site.key("a.example"), "half").unwrap();
    let told = until("the bad key is told", || {
        site.events().into_iter().find(|event| event.contains("error"))
    });
    assert!(told.contains("a.example.key") && told.contains("listener/files"), "{told}");
    assert!(site.proves("a.example"), "the old certificate is shown no more");
    assert_eq!(metric("gateway_reload_failed_total"), 1.0);
    assert_eq!(metric("gateway_reload_good_seconds"), was_good);
    fs::write(site.key("a.example"), kept).unwrap();
    until("the mended key is told", || {
        site.events().into_iter().find(|event| event.contains("good again"))
    });
    assert!(site.proves("a.example"));
    assert_eq!(metric("gateway_reload_failed_total"), 1.0);
    assert!(metric("gateway_reload_good_seconds") > was_good);
    assert!(site.gateway.ctl.items("cert show files")[0]["refused"].is_null());
}

#[test]
fn files_are_read_at_once_when_an_operator_says_so() {
    let fleet = Fleet::start(1);
    let site = Site::start(&fleet, &["a.example"]);
    let ctl = &site.gateway.ctl;
    let before = ctl.items("cert show a.example");
    assert_eq!(before[0]["listener"], "files");
    assert_eq!((&before[0]["names"][0], &before[0]["ocsp"]), (&"a.example".into(), &Value::Null));
    assert_eq!((&before[0]["result"], &before[0]["key"]), (&"read".into(), &"ECDSA P-256".into()));
    // The watcher may be first.
    let operation = until("the files are read before the watcher does", || {
        issue(&site.directory, "a.example");
        let done = ctl.items("cert reload files -y -m renewed").remove(0);
        (done["unchanged"] == false).then_some(done)
    });
    assert!(site.proves("a.example"), "not served when it is answered");
    assert_eq!((&operation["what"], &operation["undo"]), (&"reload".into(), &"none".into()));
    assert_eq!(
        (&operation["target"], &operation["reason"]),
        (&"listener/files".into(), &"renewed".into())
    );
    let after = ctl.items("cert show a.example");
    assert_eq!(after[0]["result"], "renewed");
    assert_ne!(after[0]["fingerprint"], before[0]["fingerprint"]);
    let id = operation["id"].as_str().unwrap();
    assert_eq!(ctl.items(&format!("op show {id}"))[0]["target"], "listener/files");
    let audited = ctl.items("audit list");
    let record = audited.iter().find(|it| it["op"] == id).unwrap();
    assert_eq!((&record["result"], &record["what"]), (&"accepted".into(), &"reload".into()));
    let again = ctl.items("cert reload -y");
    assert_eq!(again[0]["unchanged"], true);
}

#[test]
fn a_dry_run_reads_the_files_and_changes_nothing() {
    let fleet = Fleet::start(1);
    let site = Site::start(&fleet, &["a.example"]);
    let said = site.gateway.ctl.run("cert reload -n");
    assert!(said.contains("nothing would change") && said.contains("dry run"), "{said}");
    fs::remove_file(site.key("a.example")).unwrap();
    let said = site.gateway.ctl.try_run("cert reload files -n");
    assert!(said.code == 1 && said.err.contains("a.example.key"), "{said:?}");
    let what = |it: &Value| it["what"] == "reload";
    assert!(!site.gateway.ctl.items("op list").iter().any(what));
    assert!(!site.gateway.ctl.items("audit list").iter().any(what));
}

#[test]
fn a_bad_file_keeps_what_is_served_and_the_others_are_read_all_the_same() {
    let fleet = Fleet::start(1);
    let site = Site::start(&fleet, &["a.example"]);
    let ctl = &site.gateway.ctl;
    fs::write(site.key("a.example"), "half").unwrap();
    let said = ctl.try_run("cert reload files -y");
    assert!(said.code == 1 && said.err.contains("a.example.key"), "{said:?}");
    assert!(said.err.contains("served still"), "{}", said.err);
    let said = ctl.try_run("cert reload -y -o json");
    assert_eq!(said.code, 10, "{said:?}");
    let told: Value = serde_json::from_str(&said.err).unwrap();
    assert_eq!(told["error"]["details"][0]["place"], "files", "{told}");
    assert!(site.proves("a.example"), "the old certificate is shown no more");
    let shown = ctl.items("cert show files");
    assert_eq!(shown[0]["result"], "refused");
    assert!(shown[0]["refused"].as_str().unwrap().contains("a.example.key"), "{shown:?}");
    let problems = &ctl.items("status")[0]["problems"];
    assert!(problems.to_string().contains("certificate/a.example"), "{problems}");
    let refused = ctl.items("audit list").into_iter().find(|it| it["result"] == "rejected");
    assert!(refused.unwrap()["error"].as_str().unwrap().contains("a.example.key"));
    let said = ctl.try_run("cert reload nobody -y");
    assert!(said.code == 5 && said.err.contains("files"), "{said:?}");
}
