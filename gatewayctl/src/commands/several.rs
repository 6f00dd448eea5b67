//! `change`: several changes as one, from a file of commands.

use clap::{Args, CommandFactory as _, FromArgMatches as _};

use super::{
    Failure, Verdict,
    change::{self, ChangeFlags, TtlFlag},
    cli::Cli,
    confirm::Stakes,
    session::{Gathered, Session},
    text::FileFlag,
    words::words,
};
use crate::model::Edit;

/// What the file is.
const WANTED: &str = "a file of a few commands, one a line";

const EXAMPLES: &str = "\
Examples:
  gatewayctl change -f canary.txt -n                  what it would do
  gatewayctl change -f canary.txt -m \"v42\" --confirm-within 5m --guard 'error>1%'
  printf 'weight api-1=50\\ndrain api-2\\n' | sed 's/^/backend /' | gatewayctl change -f - -y

A line is a command as one would type it, without `gatewayctl`:
  backend weight api-1=50 api-2=150      # a weight, a drain, a limit, a block, a scaler
  backend drain api-3
  limit set per-ip --max 200/minute --ttl 1h
  block add 192.0.2.0/24 --ttl 2h
All of them are made or none, one after the other, as one operation: one reason, one undo. Nothing is
waited for. Flags of the change as a whole (-m, --ttl, --confirm-within, ...) stand behind `change`, not
in a line.";

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct SeveralArgs {
    #[command(flatten)]
    file: FileFlag,
    #[command(flatten)]
    lasts: TtlFlag,
    #[command(flatten)]
    change: ChangeFlags,
}

impl SeveralArgs {
    pub(super) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let text = self.file.read(WANTED)?;
        let client = session.connect().await?;
        let (mut edits, mut hurts) = (Vec::new(), false);
        for (number, line) in (1..).zip(text.lines()) {
            let at_line = |mut failure: Failure| {
                failure.message = format!("line {number}: {}", failure.message);
                failure
            };
            let words = words(line).map_err(|why| at_line(Failure::usage(why)))?;
            if words.is_empty() {
                continue;
            }
            let gathered = gather(words, session, &self.change).await.map_err(at_line)?;
            for Gathered { edit, stakes } in gathered {
                edits.push(edit);
                hurts |= stakes != Stakes::Low;
            }
        }
        if edits.is_empty() {
            return Err(Failure::usage("there is no change in the file"));
        }
        let edit = Edit::All(edits);
        let names = || edit.targets().into_iter().map(str::to_owned).collect();
        let stakes = if hurts { Stakes::High { names: names() } } else { Stakes::Low };
        let flags = self.change.lasting(self.lasts);
        change::apply(session, &client, &edit, &flags, &stakes).await?;
        Ok(Verdict::Done)
    }
}

/// What the command of a line would change.
async fn gather(
    words: Vec<String>,
    session: &Session,
    whole: &ChangeFlags,
) -> Result<Vec<Gathered>, Failure> {
    let wrong = |error: clap::Error| {
        let rendered = error.render().to_string();
        let first = rendered.lines().next().unwrap_or_default();
        Failure::usage(first.trim_start_matches("error: "))
    };
    let words = std::iter::once("gatewayctl".to_owned()).chain(words);
    let matches = Cli::command().try_get_matches_from(words).map_err(wrong)?;
    let own = |id| matches.value_source(id) == Some(clap::parser::ValueSource::CommandLine);
    if let Some(flag) = ["addr", "context", "output"].into_iter().find(|id| own(id)) {
        let hint = "say it once, behind `change`";
        return Err(Failure::usage(format!("--{flag} goes with all changes")).hint(hint));
    }
    let cli = Cli::from_arg_matches(&matches).map_err(wrong)?;
    let command = cli.command.filter(super::cli::Command::changes);
    let command = command.ok_or_else(|| {
        Failure::usage("expected a change of backends, limits, blocks or scalers")
            .hint("such as `backend weight api-1=50`; see `gatewayctl change --help`")
    })?;
    let gathering = session.gathering(whole);
    Box::pin(super::carry_out(command, &gathering)).await?;
    Ok(gathering.gathered())
}
