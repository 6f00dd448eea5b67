//! gRPC: a server of it as a backend, and a client of it in front of the gateway.
//!
//! Messages are bare text; a method is known by the last part of its path.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::{Buf, BufMut, Bytes};
use futures_util::{Stream, StreamExt, stream};
use http::{HeaderMap, Response};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::{Barrier, mpsc};
use tokio_stream::wrappers::{ReceiverStream, TcpListenerStream};
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::metadata::MetadataMap;
use tonic::transport::server::TcpConnectInfo;
use tonic::transport::{Channel, Endpoint, Server};
use tonic::{Code, Request, Status, Streaming, body::Body};

use crate::client::tls;
use crate::recorder::pool_of;

/// How long a call may take.
const DEADLINE: Duration = Duration::from_secs(30);

/// A server of gRPC. It stops when it is dropped.
///
/// | method | what it does |
/// |---|---|
/// | `Echo` | each message comes back as it came |
/// | `Count` | to the message N come N messages |
/// | `Sum` | to all messages comes one with their length in bytes |
/// | `Fail` | to the message N come N messages, then RESOURCE_EXHAUSTED |
/// | `Hold` | to the first message comes one, then nothing more, for ever |
/// | `Meet` | answers once so many calls are there together as the server was told |
pub struct GrpcServer {
    /// Where it listens.
    pub address: SocketAddr,
    calls: Calls,
    runtime: Option<Runtime>,
}

/// From where each call came, and its fields.
type Calls = Arc<Mutex<Vec<(SocketAddr, HeaderMap)>>>;

/// A client of gRPC with one connection.
pub struct GrpcClient {
    runtime: Runtime,
    grpc: tonic::client::Grpc<Channel>,
}

/// What came of a call.
#[derive(Debug)]
pub struct Told {
    /// The fields before the messages.
    pub fields: MetadataMap,
    /// The messages.
    pub messages: Vec<String>,
    /// The status behind them; the fields behind them are its own.
    pub status: Status,
}

type Messages = Pin<Box<dyn Stream<Item = Result<String, Status>> + Send>>;
type Answer = Result<tonic::Response<Messages>, Status>;

impl GrpcServer {
    /// Starts one.
    pub fn start() -> GrpcServer {
        GrpcServer::set(1, |server| server)
    }

    /// Starts one where `meeting` calls meet, set up in its own way.
    pub fn set(meeting: usize, set: impl FnOnce(Server) -> Server) -> GrpcServer {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let (calls, barrier) = (Calls::default(), Arc::new(Barrier::new(meeting)));
        let seen = Arc::clone(&calls);
        let service = tower::service_fn(move |request: http::Request<Body>| {
            answer(request, Arc::clone(&seen), Arc::clone(&barrier))
        });
        let server = set(Server::builder());
        runtime.spawn(async move {
            let incoming = TcpListenerStream::new(listener);
            server.clone().serve_with_incoming(service, incoming).await
        });
        GrpcServer { address, calls, runtime: Some(runtime) }
    }

    /// The pool `app` of these servers.
    pub fn pool(servers: &[&GrpcServer]) -> String {
        let addresses: Vec<SocketAddr> = servers.iter().map(|it| it.address).collect();
        pool_of(&addresses, "h2 = true")
    }

    /// From where each call came, in their order.
    pub fn peers(&self) -> Vec<SocketAddr> {
        self.calls.lock().unwrap().iter().map(|(peer, _)| *peer).collect()
    }

    /// The fields of each call, in their order.
    pub fn fields(&self) -> Vec<HeaderMap> {
        self.calls.lock().unwrap().iter().map(|(_, fields)| fields.clone()).collect()
    }
}

impl Drop for GrpcServer {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn answer(
    request: http::Request<Body>,
    calls: Calls,
    barrier: Arc<Barrier>,
) -> Result<Response<Body>, Infallible> {
    let method = request.uri().path().rsplit('/').next().unwrap_or_default().to_owned();
    if method == "healthz" {
        return Ok(Response::new(Body::empty()));
    }
    let info = request.extensions().get::<TcpConnectInfo>().unwrap();
    let peer = info.remote_addr().unwrap();
    calls.lock().unwrap().push((peer, request.headers().clone()));
    let method = Method { name: method, barrier };
    Ok(tonic::server::Grpc::new(Text).streaming(method, request).await)
}

/// One method of the server.
struct Method {
    name: String,
    barrier: Arc<Barrier>,
}

impl tonic::server::StreamingService<String> for Method {
    type Response = String;
    type ResponseStream = Messages;
    type Future = Pin<Box<dyn Future<Output = Answer> + Send>>;

    fn call(&mut self, request: Request<Streaming<String>>) -> Self::Future {
        let (name, barrier) = (self.name.clone(), Arc::clone(&self.barrier));
        Box::pin(async move { perform(&name, request.into_inner(), &barrier).await })
    }
}

async fn perform(method: &str, mut asked: Streaming<String>, barrier: &Barrier) -> Answer {
    let messages: Messages = match method {
        "Echo" => asked.boxed(),
        "Count" => count(&first(&mut asked).await?).boxed(),
        "Sum" => {
            let mut bytes = 0;
            while let Some(message) = asked.message().await? {
                bytes += message.len();
            }
            stream::iter([Ok(bytes.to_string())]).boxed()
        }
        "Fail" => {
            let wanted = first(&mut asked).await?;
            let mut status = Status::new(Code::ResourceExhausted, "no more: 100 % used");
            status.metadata_mut().insert("x-reason", "planned".parse().unwrap());
            if wanted == "0" {
                return Err(status);
            }
            count(&wanted).chain(stream::iter([Err(status)])).boxed()
        }
        "Hold" => {
            let message = first(&mut asked).await?;
            stream::iter([Ok(message)]).chain(stream::pending()).boxed()
        }
        "Meet" => {
            barrier.wait().await;
            stream::iter([Ok("met".to_owned())]).boxed()
        }
        _ => return Err(Status::unimplemented(method)),
    };
    let mut answer = tonic::Response::new(messages);
    answer.metadata_mut().insert("x-before", "fields".parse().unwrap());
    Ok(answer)
}

async fn first(asked: &mut Streaming<String>) -> Result<String, Status> {
    asked.message().await?.ok_or_else(|| Status::invalid_argument("no message"))
}

fn count(text: &str) -> impl Stream<Item = Result<String, Status>> + Send + use<> {
    let end = text.parse().unwrap_or(0);
    stream::iter((0..end).map(|number: u32| Ok(number.to_string())))
}

impl GrpcClient {
    /// Connects to `address` over TLS.
    #[track_caller]
    pub fn connect(address: SocketAddr) -> GrpcClient {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let channel = runtime.block_on(async {
            let endpoint = Endpoint::from_shared(format!("http://localhost:{}", address.port()));
            let connect = tower::service_fn(move |_| async move {
                let stream = TcpStream::connect(address).await?;
                anyhow::Ok(TokioIo::new(tls(stream, b"h2").await?))
            });
            endpoint.unwrap().connect_with_connector(connect).await.unwrap()
        });
        GrpcClient { runtime, grpc: tonic::client::Grpc::new(channel) }
    }

    /// Calls `method` with these messages and waits for all that comes.
    #[track_caller]
    pub fn call(&mut self, method: &str, messages: &[&str]) -> Told {
        let messages: Vec<String> = messages.iter().map(|&it| it.to_owned()).collect();
        self.runtime.block_on(call(&mut self.grpc, method, stream::iter(messages)))
    }

    /// Makes so many calls of `method` at once, each with `message`.
    #[track_caller]
    pub fn calls(&mut self, method: &str, count: usize, message: &str) -> Vec<Told> {
        let one = |_| {
            let mut grpc = self.grpc.clone();
            async move { call(&mut grpc, method, stream::iter([message.to_owned()])).await }
        };
        let all = futures_util::future::join_all((0..count).map(one));
        self.runtime.block_on(all)
    }

    /// Calls `Echo` and says each message only when the one before has come back.
    #[track_caller]
    pub fn converse(&mut self, messages: &[&str]) -> Vec<String> {
        let (say, said) = mpsc::channel(1);
        let grpc = &mut self.grpc;
        self.runtime.block_on(within(async move {
            grpc.ready().await.unwrap();
            let request = Request::new(ReceiverStream::new(said));
            let answer = grpc.streaming(request, path("Echo"), Text).await.unwrap();
            let (mut heard, mut echoes) = (answer.into_inner(), Vec::new());
            for message in messages {
                say.send((*message).to_owned()).await.unwrap();
                echoes.push(heard.message().await.unwrap().unwrap());
            }
            drop(say);
            assert_eq!(heard.message().await.unwrap(), None);
            echoes
        }))
    }
}

async fn call(
    grpc: &mut tonic::client::Grpc<Channel>,
    method: &str,
    messages: impl Stream<Item = String> + Send + 'static,
) -> Told {
    within(async {
        grpc.ready().await.unwrap();
        let mut request = Request::new(messages);
        request.metadata_mut().insert("x-asked", "for".parse().unwrap());
        let mut told =
            Told { fields: MetadataMap::new(), messages: Vec::new(), status: Status::ok("") };
        match grpc.streaming(request, path(method), Text).await {
            Err(status) => told.status = status,
            Ok(answer) => {
                told.fields = answer.metadata().clone();
                let mut heard: Streaming<String> = answer.into_inner();
                loop {
                    match heard.message().await {
                        Ok(Some(message)) => told.messages.push(message),
                        Ok(None) => break,
                        Err(status) => {
                            told.status = status;
                            break;
                        }
                    }
                }
            }
        }
        told
    })
    .await
}

async fn within<T>(happens: impl Future<Output = T>) -> T {
    tokio::time::timeout(DEADLINE, happens).await.expect("a call ends in time")
}

fn path(method: &str) -> http::uri::PathAndQuery {
    format!("/test.Text/{method}").parse().unwrap()
}

/// The coding of messages that are text.
struct Text;

impl Codec for Text {
    type Encode = String;
    type Decode = String;
    type Encoder = Text;
    type Decoder = Text;

    fn encoder(&mut self) -> Text {
        Text
    }

    fn decoder(&mut self) -> Text {
        Text
    }
}

impl Encoder for Text {
    type Item = String;
    type Error = Status;

    fn encode(&mut self, item: String, room: &mut EncodeBuf<'_>) -> Result<(), Status> {
        room.put_slice(item.as_bytes());
        Ok(())
    }
}

impl Decoder for Text {
    type Item = String;
    type Error = Status;

    fn decode(&mut self, bytes: &mut DecodeBuf<'_>) -> Result<Option<String>, Status> {
        let bytes: Bytes = bytes.copy_to_bytes(bytes.remaining());
        String::from_utf8(bytes.to_vec()).map(Some).map_err(|it| Status::internal(it.to_string()))
    }
}
