//! An app server: one URL shortener of the demo's fleet, on its own port and its own virtual core.
//!
//! | request | answer |
//! |---|---|
//! | `POST /urls` | 201 with the code of the URL in the JSON or form body |
//! | `GET /{code}` | 302 to the URL |
//! | `GET /healthz` | 200; never queued behind work |
//! | `GET /ws` | a WebSocket that echoes |
//! | `POST /echo`, `GET /bytes/{n}`, `GET /headers` | the body, `n` bytes, the headers as received |
//! | `/debug/…` | see `knobs` |
//!
//! Every answer names the server (`x-served-by`) and reports its load (`endpoint-load-metrics`).

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::stream;
use http::header::{CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

use super::answer::{self, Answer};
use super::codes::Codes;
use super::knobs::Knobs;
use super::shortener;
use super::virtual_core::VirtualCore;
use super::websocket;

const SERVED_BY: HeaderName = HeaderName::from_static("x-served-by");
const LOAD_METRICS: HeaderName = HeaderName::from_static("endpoint-load-metrics");
/// The most that `/bytes/{n}` sends.
const LARGEST_BYTES: u64 = 1 << 30;
static FILLING: [u8; 16 * 1024] = [b'.'; 16 * 1024];

/// How one app server is set up.
#[derive(Clone, Debug)]
pub(super) struct AppServer {
    /// Where it listens.
    pub(super) listen: SocketAddr,
    /// What it calls itself in `x-served-by`.
    pub(super) name: String,
    /// The directory of codes that all servers of a fleet share.
    pub(super) codes: PathBuf,
    /// How long a request occupies the server's one virtual core.
    pub(super) work: Duration,
}

/// What all requests of one server share.
struct Shared {
    name: HeaderValue,
    codes: Arc<Codes>,
    knobs: Knobs,
    core: Mutex<VirtualCore>,
}

/// Serves until the listener breaks. `ready` hears the bound address once, so that port 0 works.
pub(super) async fn serve(options: AppServer, ready: impl FnOnce(SocketAddr)) -> io::Result<()> {
    let name = HeaderValue::try_from(options.name.as_str())
        .map_err(|_| io::Error::other(format!("{:?} cannot stand in a header", options.name)))?;
    let shared = Arc::new(Shared {
        name,
        codes: Arc::new(Codes::open(&options.codes)?),
        knobs: Knobs::default(),
        core: Mutex::new(VirtualCore::new(options.work)),
    });
    let listener = TcpListener::bind(options.listen).await?;
    ready(listener.local_addr()?);
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(connection(stream, Arc::clone(&shared)));
            }
            // Out of descriptors: those in use must be given back first.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

async fn connection(stream: TcpStream, shared: Arc<Shared>) {
    // Without it small answers wait for an ACK; when it fails they only come later.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let shared = Arc::clone(&shared);
        async move { Ok::<_, Infallible>(signed(&shared, respond(&shared, request).await)) }
    });
    // A client that hangs up mid-request is no fault of the server.
    let _ =
        http1::Builder::new().serve_connection(TokioIo::new(stream), service).with_upgrades().await;
}

async fn respond(shared: &Shared, request: Request<Incoming>) -> Answer {
    let path = request.uri().path();
    if path == "/healthz" {
        return shared.knobs.health();
    }
    if path.starts_with("/debug/") {
        return shared.knobs.answer(request.method(), request.uri());
    }
    let _in_flight = shared.knobs.record(request.headers());
    if path == "/ws" {
        return websocket::upgrade(request);
    }
    let turn = shared.core().occupy(Instant::now());
    let Some(end) = turn else {
        return answer::problem(StatusCode::SERVICE_UNAVAILABLE, "more work than one core can do");
    };
    tokio::time::sleep_until((end + shared.knobs.slowness()).into()).await;
    if shared.knobs.failing() {
        return answer::problem(StatusCode::SERVICE_UNAVAILABLE, "told to fail");
    }
    page(&shared.codes, request).await
}

async fn page(codes: &Arc<Codes>, request: Request<Incoming>) -> Answer {
    let (parts, body) = request.into_parts();
    match parts.uri.path() {
        "/urls" => shortener::create(codes, &parts.method, &parts.headers, body).await,
        "/echo" if parts.method == Method::POST => Response::new(body.boxed()),
        "/headers" => answer::json(StatusCode::OK, &as_received(&parts.headers)),
        path => match path.strip_prefix("/bytes/").map(str::parse) {
            Some(Ok(length @ 0..=LARGEST_BYTES)) => filling(length),
            Some(_) => answer::problem(StatusCode::BAD_REQUEST, "expected /bytes/0 to 1073741824"),
            None => shortener::follow(codes, &parts.method, path).await,
        },
    }
}

/// Adds the server's name and its load to `answer`.
fn signed(shared: &Shared, mut answer: Answer) -> Answer {
    let figures = shared.core().figures(Instant::now());
    let report = format!(
        "TEXT cpu_utilization={0:.3},application_utilization={0:.3},rps_fractional={1:.1}",
        figures.utilization, figures.rps
    );
    let headers = answer.headers_mut();
    headers.insert(SERVED_BY, shared.name.clone());
    headers.insert(LOAD_METRICS, HeaderValue::try_from(report).expect("figures are ASCII"));
    answer
}

/// `length` bytes, made as they are sent.
fn filling(length: u64) -> Answer {
    let chunk = FILLING.len() as u64;
    let chunks = (0..length.div_ceil(chunk)).map(move |index| {
        let size = chunk.min(length - index * chunk) as usize;
        Ok(Frame::data(Bytes::from_static(&FILLING[..size])))
    });
    let mut answer = Response::new(StreamBody::new(stream::iter(chunks)).boxed());
    answer.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
    answer
}

/// The headers as JSON: each name with all its values in order.
fn as_received(headers: &HeaderMap) -> serde_json::Value {
    let values = |name| {
        let all = headers.get_all(name).iter();
        all.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).collect::<Vec<_>>()
    };
    headers.keys().map(|name| (name.to_string(), serde_json::json!(values(name)))).collect()
}

impl Shared {
    fn core(&self) -> MutexGuard<'_, VirtualCore> {
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
