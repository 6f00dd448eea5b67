//! `backend remove`: fewer servers.

use clap::Args;

use super::{
    super::{
        Failure, Verdict,
        change::{self, ChangeFlags},
        complete,
        confirm::Stakes,
        goal::{Goal, Returns},
        interrupt::InterruptFlag,
        session::Session,
        wait::Wait,
    },
    order::OrderFlags,
};
use crate::model::{Edit, Then};

const EXAMPLES: &str = "\
Examples:
  gatewayctl backend remove api-9                     asks to type the name
  gatewayctl backend remove api-9 --confirm api-9 -m \"decommissioned\"
  gatewayctl backend remove api-9 -y                  for scripts
  gatewayctl backend remove api-9 --drain --timeout 5m -y     once nothing is in flight any more

Requests in flight on a removed backend finish; new ones go elsewhere.";

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(in crate::commands) struct RemoveArgs {
    /// The backends
    #[arg(required = true, value_name = "NAME", add = complete::backends())]
    names: Vec<String>,
    /// Drain them first, wait, and remove them once nothing is in flight
    #[arg(long)]
    drain: bool,
    /// With --drain: return at once; the gateway removes them when they are drained
    #[arg(long, requires = "drain")]
    no_wait: bool,
    /// Although a scaled pool is left with fewer ready servers than its minimum
    #[arg(long)]
    allow_below_min: bool,
    #[command(flatten)]
    interrupt: InterruptFlag,
    #[command(flatten)]
    order: OrderFlags,
    #[command(flatten)]
    change: ChangeFlags,
}

impl RemoveArgs {
    pub(super) async fn run(mut self, session: &Session) -> Result<Verdict, Failure> {
        let stakes = Stakes::High { names: self.names.clone() };
        self.change.allow_below_min = self.allow_below_min;
        let names = self.names;
        let order = self.order.order(Then::Stay);
        if !self.drain && order.is_some() {
            return Err(Failure::usage("deadlines are those of a drain")
                .hint("say --drain too, or leave them out"));
        }
        let edit = match self.drain {
            true => Edit::Drain { names: names.clone(), order: self.order.order(Then::Remove) },
            false => Edit::Remove { names: names.clone() },
        };
        let client = session.connect().await?;
        let applied = change::apply(session, &client, &edit, &self.change, &stakes).await?;
        if let (true, false, Some(operation)) = (self.drain, self.no_wait, &applied) {
            let (names, goal, operation) = (&names, Goal::Removed, Some(operation));
            let undoes = self.order.undoes();
            let returns = if undoes { Returns::TooLate } else { Returns::TakenBack };
            let timeout = self.order.patience();
            let on_interrupt = self.interrupt.on_interrupt;
            let wait = Wait { names, goal, operation, timeout, returns, on_interrupt };
            wait.run(session, &client).await?;
        }
        Ok(Verdict::Done)
    }
}
