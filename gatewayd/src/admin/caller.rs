//! Who calls? The user behind the other end of the socket, as the kernel tells it.

use nix::unistd::{Uid, User};
use tonic::Request;
use tonic::transport::server::UdsConnectInfo;

/// The user name of the caller; `uid:N` for a user without a name.
pub(super) fn caller<T>(request: &Request<T>) -> String {
    let connection = request.extensions().get::<UdsConnectInfo>();
    let Some(credentials) = connection.and_then(|connection| connection.peer_cred) else {
        return "unknown".to_owned();
    };
    let uid = Uid::from_raw(credentials.uid());
    match User::from_uid(uid) {
        Ok(Some(user)) => user.name,
        Ok(None) | Err(_) => format!("uid:{uid}"),
    }
}
