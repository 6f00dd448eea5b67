//! `backend add`: one more server.

use std::time::Duration;

use clap::{Args, ValueEnum};

use super::super::{
    Failure, Verdict,
    change::{self, ChangeFlags, TtlFlag},
    complete,
    confirm::Stakes,
    goal::{Goal, Returns},
    session::Session,
    wait::Wait,
};
use crate::{
    duration,
    model::{Edit, Standing},
};

const EXAMPLES: &str = "\
Examples:
  gatewayctl backend add --pool api --name api-9 --address 10.0.0.19:9000 -m \"more room\"
  gatewayctl backend add --pool api --name api-9 --address 10.0.0.19:9000 --start drained -y
  gatewayctl backend add --pool api --name api-9 --address '[2001:db8::9]:9000' -y --wait --timeout 1m";

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(in crate::commands) struct AddArgs {
    /// The pool it joins
    #[arg(long, add = complete::pools())]
    pool: String,
    /// Its name, unique in the gateway
    #[arg(long)]
    name: String,
    /// Where it listens: 10.0.0.13:9000 or [2001:db8::1]:9000
    #[arg(long, value_name = "IP:PORT")]
    address: String,
    /// Its weight, 0 to 1000 [default: 100]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=1000))]
    weight: Option<u32>,
    /// What it starts as
    #[arg(long, value_name = "STATE", default_value = "up")]
    start: Start,
    /// Wait until it is healthy and takes traffic
    #[arg(long)]
    wait: bool,
    /// With --wait: give up waiting after this long, with exit code 8
    #[arg(long, value_name = "DURATION", value_parser = duration::parse, requires = "wait")]
    timeout: Option<Duration>,
    #[command(flatten)]
    lasts: TtlFlag,
    #[command(flatten)]
    change: ChangeFlags,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Start {
    /// Takes traffic once healthy
    Up,
    /// Checked, but takes no traffic before `undrain`
    Drained,
}

impl AddArgs {
    pub(super) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        if self.wait && self.start == Start::Drained {
            return Err(Failure::usage("--wait waits for traffic, --start drained takes none")
                .hint("leave one of them out"));
        }
        let edit = Edit::AddBackend {
            pool: self.pool,
            name: self.name.clone(),
            address: self.address,
            weight: self.weight,
            standing: match self.start {
                Start::Up => Standing::Active,
                Start::Drained => Standing::Draining,
            },
        };
        let client = session.connect().await?;
        let applied =
            change::apply(session, &client, &edit, &self.change.lasting(self.lasts), &Stakes::Low)
                .await?;
        if let (true, Some(operation)) = (self.wait, &applied) {
            let (names, operation) = (&[self.name], Some(operation));
            let (goal, returns) = (Goal::Healthy, Returns::TakenBack);
            let wait = Wait { names, goal, operation, timeout: self.timeout, returns };
            wait.run(session, &client).await?;
        }
        Ok(Verdict::Done)
    }
}
