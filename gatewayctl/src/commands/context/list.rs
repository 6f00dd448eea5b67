//! `context list` and `context show`: which gateways there are, and which is in use.

use clap::Args;

use super::super::{
    Failure, Verdict, complete,
    session::Session,
    target::{Choice, Target},
};
use crate::{
    config::{self, Config, Context},
    output::{
        Listing, Meta, Selection,
        columns::{CONTEXT, ContextRow},
        write_listing, write_sheet,
    },
};

const LIST_EXAMPLES: &str = "\
Examples:
  gatewayctl context list
  gatewayctl context list -o json | jq -r '.items[] | select(.in_use).name'";

const SHOW_EXAMPLES: &str = "\
Examples:
  gatewayctl context show                which gateway would a command go to, and who says so?
  gatewayctl context show prod-eu";

#[derive(Debug, Args)]
#[command(after_long_help = LIST_EXAMPLES)]
pub(in crate::commands) struct ListArgs {}

#[derive(Debug, Args)]
#[command(after_long_help = SHOW_EXAMPLES)]
pub(in crate::commands) struct ShowArgs {
    /// The context [default: the one in use]
    #[arg(add = complete::contexts())]
    name: Option<String>,
}

impl ListArgs {
    pub(super) fn run(&self, session: &Session) -> Result<Verdict, Failure> {
        let config = config::load()?;
        let used = match session.target() {
            Ok(used) => Some(used),
            // Whoever asks for a context that is not there wants to see those that are.
            Err(failure) => {
                session.tell(&failure.to_string());
                None
            }
        };
        let mut rows: Vec<_> = config.contexts.iter().map(|it| row(it, used)).collect();
        if let Some(own) = used.filter(|used| used.chosen_by == Choice::Default) {
            rows.push(row(&own.context, used));
        }
        let (meta, selection) = (meta(session), Selection::everything(CONTEXT));
        let list =
            Listing { kind: "ContextList", meta: &meta, items: &rows, selection: &selection };
        session.answer(|out| write_listing(out, session.format(), &session.style(), &list))?;
        Ok(Verdict::Done)
    }
}

impl ShowArgs {
    pub(super) fn run(&self, session: &Session) -> Result<Verdict, Failure> {
        let used = session.target()?;
        let row = match &self.name {
            Some(name) => row(&find(&config::load()?, name)?, Some(used)),
            None => row(&used.context, Some(used)),
        };
        let (meta, selection) = (meta(session), Selection::everything(CONTEXT));
        let items = [row];
        let list =
            Listing { kind: "ContextList", meta: &meta, items: &items, selection: &selection };
        session.answer(|out| write_sheet(out, session.format(), &session.style(), &list))?;
        Ok(Verdict::Done)
    }
}

/// The context called `name`.
pub(super) fn find(config: &Config, name: &str) -> Result<Context, Failure> {
    config.context(name).cloned().ok_or_else(|| no_such(config, name))
}

/// That there is none called `name`.
pub(super) fn no_such(config: &Config, name: &str) -> Failure {
    let known = config.contexts.iter().map(|known| known.name.as_str());
    Failure::not_found("context", name, known, "gatewayctl context list")
}

/// No gateway was asked.
pub(super) fn meta(session: &Session) -> Meta {
    Meta { context: session.context(), ..Meta::default() }
}

fn row(context: &Context, used: Option<&Target>) -> ContextRow {
    match used.filter(|used| used.context.name == context.name) {
        Some(used) => ContextRow {
            context: used.context.clone(),
            in_use: true,
            chosen_by: Some(used.chosen_by.word()),
        },
        None => ContextRow { context: context.clone(), in_use: false, chosen_by: None },
    }
}
