//! Descriptors: how many this process may have, and how many connections they are enough for.

use nix::sys::resource::{Resource, getrlimit, setrlimit};

use crate::model::Settings;
use crate::proxy::MOST_PIPES;

/// Kept for the admin API, probes, the journal, logs and listening sockets.
const RESERVE: u64 = 64;
/// Kept for each further listener of the admin API, as many as may call there.
const DOOR: u64 = 64;
/// Kept for each worker's pipes.
const PIPES: u64 = 2 * MOST_PIPES as u64;
/// One to the client, one to the backend.
const EACH: u64 = 2;
/// Assumed where the system does not tell.
const FEW: u64 = 1024;

/// Raises the limit of descriptors as far as the system allows without asking, and gives it.
pub(super) fn raise_limit() -> u64 {
    let raised = getrlimit(Resource::RLIMIT_NOFILE).and_then(|(_, hard)| {
        setrlimit(Resource::RLIMIT_NOFILE, hard, hard)?;
        Ok(hard)
    });
    raised.unwrap_or_else(|error| {
        tracing::warn!(%error, "the limit of descriptors stays as it is");
        getrlimit(Resource::RLIMIT_NOFILE).map_or(FEW, |(soft, _)| soft)
    })
}

/// How many clients may be connected to a process with so many descriptors: as the settings say,
/// but no more than there are descriptors for.
pub(super) fn max_connections(settings: &Settings, descriptors: u64, workers: usize) -> u32 {
    let doors = [settings.viewer_socket.is_some(), settings.admin_tcp.is_some()];
    let doors = doors.into_iter().filter(|door| *door).count() as u64;
    let reserve = RESERVE + DOOR * doors + PIPES * workers as u64;
    let enough_for = (descriptors.saturating_sub(reserve) / EACH).max(1);
    let enough_for = u32::try_from(enough_for).unwrap_or(u32::MAX);
    match settings.max_connections {
        Some(wanted) if wanted.get() > enough_for => {
            tracing::warn!(
                "max_connections = {wanted} needs {} descriptors, and this process may have \
                 {descriptors}: {enough_for} connections it is; raise LimitNOFILE or `ulimit -n`",
                u64::from(wanted.get()) * EACH + reserve
            );
            enough_for
        }
        Some(wanted) => wanted.get(),
        None => enough_for,
    }
}
