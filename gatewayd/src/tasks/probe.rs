//! The prober: asks every backend for its health, in its own rhythm.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{HOST, USER_AGENT};
use http::{Request, Response};
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::task::AbortHandle;

use crate::clock::Clock;
use crate::model::{EventKind, Health, HealthCheck, Severity, Standing};
use crate::net::{DialError, dial};
use crate::policy::{ProbeResult, Turned};
use crate::state::{Events, LiveBackend, Writer};

/// How often the prober looks for backends that came, went or changed their standing.
const ROUND: Duration = Duration::from_millis(100);
/// The most of an answer's body that is read.
const LARGEST_BODY_BYTES: usize = 64 * 1024;

/// Probes every backend that is not in maintenance, for as long as the process lives.
pub async fn probe(writer: Writer, events: Events, clock: Clock) {
    let mut probing: HashMap<u64, (HealthCheck, AbortHandle)> = HashMap::new();
    let mut rounds = tokio::time::interval(ROUND);
    let mut revision = None;
    loop {
        rounds.tick().await;
        let table = writer.table();
        if revision == Some(table.revision) {
            continue;
        }
        revision = Some(table.revision);
        let desired = writer.desired();
        let mut wanted = HashMap::new();
        for pool in &table.pools {
            for live in &pool.backends {
                let standing =
                    desired.gateway.backend(live.name.as_str()).map(|(_, it)| it.standing);
                if standing.is_some_and(|standing| standing != Standing::Maintenance) {
                    wanted.insert(live.slot, (Arc::clone(live), pool.health.clone()));
                }
            }
        }
        probing.retain(|slot, (check, task)| {
            let stays = wanted.get(slot).is_some_and(|(_, wanted)| wanted == check);
            if !stays {
                task.abort();
            }
            stays
        });
        for (slot, (live, check)) in wanted {
            probing.entry(slot).or_insert_with(|| {
                let (writer, events) = (writer.clone(), events.clone());
                let watching = watch(live, check.clone(), writer, events, clock);
                (check, tokio::spawn(watching).abort_handle())
            });
        }
        // The desired gateway is stored after the table: look again if it is not there yet.
        if desired.revision != table.revision {
            revision = None;
        }
    }
}

/// Probes one backend in its rhythm.
async fn watch(
    live: Arc<LiveBackend>,
    check: HealthCheck,
    writer: Writer,
    events: Events,
    clock: Clock,
) {
    loop {
        let started = tokio::time::Instant::now();
        let result = ask(&live, &check).await;
        let (turned, reason, next) = {
            let was_out = live.ejections().is_out();
            let mut checkup = live.checkup();
            let turned = checkup.observe(result, &check, clock.now_ms()).map(|it| match it.from {
                Health::Healthy if was_out => Turned { from: Health::Ejected, ..it },
                _ => it,
            });
            (turned, checkup.to_string(), checkup.next_interval(&check, &mut rand::rng()))
        };
        if let Some(turned) = turned {
            if turned.to == Health::Healthy {
                // What it did before it fell ill is no matter any more.
                live.ejections().end(clock.now_ms());
                live.acquit();
                live.join(clock.now_ms());
            }
            writer.refresh().await;
            let severity = match turned.to {
                Health::Healthy | Health::Checking => Severity::Info,
                Health::Ejected => Severity::Warn,
                Health::Unhealthy => Severity::Error,
            };
            let what = format!("{} -> {}: {reason}", turned.from, turned.to);
            let target = format!("backend/{}", live.name);
            events.record(EventKind::Health, severity, "gateway", &target, &what);
        }
        // Whichever comes first.
        let _ = tokio::time::timeout_at(started + next, live.forgotten()).await;
    }
}

/// One probe.
async fn ask(live: &LiveBackend, check: &HealthCheck) -> ProbeResult {
    let started = tokio::time::Instant::now();
    match tokio::time::timeout(check.timeout, exchange(live, check)).await {
        Err(_) => ProbeResult::TimedOut(check.timeout),
        Ok(Ok(status)) => ProbeResult::Status(status, started.elapsed()),
        Ok(Err(ProbeError::Dial(DialError::Refused(_)))) => ProbeResult::Refused,
        Ok(Err(error)) => ProbeResult::Failed(error.to_string()),
    }
}

#[derive(Debug, thiserror::Error)]
enum ProbeError {
    #[error("{0}")]
    Dial(#[from] DialError),
    #[error("{0}")]
    Http(#[from] hyper::Error),
    #[error("the path cannot be asked for: {0}")]
    Path(#[from] http::Error),
}

async fn exchange(live: &LiveBackend, check: &HealthCheck) -> Result<u16, ProbeError> {
    let stream = TokioIo::new(dial(live.address, check.timeout).await?);
    let question = question(live, check)?;
    if live.h2 {
        let (mut sender, connection) = http2::handshake(TokioExecutor::new(), stream).await?;
        beside(connection, async { status(sender.send_request(question).await?).await }).await
    } else {
        let (mut sender, connection) = http1::handshake(stream).await?;
        beside(connection, async { status(sender.send_request(question).await?).await }).await
    }
}

/// What a backend is asked. HTTP/2 takes the authority from the target, HTTP/1.1 from Host.
fn question(live: &LiveBackend, check: &HealthCheck) -> Result<Request<Empty<Bytes>>, http::Error> {
    let request = Request::builder().header(USER_AGENT, "gatewayd-probe");
    let request = match live.h2 {
        true => request.uri(format!("http://{}{}", live.address, check.path)),
        false => request.uri(&check.path).header(HOST, live.address.to_string()),
    };
    request.body(Empty::new())
}

/// The connection is driven beside the question and ends with it.
async fn beside(
    connection: impl Future<Output = hyper::Result<()>>,
    asking: impl Future<Output = hyper::Result<u16>>,
) -> Result<u16, ProbeError> {
    let mut asking = pin!(asking);
    tokio::select! {
        status = asking.as_mut() => Ok(status?),
        ended = connection => {
            ended?;
            Ok(asking.await?)
        }
    }
}

/// The status of an answer that was read to its end, or far enough.
async fn status(answer: Response<Incoming>) -> hyper::Result<u16> {
    let status = answer.status().as_u16();
    let mut body = answer.into_body();
    let mut read = 0;
    while let Some(frame) = body.frame().await {
        read += frame?.data_ref().map_or(0, Bytes::len);
        if read > LARGEST_BODY_BYTES {
            break;
        }
    }
    Ok(status)
}
