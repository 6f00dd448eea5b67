//! Doors: where the admin API answers, taken at the start and opened once everything runs.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use tokio::net::{TcpListener, UnixListener};
use tokio::task::AbortHandle;

use super::hand_over::Estate;
use super::places::own_listener;
use super::vital::Vital;
use crate::admin::{self, Admin, AdminSocket, Door, SocketKind, TlsNow};
use crate::clock::Clock;
use crate::model::{AdminTcp, Settings};
use crate::tasks::Watched;

/// The key of the TCP listener in `[admin]`, and its name in an estate.
const LISTEN: &str = "listen";

/// Where the admin API answers.
pub(super) struct Doors {
    doors: Vec<Door>,
    sockets: Vec<AdminSocket>,
    /// The files by which TLS is spoken.
    pub(super) watched: Option<Watched>,
}

impl Doors {
    /// Takes the places that `settings` name: those that are inherited, as far as they are still
    /// wanted. Keeps what the next process inherits.
    pub(super) async fn take(
        settings: &Settings,
        clock: Clock,
        (inherited, estate): (&mut Estate, &mut Estate),
    ) -> anyhow::Result<Doors> {
        let mut it = Doors { doors: Vec::new(), sockets: Vec::new(), watched: None };
        let both = (&mut *inherited, &mut *estate);
        let (socket, listener) = bind("admin", &settings.socket, SocketKind::Operators, both)?;
        it.doors.push(Door::Socket(listener, socket.owner()?));
        it.sockets.push(socket);
        if let Some(path) = &settings.viewer_socket {
            let both = (&mut *inherited, &mut *estate);
            let (socket, listener) = bind("viewer", path, SocketKind::Viewers, both)?;
            it.doors.push(Door::ViewerSocket(listener));
            it.sockets.push(socket);
        }
        if let Some(tcp) = &settings.admin_tcp {
            let listener = own_listener(LISTEN, Some(tcp.address), inherited).await?;
            listener.iter().try_for_each(|listener| estate.keep(LISTEN, listener))?;
            let speaking = listener.map(|listener| it.speak_tls(listener, tcp, clock));
            it.doors.extend(speaking.transpose()?);
        }
        Ok(it)
    }

    fn speak_tls(
        &mut self,
        listener: TcpListener,
        tcp: &AdminTcp,
        clock: Clock,
    ) -> anyhow::Result<Door> {
        let (watched, mutual) = Watched::admin(&tcp.tls, clock.wall_ms()).context("admin.tls")?;
        self.watched = Some(watched);
        let tls: TlsNow = Arc::new(move || mutual.config());
        Ok(Door::Tcp(listener, tls))
    }

    /// Answers by all of them from now on. Gives the sockets, which go with their files, and those
    /// who answer.
    pub(super) fn open(self, admin: &Admin, vital: &Vital) -> (Vec<AdminSocket>, Vec<AbortHandle>) {
        let answering = self.doors.into_iter().map(|door| {
            vital.beside("the admin API", admin::serve(admin.clone(), door)).abort_handle()
        });
        (self.sockets, answering.collect())
    }
}

/// The socket that is called so in an estate, with its lock.
fn bind(
    name: &str,
    path: &Path,
    kind: SocketKind,
    (inherited, estate): (&mut Estate, &mut Estate),
) -> anyhow::Result<(AdminSocket, UnixListener)> {
    let (of_socket, of_lock) = (format!("{name} socket"), format!("{name} lock"));
    let before = inherited.take(&of_socket).pop().zip(inherited.take(&of_lock).pop());
    let (socket, listener) = AdminSocket::bind(path, kind, before)?;
    estate.keep(&of_socket, &listener)?;
    estate.keep(&of_lock, socket.lock())?;
    Ok((socket, listener))
}
