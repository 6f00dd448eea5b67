//! `backend wait`: until backends are as wanted.

use std::time::Duration;

use clap::Args;

use super::super::{
    Failure, Verdict, complete,
    goal::{Goal, Returns},
    interrupt::OnInterrupt,
    session::Session,
    wait::Wait,
};
use crate::duration;

const EXAMPLES: &str = "\
Examples:
  gatewayctl backend wait api-3 --for drained --timeout 5m
  gatewayctl backend wait api-3 api-4 --for healthy
  gatewayctl backend wait api-3 --for weight=50

It changes nothing. Exit 0 when reached, 8 after --timeout, 3 when a backend went away meanwhile.";

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(in crate::commands) struct WaitArgs {
    /// The backends
    #[arg(required = true, value_name = "NAME", add = complete::backends())]
    names: Vec<String>,
    /// drained (out of service and idle), healthy (in service), removed, or weight=N
    #[arg(long = "for", value_name = "GOAL")]
    goal: Goal,
    /// Give up after this long, with exit code 8 [default: wait for ever]
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    timeout: Option<Duration>,
}

impl WaitArgs {
    pub(super) async fn run(&self, session: &Session) -> Result<Verdict, Failure> {
        let client = session.connect().await?;
        let Self { names, goal, timeout } = self;
        let (goal, timeout, returns) = (*goal, *timeout, Returns::TakenBack);
        let wait = Wait {
            names,
            goal,
            operation: None,
            timeout,
            returns,
            on_interrupt: OnInterrupt::Detach,
        };
        wait.run(session, &client).await?;
        Ok(Verdict::Done)
    }
}
