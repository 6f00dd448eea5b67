//! An operator's desk: gatewayctl, and a file of contexts of its own.

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use crate::{Ctl, Gateway, Said};

/// gatewayctl and its file, gone when dropped.
#[derive(Debug)]
pub struct Desk {
    directory: TempDir,
    /// gatewayctl with that file.
    pub ctl: Ctl,
}

impl Default for Desk {
    fn default() -> Self {
        Self::new()
    }
}

impl Desk {
    /// A desk without a file.
    pub fn new() -> Desk {
        let directory = tempfile::tempdir().unwrap();
        let ctl = Ctl::with_file(directory.path().join("ctl/config.toml"));
        Desk { directory, ctl }
    }

    /// A desk whose file says `text`.
    pub fn with(text: &str) -> Desk {
        let desk = Desk::new();
        fs::create_dir(desk.directory.path().join("ctl")).unwrap();
        fs::write(desk.file(), text).unwrap();
        desk
    }

    /// One context called `prod` with these keys, in use.
    pub fn of(gateway: &Gateway, keys: &str) -> Desk {
        let address = gateway.ctl.address();
        Desk::with(&format!("current = \"prod\"\n[contexts.prod]\naddr = \"{address}\"\n{keys}\n"))
    }

    /// Where its file is.
    pub fn file(&self) -> PathBuf {
        self.directory.path().join("ctl/config.toml")
    }

    /// What its file says.
    pub fn text(&self) -> String {
        fs::read_to_string(self.file()).unwrap()
    }

    /// Runs gatewayctl with the words of `line` and this in its environment.
    pub fn with_env(&self, name: &str, value: &str, line: &str) -> Said {
        Said::of(self.ctl.command().env(name, value).args(line.split_whitespace()))
    }

    /// The command line of a dashboard that uses its file, for a terminal.
    pub fn dashboard(&self, arguments: &str) -> String {
        let (file, program) = (self.file(), crate::gatewayctl());
        format!("env GATEWAYCTL_CONFIG={} {} top {arguments}", file.display(), program.display())
    }
}
