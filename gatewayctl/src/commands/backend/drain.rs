//! `backend drain` and `backend undrain`: out of service without losing a request, and back.

use std::{io::Write as _, num::NonZeroUsize, time::Duration};

use clap::Args;

use super::{
    super::{
        Failure, Verdict,
        change::{self, ChangeFlags, TtlFlag},
        complete,
        confirm::Stakes,
        goal::{Goal, Returns},
        interrupt::{InterruptFlag, OnInterrupt},
        session::Session,
        wait::Wait,
    },
    order::OrderFlags,
};
use crate::{
    client::Client,
    duration,
    model::{Edit, Standing, Then},
};

const DRAIN_EXAMPLES: &str = "\
Examples:
  gatewayctl drain api-3 -m \"kernel patch\"             asks, then waits until it is idle
  gatewayctl drain api-3 -y --timeout 5m || echo \"still busy: $?\"
  gatewayctl drain api-3 api-4 -n                      how the others' shares would change
  gatewayctl drain api-3 -y --no-wait                  returns at once

  gatewayctl drain api-3 --timeout 10m --on-deadline kill --then remove
  gatewayctl drain api-1 api-2 api-3 --max-parallel 1 -y --then enable-after=5m

From the moment the gateway accepts it, no new request goes to the backend; those in flight finish.
Drained means that nothing was in flight for a second. ^C and --timeout end the waiting (exit 130
and 8), never the drain: `undrain` does, or --on-deadline undo. Draining a drained backend is no
error. With --on-interrupt undo, ^C takes the drain back. --explain prints the order of steps.";

const UNDRAIN_EXAMPLES: &str = "\
Examples:
  gatewayctl undrain api-3
  gatewayctl undrain api-3 --wait --timeout 10m -y     until it is healthy and takes traffic

It also ends maintenance. The backend takes its share again as soon as it is healthy.";

#[derive(Debug, Args)]
#[command(after_long_help = DRAIN_EXAMPLES)]
pub(in crate::commands) struct DrainArgs {
    /// The backends
    #[arg(required = true, value_name = "NAME", add = complete::backends())]
    names: Vec<String>,
    /// Return at once; `backend wait NAME --for drained` follows
    #[arg(long, overrides_with = "wait")]
    no_wait: bool,
    /// Wait until nothing is in flight [default]
    #[arg(long, overrides_with = "no_wait")]
    wait: bool,
    #[command(flatten)]
    order: OrderFlags,
    /// What becomes of it once it is drained: stay, remove, or enable-after=DURATION
    #[arg(long, value_name = "WHAT", default_value = "stay", value_parser = str::parse::<Then>,
          help_heading = "Drain options")]
    then: Then,
    /// So many at a time, the next once these are drained; stops at the first that is not
    #[arg(long, value_name = "N", conflicts_with = "no_wait", help_heading = "Drain options")]
    max_parallel: Option<NonZeroUsize>,
    /// Although a scaled pool is left with fewer ready servers than its minimum
    #[arg(long, help_heading = "Drain options")]
    allow_below_min: bool,
    /// Print the order of steps of such a drain, and change nothing
    #[arg(long)]
    explain: bool,
    #[command(flatten)]
    interrupt: InterruptFlag,
    #[command(flatten)]
    lasts: TtlFlag,
    #[command(flatten)]
    change: ChangeFlags,
}

#[derive(Debug, Args)]
#[command(after_long_help = UNDRAIN_EXAMPLES)]
pub(in crate::commands) struct UndrainArgs {
    /// The backends
    #[arg(required = true, value_name = "NAME", add = complete::backends())]
    names: Vec<String>,
    /// Wait until they are healthy and take traffic
    #[arg(long, overrides_with = "no_wait")]
    wait: bool,
    /// Return at once [default]
    #[arg(long, overrides_with = "wait")]
    no_wait: bool,
    /// With --wait: give up waiting after this long, with exit code 8
    #[arg(long, value_name = "DURATION", value_parser = duration::parse, requires = "wait")]
    timeout: Option<Duration>,
    #[command(flatten)]
    interrupt: InterruptFlag,
    #[command(flatten)]
    lasts: TtlFlag,
    #[command(flatten)]
    change: ChangeFlags,
}

impl DrainArgs {
    pub(in crate::commands) async fn run(mut self, session: &Session) -> Result<Verdict, Failure> {
        if self.explain {
            let steps = self.order.explain(self.then);
            session.answer(|out| write!(out, "{steps}"))?;
            return Ok(Verdict::Done);
        }
        self.change = self.change.lasting(self.lasts.clone());
        self.change.allow_below_min = self.allow_below_min;
        let names = std::mem::take(&mut self.names);
        let client = session.connect().await?;
        let at_once = self.max_parallel.map_or(names.len(), NonZeroUsize::get);
        for (index, some) in names.chunks(at_once).enumerate() {
            let drained = self.drain(session, &client, some).await;
            drained.map_err(|failure| stopped(failure, &names, index * at_once, some.len()))?;
        }
        Ok(Verdict::Done)
    }

    async fn drain(
        &self,
        session: &Session,
        client: &Client,
        names: &[String],
    ) -> Result<(), Failure> {
        let edit = Edit::Drain { names: names.to_vec(), order: self.order.order(self.then) };
        let applied = change::apply(session, client, &edit, &self.change, &Stakes::Low).await?;
        if let (false, Some(operation)) = (self.no_wait, &applied) {
            let goal = if self.then == Then::Remove { Goal::Removed } else { Goal::Drained };
            let (operation, timeout) = (Some(operation), self.order.patience());
            let returns = match self.then {
                Then::EnableAfter(_) => Returns::Drained,
                _ if self.order.undoes() => Returns::TooLate,
                _ => Returns::TakenBack,
            };
            let on_interrupt = self.interrupt.on_interrupt;
            let wait = Wait { names, goal, operation, timeout, returns, on_interrupt };
            wait.run(session, client).await?;
        }
        Ok(())
    }
}

/// Says what of several was drained when it stopped, if there is more than one step.
fn stopped(failure: Failure, names: &[String], done: usize, at_once: usize) -> Failure {
    let told =
        |names: &[String]| if names.is_empty() { "none".to_owned() } else { names.join(" ") };
    if names.len() <= at_once {
        return failure;
    }
    let (done, left) = (told(&names[..done]), told(&names[done + at_once..]));
    failure.hint(format!("drained before it: {done}; not begun: {left}"))
}

impl UndrainArgs {
    pub(in crate::commands) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let waits = self.wait.then_some((Goal::Healthy, self.timeout, self.interrupt.on_interrupt));
        set(session, self.names, Standing::Active, &self.change.lasting(self.lasts), waits).await
    }
}

/// Sets the standing of backends, then waits for its effect if asked to.
pub(super) async fn set(
    session: &Session,
    names: Vec<String>,
    standing: Standing,
    flags: &ChangeFlags,
    waits: Option<(Goal, Option<Duration>, OnInterrupt)>,
) -> Result<Verdict, Failure> {
    let client = session.connect().await?;
    let edit = Edit::SetStanding { names: names.clone(), standing };
    let applied = change::apply(session, &client, &edit, flags, &Stakes::Low).await?;
    if let (Some((goal, timeout, on_interrupt)), Some(operation)) = (waits, &applied) {
        let (operation, returns) = (Some(operation), Returns::TakenBack);
        let wait = Wait { names: &names, goal, operation, timeout, returns, on_interrupt };
        wait.run(session, &client).await?;
    }
    Ok(Verdict::Done)
}
