//! Who may call the admin API, by which way, and as what.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::time::Duration;

use bytes::Bytes;
use gateway_tests::{
    Admin, Authority, Card, Client, Ctl, EVERYTHING, Fleet, Gateway, Protocol, Setup, Signal,
    free_port, gatewayctl, gatewayd, not_tested, shortener, until, write_program,
};
use rustls::version::{TLS12, TLS13};
use tonic::Code;

/// What viewers may call, by hand: the table of the gateway is held against it.
const LOOKING: &[&str] = &[
    "/gatewayd.v1.Access/WhoAmI",
    "/gatewayd.v1.Certificates/List",
    "/gatewayd.v1.Config/Fields",
    "/gatewayd.v1.Limits/Client",
    "/gatewayd.v1.Limits/Rejections",
    "/gatewayd.v1.Limits/Simulate",
    "/gatewayd.v1.Operations/Get",
    "/gatewayd.v1.Operations/List",
    "/gatewayd.v1.Operations/Watch",
    "/gatewayd.v1.Scaler/Decisions",
    "/gatewayd.v1.Scaler/Explain",
    "/gatewayd.v1.Scaler/List",
    "/gatewayd.v1.Scaler/Simulate",
    "/gatewayd.v1.Traffic/Tail",
    "/gatewayd.v1.Watch/Events",
    "/gatewayd.v1.Watch/GetSnapshot",
    "/gatewayd.v1.Watch/History",
    "/gatewayd.v1.Watch/Snapshots",
    "/grpc.health.v1.Health/Check",
    "/grpc.health.v1.Health/Watch",
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
];
/// What only admins may call.
const ADMINISTERING: [&str; 5] = [
    "/gatewayd.v1.Audit/List",
    "/gatewayd.v1.Audit/Read",
    "/gatewayd.v1.Config/Apply",
    "/gatewayd.v1.Config/Persist",
    "/gatewayd.v1.Config/Rollback",
];

const ROLES: &str = "[admin.roles]\nviewer = [\"dns:viewer.test\"]\n\
                     operator = [\"uri:spiffe://test/operator\"]\nadmin = [\"dns:admin.test\"]\n";

/// A gateway that is administered by TCP too, and who may do so.
struct Remote {
    gateway: Gateway,
    address: SocketAddr,
    authority: Authority,
    _fleet: Fleet,
}

impl Remote {
    #[track_caller]
    fn start() -> Remote {
        let authority = Authority::new("operators");
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()));
        let server = authority.card("gateway", &["127.0.0.1"]);
        let fleet = Fleet::start(2);
        let setup = Setup::default().admin(&(authority.admin_keys(address, &server) + ROLES));
        let gateway = setup.start(&rest(&fleet));
        Remote { gateway, address, authority, _fleet: fleet }
    }

    fn card(&self, name: &str) -> Card {
        let stem: String = name.chars().filter(|it| it.is_alphanumeric()).collect();
        self.authority.card(&stem, &[name])
    }

    #[track_caller]
    fn admin(&self, name: &str) -> Admin {
        Admin::by_tls(self.address, &self.card(name)).unwrap()
    }

    fn ctl(&self, name: &str) -> Ctl {
        Ctl::by_tls(self.address, &self.card(name))
    }
}

fn rest(fleet: &Fleet) -> String {
    shortener("100/minute", "1000/minute") + &fleet.pool("")
}

/// A gateway on which this user has that role.
#[track_caller]
fn as_role(fleet: &Fleet, role: &str) -> Gateway {
    let uid = nix::unistd::geteuid();
    let roles = format!("[admin.roles]\n{role} = [\"user:{uid}\"]\n");
    Setup::default().admin(&roles).start(&rest(fleet))
}

fn denied(gateway: &Gateway, why: &str) -> u64 {
    let text = String::from_utf8(gateway.ask_metrics("/metrics").body.to_vec()).unwrap();
    let name = format!("gateway_admin_denied_total{{why=\"{why}\"}} ");
    text.lines().find_map(|line| line.strip_prefix(&name)).unwrap().parse().unwrap()
}

/// Calls every method, and asserts that exactly those that `may` be called are not denied.
#[track_caller]
fn assert_held(who: &str, admin: &Admin, methods: &BTreeSet<String>, may: impl Fn(&str) -> bool) {
    for method in methods {
        let status = admin.call(method);
        let refused = matches!(status.code(), Code::PermissionDenied | Code::Unauthenticated);
        assert_eq!(!refused, may(method), "{who} calls {method}: {status:?}");
        assert!(status.code() != Code::Unavailable, "{who} calls {method}: {status:?}");
        if refused {
            assert!(status.message().contains("needs the role"), "{status:?}");
        }
    }
}

fn looking(method: &str) -> bool {
    LOOKING.contains(&method)
}

fn operating(method: &str) -> bool {
    !ADMINISTERING.contains(&method)
}

#[test]
fn every_method_is_for_its_role_and_those_above_by_whichever_way_one_comes() {
    let remote = Remote::start();
    let methods = remote.gateway.admin().methods();
    assert!(methods.len() >= 30, "{methods:?}");
    for method in LOOKING.iter().chain(&ADMINISTERING) {
        assert!(methods.contains(*method), "{method} in {methods:?}");
    }
    // Reflection has a role, and is nowhere but on the operators' socket.
    assert_held("viewer by tcp", &remote.admin("viewer.test"), &methods, looking);
    assert_held("operator", &remote.admin("uri:spiffe://test/operator"), &methods, operating);
    assert_held("admin by tcp", &remote.admin("admin.test"), &methods, |_| true);
    assert_held("wrong name", &remote.admin("admin.test.example"), &methods, |_| false);
    let fleet = Fleet::start(1);
    for (role, may) in [("viewer", looking as fn(&str) -> bool), ("operator", operating)] {
        assert_held(role, &as_role(&fleet, role).admin(), &methods, may);
    }
    let before = denied(&remote.gateway, "role");
    assert!(before > 0 && denied(&remote.gateway, "stranger") >= methods.len() as u64);
    assert_eq!(
        remote.admin("viewer.test").call("/gatewayd.v1.Demo/SetLoad").code(),
        Code::PermissionDenied
    );
    assert_eq!(denied(&remote.gateway, "role"), before + 1);
}

#[test]
fn a_method_that_is_not_there_is_nobodys() {
    let remote = Remote::start();
    for method in ["/gatewayd.v1.Backends/Frob", "/gatewayd.v1.Backends/add", "/x.Y/Z"] {
        assert_eq!(remote.admin("admin.test").call(method).code(), Code::Unimplemented, "{method}");
        assert_eq!(remote.gateway.admin().call(method).code(), Code::Unimplemented, "{method}");
    }
}

#[test]
fn a_certificate_lets_in_only_when_it_is_the_authoritys_and_valid() {
    let remote = Remote::start();
    let foreign = Authority::new("operators");
    let card = remote.card("admin.test");
    let other = foreign.card("admin", &["admin.test"]).trusting(&remote.authority);
    let expired = remote.authority.expired_card("late", &["admin.test"]);
    let mixed = Card { key: other.key.clone(), ..card.clone() };
    for (card, code, told) in [
        (&other, 4, "does not accept your certificate"),
        (&expired, 4, "has expired"),
        (&mixed, 2, "is of no use for TLS"),
        (&card.clone().trusting(&foreign), 4, "the gateway's certificate is not trusted"),
    ] {
        let said = Ctl::by_tls(remote.address, card).try_run("status -o json");
        assert!(said.code == code && said.err.contains(told), "{told}: {said:?}");
        assert!(said.err.contains("hint"), "{said:?}");
    }
    until("both are counted", || (denied(&remote.gateway, "certificate") >= 3).then_some(()));
    let nobody = Ctl::by_tls(remote.address, &Card { key: "/nowhere".into(), ..card.clone() });
    assert_eq!(nobody.try_run("status").code, 2);
    assert_eq!(Ctl::by_tls(remote.address, &card).try_run("status").code, 0);
}

#[test]
fn nobody_comes_in_without_a_certificate_or_by_an_older_tls() {
    let remote = Remote::start();
    let card = remote.card("admin.test");
    assert_eq!(card.shake(remote.address, &TLS13, true), Ok(()));
    let refused = card.shake(remote.address, &TLS13, false).unwrap_err();
    assert!(refused.contains("CertificateRequired"), "{refused}");
    let refused = card.shake(remote.address, &TLS12, true).unwrap_err();
    assert!(refused.contains("ProtocolVersion"), "{refused}");
    until("both are counted", || (denied(&remote.gateway, "certificate") == 2).then_some(()));
}

#[test]
fn the_common_name_proves_nothing_and_names_are_exact() {
    // Every certificate here has the common name admin.test.
    let remote = Remote::start();
    for name in ["other.test", "10.0.0.1", "*.test", "uri:spiffe://test/operator/x", "xadmin.test"]
    {
        let said = remote.ctl(name).try_run("status");
        assert!(said.code == 4 && said.err.contains("has none"), "{name}: {said:?}");
    }
    let said = remote.ctl("ADMIN.test").try_run("whoami -o json");
    assert_eq!(said.code, 0, "{said:?}");
}

#[test]
fn one_is_told_who_one_is_and_why_by_each_way() {
    let remote = Remote::start();
    let me = remote.ctl("uri:spiffe://test/operator").items("whoami").remove(0);
    assert_eq!(
        (&me["actor"], &me["role"]),
        (&"uri:spiffe://test/operator".into(), &"operator".into())
    );
    assert_eq!(me["listener"], "tcp");
    assert!(me["known_by"].as_str().unwrap().contains("[admin.roles]"), "{me}");
    let me = remote.gateway.ctl.items("whoami").remove(0);
    assert_eq!((&me["role"], &me["listener"]), (&"admin".into(), &"socket".into()));
    let drained = remote.ctl("uri:spiffe://test/operator");
    drained.run("backend drain app-1 --no-wait -y -m remote");
    assert_eq!(remote.gateway.ctl.backend("app-1")["standing_owner"], "uri:spiffe://test/operator");
    let said = remote.ctl("viewer.test").try_run("backend undrain app-1 -y");
    assert_eq!(said.code, 4, "{said:?}");
    for word in ["operator", "viewer", "dns:viewer.test", "hint:"] {
        assert!(said.err.contains(word), "{word}: {}", said.err);
    }
}

#[test]
fn a_context_names_the_files_that_tls_is_spoken_with() {
    let remote = Remote::start();
    let Card { ca, cert, key } = remote.card("admin.test");
    let directory = tempfile::tempdir().unwrap();
    let ctl = Ctl::with_file(directory.path().join("config.toml"));
    let shown = |path: &std::path::Path| path.display().to_string();
    ctl.run(&format!(
        "context add far --addr https://{} --ca {} --cert {} --key {}",
        remote.address,
        shown(&ca),
        shown(&cert),
        shown(&key)
    ));
    let said: serde_json::Value = serde_json::from_str(&ctl.run("whoami -o json")).unwrap();
    assert_eq!(
        (&said["meta"]["context"], &said["items"][0]["role"]),
        (&"far".into(), &"admin".into())
    );
    ctl.run("--context far backend weight app-1=7 -y");
    ctl.run("context test");
    ctl.run("doctor");
    fs::remove_file(&key).unwrap();
    let said = ctl.try_run("whoami");
    assert!(said.code == 2 && said.err.contains("is of no use for TLS"), "{said:?}");
}

#[test]
fn whoever_reaches_the_viewer_socket_may_look_and_nothing_else() {
    let fleet = Fleet::start(1);
    let directory = tempfile::tempdir().unwrap();
    let socket = directory.path().join("viewer.sock");
    let keys = format!("viewer_socket = {socket:?}\n");
    let gateway = Setup::default().admin(&keys).start(&rest(&fleet));
    assert_eq!(fs::metadata(&socket).unwrap().permissions().mode() & 0o777, 0o666);
    let methods = gateway.admin().methods();
    assert_held("viewer socket", &Admin::connect(&socket), &methods, looking);
    let ctl = Ctl::new(socket);
    assert_eq!(ctl.items("whoami")[0]["role"], "viewer");
    assert_eq!(ctl.try_run("limit set create-per-ip --max 1/minute -y").code, 4);
    assert_eq!(ctl.items("backend list").len(), 1);
}

#[test]
fn reflection_is_on_the_operators_socket_alone() {
    let remote = Remote::start();
    let method = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
    assert_eq!(remote.gateway.admin().call(method).code(), Code::Ok);
    assert_eq!(remote.admin("admin.test").call(method).code(), Code::Unimplemented);
}

#[test]
fn a_user_to_whom_nobody_gave_a_role_is_refused_and_written_down() {
    if !nix::unistd::geteuid().is_root() {
        return not_tested("root", "only root can become somebody else");
    }
    let fleet = Fleet::start(1);
    let gateway = Gateway::start(&rest(&fleet));
    // Somebody opened the socket to all; who is not known is still refused.
    let everybody = |path: &std::path::Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    everybody(gateway.directory(), 0o755);
    everybody(&gateway.socket(), 0o666);
    let program = gateway.directory().join("gatewayctl");
    write_program(&program, fs::read(gatewayctl()).unwrap());
    let stranger = |line: &str| {
        let mut command = std::process::Command::new(&program);
        command.arg(format!("--addr={}", gateway.ctl.address())).args(line.split(' '));
        let said = command.uid(54_321).gid(54_321).current_dir("/").output().unwrap();
        (said.status.code(), String::from_utf8_lossy(&said.stderr).into_owned())
    };
    for line in ["status", "whoami", "backend list", "backend weight app-1=1 -y", "audit list"] {
        let (code, told) = stranger(line);
        assert!(code == Some(4) && told.contains("uid:54321 has none"), "{line}: {code:?} {told}");
    }
    assert_eq!(gateway.ctl.backend("app-1")["weight"], 100);
    assert!(denied(&gateway, "stranger") >= 5);
    let tried = gateway.ctl.items("audit list --who uid:54321");
    assert!(tried.len() >= 5, "{tried:?}");
    for record in tried {
        assert_eq!((&record["result"], &record["role"]), (&"denied".into(), &"none".into()));
    }
    everybody(&gateway.socket(), 0o600);
    let (code, told) = stranger("status");
    assert!(code == Some(4) && told.contains("join the group"), "{code:?} {told}");
}

#[test]
fn the_metrics_listener_can_change_nothing() {
    let fleet = Fleet::start(1);
    let gateway = Gateway::start(&rest(&fleet));
    let before = gateway.ctl.items("status")[0]["revision"].clone();
    for method in gateway.admin().methods() {
        let mut client = Client::new(Protocol::Http, gateway.metrics);
        for verb in [http::Method::POST, http::Method::PUT, http::Method::DELETE] {
            let reply = client.ask(verb, &method, Bytes::from_static(&[0; 5])).unwrap();
            assert_eq!(reply.status, 405, "{method}");
        }
        assert_eq!(client.get(&method).status, 404, "{method}");
    }
    assert_eq!(gateway.ctl.items("status")[0]["revision"], before);
}

#[test]
fn who_speaks_anything_else_by_tcp_is_told_nothing() {
    let remote = Remote::start();
    let said = |bytes: &[u8]| {
        let mut stream = TcpStream::connect(remote.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        // It may be closed already.
        let _ = stream.write_all(bytes);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        answer
    };
    for bytes in [
        &b"POST /gatewayd.v1.Backends/Add HTTP/1.1\r\nHost: x\r\nOrigin: http://evil\r\n\r\n"[..],
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        &[0; 64],
    ] {
        let answer = said(bytes);
        assert!(!answer.starts_with(b"HTTP/"), "{answer:?}");
    }
    // A page of a browser that has a certificate speaks HTTP/1.1, which is spoken by nobody here.
    assert!(remote.admin("admin.test").call("/gatewayd.v1.Access/WhoAmI").code() == Code::Ok);
}

#[test]
fn renewed_certificates_and_authorities_are_taken_up_while_it_runs() {
    let remote = Remote::start();
    assert_eq!(remote.ctl("admin.test").try_run("status").code, 0);
    let other = Authority::new("others");
    let (card, server) =
        (other.card("admin", &["admin.test"]), other.card("gateway", &["127.0.0.1"]));
    let file = fs::read_to_string(remote.gateway.file()).unwrap();
    let named = |key: &str| {
        let text = file.split_once(&format!("{key} = \"")).unwrap().1;
        text.split_once('"').unwrap().0.to_owned()
    };
    fs::write(named("client_ca"), fs::read(other.ca()).unwrap()).unwrap();
    fs::write(named("cert"), fs::read(&server.cert).unwrap()).unwrap();
    fs::write(named("key"), fs::read(&server.key).unwrap()).unwrap();
    until("who has a certificate of the new authority is let in", || {
        (Ctl::by_tls(remote.address, &card).try_run("status").code == 0).then_some(())
    });
    let old = remote.card("admin.test").trusting(&other);
    assert_eq!(Ctl::by_tls(remote.address, &old).try_run("status").code, 4);
    fs::write(named("client_ca"), "nonsense").unwrap();
    until("it is told that they cannot be used", || {
        let told = remote.gateway.log();
        told.contains("the admin API's new certificates are not used").then_some(())
    });
    assert_eq!(Ctl::by_tls(remote.address, &card).try_run("status").code, 0);
}

#[test]
fn tcp_that_would_let_in_anybody_or_nobody_is_refused_before_it_starts() {
    let authority = Authority::new("operators");
    let (server, other) = (authority.card("gateway", &["127.0.0.1"]), authority.card("o", &["o"]));
    let fleet = Fleet::start(1);
    let keys = authority.admin_keys("127.0.0.1:9901", &server);
    let whole = format!("[admin]\n{keys}{ROLES}[[listener]]\nname = \"http\"\n")
        + "address = \"127.0.0.1:8080\"\n"
        + EVERYTHING
        + &fleet.pool("");
    let path = authority.ca().with_file_name("gateway.toml");
    let checked = |text: &str| {
        fs::write(&path, text).unwrap();
        let mut command = std::process::Command::new(gatewayd());
        let said = command.arg("check").arg(&path).env("HOME", "/tmp").output().unwrap();
        (said.status.code(), String::from_utf8_lossy(&said.stderr).into_owned())
    };
    assert_eq!(checked(&whole).0, Some(0), "{}", checked(&whole).1);
    let (_, tls) = keys.split_once('\n').unwrap();
    let ca = format!(", client_ca = {:?}", authority.ca());
    let broken = authority.ca().with_file_name("broken.pem");
    fs::write(&broken, "-----BEGIN CERTIFICATE-----\n").unwrap();
    for (text, place, remedy) in [
        (whole.replace(tls, ""), "2:1", "add tls = { cert ="),
        (whole.replace(&ca, ""), "3:7", "add client_ca ="),
        (whole.replace(ROLES, ""), "2:1", "add [admin.roles] with operator ="),
        (whole.replace("listen =", "# listen ="), "3:1", "add listen ="),
        (whole.replace("dns:viewer.test", "viewer.test"), "5:11", "dns:ops-1.example"),
        (whole.replace("dns:viewer.test", "dns:*.test"), "5:11", "dns:ops-1.example"),
        (
            whole.replace(server.key.to_str().unwrap(), other.key.to_str().unwrap()),
            "3:7",
            "name the key",
        ),
        (
            whole.replace(authority.ca().to_str().unwrap(), broken.to_str().unwrap()),
            "client_ca",
            "PEM",
        ),
        (
            whole.replace(authority.ca().to_str().unwrap(), "/nowhere"),
            "client_ca",
            "that the gateway's user may read",
        ),
    ] {
        let (code, told) = checked(&text);
        assert!(code == Some(78) && told.contains(remedy), "{remedy}: {code:?}\n{told}");
        let place =
            if place.contains(':') { format!("gateway.toml:{place}:") } else { place.to_owned() };
        assert!(told.contains(&place), "{place}: {told}");
        assert!(told.ends_with("1 error\n"), "{told}");
    }
}

#[test]
fn another_process_goes_on_with_all_doors() {
    let mut remote = Remote::start();
    let before = remote.ctl("admin.test");
    before.run("backend weight app-1=7 -y");
    remote.gateway.hand_over();
    assert_eq!(before.backend("app-1")["weight"], 7);
    before.run("backend weight app-1=8 -y");
    assert_eq!(remote.gateway.ctl.try_run("audit verify").code, 0);
    let seqs: Vec<u64> =
        before.items("audit list").iter().map(|it| it["seq"].as_u64().unwrap()).collect();
    let in_turn = seqs.windows(2).all(|pair| pair[0] == pair[1] + 1);
    assert!(seqs.len() >= 2 && in_turn, "{seqs:?}");
}

#[test]
fn more_connections_than_there_is_room_for_are_closed_and_the_rest_answered() {
    let remote = Remote::start();
    // These say nothing, and lose their places for it; other listeners have their own.
    let silent: Vec<TcpStream> =
        (0..100).map(|_| TcpStream::connect(remote.address).unwrap()).collect();
    assert_eq!(remote.gateway.ctl.try_run("status").code, 0);
    until("those beyond are turned away", || {
        remote.gateway.log().contains("64 callers of ").then_some(())
    });
    until("there is room again", || {
        (remote.ctl("admin.test").try_run("status").code == 0).then_some(())
    });
    drop(silent);
}

#[test]
fn what_takes_an_admin_takes_one_to_be_taken_back() {
    let fleet = Fleet::start(2);
    let gateway = as_role(&fleet, "operator");
    let ctl = &gateway.ctl;
    gateway.write_file(&rest(&fleet).replace("weight = 100", "weight = 50"));
    gateway.signal(Signal::SIGHUP);
    until("it is applied", || (ctl.backend("app-1")["weight"] == 50).then_some(()));
    let latest = || ctl.items("op list --limit 1")[0]["id"].as_str().unwrap().to_owned();
    let said = ctl.try_run(&format!("op undo {} -y", latest()));
    assert_eq!(said.code, 4, "{said:?}");
    assert!(said.err.contains("takes the role admin"), "{said:?}");
    ctl.run("backend weight app-1=70 -y");
    ctl.run(&format!("op undo {} -y", latest()));
    assert_eq!(ctl.backend("app-1")["weight"], 50, "what operators do they take back");
}
