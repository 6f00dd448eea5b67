//! `op watch`: follow an operation to its end.

use std::time::Duration;

use clap::Args;
use futures_util::StreamExt as _;
use tokio::time::{self, Instant};

use super::super::{
    Failure, Kind, Verdict, complete,
    interrupt::Interrupt,
    pictures::{PATIENCE, ended},
    progress::Progress,
    session::Session,
    watch::at,
};
use crate::{
    client::{Client, Error},
    duration,
    model::OperationProgress,
    output::{Format, Listing, Meta, Selection, columns::OPERATION, write_listing},
};

const PAUSE: Duration = Duration::from_secs(1);

const EXAMPLES: &str = "\
Examples:
  gatewayctl op watch 002a                    until nothing is in flight on what it drained
  gatewayctl op watch 002a --timeout 5m       8 when that takes longer
  gatewayctl op watch 002a -o json | jq '.items[0].undone_why'

It ends with exit code 0 when the operation is done, and 3 when it was taken back: by somebody, because
its time was over, nobody confirmed it, or its guard held. ^C ends the watching only.";

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(in crate::commands) struct WatchArgs {
    /// The operation
    #[arg(value_name = "OP", add = complete::operations())]
    id: String,
    /// Give up after this long, with exit code 8
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    timeout: Option<Duration>,
}

impl WatchArgs {
    pub(super) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        session.suits(OPERATION)?;
        let client = session.connect().await?;
        let mut progress = Progress::new(session);
        let mut interrupt = Interrupt::hear()?;
        let deadline = self.timeout.map(|timeout| Instant::now() + timeout);
        let last = tokio::select! {
            last = self.follow(&client, &mut progress) => last,
            () = at(deadline) => {
                let message = format!("operation {} is not at its end yet", self.id);
                Err(Failure::new(Kind::TimedOut, message).op(&self.id))
            }
            () = interrupt.pressed() => {
                let message = format!("stopped watching; operation {} goes on", self.id);
                Err(Failure::new(Kind::Interrupted, message).op(&self.id))
            }
        };
        progress.end();
        self.tell(session, &client, last?).await
    }

    /// Follows it across lost connections; the last that was seen of it.
    async fn follow(
        &self,
        client: &Client,
        progress: &mut Progress,
    ) -> Result<OperationProgress, Failure> {
        let mut well_at = Instant::now();
        loop {
            let error = match client.watch_operation(&self.id).await {
                Err(error) => error,
                Ok(mut seen) => loop {
                    match seen.next().await {
                        Some(Ok(it)) if matches!(it.state.as_str(), "done" | "undone") => {
                            return Ok(it);
                        }
                        Some(Ok(it)) => {
                            well_at = Instant::now();
                            progress.tell(&format!("operation {}: {}", self.id, it.what), "");
                        }
                        Some(Err(error)) => break error,
                        None => break ended(),
                    }
                },
            };
            self.lost(error, well_at, progress)?;
            time::sleep(PAUSE).await;
        }
    }

    fn lost(&self, error: Error, well_at: Instant, progress: &mut Progress) -> Result<(), Failure> {
        if !error.is_retryable() || well_at.elapsed() > PATIENCE {
            return Err(Failure::from(error).op(&self.id));
        }
        progress.tell(&format!("connection lost, trying again ({error})"), "");
        Ok(())
    }

    async fn tell(
        &self,
        session: &Session,
        client: &Client,
        last: OperationProgress,
    ) -> Result<Verdict, Failure> {
        let OperationProgress { operation, state, what } = last;
        if session.format() == Format::Table {
            let why = match operation.undone_why.as_str() {
                "" => String::new(),
                why => format!(" ({why})"),
            };
            let said = format!("operation {} is {state}: {what}{why}", self.id);
            session.done(&crate::safe_text::safe_text(&said))?;
        } else {
            let meta = Meta::of(&session.context(), &client.snapshot().await?);
            let selection = Selection::everything(OPERATION);
            let items = std::slice::from_ref(&operation);
            let list = Listing { kind: "OperationList", meta: &meta, items, selection: &selection };
            session.answer(|out| write_listing(out, session.format(), &session.style(), &list))?;
        }
        Ok(if state == "done" { Verdict::Done } else { Verdict::NotOk })
    }
}
