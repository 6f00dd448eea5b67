//! `man`: a manual page for each command, made from what `--help` says.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use clap::{Args, Command, CommandFactory as _};
use clap_mangen::Man;

use super::{Failure, Kind, Verdict, cli::Cli, help, session::Session};

const EXAMPLES: &str = "\
Examples:
  gatewayctl man backend drain | man -l -
  gatewayctl man --dir ~/.local/share/man/man1     one page for each command";

/// Arguments of `man`.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct ManArgs {
    /// Write the pages of all commands into this folder
    #[arg(long, value_name = "DIR", conflicts_with = "command")]
    dir: Option<PathBuf>,
    /// The command whose page is printed [default: gatewayctl itself]
    #[arg(value_name = "COMMAND")]
    command: Vec<String>,
}

impl ManArgs {
    pub(super) fn run(&self, session: &Session) -> Result<Verdict, Failure> {
        let mut root = Cli::command().disable_help_subcommand(true);
        root.build();
        let Some(dir) = &self.dir else {
            let words: Vec<_> = self.command.iter().map(String::as_str).collect();
            let (name, command) = help::find(&mut root, &words)?;
            let page = page(command, &name)?;
            session.answer(|out| out.write_all(&page))?;
            return Ok(Verdict::Done);
        };
        let unwritable = |path: &Path, error: std::io::Error| {
            Failure::new(Kind::Local, format!("{}: {error}", path.display()))
                .hint("name a folder that this user may write to")
        };
        fs::create_dir_all(dir).map_err(|error| unwritable(dir, error))?;
        let pages = pages(&root, "gatewayctl")?;
        for (name, page) in &pages {
            let path = dir.join(format!("{name}.1"));
            fs::write(&path, page).map_err(|error| unwritable(&path, error))?;
        }
        session.done(&format!("wrote {} pages into {}", pages.len(), dir.display()))?;
        Ok(Verdict::Done)
    }
}

/// The pages of `command` and all below it, each by its name.
fn pages(command: &Command, name: &str) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let mut pages = vec![(name.to_owned(), page(command, name)?)];
    for verb in command.get_subcommands().filter(|verb| !verb.is_hide_set()) {
        pages.extend(pages_below(verb, name)?);
    }
    Ok(pages)
}

fn pages_below(verb: &Command, above: &str) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    pages(verb, &format!("{above}-{}", verb.get_name()))
}

fn page(command: &Command, name: &str) -> Result<Vec<u8>, Failure> {
    let mut page = Vec::new();
    let man = Man::new(command.clone().name(name.to_owned()).version(env!("CARGO_PKG_VERSION")));
    man.title(name.to_uppercase()).section("1").source("gatewayctl").render(&mut page)?;
    Ok(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_command_has_a_page_that_names_its_flags() {
        let mut root = Cli::command();
        root.build();
        let pages = pages(&root, "gatewayctl").unwrap();
        let page = |name: &str| {
            let found = pages.iter().find(|(found, _)| found == name);
            let (_, page) = found.unwrap_or_else(|| panic!("no page {name}"));
            String::from_utf8(page.clone()).unwrap()
        };
        for (name, words) in [
            ("gatewayctl", "dashboard"),
            ("gatewayctl-backend-drain", "\\-\\-timeout"),
            ("gatewayctl-context-use", "\\-\\-shell"),
            ("gatewayctl-health", "\\-\\-max\\-p99"),
        ] {
            assert!(page(name).contains(words), "{name}: {}", page(name));
        }
        assert!(page("gatewayctl-backend-drain").contains("kernel patch"), "its examples");
        assert!(pages.len() > 40, "{}", pages.len());
    }
}
