//! A stamp: have these files changed?

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// What the file system says of some certificates and keys. It is another when one was written,
/// replaced, made readable, or is at the end of a link that turned; reading it opens nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp(Vec<Option<FileStamp>>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct FileStamp {
    device: u64,
    inode: u64,
    len_bytes: u64,
    modified: (i64, i64),
    /// Changes with owner and mode too.
    changed: (i64, i64),
}

impl Stamp {
    /// The stamp of the files at `paths` now.
    #[must_use]
    pub fn of(paths: &[PathBuf]) -> Stamp {
        Stamp(paths.iter().map(|path| FileStamp::of(path)).collect())
    }
}

impl FileStamp {
    fn of(path: &Path) -> Option<FileStamp> {
        fs::metadata(path).ok().map(|found: Metadata| FileStamp {
            device: found.dev(),
            inode: found.ino(),
            len_bytes: found.len(),
            modified: (found.mtime(), found.mtime_nsec()),
            changed: (found.ctime(), found.ctime_nsec()),
        })
    }
}
