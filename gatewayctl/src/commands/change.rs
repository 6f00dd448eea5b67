//! A change from the command line: shown, confirmed, applied, told.

use std::{
    io::{self, Write as _},
    time::Duration,
};

use clap::Args;

use super::{
    Failure, Kind,
    confirm::{Stakes, is_confirmed},
    guard,
    session::Session,
};
use crate::{
    client::{Client, Error, ErrorCode},
    duration,
    model::{Edit, Intent, Operation, Terms, Value},
    output::{
        Format, Listing, Meta, Selection, Style, Unit, cell, columns::OPERATION, sentence,
        write_listing, write_plan,
    },
};

/// How long is waited before a change without an answer is asked for again.
const PAUSES: [Duration; 3] =
    [Duration::from_millis(100), Duration::from_millis(200), Duration::from_millis(400)];

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
    /// Take it back after this long unless `op confirm` comes first
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    confirm_within: Option<Duration>,
    /// Until then, take it back at once when this holds: 'error>1% or p99>2x'
    #[arg(long, value_name = "CONDITION")]
    guard: Option<String>,
    /// Make the change once, however often it is asked for with this key [default: a new one]
    #[arg(long, hide_short_help = true, value_name = "KEY")]
    idempotency_key: Option<String>,
    /// Of those commands that have one.
    #[arg(skip)]
    ttl: Option<Duration>,
    /// For the commands that have a flag for it.
    #[arg(skip)]
    pub(super) allow_below_min: bool,
}

/// For changes that are there to stay unless told otherwise.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Change options")]
pub(super) struct TtlFlag {
    /// Take it back after this long; what somebody changes meanwhile stays
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    pub(super) ttl: Option<Duration>,
}

impl ChangeFlags {
    /// The same, to be taken back after so long.
    pub(super) fn lasting(self, TtlFlag { ttl }: TtlFlag) -> Self {
        Self { ttl, ..self }
    }

    /// Refuses flags of one change among several that only the `whole` has.
    pub(super) fn belongs_to(&self, whole: &Self) -> Result<(), Failure> {
        // A reason may come from the environment.
        let given = std::env::var("GATEWAYCTL_REASON").ok();
        let own_reason = self.reason != whole.reason && self.reason != given;
        let flags = [
            ("--dry-run", self.dry_run),
            ("--yes", self.yes),
            ("--confirm", !self.confirm.is_empty()),
            ("--reason", own_reason),
            ("--if-revision", self.if_revision.is_some()),
            ("--force", self.force),
            ("--confirm-within", self.confirm_within.is_some()),
            ("--guard", self.guard.is_some()),
            ("--idempotency-key", self.idempotency_key.is_some()),
            ("--ttl", self.ttl.is_some()),
        ];
        match flags.into_iter().find(|(_, is_set)| *is_set) {
            None => Ok(()),
            Some((flag, _)) => Err(Failure::usage(format!("{flag} goes with all changes"))
                .hint("say it once, behind `change`")),
        }
    }

    pub(super) fn intent(&self) -> Intent {
        Intent {
            reason: self.reason.clone().unwrap_or_default(),
            expected_revision: self.if_revision,
            validate_only: false,
            via: "cli".to_owned(),
            force: self.force,
            terms: Terms {
                ttl: self.ttl,
                confirm_within: self.confirm_within,
                guard: self.guard.clone().unwrap_or_default(),
            },
            idempotency_key: self.idempotency_key.clone().unwrap_or_else(new_key),
            allow_below_min: self.allow_below_min,
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
    if session.gather(edit, flags, stakes)? || session.capture(edit, flags, stakes) {
        return Ok(None);
    }
    session.suits(OPERATION)?;
    let stakes = guard::stakes(session, edit, flags, stakes)?;
    let confirmed = is_confirmed(&edit.targets(), &flags.confirm)?;
    let intent = flags.intent();
    if flags.dry_run {
        let plan = client.apply(edit, &intent.validate_only()).await?;
        tell_plan(session, &plan)?;
        return without_conflicts(&plan, flags).map(|()| None);
    }
    if stakes.is_answered(flags.yes, confirmed) {
        let operation = once(session, client, edit, &intent).await?;
        tell_warnings(session, &operation);
        tell_operation(session, &operation)?;
        return Ok(Some(operation));
    }
    if !session.can_ask() {
        return Err(stakes.would_ask());
    }
    let plan = client.apply(edit, &intent.validate_only()).await?;
    write_plan(&mut io::stderr(), &plan, &session.message_style())?;
    without_conflicts(&plan, flags)?;
    if !plan.unchanged {
        stakes.ask().await?;
    }
    // What is applied is what was shown.
    let intent = Intent { expected_revision: Some(plan.revision), ..intent };
    let operation = once(session, client, edit, &intent).await?;
    tell_operation(session, &operation)?;
    Ok(Some(operation))
}

/// A word that nobody used before.
fn new_key() -> String {
    format!("{:032x}", rand::random::<u128>())
}

/// Asks for a change until there is an answer, for a while: its key lets it be made once.
async fn once(
    session: &Session,
    client: &Client,
    edit: &Edit,
    intent: &Intent,
) -> Result<Operation, Failure> {
    for pause in PAUSES {
        match client.apply(edit, intent).await {
            Err(error) if error.is_retryable() => {
                session.tell(&format!("no answer, asking again: {error}"));
                tokio::time::sleep(pause).await;
            }
            answer => return Ok(answer?),
        }
    }
    client.apply(edit, intent).await.map_err(|error| perhaps_applied(error, intent))
}

/// A change whose answer never came may have been accepted.
fn perhaps_applied(error: Error, intent: &Intent) -> Failure {
    let unsure = error.is_retryable();
    let failure = Failure::from(error);
    if !unsure {
        return failure;
    }
    failure.hint(format!(
        "the change may have been accepted: the same again with --idempotency-key {} makes it once",
        intent.idempotency_key
    ))
}

/// Fails where somebody changed since what is to be undone, unless that is to be.
fn without_conflicts(plan: &Operation, flags: &ChangeFlags) -> Result<(), Failure> {
    if plan.conflicts.is_empty() || flags.force {
        return Ok(());
    }
    let message = match &plan.conflicts[..] {
        [one] => one.to_string(),
        many => format!("{}, and {} more", many[0], many.len() - 1),
    };
    Err(Failure::new(Kind::Call(ErrorCode::Conflict), message)
        .hint("--force with a reason (-m) puts back what the operation changed all the same"))
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
        return write_operation(session, operation)
            .map_err(|failure| failure.op(&operation.id).hint("the change was made"));
    }
    session.done(&sentence(operation, &session.style()))?;
    terms(operation, &session.message_style()).iter().for_each(|line| session.tell(line));
    Ok(())
}

/// What becomes of an operation by itself, if anything does.
fn terms(operation: &Operation, style: &Style) -> Vec<String> {
    let moment = |at: Option<i64>| at.map(|at| cell(&Value::Time(at), Unit::Moment, style, at));
    let confirm = moment(operation.confirm_by_ms).map(|at| {
        format!("taken back at {at} unless confirmed: gatewayctl op confirm {}", operation.id)
    });
    let expires = moment(operation.expires_ms).map(|at| format!("over by itself at {at}"));
    confirm.into_iter().chain(expires).collect()
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
