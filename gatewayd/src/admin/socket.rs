//! The admin socket: one owner, final permissions before anyone can see it.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::stream::{self, Stream};
use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg};
use tokio::net::{UnixListener, UnixStream};
use tokio::time::sleep;

use crate::state::MessagePace;

/// The mode of the socket: its owner and group may call.
const SOCKET_MODE: u32 = 0o660;
/// The mode of its directory, when we make it.
const DIRECTORY_MODE: u32 = 0o750;

/// How long callers wait when none can be let in.
const PAUSE: Duration = Duration::from_millis(500);

/// A bound socket; the file goes when this is dropped.
#[derive(Debug)]
pub struct AdminSocket {
    path: PathBuf,
    _lock: Flock<File>,
}

/// Why there is no socket.
#[derive(Debug, thiserror::Error)]
pub enum SocketError {
    /// Another process has it.
    #[error("{0} is in use: another gatewayd answers there; stop it, or set admin.socket")]
    InUse(PathBuf),
    /// Something else is at its place.
    #[error("{0} is there and is not a socket; move it away, or set admin.socket")]
    NotASocket(PathBuf),
    /// The system refuses.
    #[error("{path}: {cause}; check the directory's permissions, or set admin.socket")]
    System {
        /// What was touched.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
}

impl AdminSocket {
    /// Binds the socket at `path`. A stale one is replaced, but only under the lock beside it, so
    /// that two processes never fight for it.
    ///
    /// # Errors
    /// When another process has it, something else is there, or the system refuses.
    pub fn bind(path: &Path) -> Result<(AdminSocket, UnixListener), SocketError> {
        let directory = path.parent().unwrap_or(Path::new("."));
        if !directory.exists() {
            let mut builder = DirBuilder::new();
            builder.recursive(true).mode(DIRECTORY_MODE);
            builder.create(directory).map_err(|cause| refused(directory, cause))?;
        }
        let lock = lock(path)?;
        if fs::symlink_metadata(path).is_ok_and(|found| !found.file_type().is_socket()) {
            return Err(SocketError::NotASocket(path.to_owned()));
        }
        // Bound aside, made as it should be, then moved into its place.
        let aside = path.with_extension("new");
        let _ = fs::remove_file(&aside);
        let listener = UnixListener::bind(&aside).map_err(|cause| refused(&aside, cause))?;
        fs::set_permissions(&aside, Permissions::from_mode(SOCKET_MODE))
            .and_then(|()| fs::rename(&aside, path))
            .map_err(|cause| refused(path, cause))?;
        Ok((AdminSocket { path: path.to_owned(), _lock: lock }, listener))
    }
}

/// Those who call at `listener`, one after the other. Whatever keeps one from being let in (a want
/// of descriptors, mostly) is waited out, because the kernel would report it again at once.
pub(super) fn callers(listener: UnixListener) -> impl Stream<Item = io::Result<UnixStream>> {
    stream::unfold((listener, MessagePace::default()), |(listener, pace)| async {
        loop {
            match listener.accept().await {
                Ok((caller, _)) => return Some((Ok(caller), (listener, pace))),
                Err(error) => {
                    if let Some(more) = pace.due() {
                        tracing::warn!(%error, more, "callers of the admin API wait");
                    }
                    sleep(PAUSE).await;
                }
            }
        }
    })
}

impl Drop for AdminSocket {
    fn drop(&mut self) {
        // Nobody answers there any more; a file that is gone is as good.
        let _ = fs::remove_file(&self.path);
    }
}

fn lock(path: &Path) -> Result<Flock<File>, SocketError> {
    let place = path.with_extension("lock");
    let opened = OpenOptions::new().create(true).truncate(false).write(true).open(&place);
    let file = opened.map_err(|cause| refused(&place, cause))?;
    Flock::lock(file, FlockArg::LockExclusiveNonblock).map_err(|(_, errno)| match errno {
        Errno::EWOULDBLOCK => SocketError::InUse(path.to_owned()),
        other => refused(&place, other.into()),
    })
}

fn refused(path: &Path, cause: io::Error) -> SocketError {
    SocketError::System { path: path.to_owned(), cause }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_second_owner_is_refused_and_a_stale_socket_is_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("deep/admin.sock");
        let (first, _listener) = AdminSocket::bind(&path).unwrap();
        assert!(matches!(AdminSocket::bind(&path), Err(SocketError::InUse(_))));
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, SOCKET_MODE);
        drop(first);
        assert!(!path.exists());
        // As after kill -9: the file is there, the lock is not.
        drop(UnixListener::bind(&path).unwrap());
        assert!(path.exists());
        AdminSocket::bind(&path).unwrap();
    }

    #[tokio::test]
    async fn whatever_else_is_there_stays() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("admin.sock");
        fs::write(&path, "precious").unwrap();
        assert!(matches!(AdminSocket::bind(&path), Err(SocketError::NotASocket(_))));
        fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink("/dev/null", &path).unwrap();
        assert!(matches!(AdminSocket::bind(&path), Err(SocketError::NotASocket(_))));
    }
}
