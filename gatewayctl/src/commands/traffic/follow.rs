//! Following traffic across lost connections. What was answered meanwhile is not made up for.

use std::time::Duration;

use futures_util::StreamExt as _;
use tokio::time::{self, Instant};

use super::super::{
    Failure, Kind,
    interrupt::Interrupt,
    pictures::{PATIENCE, ended},
    session::Session,
    watch::at,
};
use crate::{
    client::{Client, Error, ErrorCode, Traffic},
    model::{TrafficAsked, TrafficBatch},
};

const PAUSE: Duration = Duration::from_secs(1);

/// Traffic that is followed.
pub(super) struct Follow<'a> {
    session: &'a Session,
    client: Client,
    asked: TrafficAsked,
    batches: Traffic,
    interrupt: Interrupt,
    deadline: Option<Instant>,
}

impl<'a> Follow<'a> {
    /// Begins to follow, for so long at most.
    pub(super) async fn begin(
        session: &'a Session,
        asked: TrafficAsked,
        within: Option<Duration>,
    ) -> Result<Self, Failure> {
        let mut interrupt = Interrupt::hear()?;
        let client = interrupt.or(session.connect()).await??;
        let batches = interrupt.or(client.traffic(&asked)).await??;
        let deadline = within.map(|within| Instant::now() + within);
        Ok(Self { session, client, asked, batches, interrupt, deadline })
    }

    /// The client that asks.
    pub(super) const fn client(&self) -> &Client {
        &self.client
    }

    /// The next batch; none once the time is over.
    pub(super) async fn next(&mut self) -> Result<Option<TrafficBatch>, Failure> {
        loop {
            // All are cancel-safe: a stream keeps what was not taken.
            let batch = tokio::select! {
                batch = self.batches.next() => batch.unwrap_or_else(|| Err(ended())),
                () = at(self.deadline) => return Ok(None),
                () = self.interrupt.pressed() => return Err(Failure::new(Kind::Interrupted, "")),
            };
            match batch {
                Ok(batch) => return Ok(Some(batch)),
                Err(error) => {
                    if !self.again(error).await? {
                        return Ok(None);
                    }
                }
            }
        }
    }

    /// Connects again; false when the time is over before.
    async fn again(&mut self, error: Error) -> Result<bool, Failure> {
        self.session.tell(&format!("traffic is not told any more, trying again: {error}"));
        let since = Instant::now();
        let mut last = error;
        while since.elapsed() < PATIENCE {
            tokio::select! {
                () = time::sleep(PAUSE) => {}
                () = at(self.deadline) => return Ok(false),
                () = self.interrupt.pressed() => return Err(Failure::new(Kind::Interrupted, "")),
            }
            match self.interrupt.or(self.client.traffic(&self.asked)).await? {
                Ok(batches) => {
                    self.batches = batches;
                    self.session.tell("back; what was answered meanwhile is not shown");
                    return Ok(true);
                }
                // An operator who lost the role, or a gateway that knows no such filter, stays so.
                Err(error) if error.code != ErrorCode::Unreachable && !error.is_retryable() => {
                    return Err(error.into());
                }
                Err(error) => last = error,
            }
        }
        Err(last.into())
    }
}
