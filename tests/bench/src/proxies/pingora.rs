//! Pingora: the peer in `tests/bench/pingora`, a workspace of its own that is built on demand only.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use super::{Missing, Stage};

const REMEDY: &str = "cargo build --release --manifest-path tests/bench/pingora/Cargo.toml \
                      --target-dir target/pingora";

pub(super) fn find() -> Result<PathBuf, Missing> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let program = workspace.join("target/pingora/release/pingora-peer");
    program
        .canonicalize()
        .map_err(|_| Missing { why: "it is not built".to_owned(), remedy: REMEDY })
}

pub(super) fn command(program: &Path, stage: &Stage<'_>) -> Result<Command> {
    let mut command = Command::new(program);
    command.args([stage.http, stage.https, stage.backend].map(|address| address.to_string()));
    command.arg(&stage.certificate.certificate).arg(&stage.certificate.key);
    Ok(command)
}
