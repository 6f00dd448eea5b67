//! A change from the command line: shown, confirmed, applied, told.

use std::io::{self, Write as _};

use clap::Args;

use super::{
    Failure,
    confirm::{Stakes, is_confirmed},
    guard,
    session::Session,
};
use crate::{
    client::{Client, Error},
    model::{Edit, Intent, Operation},
    output::{
        Format, Listing, Meta, Selection, columns::OPERATION, sentence, write_listing, write_plan,
    },
};

/// Flags of every change.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Change options")]
pub(super) struct ChangeFlags {
    /// Show what would happen, change nothing
    #[arg(short = 'n', long)]
    pub(super) dry_run: bool,
    /// Do not ask
    #[arg(short, long)]
    pub(super) yes: bool,
    /// The answer to the question that names what is changed: the same names again
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(super) confirm: Vec<String>,
    /// Why; kept with the change and shown wherever its effect is
    #[arg(
        short = 'm',
        long,
        env = "GATEWAYCTL_REASON",
        hide_env_values = true,
        value_name = "TEXT"
    )]
    pub(super) reason: Option<String>,
    /// Only if the gateway is still at this revision, else exit 6
    #[arg(long, value_name = "N")]
    pub(super) if_revision: Option<u64>,
    /// Although a safety guard refuses; needs --reason, is recorded as forced
    #[arg(long, requires = "reason")]
    pub(super) force: bool,
}

impl ChangeFlags {
    fn intent(&self) -> Intent {
        Intent {
            reason: self.reason.clone().unwrap_or_default(),
            expected_revision: self.if_revision,
            validate_only: false,
            via: "cli".to_owned(),
            force: self.force,
        }
    }
}

/// Shows, confirms, applies and tells a change; nothing comes back from a dry run.
pub(super) async fn apply(
    session: &Session,
    client: &Client,
    edit: &Edit,
    flags: &ChangeFlags,
    stakes: &Stakes,
) -> Result<Option<Operation>, Failure> {
    let stakes = guard::stakes(session, edit, flags, stakes)?;
    let confirmed = is_confirmed(&edit.targets(), &flags.confirm)?;
    let intent = flags.intent();
    if flags.dry_run {
        tell_plan(session, &client.apply(edit, &intent.validate_only()).await?)?;
        return Ok(None);
    }
    if stakes.is_answered(flags.yes, confirmed) {
        let operation = client.apply(edit, &intent).await.map_err(perhaps_applied)?;
        tell_warnings(session, &operation);
        tell_operation(session, &operation)?;
        return Ok(Some(operation));
    }
    if !session.can_ask() {
        return Err(stakes.would_ask());
    }
    let plan = client.apply(edit, &intent.validate_only()).await?;
    write_plan(&mut io::stderr(), &plan, &session.message_style())?;
    if !plan.unchanged {
        stakes.ask().await?;
    }
    // What is applied is what was shown.
    let intent = Intent { expected_revision: Some(plan.revision), ..intent };
    let operation = client.apply(edit, &intent).await.map_err(perhaps_applied)?;
    tell_operation(session, &operation)?;
    Ok(Some(operation))
}

/// A change whose answer never came may have been accepted.
fn perhaps_applied(error: Error) -> Failure {
    let unsure = error.is_retryable();
    let failure = Failure::from(error);
    if unsure {
        failure.hint(
            "the change may have been accepted; see `gatewayctl event list --kind change --limit 3`",
        )
    } else {
        failure
    }
}

fn tell_plan(session: &Session, plan: &Operation) -> Result<(), Failure> {
    if session.format() != Format::Table {
        return write_operation(session, plan);
    }
    let style = session.style();
    session.answer(|out| {
        write_plan(out, plan, &style)?;
        writeln!(out, "dry run: nothing was changed")
    })
}

fn tell_warnings(session: &Session, operation: &Operation) {
    if session.format() == Format::Table {
        for warning in &operation.warnings {
            session.tell(&format!("warning: {warning}"));
        }
    }
}

fn tell_operation(session: &Session, operation: &Operation) -> Result<(), Failure> {
    if session.format() != Format::Table {
        return write_operation(session, operation);
    }
    session.done(&sentence(operation, &session.style()))
}

fn write_operation(session: &Session, operation: &Operation) -> Result<(), Failure> {
    let meta = Meta {
        context: session.context(),
        server_time_ms: (operation.time_ms != 0).then_some(operation.time_ms),
        revision: Some(operation.revision),
        ..Meta::default()
    };
    let selection = Selection::everything(OPERATION);
    let items = std::slice::from_ref(operation);
    let list = Listing { kind: "OperationList", meta: &meta, items, selection: &selection };
    session.answer(|out| write_listing(out, session.format(), &session.style(), &list))
}
