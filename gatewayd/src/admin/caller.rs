//! Who calls? The user behind the other end of the socket, as the kernel tells it.

use std::num::NonZeroU32;

use nix::unistd::{Uid, User};
use tonic::Request;
use tonic::service::Interceptor;
use tonic::transport::server::UdsConnectInfo;

use super::rejection::too_often;
use crate::state::CallerPace;

/// Calls of one user per second, and at once: more than any script needs, less than hurts.
const CALLS_PER_SECOND: NonZeroU32 = NonZeroU32::new(500).expect("not zero");
const CALLS_AT_ONCE: NonZeroU32 = NonZeroU32::new(1000).expect("not zero");

/// Refuses a user who calls so often that others would wait, until the time that it is told.
pub(super) fn paced() -> impl Interceptor + Clone {
    let pace = CallerPace::new(CALLS_PER_SECOND, CALLS_AT_ONCE);
    move |request: Request<()>| {
        let uid = uid(&request).map_or(u32::MAX, Uid::as_raw);
        match pace.admit(uid) {
            Ok(()) => Ok(request),
            Err(wait) => Err(too_often(wait)),
        }
    }
}

/// The user name of the caller; `uid:N` for a user without a name.
pub(super) fn caller<T>(request: &Request<T>) -> String {
    let Some(uid) = uid(request) else { return "unknown".to_owned() };
    match User::from_uid(uid) {
        Ok(Some(user)) => user.name,
        Ok(None) | Err(_) => format!("uid:{uid}"),
    }
}

fn uid<T>(request: &Request<T>) -> Option<Uid> {
    let connection = request.extensions().get::<UdsConnectInfo>()?;
    connection.peer_cred.map(|credentials| Uid::from_raw(credentials.uid()))
}
