//! The service `Watch`: snapshots and events.

use std::pin::Pin;
use std::sync::Arc;

use gateway_proto as wire;
use gateway_proto::watch_server::Watch;
use tokio_stream::wrappers::errors::BroadcastStreamRecvError;
use tokio_stream::wrappers::{BroadcastStream, WatchStream};
use tokio_stream::{Stream, StreamExt};
use tonic::{Request, Response, Status};

use crate::model::{Event, EventKind, Snapshot};

use super::caller::actor_of;
use super::rejection::invalid;
use super::{Admin, convert, history};

type Streamed<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

#[tonic::async_trait]
impl Watch for Admin {
    type SnapshotsStream = Streamed<wire::Snapshot>;
    type EventsStream = Streamed<wire::Event>;
    type HistoryStream = Streamed<wire::Series>;

    async fn get_snapshot(
        &self,
        request: Request<wire::GetSnapshotRequest>,
    ) -> Result<Response<wire::Snapshot>, Status> {
        let caller = actor_of(&request);
        let snapshot = self.fresh().await?;
        Ok(Response::new(convert::snapshot(&snapshot, &caller, self.demo.is_some())))
    }

    async fn snapshots(
        &self,
        request: Request<wire::SnapshotsRequest>,
    ) -> Result<Response<Self::SnapshotsStream>, Status> {
        let (caller, demo) = (actor_of(&request), self.demo.is_some());
        // Watched from before the first picture on, so that none is missed; a slow reader gets the
        // newest.
        let later = WatchStream::from_changes(self.observatory.watch());
        let first = self.fresh().await?;
        let seq = first.seq;
        let later = later.filter_map(move |newest| newest.filter(|newest| newest.seq > seq));
        let pictures = tokio_stream::once(first).chain(later);
        let told = pictures.map(move |it| Ok(convert::snapshot(&it, &caller, demo)));
        Ok(Response::new(Box::pin(told)))
    }

    async fn events(
        &self,
        request: Request<wire::EventsRequest>,
    ) -> Result<Response<Self::EventsStream>, Status> {
        let asked = request.into_inner();
        let wanted = wanted(asked.kinds)?;
        let (past, live) = self.events.listen(asked.backlog as usize, &wanted);
        let past = tokio_stream::iter(past).map(|event| Ok(convert::event(&event)));
        if asked.past_only {
            return Ok(Response::new(Box::pin(past)));
        }
        let live = BroadcastStream::new(live).filter_map(move |item| match item {
            Ok(event) if wanted(&event) => Some(Ok(convert::event(&event))),
            Ok(_) => None,
            Err(BroadcastStreamRecvError::Lagged(lost)) => {
                let what = format!("{lost} events were lost: this reader is too slow");
                Some(Err(Status::data_loss(what)))
            }
        });
        Ok(Response::new(Box::pin(past.chain(live))))
    }

    async fn history(
        &self,
        request: Request<wire::HistoryRequest>,
    ) -> Result<Response<Self::HistoryStream>, Status> {
        let told = history::told(&self.history, request.into_inner())?;
        Ok(Response::new(Box::pin(tokio_stream::iter(told).map(Ok))))
    }
}

impl Admin {
    async fn fresh(&self) -> Result<Arc<Snapshot>, Status> {
        let stopping = || Status::unavailable("the gateway is stopping");
        self.observatory.fresh().await.ok_or_else(stopping)
    }
}

/// Which events are asked for; no kinds are all.
fn wanted(kinds: Vec<String>) -> Result<impl Fn(&Event) -> bool + Send, Status> {
    let words = EventKind::ALL.map(EventKind::word);
    if let Some(unknown) = kinds.iter().find(|kind| !words.contains(&kind.as_str())) {
        let what = format!("{unknown:?} is not one of {}", words.join(", "));
        return Err(invalid("kinds", what));
    }
    Ok(move |event: &Event| kinds.is_empty() || kinds.iter().any(|kind| kind == event.kind.word()))
}
