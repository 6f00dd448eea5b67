//! gatewayd with everything that is on by default: counters, histogram, health checks, a limit.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use super::{Missing, Stage};

const REMEDY: &str = "cargo build --release -p gatewayd";

/// The one that is given, or else the release build of this workspace, brought up to date.
pub(super) fn find(given: Option<&Path>) -> Result<PathBuf, Missing> {
    if let Some(given) = given {
        let missing = || Missing { why: format!("no {}", given.display()), remedy: REMEDY };
        return given.canonicalize().map_err(|_| missing());
    }
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let target = workspace.join("target");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["build", "--release", "-p", "gatewayd", "--manifest-path"])
        .arg(workspace.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(&target)
        .status();
    match built {
        Ok(status) if status.success() => Ok(target.join("release/gatewayd")),
        _ => Err(Missing { why: "it does not build".to_owned(), remedy: REMEDY }),
    }
}

/// The admin socket in its directory.
pub(crate) const SOCKET: &str = "admin.sock";

/// How the names of the data plane's threads begin.
pub(crate) const WORKERS: &str = "worker-";

/// The limit that every client has.
pub(super) const LIMIT: &str = r#"limits = ["per-ip"]

[[limit]]
name = "per-ip"
key = "client-ip"
max = "1000000/second"
"#;

/// How to run it with this limit, or none.
pub(super) fn command(program: &Path, stage: &Stage<'_>, limit: &str) -> Result<Command> {
    let file = stage.directory.join("gateway.toml");
    fs::write(&file, configuration(stage, limit))?;
    let mut command = Command::new(program);
    command.arg("--config").arg(file);
    Ok(command)
}

fn configuration(stage: &Stage<'_>, limit: &str) -> String {
    let Stage { directory, backend, http, https, certificate } = stage;
    let directory = directory.display();
    let (cert, key) = (certificate.certificate.display(), certificate.key.display());
    format!(
        r#"[admin]
socket = "{directory}/{SOCKET}"
state_dir = "{directory}/state"

[data_plane]
workers = 1
max_connections_per_client = 100000

[[listener]]
name = "http"
address = "{http}"

[[listener]]
name = "https"
address = "{https}"
tls = {{ certificates = [{{ cert = "{cert}", key = "{key}" }}] }}

[[route]]
name = "everything"
match = {{ path = "/*" }}
pool = "app"
{limit}
[[pool]]
name = "app"
balance = "least-connections"
health = {{ path = "/healthz", interval = "2s", timeout = "1s" }}

[[pool.backend]]
name = "app-1"
address = "{backend}"
"#
    )
}
