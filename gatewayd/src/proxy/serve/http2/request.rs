//! One stream of HTTP/2, from its head to its answer.

use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

use bytes::Bytes;
use http::header::CONTENT_LENGTH;
use http::{HeaderName, HeaderValue, Method, Request, Response};
use http_body::Body;
use hyper::body::Incoming;

use crate::model::Refusal;

use super::super::super::account::Account;
use super::super::super::deadlines::Deadline;
use super::super::super::decide::{self, decide};
use super::super::super::door::DoorKind;
use super::super::super::fields;
use super::super::super::http1::{
    Asked, ResponseFraming, ResponseHead, Stage, write_request_of_map,
};
use super::super::super::peer::Peer;
use super::super::super::reply::{self, Reply};
use super::super::super::screen::{Screened, screen};
use super::super::super::upstream::{CameTo, Connection, Failure, Lease, Search};
use super::super::super::worker::Worker;
use super::super::patience::{Awaits, WRITE_STALL};
use super::super::stop::Stop;
use super::answer::{AnswerBody, Relayed};
use super::streamed::{Call, Streamed};
use super::upload::{Upload, framing};

/// Answers one stream of the client at `peer`, whose task ends with the `deadline`.
pub(super) async fn answer(
    worker: Rc<Worker>,
    door: &DoorKind,
    peer: Peer,
    deadline: Rc<Deadline>,
    request: Request<Incoming>,
) -> Response<AnswerBody> {
    let mut account = Account::open(&worker, peer, "HTTP/2.0");
    let asks_grpc = fields::asks_grpc(request.headers());
    let wants_body = request.method() != Method::HEAD;
    let relayed = relay(&worker, door, peer, &deadline, request, &mut account).await;
    // From here on it is for the client to take the answer.
    deadline.arm(WRITE_STALL);
    match relayed {
        Ok(Answered::ByHttp1(answered)) => {
            let head = answered.head;
            let body =
                Relayed::new(answered.lease, answered.upload, answered.framing, deadline, account);
            head.map(|()| AnswerBody::Relayed(Box::new(body)))
        }
        Ok(Answered::ByHttp2(answered)) => answered.begin(deadline, account),
        Err(Unanswered::Told(reply)) => {
            let reply = match account.refusal() {
                Some(refusal) if asks_grpc => reply::to_grpc(refusal, &reply),
                _ if wants_body => *reply,
                _ => reply::without_body(*reply),
            };
            reply.map(|body| AnswerBody::Ours(body, account))
        }
        // A client that reset its stream hears nothing any more, whatever is said.
        Err(Unanswered::Left) => Response::new(AnswerBody::Ours(Bytes::new(), account)),
    }
}

/// A backend's answer, its head complete.
enum Answered {
    ByHttp1(Box<AnsweredByHttp1>),
    ByHttp2(Box<Streamed>),
}

struct AnsweredByHttp1 {
    head: Response<()>,
    lease: Lease,
    upload: Upload,
    framing: ResponseFraming,
}

/// Why there is no backend's answer.
pub(super) enum Unanswered {
    /// The gateway gives one by itself.
    Told(Box<Reply>),
    /// The client left.
    Left,
}

impl Unanswered {
    /// What follows from a stop.
    pub(super) fn of(stop: Stop, account: &mut Account) -> Unanswered {
        match stop {
            Stop::Refused(refusal) => refused(refusal, account),
            Stop::Left => Unanswered::Left,
        }
    }
}

async fn relay(
    worker: &Rc<Worker>,
    door: &DoorKind,
    peer: Peer,
    deadline: &Deadline,
    request: Request<Incoming>,
    account: &mut Account,
) -> Result<Answered, Unanswered> {
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
    let decided = decide(worker, door, peer.address, &asked, account).map_err(Unanswered::Told)?;
    let takes_trailers = fields::takes_trailers(&head.headers);
    fields::toward_backend(&mut head.headers, &authority, &decided.origin);
    let target = match head.uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path,
    };
    if decided.search.speaks_http2() {
        let most = decided.most_body_bytes;
        let call = Call::new(worker, head, &target, takes_trailers, body, most)
            .map_err(|refusal| refused(refusal, account))?;
        let relaying = call.run(worker, deadline, decided.search, account);
        return Box::pin(relaying).await.map(|answered| Answered::ByHttp2(Box::new(answered)));
    }
    let mut out = worker.buffers.borrow_mut().outbox();
    write_request_of_map(&head.method, &target, &head.headers, framing(&body), &mut out);
    let upload = Upload::new(worker, out, body, decided.most_body_bytes);
    let relaying = ask(worker, deadline, &head.method, decided.search, upload, account);
    relaying.await.map(|answered| Answered::ByHttp1(Box::new(answered)))
}

/// Asks backends of HTTP/1.1 until one answers.
async fn ask(
    worker: &Rc<Worker>,
    deadline: &Deadline,
    method: &Method,
    mut search: Search,
    mut upload: Upload,
    account: &mut Account,
) -> Result<AnsweredByHttp1, Unanswered> {
    loop {
        deadline.disarm();
        let engaged = search.engage::<Connection>(worker, account).await;
        let mut lease = engaged.map_err(|refusal| refused(refusal, account))?;
        lease.attempt.going().is_closed_by(deadline);
        match attempt(method, &mut lease, &mut upload, deadline).await {
            Ok((mut head, framing)) => {
                account.received(upload.body_bytes());
                account.answered(head.status());
                account.tell(&mut head);
                return Ok(AnsweredByHttp1 { head, lease, upload, framing });
            }
            Err(Ended::Client(stop)) => return Err(Unanswered::of(stop, account)),
            Err(Ended::Backend(refusal)) => {
                lease.failed(refusal);
                let safe = upload.is_unsent() || method.is_idempotent() && upload.is_repeatable();
                let broken = refusal == Refusal::UpstreamBroken && !lease.answer.began();
                if !(safe && broken && search.has_another()) {
                    return Err(refused(refusal, account));
                }
                search.broke_off(CameTo::on(&lease, upload.is_unsent()), refusal);
                upload.restart();
            }
        }
    }
}

/// How an attempt ended that brought no answer.
enum Ended {
    Client(Stop),
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
            return Poll::Ready(Err(Ended::Client(stop)));
        }
        let now = (upload.awaits(), upload.body_bytes());
        if last != Some(now) {
            last = Some(now);
            deadline.arm(upload.awaits().patience());
        }
        let Lease { connection, answer, .. } = &mut *lease;
        match answer.poll_head(cx, connection, asked, final_head) {
            Poll::Ready(Ok(Some(answered))) => Poll::Ready(Ok(answered)),
            Poll::Ready(Ok(None)) => unreachable!("interim heads are passed over"),
            Poll::Ready(Err(failure)) => Poll::Ready(Err(Ended::Backend(refusal(&failure)))),
            Poll::Pending if deadline.is_over(cx) && deadline.was_cut() => {
                deadline.disarm();
                Poll::Ready(Err(Ended::Client(Stop::Refused(Refusal::Drained))))
            }
            Poll::Pending if deadline.is_over(cx) => Poll::Ready(Err(match upload.awaits() {
                Awaits::Client => Ended::Client(Stop::Refused(Refusal::TimeoutBody)),
                Awaits::Backend | Awaits::Nothing => Ended::Backend(Refusal::UpstreamTimeout),
            })),
            Poll::Pending => Poll::Pending,
        }
    })
    .await?;
    let (answer, framing, report) = answered;
    lease.answered(answer.status(), report);
    Ok((answer, framing))
}

type Head = (Response<()>, ResponseFraming, Option<fields::Report>);

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
    Some((answer, framing, head.fields.load_report()))
}

fn refusal(failure: &Failure) -> Refusal {
    match failure {
        Failure::BrokeOff => Refusal::UpstreamBroken,
        Failure::Invalid(_) | Failure::InvalidBody => Refusal::UpstreamInvalid,
    }
}

fn refused(refusal: Refusal, account: &mut Account) -> Unanswered {
    account.refused(refusal);
    Unanswered::Told(Box::new(reply::refusal(refusal)))
}
