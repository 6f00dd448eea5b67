//! `[admin]`: where the admin API answers and to whom, the state directory and the metrics.

use std::env;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::fields::Fields;
use super::roles::roles;
use super::tls::mutual_tls;
use super::value::Value;
use crate::model::{Access, AdminTcp, Settings};

const TLS_EXAMPLE: &str = "add tls = { cert = \"admin.pem\", key = \"admin.key\", client_ca = \
                           \"operators-ca.pem\" }, or leave `listen` out and use the unix socket";

/// What `[admin]` says.
pub(super) struct Admin {
    pub(super) socket: PathBuf,
    pub(super) viewer_socket: Option<PathBuf>,
    pub(super) tcp: Option<AdminTcp>,
    pub(super) access: Access,
    pub(super) state_dir: PathBuf,
    pub(super) metrics: Option<SocketAddr>,
    pub(super) external_scaler: Option<SocketAddr>,
    pub(super) undo_window: Duration,
}

/// Reads `[admin]` of the file whose keys are `file`; without it, the defaults hold.
pub(super) fn admin(file: &mut Fields<'_>) -> Option<Admin> {
    let written = file.optional("admin", |value| value.table("[admin]", &[], written));
    if written.is_none() && file.place("admin").is_some() {
        return None;
    }
    let written = written.unwrap_or_default();
    let socket = written
        .socket
        .or_else(|| default_socket().or_else(|| lacks(file, "socket", "XDG_RUNTIME_DIR")));
    let state_dir = written.state_dir.or_else(|| {
        default_state_dir().or_else(|| lacks(file, "state_dir", "XDG_STATE_HOME nor HOME"))
    });
    Some(Admin {
        socket: socket?,
        viewer_socket: written.viewer_socket,
        tcp: written.tcp,
        access: written.access,
        state_dir: state_dir?,
        metrics: written.metrics,
        external_scaler: written.external_scaler,
        undo_window: written.undo_window.unwrap_or(Settings::DEFAULT_UNDO_WINDOW),
    })
}

/// What is written, without the defaults.
#[derive(Default)]
struct Written {
    socket: Option<PathBuf>,
    viewer_socket: Option<PathBuf>,
    tcp: Option<AdminTcp>,
    access: Access,
    state_dir: Option<PathBuf>,
    metrics: Option<SocketAddr>,
    external_scaler: Option<SocketAddr>,
    undo_window: Option<Duration>,
}

fn written(fields: &mut Fields<'_>) -> Option<Written> {
    let socket = fields.optional("socket", Value::socket_path);
    let viewer_socket = viewer_socket(fields, socket.as_ref());
    let access = fields.defaulted("roles", Access::default(), roles);
    let tcp = tcp(fields, access.as_ref());
    let state_dir = fields.optional("state_dir", Value::path);
    let metrics = fields.optional("metrics", Value::metrics_address);
    let external_scaler = fields.optional("external_scaler", Value::external_scaler_address);
    let undo_window =
        fields.optional("undo_window", |value| value.duration(Settings::UNDO_WINDOWS));
    let access = access.unwrap_or_default();
    Some(Written {
        socket,
        viewer_socket,
        tcp,
        access,
        state_dir,
        metrics,
        external_scaler,
        undo_window,
    })
}

fn viewer_socket(fields: &mut Fields<'_>, socket: Option<&PathBuf>) -> Option<PathBuf> {
    let path = fields.optional("viewer_socket", Value::socket_path)?;
    // Each has a lock beside it, which has its name up to the ending.
    if socket.is_some_and(|socket| socket.with_extension("") == path.with_extension("")) {
        let message = "`socket` and `viewer_socket` have the same name up to its ending";
        fields.refuse("viewer_socket", message, "name it viewer.sock or the like");
        return None;
    }
    Some(path)
}

/// The admin API by TCP: only where both sides prove who they are, and somebody is let in.
fn tcp(fields: &mut Fields<'_>, access: Option<&Access>) -> Option<AdminTcp> {
    let address = fields.optional("listen", Value::admin_address);
    let tls = fields.optional("tls", mutual_tls);
    match (fields.has("listen"), fields.has("tls")) {
        (true, false) => {
            let message = "`listen` without `tls`: by TCP both sides have to prove who they are, on \
                           loopback too";
            fields.refuse("listen", message, TLS_EXAMPLE);
            return None;
        }
        (false, true) => {
            let message = "`tls` without `listen`: a unix socket needs none";
            fields.refuse("tls", message, "add listen = \"0.0.0.0:9901\", or leave `tls` out");
            return None;
        }
        _ => {}
    }
    if address.is_some() && access.is_some_and(|access| !access.names_certificates()) {
        let message = "`listen`, and no certificate has a role: everybody would be refused";
        let remedy = "add [admin.roles] with operator = [\"dns:ops-1.example\"] or the like";
        fields.refuse("listen", message, remedy);
        return None;
    }
    Some(AdminTcp { address: address?, tls: tls? })
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
