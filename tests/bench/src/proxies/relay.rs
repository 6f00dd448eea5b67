//! The byte relay: this program itself, started again as `bench relay`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use super::{Missing, Stage};

pub(super) fn find() -> Result<PathBuf, Missing> {
    let remedy = "run this program from a file";
    std::env::current_exe().map_err(|error| Missing { why: error.to_string(), remedy })
}

pub(super) fn command(program: &Path, stage: &Stage<'_>) -> Result<Command> {
    let mut command = Command::new(program);
    command.arg("relay").arg(stage.http.to_string()).arg(stage.backend.to_string());
    Ok(command)
}
