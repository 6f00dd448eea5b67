//! Files, good and bad, and what is said of them.

mod corpus;
mod hostile;
mod whole;

use std::path::Path;

use super::Diagnostics;
use crate::model::Configuration;

/// A file that uses every key.
const GOOD: &str = r#"[admin]
socket = "/run/gatewayd/admin.sock"
state_dir = "/var/lib/gatewayd"
metrics = "127.0.0.1:9902"

[data_plane]
workers = 4
limiter_keys = 1_000_000
trusted_proxies = ["10.0.0.0/8", "192.0.2.1"]
access_log = "access.log"
limits = ["everybody"]

[[listener]]
name = "https"
address = "0.0.0.0:8443"
tls = { self_signed = ["localhost"], min_version = "1.3" }

[[listener]]
name = "http"
address = "0.0.0.0:8080"
redirect_to = "https"
limits = ["connections"]

[[route]]
name = "create"
match = { path = "/urls", methods = ["POST"], hosts = ["a.example", "*.example"] }
pool = "app"
limits = ["create-per-ip"]
max_body_bytes = "64KiB"

[[route]]
name = "redirect"
match = { path = "/{code}", methods = ["GET", "HEAD"] }
pool = "app"

[[limit]]
name = "create-per-ip"
key = "client-ip"
max = "100/minute"
mode = "shadow"
v6_prefix = 56
v6_wide = { prefix = 48, times = 16 }
exempt = ["10.0.0.0/8"]
multipliers = [{ network = "10.9.0.0/16", times = 10 }]

[[limit]]
name = "everybody"
key = ["global", "header:x-tenant"]
rate = "900/second"
burst = 1000

[[limit]]
name = "connections"
key = ["client-ip"]
concurrent = 50

[[pool]]
name = "app"
balance = "consistent-hash"
hash_key = "header:x-user"
slow_start = "0s"
panic_threshold = 40
ejection = { failures = 3, time = "5s", longest = "1m", percent = 20 }
health = { path = "/healthz", interval = "500ms", timeout = "250ms", healthy_after = 1, unhealthy_after = 4 }

[[pool.backend]]
name = "app-1"
address = "10.0.0.11:9000"
weight = 50

[[pool.backend]]
name = "app-2"
address = "10.0.0.12:9000"
"#;

fn parse(text: &str) -> Result<Configuration, Diagnostics> {
    super::parse("gateway.toml", text, Path::new("/etc/gatewayd"), &|_| Ok(()))
}

fn read(path: &Path) -> Result<Configuration, Diagnostics> {
    super::read(path, &|_| Ok(()))
}

#[track_caller]
fn told(text: &str) -> String {
    match parse(text) {
        Ok(_) => panic!("nothing is found wrong with:\n{text}"),
        Err(diagnostics) => diagnostics.to_string(),
    }
}
