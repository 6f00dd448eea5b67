//! The palette of the dashboard speaks this command line's grammar.

use std::iter;

use clap::{CommandFactory as _, Parser as _};
use clap_complete::engine;
use futures_util::{FutureExt as _, future::LocalBoxFuture};

use super::{
    Failure,
    backend::BackendVerb,
    block::BlockVerb,
    cli::{Cli, Command},
    complete,
    config::ConfigVerb,
    confirm::Stakes,
    limit::LimitVerb,
    op::OpVerb,
    pool::PoolVerb,
    scaler::ScalerVerb,
    session::Session,
};
use crate::{
    client::Client,
    model::{Snapshot, fits},
    tui::{Candidate, Grammar, Line, Order},
};

/// The grammar of commands that change something.
pub(super) const GRAMMAR: Grammar = Grammar { read, complete: completed };

fn read(line: Line, client: Client) -> LocalBoxFuture<'static, Result<Order, String>> {
    async move { order(line, client).await.map_err(|failure| told(&failure)) }.boxed_local()
}

/// A failure in one line.
fn told(failure: &Failure) -> String {
    match failure.hints.first() {
        Some(hint) => format!("{}; {hint}", failure.message),
        None => failure.message.clone(),
    }
}

/// The change that a line asks for. The command runs as ever, up to where it would send the change.
async fn order(line: Line, client: Client) -> Result<Order, Failure> {
    let words = words(&line, &client).await?;
    let cli = Cli::try_parse_from(iter::once("gatewayctl".to_owned()).chain(words));
    let cli = cli.map_err(|error| {
        let said = error.render().to_string();
        let first = said.lines().next().unwrap_or_default();
        Failure::usage(first.trim_start_matches("error: "))
    })?;
    let command = cli.command.filter(changes).ok_or_else(|| {
        Failure::usage("only what changes something is done here")
            .hint("a screen is shown by its name: backends /state=down")
    })?;
    if cli.global.addr.is_some() || cli.global.context.is_some() {
        return Err(Failure::usage("a dashboard acts on its own gateway alone")
            .hint("leave --addr and --context out, or open another dashboard"));
    }
    let session = Session::capturing(cli.global, client);
    match command {
        Command::Drain(args) => args.run(&session).await,
        Command::Undrain(args) => args.run(&session).await,
        Command::Backend(verb) => verb.run(&session).await,
        Command::Pool(verb) => verb.run(&session).await,
        Command::Limit(verb) => verb.run(&session).await,
        Command::Block(verb) => verb.run(&session).await,
        Command::Scaler(verb) => verb.run(&session).await,
        Command::Op(verb) => verb.run(&session).await,
        Command::Config(verb) => verb.run(&session).await,
        _ => return Err(Failure::usage("it is done on the command line alone")),
    }?;
    let mut all = session.captured().into_iter();
    let captured = all.next().ok_or_else(|| Failure::usage("nothing would change"))?;
    if captured.flags.dry_run {
        return Err(Failure::usage("what would happen is shown in any case").hint("leave -n out"));
    }
    Ok(Order {
        edit: captured.edit,
        rest: all.map(|it| it.edit).collect(),
        intent: captured.flags.intent(),
        is_grave: captured.stakes != Stakes::Low,
    })
}

/// Whether a command changes something, and shows nothing before.
const fn changes(command: &Command) -> bool {
    match command {
        Command::Drain(_) | Command::Undrain(_) => true,
        Command::Backend(verb) => matches!(
            verb,
            BackendVerb::Add(_)
                | BackendVerb::Set(_)
                | BackendVerb::Remove(_)
                | BackendVerb::Drain(_)
                | BackendVerb::Kill(_)
                | BackendVerb::Undrain(_)
                | BackendVerb::Maintenance(_)
                | BackendVerb::Weight(_)
        ),
        Command::Pool(verb) => matches!(verb, PoolVerb::Shift(_)),
        Command::Limit(verb) => matches!(
            verb,
            LimitVerb::Set(_)
                | LimitVerb::Reset(_)
                | LimitVerb::Promote(_)
                | LimitVerb::Shadow(_)
                | LimitVerb::Enforce(_)
        ),
        Command::Block(verb) => matches!(verb, BlockVerb::Add(_) | BlockVerb::Remove(_)),
        Command::Scaler(verb) => matches!(
            verb,
            ScalerVerb::Set(_)
                | ScalerVerb::Pause(_)
                | ScalerVerb::Resume(_)
                | ScalerVerb::Desired(_)
        ),
        Command::Op(verb) => matches!(verb, OpVerb::Undo(_) | OpVerb::Confirm(_)),
        Command::Config(verb) => matches!(verb, ConfigVerb::Persist(_) | ConfigVerb::Rollback(_)),
        _ => false,
    }
}

/// The words of a line: `.` is the chosen row, and names with `*` are those that fit.
async fn words(line: &Line, client: &Client) -> Result<Vec<String>, Failure> {
    let words = shlex::split(&line.text).ok_or_else(|| Failure::usage("a quote is not closed"))?;
    let acts_on_backends =
        words.first().is_some_and(|noun| ["backend", "be", "drain", "undrain"].contains(&&**noun));
    let mut all = Vec::new();
    for word in words {
        match (word.as_str(), &line.here) {
            (".", Some(here)) => all.push(here.clone()),
            (".", None) => return Err(Failure::usage("`.` is the chosen row, and none is")),
            (name, _) if acts_on_backends && name.contains('*') && !name.starts_with('-') => {
                let picture = client.snapshot().await?;
                let named = picture.backends.iter().filter(|it| fits(name, &it.name));
                all.extend(named.map(|it| it.name.clone()));
            }
            _ => all.push(word),
        }
    }
    Ok(all)
}

/// What could stand where a line ends. What cannot be completed is typed.
fn completed(line: &str, picture: &Snapshot) -> Vec<Candidate> {
    let mut words = line.split_whitespace().map(Into::into).collect::<Vec<std::ffi::OsString>>();
    if words.is_empty() || line.ends_with(char::is_whitespace) {
        words.push("".into());
    }
    words.insert(0, "gatewayctl".into());
    let at = words.len() - 1;
    let found = complete::within(picture, || {
        engine::complete(&mut Cli::command(), words, at, None).unwrap_or_default()
    });
    let candidates = found.iter().filter(|it| !it.is_hide_set()).map(|it| Candidate {
        value: it.get_value().to_string_lossy().into_owned(),
        help: it.get_help().map(ToString::to_string).unwrap_or_default(),
    });
    candidates.collect()
}

#[cfg(test)]
mod tests;
