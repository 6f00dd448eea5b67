//! One probe: asks a backend how it is, in the way its pool says.

use std::pin::pin;

use bytes::Bytes;
use http::header::{HOST, USER_AGENT};
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::time::Instant;

use super::grpc::{self, Report};
use crate::model::{HealthCheck, ProbeKind};
use crate::net::{DialError, dial};
use crate::policy::ProbeResult;
use crate::state::LiveBackend;

/// The most of an answer's body that is read.
const LARGEST_BODY_BYTES: usize = 64 * 1024;

/// One probe; `None` where a shortage of our own kept it from being made.
pub(super) async fn ask(live: &LiveBackend, check: &HealthCheck) -> Option<ProbeResult> {
    let started = Instant::now();
    Some(match tokio::time::timeout(check.timeout, exchange(live, check)).await {
        Err(_) => ProbeResult::TimedOut(check.timeout),
        Ok(Ok(Told::Connected)) => ProbeResult::Passed("connected", started.elapsed()),
        Ok(Ok(Told::Status(status))) => ProbeResult::Status(status, started.elapsed()),
        Ok(Ok(Told::Grpc(Report::Serving))) => ProbeResult::Passed("SERVING", started.elapsed()),
        Ok(Ok(Told::Grpc(report))) => ProbeResult::Failed(report.to_string()),
        Ok(Err(ProbeError::Dial(DialError::Refused(_)))) => ProbeResult::Refused,
        Ok(Err(ProbeError::Dial(error @ DialError::Local { .. }))) => {
            tracing::debug!(backend = %live.name, %error, "not probed");
            return None;
        }
        Ok(Err(error)) => ProbeResult::Failed(error.to_string()),
    })
}

/// What a backend told.
enum Told {
    Connected,
    Status(u16),
    Grpc(Report),
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

async fn exchange(live: &LiveBackend, check: &HealthCheck) -> Result<Told, ProbeError> {
    let stream = TokioIo::new(dial(live.address, check.timeout).await?);
    let question = match &check.kind {
        ProbeKind::Tcp => return Ok(Told::Connected),
        ProbeKind::Http => question(live, check)?,
        ProbeKind::Grpc(service) => grpc::question(live.address, service)?,
    };
    let is_grpc = matches!(check.kind, ProbeKind::Grpc(_));
    let answer = if live.h2 || is_grpc {
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
fn question(live: &LiveBackend, check: &HealthCheck) -> Result<Request<Full<Bytes>>, http::Error> {
    let request = Request::builder().header(USER_AGENT, "gatewayd-probe");
    let request = match live.h2 {
        true => request.uri(format!("http://{}{}", live.address, check.path)),
        false => request.uri(&check.path).header(HOST, live.address.to_string()),
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
