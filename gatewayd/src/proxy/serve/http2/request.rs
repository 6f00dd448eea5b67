//! One stream of HTTP/2, from its head to its answer.

use std::future::poll_fn;
use std::net::IpAddr;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use http::header::CONTENT_LENGTH;
use http::{HeaderName, HeaderValue, Method, Request, Response};
use http_body::Body;
use hyper::body::Incoming;

use crate::model::Refusal;
use crate::policy;

use super::super::super::account::Account;
use super::super::super::deadlines::Deadline;
use super::super::super::decide::{self, decide};
use super::super::super::door::DoorKind;
use super::super::super::fields::{self, LOAD_METRICS};
use super::super::super::http1::{
    Asked, ResponseFraming, ResponseHead, Stage, write_request_of_map,
};
use super::super::super::reply::{self, Reply};
use super::super::super::screen::{Screened, screen};
use super::super::super::upstream::{Failure, Lease};
use super::super::super::worker::Worker;
use super::super::patience::{ANSWER_HEAD, Awaits, BODY_IDLE, WRITE_STALL};
use super::answer::{AnswerBody, Relayed};
use super::upload::{Stop, Upload, framing};

/// Answers one stream of the client at `peer`, whose task ends with the `deadline`.
pub(super) async fn answer(
    worker: Rc<Worker>,
    door: &DoorKind,
    peer: IpAddr,
    deadline: Rc<Deadline>,
    request: Request<Incoming>,
) -> Response<AnswerBody> {
    let mut account = Account::open(&worker, peer, "HTTP/2.0");
    let relayed = relay(&worker, door, peer, &deadline, request, &mut account).await;
    // From here on it is for the client to take the answer.
    deadline.arm(WRITE_STALL);
    let relayed = match relayed {
        Ok(relayed) => relayed,
        Err(reply) => return reply.map(|body| AnswerBody::Ours(body, account)),
    };
    let Answered { head, lease, upload, framing } = relayed;
    let body = Relayed::new(lease, upload, framing, deadline, account);
    head.map(|()| AnswerBody::Relayed(Box::new(body)))
}

/// A backend's answer, its head complete.
struct Answered {
    head: Response<()>,
    lease: Lease,
    upload: Upload,
    framing: ResponseFraming,
}

async fn relay(
    worker: &Rc<Worker>,
    door: &DoorKind,
    peer: IpAddr,
    deadline: &Deadline,
    request: Request<Incoming>,
    account: &mut Account,
) -> Result<Answered, Box<Reply>> {
    let (mut head, body) = request.into_parts();
    let screened = screen(&head).map_err(|refusal| refused(refusal, account))?;
    let Screened { host, authority, path } = screened;
    let path = path.unwrap_or_else(|| head.uri.path().to_owned());
    let asked = decide::Asked {
        method: &head.method,
        host: &host,
        path: &path,
        query: head.uri.query(),
        fields: &head.headers,
        body_bytes: body.size_hint().lower(),
    };
    let mut decided = decide(worker, door, peer, &asked, account)?;
    fields::toward_backend(&mut head.headers, &authority, &decided.origin);
    let target = match head.uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path,
    };
    let mut out = worker.buffers.borrow_mut().outbox();
    write_request_of_map(&head.method, &target, &head.headers, framing(&body), &mut out);
    let mut upload = Upload::new(worker, out, body, decided.most_body_bytes);
    loop {
        deadline.disarm();
        let engaged = decided.search.engage(worker, account).await;
        let mut lease = engaged.map_err(|refusal| refused(refusal, account))?;
        match attempt(&head.method, &mut lease, &mut upload, deadline).await {
            Ok((answer, framing)) => {
                account.answered(answer.status());
                return Ok(Answered { head: answer, lease, upload, framing });
            }
            Err(Ended::Client(refusal)) => return Err(refused(refusal, account)),
            Err(Ended::Backend(refusal)) => {
                lease.failed();
                let safe =
                    upload.is_unsent() || head.method.is_idempotent() && upload.is_repeatable();
                let broken = refusal == Refusal::UpstreamBroken && !lease.answer.began();
                if !(safe && broken && decided.search.has_another()) {
                    return Err(refused(refusal, account));
                }
                decided.search.broke_off(&lease, refusal);
                upload.restart();
            }
        }
    }
}

/// How an attempt ended that brought no answer.
enum Ended {
    Client(Refusal),
    Backend(Refusal),
}

/// Sends the request and waits for the answer's head.
async fn attempt(
    method: &Method,
    lease: &mut Lease,
    upload: &mut Upload,
    deadline: &Deadline,
) -> Result<(Response<()>, ResponseFraming), Ended> {
    let asked = Asked { method, for_websocket: false };
    let mut last = None;
    let answered = poll_fn(|cx| {
        let uploaded = upload.poll(cx, &mut lease.connection);
        if let Poll::Ready(Err(stop)) = uploaded {
            // A client that reset its stream hears nothing any more, whatever is said.
            let refusal = match stop {
                Stop::Refused(refusal) => refusal,
                Stop::Left => Refusal::TimeoutBody,
            };
            return Poll::Ready(Err(Ended::Client(refusal)));
        }
        let now = (upload.awaits(), upload.body_bytes());
        if last != Some(now) {
            last = Some(now);
            deadline.arm(patience(upload.awaits()));
        }
        let Lease { connection, answer, .. } = &mut *lease;
        match answer.poll_head(cx, connection, asked, final_head) {
            Poll::Ready(Ok(Some(answered))) => Poll::Ready(Ok(answered)),
            Poll::Ready(Ok(None)) => unreachable!("interim heads are passed over"),
            Poll::Ready(Err(failure)) => Poll::Ready(Err(Ended::Backend(refusal(&failure)))),
            Poll::Pending if deadline.is_over(cx) => Poll::Ready(Err(match upload.awaits() {
                Awaits::Client => Ended::Client(Refusal::TimeoutBody),
                Awaits::Backend | Awaits::Nothing => Ended::Backend(Refusal::UpstreamTimeout),
            })),
            Poll::Pending => Poll::Pending,
        }
    })
    .await?;
    let (answer, framing, cpu) = answered;
    lease.answered(answer.status().is_server_error(), cpu);
    Ok((answer, framing))
}

fn patience(awaits: Awaits) -> Duration {
    match awaits {
        Awaits::Client => BODY_IDLE,
        Awaits::Backend => WRITE_STALL,
        Awaits::Nothing => ANSWER_HEAD,
    }
}

type Head = (Response<()>, ResponseFraming, Option<f64>);

/// The head as the client gets it.
fn final_head(head: &ResponseHead<'_>) -> Option<Head> {
    if head.stage() == Stage::Interim {
        return None;
    }
    let mut answer = Response::new(());
    *answer.status_mut() = head.status;
    *answer.version_mut() = http::Version::HTTP_2;
    let map = answer.headers_mut();
    for (name, value, meaning) in head.fields.iter() {
        let goes = meaning.goes_to_client() && !head.options.nominate(&head.fields, name);
        if let (true, Ok(name), Ok(value)) =
            (goes, HeaderName::from_bytes(name), HeaderValue::from_bytes(value))
        {
            map.append(name, value);
        }
    }
    let framing = head.framed.framing;
    let length = match framing {
        ResponseFraming::Length(length) => Some(length),
        ResponseFraming::Nothing { told } => told,
        ResponseFraming::Chunked | ResponseFraming::UntilClose => None,
    };
    if let Some(length) = length {
        map.insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    let report = head.fields.called(LOAD_METRICS.as_str().as_bytes()).next();
    Some((answer, framing, report.and_then(policy::cpu_utilization)))
}

fn refusal(failure: &Failure) -> Refusal {
    match failure {
        Failure::BrokeOff => Refusal::UpstreamBroken,
        Failure::Invalid(_) | Failure::InvalidBody => Refusal::UpstreamInvalid,
    }
}

fn refused(refusal: Refusal, account: &mut Account) -> Box<Reply> {
    account.refused(refusal);
    Box::new(reply::refusal(refusal))
}
