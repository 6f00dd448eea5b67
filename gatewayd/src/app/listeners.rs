//! Listeners bound and their certificates loaded: doors for each worker, and what observers see.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;

use super::hand_over::Estate;
use crate::clock::Clock;
use crate::config::{Credential, Unusable};
use crate::model::{Certificates, Listener, ListenerKind, ListenerView};
use crate::net;
use crate::net::tls::{Identities, Identity, IdentityError, authority, server_config};
use crate::proxy::{Door, DoorKind};
use crate::tasks::Watched;

/// Where self-signed certificates are kept, from the state directory.
const KEPT: &str = "certificates";

/// All listeners, bound.
pub(super) struct Bound {
    /// The doors of each worker.
    pub(super) doors: Vec<Vec<Door>>,
    /// What observers see.
    pub(super) views: Vec<ListenerView>,
    /// Certificate files to watch.
    pub(super) watched: Vec<Watched>,
}

/// Binds `listeners` for so many workers, with the sockets that are `inherited`, and keeps what the
/// next process inherits.
pub(super) fn bind(
    listeners: &[Listener],
    workers: usize,
    state_dir: &Path,
    clock: Clock,
    (inherited, estate): (&mut Estate, &mut Estate),
) -> anyhow::Result<Bound> {
    let mut bound =
        Bound { doors: (0..workers).map(|_| Vec::new()).collect(), views: vec![], watched: vec![] };
    let mut sockets = Vec::new();
    for listener in listeners {
        let named = || format!("listener {}", listener.name);
        let place = format!("listener {}", listener.name);
        let before = inherited.take(&place);
        let each = net::bind_beside(listener.address, workers, before).with_context(named)?;
        each.iter().try_for_each(|socket| estate.keep(&place, socket)).with_context(named)?;
        let address = each[0].local_addr().with_context(named)?;
        sockets.push((listener, each, address));
    }
    let addresses: Vec<(&Listener, SocketAddr)> =
        sockets.iter().map(|(listener, _, address)| (*listener, *address)).collect();
    for (listener, each, address) in sockets {
        let named = || format!("listener {}", listener.name);
        let mut view = ListenerView {
            name: listener.name.clone(),
            address,
            tls: false,
            redirect_to: None,
            certificate_expires_ms: None,
        };
        let kind = match &listener.kind {
            ListenerKind::Plain => DoorKind::Plain,
            ListenerKind::Redirect(target) => {
                view.redirect_to = Some(target.clone());
                let to = addresses.iter().find(|(other, _)| other.name == *target);
                DoorKind::Redirect(to.map_or(443, |(_, address)| address.port()))
            }
            ListenerKind::Tls(tls) => {
                let read = watched(listener, &tls.certificates, state_dir, clock);
                let (watched, identities) = read.with_context(named)?;
                bound.watched.push(watched);
                view.tls = true;
                DoorKind::Tls(server_config(identities, tls.min_version)?)
            }
        };
        for (index, socket) in each.into_iter().enumerate() {
            let (kind, name) = (kind.clone(), listener.name.clone());
            bound.doors[index % workers].push(Door { listener: socket, kind, name });
        }
        bound.views.push(view);
    }
    Ok(bound)
}

/// Loads what files hold and lets go of it: can it be used?
///
/// # Errors
/// What is wrong with them.
pub(super) fn check(credential: Credential<'_>) -> Result<(), Unusable> {
    let unusable =
        |error: IdentityError| Unusable { what: error.to_string(), remedy: error.remedy() };
    match credential {
        Credential::Identity(files) => Identity::load(files).map(drop).map_err(unusable),
        Credential::Authority(path) => authority(path).map(drop).map_err(unusable),
    }
}

fn watched(
    listener: &Listener,
    certificates: &Certificates,
    state_dir: &Path,
    clock: Clock,
) -> Result<(Watched, Arc<Identities>), IdentityError> {
    let (name, now_ms) = (listener.name.clone(), clock.wall_ms());
    match certificates {
        Certificates::Files(files) => Watched::listener(name, files.clone(), now_ms),
        Certificates::SelfSigned(names) => {
            Watched::self_signed(name, names.clone(), &state_dir.join(KEPT), now_ms)
        }
    }
}
