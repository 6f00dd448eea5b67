//! The load: clients that ask the gateway for pages at a rate that can be turned while they run.
//!
//! Arrivals are open loop: clients do not wait for each other, so a gateway that slows down meets
//! the same crowd, as it would outside. What is asked follows from the seed alone.

mod arrivals;
mod connections;
mod plan;
mod tally;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::Uri;
use tokio::sync::watch;
use tokio::task::JoinSet;

use arrivals::Arrivals;
use connections::Connections;
use plan::Plan;
pub(super) use tally::{Report, Tally};

use super::codes::Codes;

/// How many requests may be under way; an arrival beyond them is counted as skipped.
const LARGEST_CROWD: usize = 4096;
/// How long the load waits for a target that does not listen yet.
const PATIENCE: Duration = Duration::from_secs(30);

/// How a load is set up.
#[derive(Clone, Debug)]
pub(super) struct Load {
    /// The gateway's addresses, `http://…` or `https://…`, asked in turn.
    pub(super) targets: Vec<Uri>,
    /// Where requests and clients are drawn from: the same seed asks the same.
    pub(super) seed: u64,
    /// The store in which the links that the load follows are made first. Without it they are
    /// followed all the same, and lead somewhere once they have been created.
    pub(super) codes: Option<PathBuf>,
    /// When to stop; `None` goes on until the rate's sender is gone.
    pub(super) duration: Option<Duration>,
}

/// Asks at the rate of `rate` (requests per second, 0 pauses) and counts into `tally`, until the
/// duration is over or the sender of `rate` is gone. Requests under way are finished first.
pub(super) async fn run(
    load: Load,
    rate: watch::Receiver<f64>,
    tally: Arc<Tally>,
) -> io::Result<()> {
    let connections = Arc::new(Connections::to(&load.targets)?);
    let mut plan = Plan::new(load.seed);
    if let Some(directory) = &load.codes {
        let codes = Codes::open(directory)?;
        plan::links().try_for_each(|link| codes.shorten(&link).map(drop))?;
    }
    connections.wait_until_reachable(PATIENCE).await?;
    let mut arrivals = Arrivals::new(load.seed, rate, Instant::now());
    let end = load.duration.map(|duration| Instant::now() + duration);
    let mut crowd = JoinSet::new();
    while arrivals.next(end).await {
        while crowd.try_join_next().is_some() {}
        let request = plan.draw();
        if crowd.len() >= LARGEST_CROWD {
            tally.skip();
            continue;
        }
        let (connections, tally) = (Arc::clone(&connections), Arc::clone(&tally));
        crowd.spawn(async move {
            tally.send();
            tally.record(connections.ask(request).await);
        });
    }
    while crowd.join_next().await.is_some() {}
    Ok(())
}
