//! The admin socket: one owner, final permissions before anyone can see it.

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions, Permissions};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg};
use tokio::net::UnixListener;

use crate::model::SocketOwner;

/// Who may open a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SocketKind {
    /// Its owner and group.
    Operators,
    /// Whoever its directory lets in.
    Viewers,
}

/// The mode of the lock: whoever may open it could hold it.
const LOCK_MODE: u32 = 0o600;
/// The mode of its directory, when we make it.
const DIRECTORY_MODE: u32 = 0o750;

/// A bound socket; the file goes when this is dropped.
#[derive(Debug)]
pub struct AdminSocket {
    path: PathBuf,
    lock: Flock<File>,
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

impl SocketKind {
    const fn mode(self) -> u32 {
        match self {
            SocketKind::Operators => 0o660,
            SocketKind::Viewers => 0o666,
        }
    }
}

impl AdminSocket {
    /// Binds the socket at `path`, or goes on with one that an earlier process left: the socket, and
    /// the lock beside it. A stale one is replaced, but only under the lock beside it, so
    /// that two processes never fight for it.
    ///
    /// # Errors
    /// When another process has it, something else is there, or the system refuses.
    pub fn bind(
        path: &Path,
        kind: SocketKind,
        inherited: Option<(OwnedFd, OwnedFd)>,
    ) -> Result<(AdminSocket, UnixListener), SocketError> {
        if let Some((socket, lock)) = inherited
            && let Some(both) = AdminSocket::adopt(path, socket, lock)?
        {
            return Ok(both);
        }
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
        fs::set_permissions(&aside, Permissions::from_mode(kind.mode()))
            .and_then(|()| fs::rename(&aside, path))
            .map_err(|cause| refused(path, cause))?;
        Ok((AdminSocket { path: path.to_owned(), lock }, listener))
    }

    /// The socket that an earlier process left, unless another path is wanted now.
    fn adopt(
        path: &Path,
        socket: OwnedFd,
        lock: OwnedFd,
    ) -> Result<Option<(AdminSocket, UnixListener)>, SocketError> {
        let place = File::open(path.with_extension("lock")).and_then(|file| file.metadata());
        let lock = File::from(lock);
        let same =
            |it: &Metadata, other: &Metadata| (it.dev(), it.ino()) == (other.dev(), other.ino());
        let is_its = lock.metadata().ok().zip(place.ok()).is_some_and(|(it, own)| same(&it, &own));
        if !is_its {
            return Ok(None);
        }
        let listener = UnixListener::from_std(socket.into());
        let listener = listener.map_err(|cause| refused(path, cause))?;
        let lock = locked(path, lock)?;
        Ok(Some((AdminSocket { path: path.to_owned(), lock }, listener)))
    }

    /// Whom it belongs to.
    ///
    /// # Errors
    /// When it is gone.
    pub fn owner(&self) -> Result<SocketOwner, SocketError> {
        let found = fs::metadata(&self.path).map_err(|cause| refused(&self.path, cause))?;
        Ok(SocketOwner { uid: nix::unistd::geteuid().as_raw(), gid: found.gid() })
    }

    /// The lock, for whoever takes over.
    #[must_use]
    pub fn lock(&self) -> BorrowedFd<'_> {
        self.lock.as_fd()
    }

    /// Leaves socket and lock to the process that took over.
    pub fn leave(self) {
        // Unlocking would unlock it for that process too, for they share one lock.
        std::mem::forget(self);
    }
}

impl Drop for AdminSocket {
    fn drop(&mut self) {
        // Nobody answers there any more; a file that is gone is as good.
        let _ = fs::remove_file(&self.path);
    }
}

fn lock(path: &Path) -> Result<Flock<File>, SocketError> {
    let place = path.with_extension("lock");
    let opened =
        OpenOptions::new().create(true).truncate(false).write(true).mode(LOCK_MODE).open(&place);
    let file = opened.map_err(|cause| refused(&place, cause))?;
    locked(path, file)
}

fn locked(path: &Path, file: File) -> Result<Flock<File>, SocketError> {
    let place = path.with_extension("lock");
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
    use tokio::net::UnixStream;

    use super::*;
    use SocketKind::Operators;

    #[tokio::test]
    async fn a_second_owner_is_refused_and_a_stale_socket_is_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("deep/admin.sock");
        let (first, _listener) = AdminSocket::bind(&path, Operators, None).unwrap();
        assert!(matches!(AdminSocket::bind(&path, Operators, None), Err(SocketError::InUse(_))));
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o660);
        drop(first);
        assert!(!path.exists());
        // As after kill -9: the file is there, the lock is not.
        drop(UnixListener::bind(&path).unwrap());
        assert!(path.exists());
        AdminSocket::bind(&path, Operators, None).unwrap();
    }

    #[tokio::test]
    async fn another_process_goes_on_with_socket_and_lock() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("admin.sock");
        let (first, listener) = AdminSocket::bind(&path, Operators, None).unwrap();
        let own = |fd: BorrowedFd<'_>| fd.try_clone_to_owned().unwrap();
        let left = || Some((own(listener.as_fd()), own(first.lock())));
        let elsewhere = directory.path().join("other.sock");
        assert!(AdminSocket::bind(&elsewhere, Operators, left()).unwrap().0.path == elsewhere);
        let (second, callers) = AdminSocket::bind(&path, Operators, left()).unwrap();
        first.leave();
        drop(listener);
        assert!(matches!(AdminSocket::bind(&path, Operators, None), Err(SocketError::InUse(_))));
        let (called, _) = tokio::join!(callers.accept(), UnixStream::connect(&path));
        called.unwrap();
        drop(second);
        assert!(!path.exists());
    }

    #[tokio::test]
    async fn whatever_else_is_there_stays() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("admin.sock");
        fs::write(&path, "precious").unwrap();
        assert!(matches!(
            AdminSocket::bind(&path, Operators, None),
            Err(SocketError::NotASocket(_))
        ));
        fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink("/dev/null", &path).unwrap();
        assert!(matches!(
            AdminSocket::bind(&path, Operators, None),
            Err(SocketError::NotASocket(_))
        ));
    }
}
