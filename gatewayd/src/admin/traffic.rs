//! The service `Traffic`: requests as they are answered, to those who watch.

use std::pin::Pin;
use std::time::Duration;

use gateway_proto as wire;
use gateway_proto::traffic_server::Traffic as Service;
use rand::Rng;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_stream::Stream;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Request, Response, Status};

use super::rejection::{invalid, status};
use super::{Admin, traffic_filter, traffic_request};
use crate::state::{Told, Traffic, Watching};

/// How often a watcher is told, and how often at least.
const BEAT: Duration = Duration::from_millis(250);
const SLOWEST_BEATS: u32 = 4;
/// Batches that wait for a watcher's connection; a full one means that what comes meanwhile stays in
/// the workers' rings, which drop what finds no room there.
const ROOM: usize = 4;
/// Who reads nothing for so long is not served any more.
const PATIENCE: Duration = Duration::from_secs(5);
/// One of how many requests may be asked for.
const MOST_SAMPLE: u32 = 1_000_000;

type Batch = Result<wire::TailBatch, Status>;

#[tonic::async_trait]
impl Service for Admin {
    type TailStream = Pin<Box<dyn Stream<Item = Batch> + Send>>;

    async fn tail(
        &self,
        request: Request<wire::TailRequest>,
    ) -> Result<Response<Self::TailStream>, Status> {
        let asked = request.into_inner();
        let filter = asked.filter.map(traffic_filter::of).transpose();
        let filter = filter.map_err(|fault| invalid("filter", fault))?;
        if asked.sample > MOST_SAMPLE {
            let what = format!("one of {} requests; at most one of {MOST_SAMPLE}", asked.sample);
            return Err(invalid("sample", what));
        }
        let seed = rand::rng().random();
        let watching = self.traffic.watch(filter, asked.sample.max(1), seed);
        let watching = watching.map_err(|_| crowded())?;
        let (batches, told) = mpsc::channel(ROOM + 1);
        let farewell = batches.clone().try_reserve_owned();
        tokio::spawn(tell(watching, batches, farewell.ok()));
        Ok(Response::new(Box::pin(ReceiverStream::new(told))))
    }
}

/// Tells a watcher what it wants until it has left, or reads nothing for too long; the `farewell`
/// has a place of its own.
async fn tell(
    mut watching: Watching,
    batches: mpsc::Sender<Batch>,
    farewell: Option<mpsc::OwnedPermit<Batch>>,
) {
    let mut beats = interval(BEAT);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut told_at = Instant::now();
    let mut silent_beats = 0;
    loop {
        tokio::select! {
            _ = beats.tick() => {}
            () = batches.closed() => return,
        }
        let Ok(place) = batches.try_reserve() else {
            if told_at.elapsed() < PATIENCE {
                continue;
            }
            if let Some(farewell) = farewell {
                farewell.send(Err(too_slow()));
            }
            return;
        };
        let told = watching.take();
        let silent = told.matched == 0 && told.requests.is_empty();
        silent_beats = if silent { silent_beats + 1 } else { 0 };
        if silent_beats % SLOWEST_BEATS == 0 {
            let interval = told_at.elapsed();
            told_at = Instant::now();
            place.send(Ok(batch(told, interval)));
        }
    }
}

fn batch(told: Told, interval: Duration) -> wire::TailBatch {
    wire::TailBatch {
        time_ms: told.time_ms,
        interval_ms: interval.as_millis() as u32,
        matched: told.matched,
        dropped: told.dropped,
        requests: told.requests.iter().map(|it| traffic_request::of(it)).collect(),
    }
}

fn crowded() -> Status {
    let most = Traffic::MOST_WATCHERS;
    let what = format!("{most} watch traffic already, which is the most");
    status(Code::ResourceExhausted, "WATCHERS", &what, Some("end one of them and try again"))
}

fn too_slow() -> Status {
    let what = format!("this reader has taken nothing for {PATIENCE:?}");
    let hint = "read faster, or ask for less by a filter or a sample";
    status(Code::ResourceExhausted, "TOO_SLOW", &what, Some(hint))
}
