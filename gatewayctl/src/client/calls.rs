//! The calls a gateway answers, in the words of the model.

use std::{future::Future, time::Duration};

use futures_util::{StreamExt as _, stream::BoxStream};
use gateway_proto::{
    self as wire, backends_client::BackendsClient, blocks_client::BlocksClient,
    edit::Edit as Asked, limits_client::LimitsClient, scaler_client::ScalerClient,
    watch_client::WatchClient,
};
use tokio::time;
use tonic::{Response, Status, Streaming};

use super::{
    Client, Error, ErrorCode,
    edits::{self, Alone},
    request,
};
use crate::model::{Edit, Event, Intent, Operation, Past, Snapshot};

/// Pictures as they come; ends when the gateway ends it, an error is its last item.
pub type Snapshots = BoxStream<'static, Result<Snapshot, Error>>;
/// Events as they come; ends when the gateway ends it, an error is its last item.
pub type Events = BoxStream<'static, Result<Event, Error>>;
/// Figures with their past; an error is the last item.
pub type Pasts = BoxStream<'static, Result<Past, Error>>;

impl Client {
    /// The whole picture, showing every change acknowledged before the call.
    ///
    /// # Errors
    /// When the gateway cannot be reached or does not answer in time.
    pub async fn snapshot(&self) -> Result<Snapshot, Error> {
        let mut watch = WatchClient::new(self.channel.clone());
        let call = watch.get_snapshot(wire::GetSnapshotRequest {});
        answer(self.request_timeout, call).await?.try_into()
    }

    /// The whole picture at once, then a new one each second. A slow reader gets the newest.
    ///
    /// # Errors
    /// When the gateway cannot be reached or does not answer in time.
    pub async fn snapshots(&self) -> Result<Snapshots, Error> {
        let mut watch = WatchClient::new(self.channel.clone());
        let call = watch.snapshots(wire::SnapshotsRequest {});
        Ok(converted(answer(self.request_timeout, call).await?))
    }

    /// What happened: the last `backlog` events, newest last, then live ones unless `past_only`.
    /// No `kinds` means all.
    ///
    /// # Errors
    /// When the gateway cannot be reached or does not answer in time.
    pub async fn events(
        &self,
        backlog: u32,
        kinds: &[String],
        past_only: bool,
    ) -> Result<Events, Error> {
        let mut watch = WatchClient::new(self.channel.clone());
        let call = watch.events(wire::EventsRequest { backlog, kinds: kinds.to_vec(), past_only });
        Ok(converted(answer(self.request_timeout, call).await?))
    }

    /// What all figures were, by steps of 1, 10 or 60 seconds.
    ///
    /// # Errors
    /// When the gateway cannot be reached, does not answer in time, or keeps no such past.
    pub async fn history(&self, step_s: u32) -> Result<Pasts, Error> {
        let mut watch = WatchClient::new(self.channel.clone());
        let request = wire::HistoryRequest { step_s, since_ms: 0, targets: Vec::new() };
        Ok(converted(answer(self.request_timeout, watch.history(request)).await?))
    }

    /// Asks for a change. It holds when this returns.
    ///
    /// # Errors
    /// When the gateway refuses or cannot be reached. After `Timeout` or `Unreachable` the change
    /// may or may not have been accepted.
    pub async fn apply(&self, edit: &Edit, asked: &Intent) -> Result<Operation, Error> {
        let (channel, within) = (|| self.channel.clone(), self.request_timeout);
        let (backends, limits) =
            (|| BackendsClient::new(channel()), || LimitsClient::new(channel()));
        let (blocks, scaler) = (|| BlocksClient::new(channel()), || ScalerClient::new(channel()));
        let intent = request::intent(asked);
        let operation = match edits::asked(edit, intent.clone()) {
            Ok(Asked::AddBackend(it)) => answer(within, backends().add(it)).await?,
            Ok(Asked::RemoveBackends(it)) => answer(within, backends().remove(it)).await?,
            Ok(Asked::SetStanding(it)) => answer(within, backends().set_standing(it)).await?,
            Ok(Asked::SetWeights(it)) => answer(within, backends().set_weights(it)).await?,
            Ok(Asked::SetLimit(it)) => answer(within, limits().set(it)).await?,
            Ok(Asked::AddBlock(it)) => answer(within, blocks().add(it)).await?,
            Ok(Asked::RemoveBlocks(it)) => answer(within, blocks().remove(it)).await?,
            Ok(Asked::SetScaler(it)) => answer(within, scaler().set(it)).await?,
            Ok(Asked::PauseScaler(it)) => answer(within, scaler().pause(it)).await?,
            Ok(Asked::Desired(it)) => answer(within, scaler().desired(it)).await?,
            Ok(Asked::ResumeScaler(it)) => answer(within, scaler().resume(it)).await?,
            Err(Alone::Kill(names)) => {
                let request = wire::KillRequest { names, intent };
                answer(within, backends().kill(request)).await?
            }
            Err(Alone::ResetLimit { name, key }) => {
                let request = wire::ResetLimitRequest { name, key, intent };
                answer(within, limits().reset(request)).await?
            }
            Err(Alone::ReloadCertificates(served_by)) => {
                self.reload_certificates(served_by, asked).await?
            }
            Err(Alone::ApplyConfig(text)) => self.apply_config(text, asked).await?,
            Err(Alone::PersistConfig) => self.persist_config(asked).await?,
            Err(Alone::Rollback(revision)) => self.roll_back(&revision, asked).await?,
            Err(Alone::All(edits)) => self.all(&edits, asked).await?,
            Err(Alone::Undo(id)) => self.undo(id, asked).await?,
            Err(Alone::Confirm(id)) => self.keep(id, asked).await?,
        };
        Ok(operation.into())
    }
}

/// Awaits an answer, but not for ever. Dropping the call cancels it at the gateway too.
pub(super) async fn answer<T>(
    within: Duration,
    call: impl Future<Output = Result<Response<T>, Status>>,
) -> Result<T, Error> {
    match time::timeout(within, call).await {
        Ok(Ok(response)) => Ok(response.into_inner()),
        Ok(Err(status)) => Err(status.into()),
        Err(_) => {
            Err(Error::new(ErrorCode::Timeout, format!("no answer from the gateway in {within:?}"))
                .hint("--request-timeout waits longer"))
        }
    }
}

/// What comes, in the words of the model.
pub(super) fn converted<W, M>(stream: Streaming<W>) -> BoxStream<'static, Result<M, Error>>
where
    W: Send + 'static,
    M: TryFrom<W, Error = Error> + 'static,
{
    stream.map(|item| item.map_err(Error::from)?.try_into()).boxed()
}
