//! `[admin]`: the admin API's socket, the state directory and the metrics.

use std::env;
use std::net::SocketAddr;
use std::path::PathBuf;

use super::fields::{Fields, LaterKey};
use super::value::Value;

const LATER: [LaterKey; 2] = [
    LaterKey { key: "listen", instead: "use the unix socket of `socket`" },
    LaterKey { key: "tls", instead: "use the unix socket of `socket`, which needs none" },
];

/// What `[admin]` says.
pub(super) struct Admin {
    pub(super) socket: PathBuf,
    pub(super) state_dir: PathBuf,
    pub(super) metrics: Option<SocketAddr>,
    pub(super) external_scaler: Option<SocketAddr>,
}

/// Reads `[admin]` of the file whose keys are `file`; without it, the defaults hold.
pub(super) fn admin(file: &mut Fields<'_>) -> Option<Admin> {
    let written = file.optional("admin", |value| value.table("[admin]", &LATER, written));
    if written.is_none() && file.place("admin").is_some() {
        return None;
    }
    let Written { socket, state_dir, metrics, external_scaler } = written.unwrap_or_default();
    let socket =
        socket.or_else(|| default_socket().or_else(|| lacks(file, "socket", "XDG_RUNTIME_DIR")));
    let state_dir = state_dir.or_else(|| {
        default_state_dir().or_else(|| lacks(file, "state_dir", "XDG_STATE_HOME nor HOME"))
    });
    Some(Admin { socket: socket?, state_dir: state_dir?, metrics, external_scaler })
}

/// What is written, without the defaults.
#[derive(Default)]
struct Written {
    socket: Option<PathBuf>,
    state_dir: Option<PathBuf>,
    metrics: Option<SocketAddr>,
    external_scaler: Option<SocketAddr>,
}

fn written(fields: &mut Fields<'_>) -> Option<Written> {
    let socket = fields.optional("socket", Value::socket_path);
    let state_dir = fields.optional("state_dir", Value::path);
    let metrics = fields.optional("metrics", Value::metrics_address);
    let external_scaler = fields.optional("external_scaler", Value::external_scaler_address);
    Some(Written { socket, state_dir, metrics, external_scaler })
}

fn lacks<T>(file: &Fields<'_>, key: &str, variables: &str) -> Option<T> {
    let message = format!("no {key} is named and the environment has no {variables}");
    file.refuse_all(&message, &format!("add {key} to [admin]"));
    None
}

/// `/run/gatewayd` for root, the user's runtime directory for others.
fn default_socket() -> Option<PathBuf> {
    if nix::unistd::geteuid().is_root() {
        return Some(PathBuf::from("/run/gatewayd/admin.sock"));
    }
    directory("XDG_RUNTIME_DIR").map(|runtime| runtime.join("gatewayd/admin.sock"))
}

/// `/var/lib/gatewayd` for root, below the user's state home for others.
fn default_state_dir() -> Option<PathBuf> {
    if nix::unistd::geteuid().is_root() {
        return Some(PathBuf::from("/var/lib/gatewayd"));
    }
    let home = || directory("HOME").map(|home| home.join(".local/state"));
    directory("XDG_STATE_HOME").or_else(home).map(|state| state.join("gatewayd"))
}

/// The directory that a variable names; relative ones do not count (XDG Base Directory).
fn directory(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute())
}
