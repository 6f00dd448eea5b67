//! Completion: what could stand next on a command line that is being typed.
//!
//! A shell asks by `COMPLETE=bash gatewayctl -- WORDS…`. It waits for the answer with every key, so
//! there is a budget, an answer is kept for a few seconds, and whatever fails fails in silence.

mod cache;
mod columns;
mod names;

use std::{env, ffi::OsStr};

use clap::CommandFactory as _;
use clap_complete::{CompletionCandidate, engine::ArgValueCompleter, env::CompleteEnv};

use super::{cli::Cli, report};
use crate::safe_text::safe_text;
use names::Noun;
pub(super) use names::within;

/// Answers a shell that asks what could stand next; its exit code, or none when none asked.
pub(super) fn answer() -> Option<u8> {
    let folder = env::current_dir().ok();
    let asked = CompleteEnv::with_factory(Cli::command);
    match asked.try_complete(env::args_os(), folder.as_deref()) {
        Ok(true) => Some(0),
        Ok(false) => None,
        // COMPLETE is set, and not to a shell: no command may seem to have been done.
        Err(error) => Some(report::usage(&error)),
    }
}

/// The words that are being typed, after the `--` that comes before them.
fn words() -> Vec<String> {
    let words = env::args_os().map(|word| word.to_string_lossy().into_owned());
    words.skip_while(|word| word != "--").skip(1).collect()
}

/// Names of backends, with their state.
pub(super) fn backends() -> ArgValueCompleter {
    ArgValueCompleter::new(|typed: &OsStr| names::like(typed, Noun::Backends, ""))
}

/// Names of backends to be given a weight.
pub(super) fn weights() -> ArgValueCompleter {
    ArgValueCompleter::new(|typed: &OsStr| names::like(typed, Noun::Backends, "="))
}

/// Names of pools.
pub(super) fn pools() -> ArgValueCompleter {
    ArgValueCompleter::new(|typed: &OsStr| names::like(typed, Noun::Pools, ""))
}

/// Names of limits.
pub(super) fn limits() -> ArgValueCompleter {
    ArgValueCompleter::new(|typed: &OsStr| names::like(typed, Noun::Limits, ""))
}

/// Networks that are blocked.
pub(super) fn blocks() -> ArgValueCompleter {
    ArgValueCompleter::new(|typed: &OsStr| names::like(typed, Noun::Blocks, ""))
}

/// The latest operations, with what they did.
pub(super) fn operations() -> ArgValueCompleter {
    ArgValueCompleter::new(|typed: &OsStr| names::like(typed, Noun::Operations, ""))
}

/// The latest revisions, with what made them.
pub(super) fn revisions() -> ArgValueCompleter {
    ArgValueCompleter::new(|typed: &OsStr| names::like(typed, Noun::Revisions, ""))
}

/// Names of contexts.
pub(super) fn contexts() -> ArgValueCompleter {
    ArgValueCompleter::new(|typed: &OsStr| names::contexts(typed))
}

/// Columns of the list that is being typed.
pub(super) fn columns() -> ArgValueCompleter {
    ArgValueCompleter::new(|typed: &OsStr| columns::like(typed, &words()))
}

/// The same, also with `-` for the greatest first.
pub(super) fn sorted_columns() -> ArgValueCompleter {
    ArgValueCompleter::new(|typed: &OsStr| columns::sorted_like(typed, &words()))
}

/// Fields of a filter of the list that is being typed.
pub(super) fn fields() -> ArgValueCompleter {
    ArgValueCompleter::new(|typed: &OsStr| columns::fields_like(typed, &words()))
}

/// A candidate whose text came from elsewhere.
fn candidate(value: &str, help: &str) -> CompletionCandidate {
    let help = (!help.is_empty()).then(|| safe_text(help).into_owned().into());
    CompletionCandidate::new(value).help(help)
}
