//! The copy of the workspace in which defects are planted.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::defects::Defect;

/// A copy of all sources, and where it is built.
pub(crate) struct Copy {
    sources: PathBuf,
    build: PathBuf,
}

impl Copy {
    /// Copies what git knows of the workspace, and what it would take in, as it is on disk. A file
    /// that is the same already keeps its date, so that little is built anew.
    pub(crate) fn make(workspace: &Path) -> Result<Copy> {
        let workspace = workspace.canonicalize().context("cannot find the workspace")?;
        let room = workspace.join("target/sabotage");
        let copy = Copy { sources: room.join("sources"), build: room.join("build") };
        let listed = Command::new("git")
            .args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"])
            .current_dir(&workspace)
            .output()
            .context("cannot ask git for the sources")?;
        ensure!(listed.status.success(), "git does not know the sources");
        let listed = String::from_utf8(listed.stdout).context("a source has a strange name")?;
        for name in listed.split_terminator('\0') {
            let Ok(bytes) = fs::read(workspace.join(name)) else { continue };
            let place = copy.sources.join(name);
            if fs::read(&place).is_ok_and(|there| there == bytes) {
                continue;
            }
            let directory = place.parent().context("a source lies nowhere")?;
            fs::create_dir_all(directory)?;
            fs::write(&place, bytes).with_context(|| format!("cannot copy {name}"))?;
        }
        Ok(copy)
    }

    /// A command of cargo on the copy.
    pub(crate) fn cargo(&self) -> Command {
        let mut cargo = Command::new("cargo");
        cargo.current_dir(&self.sources).env("CARGO_TARGET_DIR", &self.build);
        cargo
    }

    /// Plants `defect`; gives its file as it was, to be put back.
    pub(crate) fn plant(&self, defect: &Defect) -> Result<String> {
        let path = self.sources.join(defect.file);
        let sound = fs::read_to_string(&path).with_context(|| format!("no {}", defect.file))?;
        fs::write(path, defect.planted(&sound)?)?;
        Ok(sound)
    }

    /// Takes `defect` out again.
    pub(crate) fn restore(&self, defect: &Defect, sound: &str) -> Result<()> {
        Ok(fs::write(self.sources.join(defect.file), sound)?)
    }
}
