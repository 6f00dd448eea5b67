//! `backend add`: one more server.

use std::time::Duration;

use clap::{Args, ValueEnum};

use super::super::{
    Failure, Kind, Verdict,
    change::{self, ChangeFlags, TtlFlag},
    complete,
    confirm::Stakes,
    goal::{Goal, Returns},
    interrupt::InterruptFlag,
    session::Session,
    wait::Wait,
};
use crate::{
    client::{Client, ErrorCode},
    duration,
    model::{Edit, ProbeReport, Standing},
};

/// How often an address is asked about again where that was too often, and how much later.
const PATIENCE: u32 = 10;
const PAUSE: Duration = Duration::from_millis(500);

const EXAMPLES: &str = "\
Examples:
  gatewayctl backend add --pool api --name api-9 --address 10.0.0.19:9000 -m \"more room\"
  gatewayctl backend add --pool api --name api-9 --address 10.0.0.19:9000 --start drained -y
  gatewayctl backend add --pool api --name api-9 --address '[2001:db8::9]:9000' -y --wait --timeout 1m
  gatewayctl backend add --pool api --name api-9 --address api-9.internal:9000   the gateway's host resolves it

The gateway first asks the address for its health, as the pool does. One that is not well is only added
with --start drained, or with --force and a reason; --no-probe asks nobody.";

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(in crate::commands) struct AddArgs {
    /// The pool it joins
    #[arg(long, add = complete::pools())]
    pool: String,
    /// Its name, unique in the gateway
    #[arg(long)]
    name: String,
    /// Where it listens: 10.0.0.13:9000, [2001:db8::1]:9000, or a name that the gateway's host resolves
    #[arg(long, value_name = "ADDRESS")]
    address: String,
    /// Its weight, 0 to 1000 [default: 100]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=1000))]
    weight: Option<u32>,
    /// What it starts as
    #[arg(long, value_name = "STATE", default_value = "up")]
    start: Start,
    /// Do not have the gateway ask the address for its health before
    #[arg(long)]
    no_probe: bool,
    /// Wait until it is healthy and takes traffic
    #[arg(long)]
    wait: bool,
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
        let client = session.connect().await?;
        let address = self.address(session, &client).await?;
        let edit = Edit::AddBackend {
            pool: self.pool,
            name: self.name.clone(),
            address,
            weight: self.weight,
            standing: match self.start {
                Start::Up => Standing::Active,
                Start::Drained => Standing::Draining,
            },
        };
        let applied =
            change::apply(session, &client, &edit, &self.change.lasting(self.lasts), &Stakes::Low)
                .await?;
        if let (true, Some(operation)) = (self.wait, &applied) {
            let (names, operation) = (&[self.name], Some(operation));
            let (goal, returns) = (Goal::Healthy, Returns::TakenBack);
            let on_interrupt = self.interrupt.on_interrupt;
            let wait =
                Wait { names, goal, operation, timeout: self.timeout, returns, on_interrupt };
            wait.run(session, &client).await?;
        }
        Ok(Verdict::Done)
    }
}

impl AddArgs {
    /// Where it is to be, once the gateway was there.
    async fn address(&self, session: &Session, client: &Client) -> Result<String, Failure> {
        if self.no_probe {
            return Ok(self.address.clone());
        }
        session.may_change()?;
        let report = probe(client, &self.pool, &self.address).await?;
        let told = report.told();
        if report.passed() {
            session.tell(&format!("probed from the gateway: {told}"));
            return Ok(report.address);
        }
        let is_known = !report.address.is_empty();
        if is_known && (self.start == Start::Drained || self.change.force) {
            session.tell(&format!("not well, added all the same: {told}"));
            return Ok(report.address);
        }
        let failure = Failure::new(
            Kind::Call(ErrorCode::Guard),
            format!("{} is not well, asked from the gateway: {told}", self.address),
        );
        Err(failure.hint(
            "--start drained adds it without traffic, --force with a reason (-m) all the same; \
             --no-probe asks nobody",
        ))
    }
}

/// Has the address tried; who adds many waits for the gateway's pace.
async fn probe(client: &Client, pool: &str, address: &str) -> Result<ProbeReport, Failure> {
    for _ in 0..PATIENCE {
        match client.probe(pool, address).await {
            Err(error) if error.code == ErrorCode::Failed => tokio::time::sleep(PAUSE).await,
            answer => return Ok(answer?),
        }
    }
    let answer = client.probe(pool, address).await;
    answer.map_err(|error| Failure::from(error).hint("--no-probe adds it without asking"))
}
