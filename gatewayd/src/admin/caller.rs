//! Who calls? The user behind the other end of a socket, as the kernel tells it, or the names of a
//! certificate.

use std::ffi::CString;
use std::sync::Arc;

use nix::unistd::{Gid, Group, Uid, User, getgrouplist};
use rustls::pki_types::CertificateDer;
use tokio::net::unix::UCred;
use tonic::Request;
use webpki::EndEntityCert;

use crate::model::{Access, Account, Call, Grant, LocalUser, Principal, Role, SocketOwner};

/// The listener that operators use.
pub(super) const SOCKET: &str = "socket";
/// The listener that is for looking.
pub(super) const VIEWER_SOCKET: &str = "viewer socket";
/// The listener for other machines.
pub(super) const TCP: &str = "tcp";

/// Who calls, and what the caller may do.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    /// The name behind every change of the caller's.
    pub(super) actor: String,
    /// What the caller may do, and why; absent for somebody who may do nothing.
    pub(super) grant: Option<Grant>,
    /// The listener the caller came by.
    pub(super) listener: &'static str,
}

impl Caller {
    /// Whoever is behind a socket of `owner`. Looks users and groups up, which may take a while.
    pub(super) fn by_socket(peer: Option<UCred>, access: &Access, owner: SocketOwner) -> Caller {
        let Some(user) = peer.map(|peer| user(peer.uid(), peer.gid())) else {
            return Caller { actor: "unknown".to_owned(), grant: None, listener: SOCKET };
        };
        Caller { actor: actor(&user.user), grant: access.of_user(&user, owner), listener: SOCKET }
    }

    /// Whoever is behind the socket for looking: a viewer, whoever it is.
    pub(super) fn by_viewer_socket(peer: Option<UCred>) -> Caller {
        let actor = peer.map_or_else(|| "unknown".to_owned(), |peer| actor(&account(peer.uid())));
        let why = "whoever reaches the viewer socket may look".to_owned();
        let grant = Some(Grant { role: Role::Viewer, why });
        Caller { actor, grant, listener: VIEWER_SOCKET }
    }

    /// Whoever proved to be the owner of these certificates, the own one first.
    pub(super) fn by_certificate(chain: Option<&[CertificateDer<'_>]>, access: &Access) -> Caller {
        let names = chain.and_then(<[_]>::first).map(names).unwrap_or_default();
        let granted = access.of_certificate(&names);
        let actor = granted.as_ref().map(|(name, _)| name).or(names.first());
        Caller {
            actor: actor
                .map_or_else(|| "a certificate without names".to_owned(), ToString::to_string),
            grant: granted.map(|(_, grant)| grant),
            listener: TCP,
        }
    }

    /// Its call of `method`.
    pub(super) fn call(&self, method: &str) -> Call {
        let role = self.grant.as_ref().map(|grant| grant.role);
        Call { role, method: method.to_owned(), listener: self.listener }
    }
}

/// The name behind a request's changes.
pub(super) fn actor_of<T>(request: &Request<T>) -> String {
    let caller = request.extensions().get::<Arc<Caller>>();
    caller.map_or_else(|| "unknown".to_owned(), |caller| caller.actor.clone())
}

/// The call that a request is, as whoever let it in noted it.
pub(super) fn call_of<T>(request: &Request<T>) -> Option<Call> {
    request.extensions().get::<Call>().cloned()
}

/// The user name; `uid:N` for a user without a name.
fn actor(user: &Account) -> String {
    user.name.clone().unwrap_or_else(|| format!("uid:{}", user.id))
}

fn account(uid: u32) -> Account {
    let found = User::from_uid(Uid::from_raw(uid)).ok().flatten();
    Account { id: uid, name: found.map(|user| user.name) }
}

/// The user, with the group of the process and those that the user is listed in.
fn user(uid: u32, gid: u32) -> LocalUser {
    let user = account(uid);
    let gid = Gid::from_raw(gid);
    let name = user.name.as_deref().and_then(|name| CString::new(name).ok());
    let listed = name.and_then(|name| getgrouplist(&name, gid).ok());
    let groups = listed.unwrap_or_else(|| vec![gid]).into_iter().map(|gid| {
        let found = Group::from_gid(gid).ok().flatten();
        Account { id: gid.as_raw(), name: found.map(|group| group.name) }
    });
    LocalUser { groups: groups.collect(), user }
}

/// The names that a certificate is for; the common name is none of them (RFC 9525 §2).
fn names(certificate: &CertificateDer<'_>) -> Vec<Principal> {
    // The verifier has understood it already.
    let Ok(parsed) = EndEntityCert::try_from(certificate) else { return Vec::new() };
    let uris = parsed.valid_uri_names().map(|uri| Principal::Uri(uri.to_owned()));
    uris.chain(parsed.valid_dns_names().map(Principal::dns)).collect()
}
