//! A program that a test writes and somebody runs.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// Makes `content` the program at `path`; whoever runs an older one there goes on.
///
/// Another process writes it: one that is open for writing here would be open in whatever another
/// test starts meanwhile, and nobody could run it until that has ended.
pub fn write_program(path: &Path, content: impl AsRef<[u8]>) {
    let new = path.with_extension("new");
    let mut install = Command::new("install");
    install.args(["-m", "755", "/dev/stdin"]).arg(&new).stdin(Stdio::piped());
    let mut installing = install.spawn().unwrap();
    installing.stdin.take().unwrap().write_all(content.as_ref()).unwrap();
    assert!(installing.wait().unwrap().success());
    std::fs::rename(&new, path).unwrap();
}
