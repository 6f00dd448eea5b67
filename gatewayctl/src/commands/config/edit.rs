//! `config edit`: the operator's own file in an editor. What is written there has no mistakes.

use std::{
    env, fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::Command,
};

use clap::Args;

use super::super::{Failure, Kind, Verdict, report, session::Session};
use super::keys::{keymap, layouts};
use crate::config::{self, Config};

const EXAMPLES: &str = "\
Examples:
  gatewayctl config edit
  EDITOR='code --wait' gatewayctl config edit

A copy is edited, and takes the place of the file only when it has no mistakes; with mistakes it can
be edited again. What the gateway does is `config show`, and is changed by `config apply`.";

/// What a file that is not there begins with.
const TEMPLATE: &str = "\
# How gatewayctl is set up.
# current = \"prod-eu\"            # the context of commands that name none

[ui]
# theme = \"ansi16\"              # dark light mono cb-safe, or a file: ~/my.toml
# refresh = \"1s\"
# columns.backends = [\"ST\", \"NAME\", \"RPS\"]   # tables and titles as the dashboard has them

[keys]
# \"backend.drain\" = [\"d\"]      # `gatewayctl config keys` lists every action

# [contexts.prod-eu]
# addr = \"https://edge-1.example:9901\"
# protect = \"type-name\"         # confirm | type-name | readonly
# header_color = \"red\"
";

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(in crate::commands) struct EditArgs {}

impl EditArgs {
    pub(super) fn run(&self, session: &Session) -> Result<Verdict, Failure> {
        if !session.can_ask() {
            let failure = Failure::new(Kind::WouldAsk, "an editor needs a terminal");
            return Err(failure.hint("`gatewayctl config path` tells where the file is"));
        }
        let (path, before) = config::text()?;
        let copy = Copy::of(&path, before.as_deref().unwrap_or(TEMPLATE))?;
        loop {
            copy.edit()?;
            let text = copy.text()?;
            if Some(&text) == before.as_ref() || (before.is_none() && text == TEMPLATE) {
                copy.remove();
                session.done("nothing was changed")?;
                return Ok(Verdict::Done);
            }
            let Err(failure) = check(&path, &text) else {
                config::replace(before.as_deref(), &text)
                    .map_err(|error| copy.kept(error.into()))?;
                copy.remove();
                session.done(&format!("{} is written", path.display()))?;
                return Ok(Verdict::Done);
            };
            report::failure(&failure, session);
            if !agrees("edit again")? {
                return Err(copy.kept(Failure::new(Kind::Declined, "the file stays as it was")));
            }
        }
    }
}

/// Whether the text has no mistakes, of keys either.
fn check(path: &Path, text: &str) -> Result<(), Failure> {
    let config: Config = config::check(path, text)?;
    keymap(&config)?;
    layouts(&config)?;
    Ok(())
}

fn agrees(question: &str) -> Result<bool, Failure> {
    write!(io::stderr(), "{question}? [Y/n] ")?;
    let mut line = String::new();
    let bytes = io::stdin().read_line(&mut line)?;
    Ok(bytes > 0 && matches!(line.trim().to_lowercase().as_str(), "" | "y" | "yes"))
}

/// The copy that is edited, beside the file.
struct Copy(PathBuf);

impl Copy {
    fn of(path: &Path, text: &str) -> Result<Self, Failure> {
        let copy = Self(path.with_extension(format!("edit-{}.toml", std::process::id())));
        config::write_private(&copy.0, text).map_err(|error| copy.unusable(&error))?;
        Ok(copy)
    }

    fn edit(&self) -> Result<(), Failure> {
        let editor = ["VISUAL", "EDITOR"].into_iter().find_map(|name| env::var(name).ok());
        let editor = editor.filter(|it| !it.trim().is_empty()).unwrap_or_else(|| "vi".to_owned());
        let unusable = |why: String| {
            Failure::new(Kind::Local, format!("the editor `{editor}`: {why}"))
                .hint("name one in EDITOR: EDITOR=nano gatewayctl config edit")
        };
        let words = shlex::split(&editor).filter(|words| !words.is_empty());
        let words = words.ok_or_else(|| unusable("a quote is not closed".to_owned()))?;
        let status = Command::new(&words[0]).args(&words[1..]).arg(&self.0).status();
        match status {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(self.kept(unusable(status.to_string()))),
            Err(error) => {
                self.remove();
                Err(unusable(error.to_string()))
            }
        }
    }

    fn text(&self) -> Result<String, Failure> {
        fs::read_to_string(&self.0).map_err(|error| self.unusable(&error))
    }

    fn unusable(&self, error: &io::Error) -> Failure {
        Failure::new(Kind::Local, format!("{}: {error}", self.0.display()))
    }

    /// What was typed is not lost.
    fn kept(&self, failure: Failure) -> Failure {
        failure.hint(format!("what was edited is in {}", self.0.display()))
    }

    fn remove(&self) {
        // One that is left is in nobody's way.
        let _ = fs::remove_file(&self.0);
    }
}
