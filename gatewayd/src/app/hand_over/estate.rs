//! The estate: the sockets of a gateway by name, kept for the process that takes over from it.

use std::io;
use std::os::fd::{AsFd, OwnedFd};

/// Sockets by what they are for; several of one name are those of the workers.
#[derive(Debug, Default)]
pub(in crate::app) struct Estate(Vec<(String, OwnedFd)>);

impl Estate {
    pub(super) fn new(names: Vec<String>, sockets: Vec<OwnedFd>) -> Estate {
        Estate(names.into_iter().zip(sockets).collect())
    }

    /// Keeps a socket that is in use, under this name.
    pub(in crate::app) fn keep(&mut self, name: &str, socket: impl AsFd) -> io::Result<()> {
        self.0.push((name.to_owned(), socket.as_fd().try_clone_to_owned()?));
        Ok(())
    }

    /// Takes all of this name out.
    pub(in crate::app) fn take(&mut self, name: &str) -> Vec<OwnedFd> {
        self.0.extract_if(.., |(it, _)| it == name).map(|(_, socket)| socket).collect()
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.0.iter().map(|(name, _)| name.clone()).collect()
    }

    /// Each once more, to be sent on a thread of its own.
    pub(super) fn sockets(&self) -> io::Result<Vec<OwnedFd>> {
        self.0.iter().map(|(_, socket)| socket.try_clone()).collect()
    }
}
