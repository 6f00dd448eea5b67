//! Whole files: what a good one means, and how the mistakes of a bad one are told together.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{GOOD, parse, read, told};
use crate::model::{
    Access, AccessLog, Balance, Certificates, Driver, EjectionRules, HashKey, HostPattern,
    LimitKey, LimitMode, ListenerKind, PathPattern, Role, Route, ScalingMode, ScalingRules,
    TlsVersion, Weight,
};

fn address(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

/// The rule of a limit that is written as `keys`.
fn rule_of(keys: &str) -> String {
    let file = GOOD.replace("max = \"100/minute\"", keys);
    parse(&file).unwrap().gateway.limit("create-per-ip").unwrap().rule.to_string()
}

#[test]
fn a_limit_has_an_allowance_or_a_rate_with_a_burst() {
    assert_eq!(rule_of("max = \"20/10s\""), "20/10s");
    assert_eq!(rule_of("rate = \"10/second\"\nburst = 20"), "10/second burst 20");
    assert_eq!(rule_of("rate = \"10/second\""), "10/second burst 10");
}

#[test]
fn more_limits_than_there_is_room_for_are_refused() {
    let many = |count: usize| {
        let one = |number| {
            format!("[[limit]]\nname = \"l{number}\"\nkey = \"global\"\nmax = \"1/hour\"\n")
        };
        GOOD.to_owned() + &(0..count).map(one).collect::<String>()
    };
    assert!(parse(&many(995)).is_ok(), "and 3 of 5 counts before");
    let said = told(&many(996));
    assert!(said.contains("1001 counts, expected 1000 at most"), "{said}");
}

#[test]
fn each_key_of_access_means_what_it_says() {
    let admin = r#"[admin]
viewer_socket = "viewer.sock"
listen = "0.0.0.0:9901"
tls = { cert = "/proc/version", key = "/proc/uptime", client_ca = "/proc/stat" }
roles = { viewer = ["group:users"], admin = ["user:7", "uri:spiffe://ops/ana", "dns:ops-1.example"] }
"#;
    let settings = parse(&GOOD.replacen("[admin]\n", admin, 1)).unwrap().settings;
    assert_eq!(settings.viewer_socket, Some(PathBuf::from("/etc/gatewayd/viewer.sock")));
    let tcp = settings.admin_tcp.unwrap();
    assert_eq!(tcp.address, address("0.0.0.0:9901"));
    let paths = ["/proc/version", "/proc/uptime", "/proc/stat"].map(PathBuf::from);
    assert_eq!(tcp.tls.paths(), [&paths[0], &paths[1], &paths[2]]);
    let grants = [
        ("group:users", Role::Viewer),
        ("user:7", Role::Admin),
        ("uri:spiffe://ops/ana", Role::Admin),
        ("dns:ops-1.example", Role::Admin),
    ];
    let grants = grants.map(|(who, role)| (who.parse().unwrap(), role));
    assert_eq!(settings.access, Access::new(grants.to_vec()));
    let plain = parse(GOOD).unwrap().settings;
    assert_eq!(
        (plain.viewer_socket, plain.admin_tcp, plain.access),
        (None, None, Access::default())
    );
}

#[test]
fn every_key_means_what_it_says() {
    let configuration = parse(GOOD).unwrap();
    let settings = configuration.settings;
    assert_eq!(settings.socket, Path::new("/run/gatewayd/admin.sock"));
    assert_eq!(settings.state_dir, Path::new("/var/lib/gatewayd"));
    assert_eq!(settings.metrics, Some(address("127.0.0.1:9902")));
    assert_eq!(settings.workers.map(usize::from), Some(4));
    assert_eq!(settings.limiter_keys.get(), 1_000_000);
    let log = PathBuf::from("/etc/gatewayd/access.log");
    assert_eq!(settings.access_log, Some(AccessLog::File(log)));

    let gateway = configuration.gateway;
    let trusted: Vec<String> = gateway.trusted_proxies.iter().map(ToString::to_string).collect();
    assert_eq!(trusted, ["10.0.0.0/8", "192.0.2.1/32"]);
    let [https, http] = &gateway.listeners[..] else { panic!("{:?}", gateway.listeners) };
    let ListenerKind::Tls(tls) = &https.kind else { panic!("{https:?}") };
    assert_eq!(tls.certificates, Certificates::SelfSigned(vec!["localhost".to_owned()]));
    assert_eq!(tls.min_version, TlsVersion::V1_3);
    assert_eq!(http.address, address("0.0.0.0:8080"));
    assert_eq!(http.kind, ListenerKind::Redirect(https.name.clone()));

    let [create, redirect] = &gateway.routes[..] else { panic!("{:?}", gateway.routes) };
    assert_eq!(create.path, PathPattern::Exact("/urls".to_owned()));
    assert_eq!(create.hosts[1], HostPattern::Suffix(".example".to_owned()));
    assert_eq!((create.methods.len(), create.limits.len()), (1, 1));
    assert_eq!(create.max_body_bytes, 64 << 10);
    assert_eq!(redirect.path.to_string(), "/{code}");
    assert_eq!(redirect.max_body_bytes, Route::DEFAULT_MAX_BODY_BYTES);

    let limit = gateway.limit("create-per-ip").unwrap();
    assert_eq!((&limit.key, limit.mode), (&LimitKey::ClientIp.into(), LimitMode::Shadow));
    assert_eq!(limit.rule.to_string(), "100/minute");
    let wide = limit.v6.wide.map(|wide| (wide.prefix, wide.times.get()));
    assert_eq!((limit.v6.prefix, wide), (56, Some((48, 16))));
    let apart =
        limit.adjustments.iter().map(|it| (it.network.to_string(), it.times.map(u32::from)));
    let expected = [("10.0.0.0/8".to_owned(), None), ("10.9.0.0/16".to_owned(), Some(10))];
    assert_eq!(apart.collect::<Vec<_>>(), expected);
    let everybody = gateway.limit("everybody").unwrap();
    assert_eq!(everybody.key.to_string(), "global+header:x-tenant");
    assert_eq!(everybody.rule.to_string(), "900/second burst 1000");
    assert_eq!(gateway.limit("connections").unwrap().rule.to_string(), "50 at once");
    assert_eq!(gateway.limits_of_all[0].as_str(), "everybody");
    assert_eq!(http.limits[0].as_str(), "connections");

    let pool = gateway.pool("app").unwrap();
    let key = HashKey::Header("x-user".parse().unwrap());
    assert_eq!(pool.balance, Balance::ConsistentHash(key));
    assert_eq!(pool.slow_start, Duration::ZERO);
    assert_eq!(pool.health.path, "/healthz");
    assert_eq!(pool.health.interval, Duration::from_millis(500));
    let EjectionRules { failures, time, longest, percent } = pool.ejection;
    assert_eq!((failures, percent, pool.panic_threshold), (3, 20, 40));
    assert_eq!((time, longest), (Duration::from_secs(5), Duration::from_secs(60)));
    assert_eq!((pool.health.healthy_after, pool.health.unhealthy_after), (1, 4));
    let weights = pool.backends.iter().map(|backend| backend.weight.get());
    assert_eq!(weights.collect::<Vec<_>>(), [50, Weight::DEFAULT.get()]);
}

#[test]
fn what_is_left_out_has_its_default() {
    let text = r#"
        admin = { socket = "admin.sock", state_dir = "state" }
        listener = [{ name = "http", address = "127.0.0.1:0" }]
        pool = [{ name = "app" }, { name = "sticky", balance = "consistent-hash", h2 = true }]
    "#;
    let configuration = parse(text).unwrap();
    assert_eq!(configuration.settings.socket, Path::new("/etc/gatewayd/admin.sock"));
    assert_eq!(configuration.settings.workers, None);
    assert_eq!(configuration.settings.access_log, None);
    assert!(!configuration.settings.show_queries, "secrets stay where they are");
    let showing = text.to_owned() + "[data_plane]\nshow_queries = true";
    assert!(parse(&showing).unwrap().settings.show_queries);
    let gateway = configuration.gateway;
    assert!(gateway.trusted_proxies.is_empty());
    assert_eq!(gateway.listeners[0].kind, ListenerKind::Plain);
    let [app, sticky] = &gateway.pools[..] else { panic!("{:?}", gateway.pools) };
    assert_eq!(app.balance, Balance::RoundRobin);
    assert_eq!(app.slow_start, Duration::from_secs(30));
    assert_eq!(app.health, crate::model::HealthCheck::default());
    assert_eq!(sticky.balance, Balance::ConsistentHash(HashKey::ClientIp));
    assert_eq!((app.h2, sticky.h2), (false, true));
}

#[test]
fn every_key_of_scaling_means_what_it_says() {
    let text = r#"
        admin = { socket = "admin.sock", state_dir = "state" }
        listener = [{ name = "http", address = "127.0.0.1:0" }]
        [[pool]]
        name = "app"
        [pool.autoscale]
        driver = "process"
        process = { command = ["./app", "{port}"], ports = "9100-9199", grace = "3s", outlive = false, cores = 2 }
        mode = "advise"
        min = 2
        max = 20
        target_rps = 50000
        stable_window = "30s"
        panic_window = "3s"
        panic_threshold = 150
        default_instance_warmup = "5s"
        scale_up = { stabilization_window = "1s", tolerance = 7, policies = ["50%/10s"] }
        scale_down = { stabilization_window = "2m", tolerance = 20, policies = [] }
        scale_in_cooldown = "1m"
        start_timeout = "20s"
        drain_timeout = "30s"
        replace_after = "2m"
    "#;
    let pool = parse(text).unwrap().gateway.pools.remove(0);
    let seconds = Duration::from_secs;
    let scaler = pool.autoscale.unwrap();
    let Driver::Process(process) = scaler.driver else { panic!("{:?}", scaler.driver) };
    assert_eq!(process.command, ["/etc/gatewayd/./app", "{port}"]);
    assert_eq!((process.ports.to_string(), process.outlive), ("9100-9199".to_owned(), false));
    assert_eq!(process.cores.get(), 2);
    assert_eq!((process.grace, scaler.mode), (seconds(3), ScalingMode::Advise));
    let rules = scaler.rules;
    assert_eq!((rules.min, rules.max), (2, 20));
    assert_eq!((rules.target_cpu, rules.target_rps), (None, Some(50_000)));
    assert_eq!((rules.stable_window, rules.panic_window), (seconds(30), seconds(3)));
    assert_eq!((rules.panic_threshold, rules.default_instance_warmup), (150, seconds(5)));
    assert_eq!((rules.scale_up.stabilization_window, rules.scale_up.tolerance), (seconds(1), 7));
    assert_eq!(rules.scale_up.policies, ["50%/10s".parse().unwrap()]);
    assert_eq!(rules.scale_down.stabilization_window, seconds(120));
    assert_eq!((rules.scale_down.tolerance, rules.scale_down.policies.len()), (20, 0));
    assert_eq!((rules.scale_in_cooldown, rules.start_timeout), (seconds(60), seconds(20)));
    assert_eq!((rules.drain_timeout, rules.replace_after), (seconds(30), Some(seconds(120))));
    let exec = "[pool.autoscale]\ndriver = \"exec\"\nmin = 2\nmax = 20\n\
                exec = { command = [\"./scale\", \"app\"], timeout = \"9s\" }\n";
    let scaler = parse(&(GOOD.to_owned() + exec)).unwrap().gateway.pools.remove(0).autoscale;
    let Driver::Exec(exec) = scaler.unwrap().driver else { panic!("another driver") };
    assert_eq!(exec.command, ["/etc/gatewayd/./scale", "app"]);
    assert_eq!((exec.timeout, exec.interval), (seconds(9), seconds(5)));
    let least = "[pool.autoscale]\ndriver = \"advise\"\nmin = 2\nmax = 20\n";
    let scaler = parse(&(GOOD.to_owned() + least)).unwrap().gateway.pools.remove(0).autoscale;
    assert_eq!(scaler.unwrap().rules, ScalingRules::within(2, 20));
}

#[test]
fn certificates_are_looked_for_beside_the_file() {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join("certs")).unwrap();
    for name in ["certs/site.pem", "certs/site.key"] {
        fs::write(directory.path().join(name), "PEM").unwrap();
    }
    let files = r#"certificates = [{ cert = "certs/site.pem", key = "certs/site.key" }]"#;
    let path = directory.path().join("gateway.toml");
    fs::write(&path, GOOD.replace("self_signed = [\"localhost\"]", files)).unwrap();
    let gateway = read(&path).unwrap().gateway;
    let ListenerKind::Tls(tls) = &gateway.listeners[0].kind else { panic!("{gateway:?}") };
    let Certificates::Files(files) = &tls.certificates else { panic!("{tls:?}") };
    assert_eq!(files[0].cert, directory.path().join("certs/site.pem"));
    assert_eq!(files[0].key, directory.path().join("certs/site.key"));
}

#[test]
fn a_socket_whose_path_is_too_long_for_the_kernel_is_refused() {
    let socket = |length: usize| {
        let path = format!("/{}", "s".repeat(length - 1));
        GOOD.replace("/run/gatewayd/admin.sock", &path)
    };
    assert!(parse(&socket(107)).is_ok());
    assert!(told(&socket(108)).contains("a socket's path of 108 bytes, expected 107 at most"));
}

#[test]
fn all_mistakes_are_told_at_once_in_the_order_of_the_file() {
    let text = GOOD
        .replace("workers = 4", "worker = 4")
        .replace("[\"create-per-ip\"]", "[\"per-ip\"]")
        .replace("weight = 50", "weight = -50")
        .replace("metrics = \"", "metrics = \"x");
    let told = told(&text);
    let blocks: Vec<&str> = told.split("\n\n").collect();
    let expected = ["\"x127.0.0.1:9902\"", "`worker`", "\"per-ip\"", "-50 is", "4 errors"];
    assert_eq!(blocks.len(), expected.len(), "{told}");
    for (block, word) in blocks.iter().zip(expected) {
        assert!(block.contains(word), "{word}: {told}");
    }
}

#[test]
fn a_part_with_a_mistake_still_counts_for_the_others() {
    let told = told(&GOOD.replace("balance = \"consistent-hash\"", "balance = 7"));
    assert!(told.ends_with("gateway.toml: 1 error"), "{told}");
}

#[test]
fn before_a_break_of_grammar_mistakes_are_told_and_behind_it_nothing_is_guessed() {
    let broken = |text: &str| told(&text.replacen("[[route]]", "[[route", 1));
    let before = broken(&GOOD.replace("metrics =", "metrik ="));
    assert!(before.contains("unknown key `metrik`"), "{before}");
    assert!(before.contains("unclosed array table"), "{before}");
    assert!(before.ends_with("2 errors"), "{before}");
    let behind = broken(&GOOD.replace("weight = 50", "weight = -50"));
    assert!(behind.ends_with("1 error"), "{behind}");
    let missing = broken(&GOOD.replace("address = \"0.0.0.0:8443\"\n", ""));
    assert!(missing.ends_with("1 error"), "{missing}");
}

#[test]
fn certificates_come_from_files_or_are_self_signed() {
    let both = "tls = { certificates = [{ cert = \"a\", key = \"b\" }], ";
    let told = told(&GOOD.replace("tls = { ", both));
    assert!(told.contains("keep `certificates` or `self_signed`"), "{told}");
}

#[test]
fn routes_that_differ_in_one_thing_are_told_apart() {
    let route = |name: &str, matcher: &str| {
        format!("[[route]]\nname = \"{name}\"\nmatch = {{ {matcher} }}\npool = \"app\"\n")
    };
    let apart = [
        r#"path = "/a""#,
        r#"path = "/a", methods = ["GET"]"#,
        r#"path = "/a", methods = ["PUT", "POST"]"#,
        r#"path = "/a", hosts = ["a.example"]"#,
        r#"path = "/a", hosts = ["*.example"], methods = ["GET"]"#,
        r#"path = "/a/*""#,
        r#"path = "/{a}""#,
        r#"path = "/{a}/{b}""#,
    ];
    let routes: String =
        apart.iter().enumerate().map(|(n, it)| route(&format!("r{n}"), it)).collect();
    assert!(parse(&(GOOD.replace("/{code}", "/-/{code}") + &routes)).is_ok());
    for matcher in apart {
        let again = matcher.replace("{a}", "{other}");
        let told = told(&(GOOD.replace("/{code}", "/-/{code}") + &routes + &route("x", &again)));
        assert!(told.contains("two routes match "), "{matcher}: {told}");
    }
}
