//! Paths: what a file says of other files.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::value::Value;

/// The longest path of a unix socket in bytes: `sun_path` less its terminator (unix(7)).
const LONGEST_SOCKET: usize = 107;

impl Value<'_> {
    /// A path; a relative one begins at the directory of the file.
    pub(super) fn path(self) -> Option<PathBuf> {
        let text = self.text()?;
        if text.is_empty() {
            return self.refuse("an empty path", "name a file or directory");
        }
        if text.contains('\0') {
            return self.refuse(format!("{text:?} is not a path"), "take out the NUL");
        }
        Some(self.reading.base_dir.join(text))
    }

    /// A path that a unix socket can be bound to.
    pub(super) fn socket_path(self) -> Option<PathBuf> {
        let path = self.path()?;
        let length = path.as_os_str().len();
        if length > LONGEST_SOCKET {
            return self.refuse(
                format!("a socket's path of {length} bytes, expected {LONGEST_SOCKET} at most"),
                "choose a shorter path, such as /run/gatewayd/admin.sock",
            );
        }
        Some(path)
    }

    /// The path of a file that can be read now.
    pub(super) fn readable_file(self) -> Option<PathBuf> {
        let path = self.path()?;
        match open(&path) {
            Ok(()) => Some(path),
            Err(why) => self.refuse(
                format!("{:?} cannot be read: {why}", path.display().to_string()),
                "name a PEM file that the gateway's user may read; relative paths begin at the \
                 directory of this file",
            ),
        }
    }
}

fn open(path: &Path) -> Result<(), String> {
    // Opening a pipe would wait for a writer.
    let metadata = fs::metadata(path).map_err(|error| error.to_string())?;
    if !metadata.is_file() {
        return Err("it is not a regular file".to_owned());
    }
    File::open(path).map(drop).map_err(|error| error.to_string())
}
