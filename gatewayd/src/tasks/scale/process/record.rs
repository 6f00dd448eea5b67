//! The record: which servers a pool has, on disk, so that the next gateway finds them again.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::identity::Identity;
use crate::model::Name;
use crate::tasks::scale::driver::DriverError;
use crate::tasks::scale::written;

/// Where the servers of a pool are written down.
#[derive(Debug)]
pub(super) struct Record {
    path: PathBuf,
}

/// One server as written down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) name: Name,
    pub(super) port: u16,
    /// Its process; absent from just before its start until just after, and while it is away.
    pub(super) process: Option<Identity>,
    /// Whether it was told to end.
    pub(super) ending: bool,
}

impl Record {
    /// The record of `pool` in `directory`.
    pub(super) fn new(directory: &Path, pool: &Name) -> Record {
        Record { path: directory.join(format!("{pool}.json")) }
    }

    /// What names this pool's servers in their environment.
    pub(super) fn mark(&self, name: &Name) -> String {
        format!("{}#{name}", self.path.display())
    }

    /// The servers written down last; none when there is no record or it cannot be read.
    pub(super) fn read(&self) -> Vec<Entry> {
        written::read(&self.path)
    }

    /// Writes `entries` down, all or nothing.
    pub(super) fn write(&self, entries: &[Entry]) -> Result<(), DriverError> {
        written::write(&self.path, entries)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_was_written_is_read_and_what_cannot_be_read_is_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let record = Record::new(&directory.path().join("servers"), &"app".parse().unwrap());
        assert_eq!(record.read(), []);
        let process = Identity::of(std::process::id() as i32);
        let entry = Entry { name: "app-1".parse().unwrap(), port: 9100, process, ending: false };
        record.write(std::slice::from_ref(&entry)).unwrap();
        assert_eq!(record.read(), [entry]);
        fs::write(&record.path, "half a rec").unwrap();
        assert_eq!(record.read(), []);
    }
}
