//! `completion`: a shell's completion script.

use std::io::{self, Write as _};

use clap::{Args, CommandFactory as _, ValueEnum};
use clap_complete::{Generator, generate, shells};
use clap_complete_nushell::Nushell;

use super::{Failure, Verdict, cli::Cli};

const EXAMPLES: &str = "\
Examples:
  gatewayctl completion bash > ~/.local/share/bash-completion/completions/gatewayctl
  gatewayctl completion zsh > ~/.zfunc/_gatewayctl
  gatewayctl completion fish > ~/.config/fish/completions/gatewayctl.fish
  gatewayctl completion nushell | save -f ($nu.data-dir)/vendor/autoload/gatewayctl.nu

These know commands and flags. Whoever lets the shell ask this program gets the names of servers, pools,
limits and contexts too:
  source <(COMPLETE=bash gatewayctl)            in ~/.bashrc: knows the names of your servers too
  source <(COMPLETE=zsh gatewayctl)             in ~/.zshrc
  COMPLETE=fish gatewayctl | source             in ~/.config/fish/config.fish";

/// Arguments of `completion`.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct CompletionArgs {
    /// The shell
    shell: Dialect,
}

/// The shells that have a script of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Dialect {
    Bash,
    Elvish,
    Fish,
    Nushell,
    #[value(name = "powershell")]
    PowerShell,
    Zsh,
}

impl CompletionArgs {
    pub(super) fn run(&self) -> Result<Verdict, Failure> {
        io::stdout().write_all(&script(self.shell))?;
        Ok(Verdict::Done)
    }
}

fn script(shell: Dialect) -> Vec<u8> {
    match shell {
        Dialect::Bash => of(shells::Bash),
        Dialect::Elvish => of(shells::Elvish),
        Dialect::Fish => of(shells::Fish),
        Dialect::Nushell => of(Nushell),
        Dialect::PowerShell => of(shells::PowerShell),
        Dialect::Zsh => of(shells::Zsh),
    }
}

fn of(generator: impl Generator) -> Vec<u8> {
    let mut script = Vec::new();
    generate(generator, &mut Cli::command(), "gatewayctl", &mut script);
    script
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_shell_gets_a_script_that_knows_the_verbs() {
        for shell in Dialect::value_variants() {
            let shell = *shell;
            let script = String::from_utf8(script(shell)).unwrap();
            for word in ["backend", "drain", "undrain", "limit", "completion"] {
                assert!(script.contains(word), "{shell:?} does not know {word}");
            }
        }
    }
}
