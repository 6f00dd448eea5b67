//! `backend drain` and `backend undrain`: out of service without losing a request, and back.

use std::time::Duration;

use clap::Args;

use super::super::{
    Failure, Verdict,
    change::{self, ChangeFlags, TtlFlag},
    complete,
    confirm::Stakes,
    goal::Goal,
    session::Session,
    wait::Wait,
};
use crate::{
    duration,
    model::{Edit, Standing},
};

const DRAIN_EXAMPLES: &str = "\
Examples:
  gatewayctl drain api-3 -m \"kernel patch\"             asks, then waits until it is idle
  gatewayctl drain api-3 -y --timeout 5m || echo \"still busy: $?\"
  gatewayctl drain api-3 api-4 -n                      how the others' shares would change
  gatewayctl drain api-3 -y --no-wait                  returns at once

From the moment the gateway accepts it, no new request goes to the backend; those in flight finish.
Drained means that nothing was in flight for a second. ^C and --timeout end the waiting (exit 130
and 8), never the drain: `undrain` does. Draining a drained backend is no error.";

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
    /// Give up waiting after this long, with exit code 8; the drain goes on
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    timeout: Option<Duration>,
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
    lasts: TtlFlag,
    #[command(flatten)]
    change: ChangeFlags,
}

impl DrainArgs {
    pub(in crate::commands) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let waits = (!self.no_wait).then_some((Goal::Drained, self.timeout));
        set(session, self.names, Standing::Draining, &self.change.lasting(self.lasts), waits).await
    }
}

impl UndrainArgs {
    pub(in crate::commands) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let waits = self.wait.then_some((Goal::Healthy, self.timeout));
        set(session, self.names, Standing::Active, &self.change.lasting(self.lasts), waits).await
    }
}

/// Sets the standing of backends, then waits for its effect if asked to.
pub(super) async fn set(
    session: &Session,
    names: Vec<String>,
    standing: Standing,
    flags: &ChangeFlags,
    waits: Option<(Goal, Option<Duration>)>,
) -> Result<Verdict, Failure> {
    let client = session.connect().await?;
    let edit = Edit::SetStanding { names: names.clone(), standing };
    let applied = change::apply(session, &client, &edit, flags, &Stakes::Low).await?;
    if let (Some((goal, timeout)), Some(operation)) = (waits, &applied) {
        let wait = Wait { names: &names, goal, operation: Some(operation), timeout };
        wait.run(session, &client).await?;
    }
    Ok(Verdict::Done)
}
