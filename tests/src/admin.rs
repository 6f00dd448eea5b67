//! The admin API as any gRPC client speaks it, without gatewayctl in between.

use std::path::Path;
use std::time::Duration;

use gateway_proto as wire;
use hyper_util::rt::TokioIo;
use tokio::net::UnixStream;
use tokio::runtime::Runtime;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Response, Status, Streaming};
use tonic_types::StatusExt;

/// How long one call or message may take.
const DEADLINE: Duration = Duration::from_secs(30);

/// A connection to the admin socket; its calls block.
pub struct Admin {
    runtime: Runtime,
    channel: Channel,
}

/// A stream of messages; each `next` blocks.
pub struct Messages<'a, T> {
    admin: &'a Admin,
    stream: Streaming<T>,
}

impl Admin {
    /// Connects to the socket at `path`.
    #[track_caller]
    pub fn connect(path: &Path) -> Admin {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let path = path.to_owned();
        let connector = tower::service_fn(move |_: http::Uri| {
            let path = path.clone();
            async move { UnixStream::connect(path).await.map(TokioIo::new) }
        });
        let endpoint = Endpoint::from_static("http://gatewayd");
        let channel = runtime.block_on(endpoint.connect_with_connector(connector)).unwrap();
        Admin { runtime, channel }
    }

    /// The channel, for clients of any service.
    pub fn channel(&self) -> Channel {
        self.channel.clone()
    }

    /// Waits for one answer.
    #[track_caller]
    pub fn wait<T>(&self, call: impl Future<Output = T>) -> T {
        let answer = self.runtime.block_on(async { tokio::time::timeout(DEADLINE, call).await });
        answer.expect("an answer in time")
    }

    /// Adds a backend.
    pub fn add(&self, request: wire::AddBackendRequest) -> Result<wire::Operation, Status> {
        let mut client = wire::backends_client::BackendsClient::new(self.channel());
        self.wait(client.add(request)).map(Response::into_inner)
    }

    /// Sets weights.
    pub fn weigh(&self, request: wire::SetWeightsRequest) -> Result<wire::Operation, Status> {
        let mut client = wire::backends_client::BackendsClient::new(self.channel());
        self.wait(client.set_weights(request)).map(Response::into_inner)
    }

    /// Changes standings.
    pub fn stand(&self, request: wire::SetStandingRequest) -> Result<wire::Operation, Status> {
        let mut client = wire::backends_client::BackendsClient::new(self.channel());
        self.wait(client.set_standing(request)).map(Response::into_inner)
    }

    /// Sets a limit.
    pub fn limit(&self, request: wire::SetLimitRequest) -> Result<wire::Operation, Status> {
        let mut client = wire::limits_client::LimitsClient::new(self.channel());
        self.wait(client.set(request)).map(Response::into_inner)
    }

    /// Blocks a network.
    pub fn block(&self, request: wire::AddBlockRequest) -> Result<wire::Operation, Status> {
        let mut client = wire::blocks_client::BlocksClient::new(self.channel());
        self.wait(client.add(request)).map(Response::into_inner)
    }

    /// Follows snapshots.
    #[track_caller]
    pub fn snapshots(&self) -> Messages<'_, wire::Snapshot> {
        let mut client = wire::watch_client::WatchClient::new(self.channel());
        let call = client.snapshots(Request::new(wire::SnapshotsRequest {}));
        Messages { admin: self, stream: self.wait(call).unwrap().into_inner() }
    }

    /// What every figure was, by steps of so many seconds.
    ///
    /// # Errors
    /// When the gateway refuses the request.
    pub fn history(&self, step_s: u32) -> Result<Vec<wire::Series>, Status> {
        let mut client = wire::watch_client::WatchClient::new(self.channel());
        let request = wire::HistoryRequest { step_s, ..wire::HistoryRequest::default() };
        let stream = self.wait(client.history(request))?.into_inner();
        Ok(Messages { admin: self, stream }.collect())
    }

    /// Follows events.
    ///
    /// # Errors
    /// When the gateway refuses the request.
    pub fn events(
        &self,
        request: wire::EventsRequest,
    ) -> Result<Messages<'_, wire::Event>, Status> {
        let mut client = wire::watch_client::WatchClient::new(self.channel());
        let stream = self.wait(client.events(request))?.into_inner();
        Ok(Messages { admin: self, stream })
    }
}

impl<T> Iterator for Messages<'_, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.admin.wait(self.stream.message()).unwrap()
    }
}

/// The fields that `status` says are wrong.
#[must_use]
pub fn wrong_fields(status: &Status) -> Vec<String> {
    let details = status.get_error_details();
    let request = details.bad_request();
    let violations = request.map(|request| request.field_violations.as_slice()).unwrap_or_default();
    violations.iter().map(|violation| violation.field.clone()).collect()
}
