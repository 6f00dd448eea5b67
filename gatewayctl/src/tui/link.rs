//! The link: a task that keeps a connection to the gateway for ever and says what comes over it.

use std::{ops::RangeInclusive, sync::Arc, time::Duration};

use futures_util::{
    StreamExt as _, future,
    stream::{self, BoxStream},
};
use jiff::Timestamp;
use rand::Rng as _;
use tokio::{
    sync::{Notify, mpsc, watch},
    task::JoinHandle,
    time::{self, Instant},
};

use super::message::LinkEvent;
use crate::{
    client::{Address, Client, Error, ErrorCode, TlsFiles},
    model::Past,
};

/// Events of the past asked for at each connect.
const BACKLOG: u32 = 100;
/// Steps of the past asked for at each connect, in seconds: what is drawn first comes first.
const STEPS: [u32; 3] = [1, 10, 60];
/// What the dashboard has not yet taken; a full one makes the link wait, and the gateway then sends
/// the newest picture instead of all.
const UNTAKEN: usize = 64;
/// A link that held so long starts its next tries quickly again.
const HEALTHY: Duration = Duration::from_secs(30);
/// Clocks that differ by less than two seconds are right; a picture may be a second old when it comes.
const NO_SKEW: RangeInclusive<i64> = -2_000..=3_000;
const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// How the gateway is reached.
#[derive(Debug, Clone)]
pub(crate) struct Route {
    /// Where it is.
    pub(crate) address: Address,
    pub(crate) tls: TlsFiles,
    /// How long a connect may take.
    pub(crate) connect_timeout: Duration,
    /// Pictures that come sooner than this after another are left out.
    pub(crate) refresh: Duration,
}

/// The dashboard's end of the link.
#[derive(Debug)]
pub(crate) struct Link {
    events: mpsc::Receiver<LinkEvent>,
    client: watch::Receiver<Option<Client>>,
    retry: Arc<Notify>,
    pace: watch::Sender<Duration>,
    task: JoinHandle<()>,
}

impl Link {
    /// Starts the task.
    pub(crate) fn start(route: Route) -> Self {
        let (say, events) = mpsc::channel(UNTAKEN);
        let (share, client) = watch::channel(None);
        let retry = Arc::new(Notify::new());
        let (pace, refresh) = watch::channel(route.refresh);
        let task = tokio::spawn(keep(route, refresh, say, share, Arc::clone(&retry)));
        Self { events, client, retry, pace, task }
    }

    /// What the link says next.
    pub(crate) async fn next(&mut self) -> Option<LinkEvent> {
        self.events.recv().await
    }

    /// The client of the connection; none while there is none.
    pub(crate) fn client(&self) -> Option<Client> {
        self.client.borrow().clone()
    }

    /// From now on pictures that come sooner than this after another are left out.
    pub(crate) fn pace(&self, refresh: Duration) {
        self.pace.send_replace(refresh);
    }

    /// Ends a wait between two tries.
    pub(crate) fn retry(&self) {
        self.retry.notify_waiters();
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn keep(
    route: Route,
    refresh: watch::Receiver<Duration>,
    say: mpsc::Sender<LinkEvent>,
    share: watch::Sender<Option<Client>>,
    retry: Arc<Notify>,
) {
    let mut attempt = 0;
    loop {
        let (error, held) = session(&route, &refresh, &say, &share).await;
        share.send_replace(None);
        if held >= HEALTHY {
            attempt = 0;
        }
        attempt += 1;
        let retry_in = wait(attempt, rand::rng().random_range(0.8..1.2));
        if say.send(LinkEvent::Down { error, attempt, retry_in }).await.is_err() {
            return;
        }
        tokio::select! {
            () = time::sleep(retry_in) => {}
            () = retry.notified() => attempt = 0,
        }
    }
}

/// One connection from its beginning to its end: why it ended, and how long it held.
async fn session(
    route: &Route,
    refresh: &watch::Receiver<Duration>,
    say: &mpsc::Sender<LinkEvent>,
    share: &watch::Sender<Option<Client>>,
) -> (Error, Duration) {
    let client = match Client::connect(&route.address, &route.tls, route.connect_timeout).await {
        Ok(client) => client,
        Err(error) => return (error, Duration::ZERO),
    };
    let began = Instant::now();
    share.send_replace(Some(client.clone()));
    let Err(error) = stream(&client, refresh, say).await;
    (error, began.elapsed())
}

async fn stream(
    client: &Client,
    refresh: &watch::Receiver<Duration>,
    say: &mpsc::Sender<LinkEvent>,
) -> Result<std::convert::Infallible, Error> {
    let mut snapshots = client.snapshots().await?;
    let mut events = client.events(BACKLOG, &[], false).await?;
    tell(say, LinkEvent::Up).await?;
    let mut pasts = pasts(client);
    let mut last: Option<Instant> = None;
    loop {
        // All arms are cancel-safe: a stream keeps what was not taken. What is new goes before what
        // is old.
        tokio::select! {
            biased;
            snapshot = snapshots.next() => {
                let snapshot = snapshot.unwrap_or_else(|| Err(ended()))?;
                // Pictures come on time or a little early; only those of a faster rhythm are left
                // out.
                let apart = refresh.borrow().mul_f64(0.8);
                if last.is_none() {
                    let skew = Timestamp::now().as_millisecond() - snapshot.time_ms;
                    if !NO_SKEW.contains(&skew) {
                        tell(say, LinkEvent::Skew(skew)).await?;
                    }
                }
                if last.is_none_or(|last| last.elapsed() >= apart) {
                    last = Some(Instant::now());
                    tell(say, LinkEvent::Snapshot(Box::new(snapshot))).await?;
                }
            }
            event = events.next() => {
                tell(say, LinkEvent::Event(event.unwrap_or_else(|| Err(ended()))?)).await?;
            }
            Some(past) = pasts.next() => tell(say, LinkEvent::Past(past)).await?,
        }
    }
}

/// What the figures were. A gateway that keeps no past, as older ones, tells none.
fn pasts(client: &Client) -> BoxStream<'static, Past> {
    let client = client.clone();
    let told = stream::iter(STEPS).then(move |step_s| {
        let client = client.clone();
        async move { client.history(step_s).await }
    });
    let told = told.filter_map(|told| future::ready(told.ok())).flatten();
    told.filter_map(|past| future::ready(past.ok())).fuse().boxed()
}

async fn tell(say: &mpsc::Sender<LinkEvent>, event: LinkEvent) -> Result<(), Error> {
    say.send(event).await.map_err(|_| Error::new(ErrorCode::Failed, "the dashboard ended"))
}

fn ended() -> Error {
    Error::new(ErrorCode::Unreachable, "the gateway ended the connection")
}

/// How long to wait before the next try: twice as long each time up to a limit, and never all
/// dashboards at once. `jitter` is about one.
fn wait(attempt: u32, jitter: f64) -> Duration {
    let doubled = FIRST_WAIT.saturating_mul(2_u32.saturating_pow(attempt.saturating_sub(1)));
    doubled.min(LONGEST_WAIT).mul_f64(jitter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_limit() {
        let waits: Vec<u128> = (1..8).map(|attempt| wait(attempt, 1.0).as_millis()).collect();
        assert_eq!(waits, [500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
        assert_eq!(wait(u32::MAX, 1.2), Duration::from_secs(12));
    }

    #[tokio::test]
    async fn a_gateway_that_is_not_there_is_tried_for_ever() {
        let folder = std::env::temp_dir().join("no-gateway-here.sock");
        let route = Route {
            address: Address::Unix(folder),
            tls: TlsFiles::default(),
            connect_timeout: Duration::from_secs(5),
            refresh: Duration::from_secs(1),
        };
        let mut link = Link::start(route);
        for tried in 1..=2 {
            let Some(LinkEvent::Down { attempt, error, .. }) = link.next().await else {
                panic!("it cannot be up");
            };
            assert_eq!((attempt, error.code), (tried, ErrorCode::Unreachable));
        }
        assert!(link.client().is_none());
    }
}
