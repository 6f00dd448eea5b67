//! The exchange with the fleet: pick a backend, send the request, tried once more where that is
//! safe.
//!
//! | what failed | what is done |
//! |---|---|
//! | no connection | another backend, once |
//! | a kept connection had been closed, nothing was sent | a new connection to the same backend |
//! | the answer did not begin, and the request is safe to repeat and had no body | another backend, once |
//! | anything else | the client is told |

use std::rc::Rc;

use http::request::Parts;
use http::{HeaderMap, Method, Request, Response, Uri, Version};
use http_body::Body;
use hyper::body::Incoming;

use crate::model::Refusal;
use crate::policy;
use crate::state::Flight;

use super::account::Account;
use super::body::RequestBody;
use super::fields::LOAD_METRICS;
use super::pick::pick;
use super::upstream::{Connection, Failure, Lease};
use super::worker::{Held, Worker};

/// Attempts on different backends.
const ATTEMPTS: u32 = 2;

/// A request that is ready for its pool.
pub(super) struct Outbound {
    pub(super) table: Rc<Held>,
    pub(super) pool: usize,
    pub(super) hash: u64,
    pub(super) method: Method,
    /// The path and query, nothing else.
    pub(super) target: Uri,
    pub(super) fields: HeaderMap,
    pub(super) body: RequestBody,
}

/// Sends `outbound` to a backend of its pool and waits for the answer's head.
///
/// # Errors
/// When no backend answered.
pub(super) async fn exchange(
    worker: &Rc<Worker>,
    outbound: Outbound,
    account: &mut Account,
) -> Result<(Response<Incoming>, Lease), Refusal> {
    let Outbound { table, pool, hash, method, target, fields, body } = outbound;
    let repeatable = method.is_idempotent() && body.is_end_stream();
    let overrun = body.overrun();
    let mut request = request(method, target, fields, body);
    let mut except = None;
    let mut failure = Refusal::NoBackend;
    for attempt in 1..=ATTEMPTS {
        let Some(flight) = pick(worker, &table, pool, hash, except) else { return Err(failure) };
        except = Some(flight.backend().slot);
        account.attempted(&flight.backend().name);
        if attempt > 1 {
            worker.cells().retries.add(1);
        }
        let started_us = worker.clock.now_us();
        let connection = match worker.connect(flight.backend()).await {
            Ok(connection) => connection,
            Err(error) => {
                if error.is_backends_fault() {
                    fail(worker, &flight, started_us);
                }
                failure = Refusal::UpstreamConnect;
                continue;
            }
        };
        let copy = repeatable.then(|| copied(&request));
        let mut attempt = Attempt { worker, flight, started_us };
        match attempt.run(connection, request).await {
            Ok((answer, connection)) => {
                attempt.succeed(&answer);
                return Ok((answer, Lease::new(connection, attempt.flight, worker)));
            }
            Err(_) if overrun.get() => return Err(Refusal::BodyTooLarge),
            Err(refusal) => {
                fail(worker, &attempt.flight, started_us);
                // A timeout has cost the client its patience already.
                match copy.filter(|_| refusal != Refusal::UpstreamTimeout) {
                    Some(copy) => (request, failure) = (copy, refusal),
                    None => return Err(refusal),
                }
            }
        }
    }
    Err(failure)
}

/// One attempt against one backend.
struct Attempt<'a> {
    worker: &'a Worker,
    flight: Flight,
    started_us: u64,
}

impl Attempt<'_> {
    /// Sends the request; when a kept connection turns out closed, over a new one.
    async fn run(
        &mut self,
        mut connection: Connection,
        request: Request<RequestBody>,
    ) -> Result<(Response<Incoming>, Connection), Refusal> {
        let mut request = request;
        loop {
            let kept = connection.is_used();
            match connection.exchange(request).await {
                Ok(answer) => return Ok((answer, connection)),
                Err(Failure::Unsent(unsent)) if kept => {
                    request = *unsent;
                    let anew = self.worker.connect_anew(self.flight.backend()).await;
                    connection = anew.map_err(|_| Refusal::UpstreamConnect)?;
                }
                Err(Failure::TimedOut) => return Err(Refusal::UpstreamTimeout),
                Err(Failure::Broken(error)) => {
                    tracing::debug!(backend = %self.flight.backend().name, %error, "no answer");
                    return Err(Refusal::UpstreamBroken);
                }
                Err(Failure::Unsent(_)) => return Err(Refusal::UpstreamBroken),
            }
        }
    }

    fn succeed(&self, answer: &Response<Incoming>) {
        let backend = self.flight.backend();
        let cells = backend.cells.of(self.worker.index);
        cells.attempts.add(1);
        cells.latency.record(self.worker.clock.now_us() - self.started_us);
        if answer.status().is_server_error() {
            cells.failures.add(1);
        }
        if let Some(cpu) = answer.headers().get(LOAD_METRICS).and_then(policy::cpu_utilization) {
            backend.report_cpu(cpu);
        }
    }
}

fn fail(worker: &Worker, flight: &Flight, started_us: u64) {
    let cells = flight.backend().cells.of(worker.index);
    cells.attempts.add(1);
    cells.failures.add(1);
    cells.latency.record(worker.clock.now_us() - started_us);
}

fn request(
    method: Method,
    target: Uri,
    fields: HeaderMap,
    body: RequestBody,
) -> Request<RequestBody> {
    let mut request = Request::new(body);
    *request.method_mut() = method;
    *request.uri_mut() = target;
    *request.version_mut() = Version::HTTP_11;
    *request.headers_mut() = fields;
    request
}

/// The same request once more; only for one without a body.
fn copied(original: &Request<RequestBody>) -> Request<RequestBody> {
    let method = original.method().clone();
    request(method, original.uri().clone(), original.headers().clone(), RequestBody::none())
}

/// The path and query that the backend is asked for: the canonical path, the query as it came.
pub(super) fn target(head: &Parts, canonical: Option<&str>) -> Option<Uri> {
    let path = canonical.unwrap_or(head.uri.path());
    match head.uri.query() {
        Some(query) => format!("{path}?{query}").parse().ok(),
        None => path.parse().ok(),
    }
}
