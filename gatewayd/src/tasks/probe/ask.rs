//! One probe: asks a backend how it is, in the way its pool says.

use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use http::header::{HOST, USER_AGENT};
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::grpc::{self, Report};
use crate::model::{HealthCheck, ProbeKind};
use crate::net::{DialError, dial};
use crate::policy::ProbeResult;
use crate::state::LiveBackend;

/// Who is asked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Whom {
    /// Where it listens.
    pub(super) address: SocketAddr,
    /// Whether it is spoken to in HTTP/2.
    pub(super) h2: bool,
}

/// The most of an answer's body that is read.
const LARGEST_BODY_BYTES: usize = 64 * 1024;

/// One probe; `None` where a shortage of our own kept it from being made.
pub(super) async fn ask(live: &LiveBackend, check: &HealthCheck) -> Option<ProbeResult> {
    let started = Instant::now();
    let whom = Whom { address: live.address, h2: live.h2 };
    Some(match tokio::time::timeout(check.timeout, exchange(whom, check)).await {
        Err(_) => ProbeResult::TimedOut(check.timeout),
        Ok(Ok(told)) => judge(told, started.elapsed()),
        Ok(Err(ProbeError::Dial(DialError::Refused(_)))) => ProbeResult::Refused,
        Ok(Err(ProbeError::Dial(error @ DialError::Local { .. }))) => {
            tracing::debug!(backend = %live.name, %error, "not probed");
            return None;
        }
        Ok(Err(error)) => ProbeResult::Failed(error.to_string()),
    })
}

/// What it means that a backend told this after `took`.
pub(super) fn judge(told: Told, took: Duration) -> ProbeResult {
    match told {
        Told::Connected => ProbeResult::Passed("connected", took),
        Told::Status(status) => ProbeResult::Status(status, took),
        Told::Grpc(Report::Serving) => ProbeResult::Passed("SERVING", took),
        Told::Grpc(report) => ProbeResult::Failed(report.to_string()),
    }
}

/// What a backend told.
pub(super) enum Told {
    Connected,
    Status(u16),
    Grpc(Report),
}

#[derive(Debug, thiserror::Error)]
pub(super) enum ProbeError {
    #[error("{0}")]
    Dial(#[from] DialError),
    #[error("{0}")]
    Http(#[from] hyper::Error),
    #[error("the path cannot be asked for: {0}")]
    Path(#[from] http::Error),
}

async fn exchange(whom: Whom, check: &HealthCheck) -> Result<Told, ProbeError> {
    let stream = dial(whom.address, check.timeout).await?;
    over(stream, whom, check).await
}

/// Asks over a connection that stands.
pub(super) async fn over(
    stream: TcpStream,
    whom: Whom,
    check: &HealthCheck,
) -> Result<Told, ProbeError> {
    let stream = TokioIo::new(stream);
    let question = match &check.kind {
        ProbeKind::Tcp => return Ok(Told::Connected),
        ProbeKind::Http => question(whom, check)?,
        ProbeKind::Grpc(service) => grpc::question(whom.address, service)?,
    };
    let is_grpc = matches!(check.kind, ProbeKind::Grpc(_));
    let answer = if whom.h2 || is_grpc {
        let (mut sender, connection) = http2::handshake(TokioExecutor::new(), stream).await?;
        beside(connection, async { read(sender.send_request(question).await?).await }).await?
    } else {
        let (mut sender, connection) = http1::handshake(stream).await?;
        beside(connection, async { read(sender.send_request(question).await?).await }).await?
    };
    Ok(match is_grpc {
        true => Told::Grpc(grpc::report(answer.status, &answer.fields, &answer.body)),
        false => Told::Status(answer.status),
    })
}

/// What a backend is asked. HTTP/2 takes the authority from the target, HTTP/1.1 from Host.
fn question(whom: Whom, check: &HealthCheck) -> Result<Request<Full<Bytes>>, http::Error> {
    let request = Request::builder().header(USER_AGENT, "gatewayd-probe");
    let request = match whom.h2 {
        true => request.uri(format!("http://{}{}", whom.address, check.path)),
        false => request.uri(&check.path).header(HOST, whom.address.to_string()),
    };
    request.body(Full::default())
}

/// The connection is driven beside the question and ends with it.
async fn beside<T>(
    connection: impl Future<Output = hyper::Result<()>>,
    asking: impl Future<Output = hyper::Result<T>>,
) -> Result<T, ProbeError> {
    let mut asking = pin!(asking);
    tokio::select! {
        answer = asking.as_mut() => Ok(answer?),
        ended = connection => {
            ended?;
            Ok(asking.await?)
        }
    }
}

/// An answer that was read to its end, or far enough.
struct Answer {
    status: u16,
    /// Those of its head, then those behind its body.
    fields: HeaderMap,
    body: Vec<u8>,
}

async fn read(answer: Response<Incoming>) -> hyper::Result<Answer> {
    let (head, mut incoming) = answer.into_parts();
    let (status, mut fields, mut body) = (head.status.as_u16(), head.headers, Vec::new());
    while let Some(frame) = incoming.frame().await {
        match frame?.into_data() {
            Ok(piece) => body.extend_from_slice(&piece),
            Err(frame) => fields.extend(frame.into_trailers().unwrap_or_default()),
        }
        if body.len() > LARGEST_BODY_BYTES {
            break;
        }
    }
    Ok(Answer { status, fields, body })
}
