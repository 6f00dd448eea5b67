//! One connection of a client of HTTP/1: its requests, one after the other.

use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

use http::Method;

use crate::model::Refusal;

use super::super::super::account::Account;
use super::super::super::deadlines::Deadline;
use super::super::super::decide::{self, Decided, decide};
use super::super::super::door::DoorKind;
use super::super::super::fields;
use super::super::super::http1::{
    Parsed, RequestFraming, RequestHead, RequestParser, Version, write_request,
};
use super::super::super::peer::Peer;
use super::super::super::reply::{self, Reply};
use super::super::super::tunnel;
use super::super::super::worker::Worker;
use super::super::patience::{FAREWELL, FIRST_BYTE, HEAD, KEEP_ALIVE, WRITE_STALL};
use super::super::stream::Stream;
use super::client::Client;
use super::download::Download;
use super::exchange::{Exchange, Outcome};
use super::linger;
use super::streamed::{Body, Call};
use super::upload::Upload;
use super::write::write_reply;

const MOST_REQUESTS: u32 = 10_000;
const LONGEST_LIFE_MS: u64 = 60 * 60 * 1000;

/// Serves the client at `peer` until it leaves, breaks a rule, or the worker drains.
pub(in crate::proxy::serve) async fn serve<S: Stream>(
    worker: &Rc<Worker>,
    door: &DoorKind,
    stream: S,
    peer: Peer,
) {
    let mut connection = Connection {
        worker,
        door,
        peer,
        client: Client::new(worker, stream),
        parser: RequestParser::new(door.scheme()),
        deadline: Deadline::new(worker),
        served: 0,
        born_ms: worker.now_ms(),
    };
    // What only a request needs lies in a box of its own, so that an idle connection stays small.
    while connection.first_byte().await {
        if Box::pin(connection.serve_one()).await == Then::Close {
            break;
        }
    }
}

struct Connection<'a, S> {
    worker: &'a Rc<Worker>,
    door: &'a DoorKind,
    peer: Peer,
    client: Client<S>,
    parser: RequestParser,
    deadline: Deadline,
    served: u32,
    born_ms: u64,
}

/// What follows a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    Next,
    Close,
}

/// A head that was read, and what becomes of it.
struct Read {
    account: Account,
    version: Version,
    framing: RequestFraming,
    expects_continue: bool,
    persists: bool,
    method: Method,
    for_websocket: bool,
    /// The pool's, with the head as a backend is asked; or an answer of ours.
    verdict: Result<(Decided, Ready), Box<Reply>>,
}

/// A request as a backend is asked.
enum Ready {
    /// Its head, written.
    Http1(Vec<u8>),
    /// What HTTP/2 makes of it; in a box, as only some pools need it.
    Http2(Box<Call>),
}

impl<S: Stream> Connection<'_, S> {
    /// Reads one request, of which some is there, and answers it.
    async fn serve_one(&mut self) -> Then {
        self.deadline.arm(HEAD);
        let read = self.head().await;
        self.deadline.disarm();
        match read {
            Ok(Some(read)) => self.answer(read).await,
            // The client left in the middle of a head.
            Ok(None) => Then::Close,
            Err(refusal) => self.refuse_head(refusal).await,
        }
    }

    /// Waits for the first byte of a request, with no buffer in hand; false when none comes.
    async fn first_byte(&mut self) -> bool {
        if !self.client.unread().is_empty() {
            return true;
        }
        self.client.rest();
        let patience = if self.served == 0 { FIRST_BYTE } else { KEEP_ALIVE };
        self.deadline.arm_idle(patience);
        let (worker, deadline, client) = (self.worker, &self.deadline, &mut self.client);
        let mut leaves = false;
        let filled = poll_fn(|cx| {
            let filled = client.poll_fill(cx);
            if filled.is_ready() {
                return filled.map(Some);
            }
            if worker.is_draining() && !leaves {
                leaves = true;
                deadline.arm(FAREWELL);
            }
            if deadline.is_over(cx) { Poll::Ready(None) } else { Poll::Pending }
        });
        match filled.await {
            Some(Ok(count)) => count > 0,
            Some(Err(_)) => false,
            None => {
                if self.served == 0 && !self.worker.is_draining() && !self.deadline.was_hurried() {
                    self.worker.cells().refused.of(Refusal::TimeoutFirstByte).add(1);
                }
                false
            }
        }
    }

    /// Reads a head; `None` when the client left before its end.
    async fn head(&mut self) -> Result<Option<Read>, Refusal> {
        loop {
            if let Some(read) = self.parse()? {
                return Ok(Some(read));
            }
            if !self.more_of_head().await? {
                return Ok(None);
            }
        }
    }

    /// The head at the front of the buffer, if all of it is there, and what is decided about it.
    fn parse(&mut self) -> Result<Option<Read>, Refusal> {
        let lines = &mut *self.worker.lines.borrow_mut();
        let (read, len) = match self.parser.parse(self.client.unread(), lines) {
            Parsed::Refused(refusal) => return Err(refusal),
            Parsed::Incomplete => return Ok(None),
            Parsed::Complete { head, len } => (self.read(&head), len),
        };
        self.client.consume(len);
        Ok(Some(read))
    }

    async fn more_of_head(&mut self) -> Result<bool, Refusal> {
        let client = &mut self.client;
        match self.deadline.meet(poll_fn(|cx| client.poll_fill(cx))).await {
            Ok(Ok(count)) => Ok(count > 0),
            Ok(Err(_)) => Ok(false),
            Err(_) => Err(Refusal::TimeoutHead),
        }
    }

    /// Decides about a head while it is in the buffer.
    fn read(&self, head: &RequestHead<'_>) -> Read {
        let protocol = if head.version == Version::Http10 { "HTTP/1.0" } else { "HTTP/1.1" };
        let mut account = Account::open(self.worker, self.peer, protocol);
        let asked = decide::Asked {
            method: &head.method,
            host: &head.host.name,
            path: head.target.path(),
            query: head.target.query(),
            fields: &head.fields,
            body_bytes: match head.framing {
                RequestFraming::Length(bytes) => bytes,
                RequestFraming::Nothing | RequestFraming::Chunked => 0,
            },
        };
        let decided = decide(self.worker, self.door, self.peer.address, &asked, &mut account);
        let ready = decided.and_then(|decided| {
            let ready = self.ready(head, &decided);
            let ready = ready.map_err(|refusal| {
                account.refused(refusal);
                Box::new(reply::refusal(refusal))
            });
            Ok((decided, ready?))
        });
        let verdict = ready.map_err(|reply| match account.refusal() {
            Some(refusal) if fields::asks_grpc(&head.fields) => {
                Box::new(reply::to_grpc(refusal, &reply))
            }
            _ => reply,
        });
        Read {
            account,
            version: head.version,
            framing: head.framing,
            expects_continue: head.expects_continue,
            persists: head.persists() && self.may_serve_more(),
            method: head.method.clone(),
            for_websocket: head.asks_for_websocket,
            verdict,
        }
    }

    /// The request in the protocol of the pool it goes to.
    fn ready(&self, head: &RequestHead<'_>, decided: &Decided) -> Result<Ready, Refusal> {
        if decided.search.speaks_http2() {
            return Call::new(head, &decided.origin).map(|call| Ready::Http2(Box::new(call)));
        }
        let mut out = self.worker.buffers.borrow_mut().outbox();
        write_request(head, &decided.origin, &mut out);
        Ok(Ready::Http1(out))
    }

    fn may_serve_more(&self) -> bool {
        self.served < MOST_REQUESTS
            && self.worker.now_ms() - self.born_ms < LONGEST_LIFE_MS
            && !self.worker.is_draining()
    }

    async fn answer(&mut self, read: Read) -> Then {
        self.served += 1;
        let with_body = read.method != Method::HEAD;
        let Read { mut account, version, persists, .. } = read;
        let (decided, ready) = match read.verdict {
            Ok(ready) => ready,
            Err(reply) => {
                let has_body =
                    !matches!(read.framing, RequestFraming::Nothing | RequestFraming::Length(0));
                let persists = persists && !has_body;
                return self.reply(&reply, account, version, persists, with_body).await;
            }
        };
        let (worker, most) = (self.worker, decided.most_body_bytes);
        let mut asks_grpc = false;
        let outcome = match ready {
            Ready::Http1(head) => {
                let exchange = Exchange {
                    worker,
                    client: &mut self.client,
                    account: &mut account,
                    deadline: &self.deadline,
                    search: decided.search,
                    upload: Upload::new(worker, head, read.framing, read.expects_continue, most),
                    idempotent: read.method.is_idempotent(),
                    download: Download::new(read.method, read.for_websocket, version, persists),
                };
                exchange.run().await
            }
            Ready::Http2(call) => {
                asks_grpc = call.asks_grpc();
                let (client, framing) = (&mut self.client, read.framing);
                let body = Body::new(worker, client, version, framing, read.expects_continue);
                let deadline = &self.deadline;
                let relaying = call.relay(worker, &mut account, deadline, decided, body, persists);
                Box::pin(relaying).await
            }
        };
        match outcome {
            Outcome::Answered { persists: true } => Then::Next,
            Outcome::Answered { persists: false } => {
                drop(account);
                linger::close(&mut self.client, &self.deadline).await;
                Then::Close
            }
            Outcome::Over => Then::Close,
            Outcome::Switched(lease) => {
                let (stream, unread) = self.client.stream_and_unread();
                let deadline = &self.deadline;
                tunnel::run(worker, stream, unread, *lease, account, deadline).await;
                Then::Close
            }
            Outcome::Refused(refusal) => {
                account.refused(refusal);
                let mut reply = reply::refusal(refusal);
                if asks_grpc {
                    reply = reply::to_grpc(refusal, &reply);
                }
                // A body may be on its way that nobody reads.
                let whole =
                    matches!(read.framing, RequestFraming::Nothing | RequestFraming::Length(0));
                self.reply(&reply, account, version, persists && whole, with_body).await
            }
        }
    }

    async fn refuse_head(&mut self, refusal: Refusal) -> Then {
        let mut account = Account::open(self.worker, self.peer, "HTTP/1.1");
        account.refused(refusal);
        self.reply(&reply::refusal(refusal), account, Version::Http11, false, true).await
    }

    /// Gives an answer of our own.
    async fn reply(
        &mut self,
        reply: &Reply,
        mut account: Account,
        version: Version,
        persists: bool,
        with_body: bool,
    ) -> Then {
        let date = self.worker.date();
        write_reply(reply, version, persists, with_body, &date, self.client.outbox());
        account.sent(if with_body { reply.body().len() } else { 0 });
        self.deadline.arm(WRITE_STALL);
        let client = &mut self.client;
        let flushed = self.deadline.meet(poll_fn(|cx| client.poll_flush(cx))).await;
        self.deadline.disarm();
        drop(account);
        match flushed {
            Ok(Ok(())) if persists => Then::Next,
            Ok(Ok(())) => {
                linger::close(&mut self.client, &self.deadline).await;
                Then::Close
            }
            Ok(Err(_)) | Err(_) => Then::Close,
        }
    }
}
