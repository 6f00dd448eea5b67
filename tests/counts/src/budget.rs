//! The budget: how many instructions each case took when somebody last found that right.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

/// A recorded budget.
#[derive(Clone, Debug)]
pub(crate) struct Budget {
    /// The compiler whose code was counted.
    pub(crate) rustc: String,
    /// The machine that it was for.
    pub(crate) architecture: String,
    /// Instructions for each run of a case, by its name.
    pub(crate) instructions: Vec<(String, u64)>,
}

impl Budget {
    /// An empty one for this compiler and this machine.
    pub(crate) fn of_here() -> Budget {
        let told = Command::new("rustc").arg("--version").output();
        let rustc = told.map_or_else(
            |_| String::new(),
            |it| String::from_utf8_lossy(&it.stdout).trim().to_owned(),
        );
        Budget { rustc, architecture: std::env::consts::ARCH.to_owned(), instructions: Vec::new() }
    }

    /// Reads the file at `path`.
    pub(crate) fn read(path: &Path) -> Result<Budget> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read the budget at {}", path.display()))?;
        let table: toml::Table = text.parse().context("the budget is no TOML")?;
        let word = |key: &str| {
            let word = table.get(key).and_then(toml::Value::as_str);
            word.map(str::to_owned).with_context(|| format!("the budget has no {key}"))
        };
        let all = table.get("instructions").and_then(toml::Value::as_table);
        let entry = |(name, count): (&String, &toml::Value)| {
            let count = count.as_integer().and_then(|it| u64::try_from(it).ok());
            Ok((name.clone(), count.with_context(|| format!("{name} has no count"))?))
        };
        let instructions = all.context("the budget has no instructions")?.iter().map(entry);
        Ok(Budget {
            rustc: word("rustc")?,
            architecture: word("architecture")?,
            instructions: instructions.collect::<Result<_>>()?,
        })
    }

    /// What `case` may take.
    pub(crate) fn of(&self, case: &str) -> Option<u64> {
        self.instructions.iter().find(|(name, _)| name == case).map(|(_, count)| *count)
    }

    /// Writes the file at `path`.
    pub(crate) fn write(&self, path: &Path) -> Result<()> {
        let mut text = format!(
            "# Instructions for each run of a case. Written by `{} -- record`.\n\
             rustc = \"{}\"\narchitecture = \"{}\"\n\n[instructions]\n",
            crate::COMMAND,
            self.rustc,
            self.architecture
        );
        for (name, count) in &self.instructions {
            let _ = writeln!(text, "{name} = {count}");
        }
        std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
    }
}
