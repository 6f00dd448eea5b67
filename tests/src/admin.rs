//! The admin API as any gRPC client speaks it, without gatewayctl in between.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Buf;
use gateway_proto as wire;
use hyper_util::rt::TokioIo;
use prost::Message;
use prost_types::FileDescriptorProto;
use rustls::pki_types::ServerName;
use tokio::net::{TcpStream, UnixStream};
use tokio::runtime::Runtime;
use tokio_rustls::TlsConnector;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Response, Status, Streaming};
use tonic_reflection::pb::v1::ServerReflectionRequest;
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;
use tonic_types::StatusExt;

use crate::Card;

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
        Admin::by(path, Endpoint::from_static("http://gatewayd"))
    }

    /// The same with so little room that a stream which is not read stops soon.
    #[track_caller]
    pub fn narrow(path: &Path) -> Admin {
        let endpoint = Endpoint::from_static("http://gatewayd");
        Admin::by(path, endpoint.initial_stream_window_size(16 * 1024))
    }

    #[track_caller]
    fn by(path: &Path, endpoint: Endpoint) -> Admin {
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
        let channel = runtime.block_on(endpoint.connect_with_connector(connector)).unwrap();
        Admin { runtime, channel }
    }

    /// Connects to `address` by TLS, as whoever `card` says.
    ///
    /// # Errors
    /// When TLS does not come about, as far as that shows before the first call.
    pub fn by_tls(address: SocketAddr, card: &Card) -> anyhow::Result<Admin> {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let config = Arc::new(card.client_config()?);
        let connector = tower::service_fn(move |_: http::Uri| {
            let config = Arc::clone(&config);
            async move {
                let stream = TcpStream::connect(address).await?;
                let name = ServerName::from(address.ip());
                let stream = TlsConnector::from(config).connect(name, stream).await?;
                anyhow::Ok(TokioIo::new(stream))
            }
        });
        let endpoint = Endpoint::from_static("http://gatewayd");
        let channel = runtime.block_on(endpoint.connect_with_connector(connector))?;
        Ok(Admin { runtime, channel })
    }

    /// Every method that reflection tells, by its full name.
    #[track_caller]
    pub fn methods(&self) -> BTreeSet<String> {
        let ask = |message| ServerReflectionRequest {
            host: String::new(),
            message_request: Some(message),
        };
        let answer = |message| {
            let mut reflection = ServerReflectionClient::new(self.channel());
            let call = reflection.server_reflection_info(tokio_stream::once(ask(message)));
            let mut answers = self.wait(call).unwrap().into_inner();
            self.wait(answers.message()).unwrap().unwrap().message_response.unwrap()
        };
        let listed = answer(MessageRequest::ListServices(String::new()));
        let MessageResponse::ListServicesResponse(listed) = listed else { panic!("{listed:?}") };
        let services = listed.service.into_iter().map(|service| service.name);
        let methods = services.flat_map(|service| {
            let found = answer(MessageRequest::FileContainingSymbol(service.clone()));
            let MessageResponse::FileDescriptorResponse(found) = found else { panic!("{found:?}") };
            let file = FileDescriptorProto::decode(&*found.file_descriptor_proto[0]).unwrap();
            let (_, name) = service.rsplit_once('.').unwrap();
            let it = file.service.iter().find(|it| it.name() == name).unwrap().clone();
            it.method.into_iter().map(move |method| format!("/{service}/{}", method.name()))
        });
        methods.collect()
    }

    /// Calls `method` with an empty message, and tells with which status it began to be answered.
    #[track_caller]
    pub fn call(&self, method: &str) -> Status {
        let mut grpc = tonic::client::Grpc::new(self.channel());
        let path = method.parse().unwrap();
        let begun = self.wait(async {
            grpc.ready().await.map_err(|error| Status::unavailable(error.to_string()))?;
            grpc.server_streaming(Request::new(Empty), path, EmptyCodec).await
        });
        begun.map_or_else(|status| status, |_| Status::ok("it began"))
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

    /// Begins a call that nobody waits for; it ends with this connection.
    pub fn spawn<T: Send + 'static>(
        &self,
        call: impl Future<Output = T> + Send + 'static,
    ) -> tokio::task::JoinHandle<T> {
        self.runtime.spawn(call)
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

    /// Has an address tried.
    pub fn probe(&self, request: wire::ProbeRequest) -> Result<wire::ProbeReport, Status> {
        let mut client = wire::backends_client::BackendsClient::new(self.channel());
        self.wait(client.probe(request)).map(Response::into_inner)
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

    /// Watches traffic.
    ///
    /// # Errors
    /// When the gateway refuses the request.
    pub fn tail(
        &self,
        request: wire::TailRequest,
    ) -> Result<Messages<'_, wire::TailBatch>, Status> {
        let mut client = wire::traffic_client::TrafficClient::new(self.channel());
        let stream = self.wait(client.tail(request))?.into_inner();
        Ok(Messages { admin: self, stream })
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

impl<T> Messages<'_, T> {
    /// Reads to the end of the stream: how it ended.
    #[track_caller]
    pub fn end(mut self) -> Result<(), Status> {
        while self.admin.wait(self.stream.message())?.is_some() {}
        Ok(())
    }
}

impl<T> Iterator for Messages<'_, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.admin.wait(self.stream.message()).unwrap()
    }
}

/// A message of any kind that says nothing; what comes back is not read.
#[derive(Default)]
struct Empty;

/// Empty messages on the wire.
#[derive(Default)]
struct EmptyCodec;

impl Codec for EmptyCodec {
    type Encode = Empty;
    type Decode = Empty;
    type Encoder = EmptyCodec;
    type Decoder = EmptyCodec;

    fn encoder(&mut self) -> EmptyCodec {
        EmptyCodec
    }

    fn decoder(&mut self) -> EmptyCodec {
        EmptyCodec
    }
}

impl Encoder for EmptyCodec {
    type Item = Empty;
    type Error = Status;

    fn encode(&mut self, _: Empty, _: &mut EncodeBuf<'_>) -> Result<(), Status> {
        Ok(())
    }
}

impl Decoder for EmptyCodec {
    type Item = Empty;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Empty>, Status> {
        from.advance(from.remaining());
        Ok(Some(Empty))
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
