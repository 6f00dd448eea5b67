//! A backend of HTTP/2 that does with each stream what a script says.

use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use h2::server::SendResponse;
use h2::{Reason, RecvStream, SendStream};
use http::request::Parts;
use http::{HeaderMap, Response};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

use crate::recorder::pool_of;

/// A backend of a gateway under test. It stops when it is dropped.
pub struct Http2Backend {
    /// Where it listens.
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    runtime: Option<Runtime>,
}

/// What came of a stream.
#[derive(Clone, Debug)]
pub struct Seen {
    /// How many connections came before its own; probes have connections too.
    pub connection: usize,
    /// Its head.
    pub head: Parts,
    /// Its body as far as it was read.
    pub body: Vec<u8>,
    /// The fields behind it.
    pub trailers: Option<HeaderMap>,
    /// Why the gateway reset it, if it did.
    pub reset: Option<Reason>,
}

/// One stream, as a script sees it.
pub struct Turn {
    /// How many streams came before it, probes aside.
    pub number: usize,
    /// What is asked.
    pub head: Parts,
    body: RecvStream,
    respond: SendResponse<Bytes>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Http2Backend {
    /// Starts one that plays `script` on each stream; probes are answered before.
    pub fn start<F>(script: impl Fn(Turn) -> F + Clone + Send + Sync + 'static) -> Http2Backend
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let all = Arc::clone(&seen);
        runtime.spawn(async move {
            let mut connection = 0;
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(serve(socket, connection, Arc::clone(&all), script.clone()));
                connection += 1;
            }
        });
        Http2Backend { address, seen, runtime: Some(runtime) }
    }

    /// The pool `app` of these backends.
    pub fn pool(backends: &[&Http2Backend]) -> String {
        let addresses: Vec<SocketAddr> = backends.iter().map(|it| it.address).collect();
        pool_of(&addresses, "h2 = true")
    }

    /// What came so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

impl Drop for Http2Backend {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn serve<F>(
    socket: TcpStream,
    connection: usize,
    seen: Arc<Mutex<Vec<Seen>>>,
    script: impl Fn(Turn) -> F,
) where
    F: Future<Output = ()> + Send + 'static,
{
    let Ok(mut streams) = h2::server::handshake(socket).await else { return };
    while let Some(Ok((request, mut respond))) = streams.accept().await {
        let (head, body) = request.into_parts();
        if head.uri.path() == "/healthz" {
            let _ = respond.send_response(Response::new(()), true);
            continue;
        }
        let number = {
            let seen = &mut *seen.lock().unwrap();
            let (head, body) = (head.clone(), Vec::new());
            seen.push(Seen { connection, head, body, trailers: None, reset: None });
            seen.len() - 1
        };
        let turn = Turn { number, head, body, respond, seen: Arc::clone(&seen) };
        tokio::spawn(script(turn));
    }
}

impl Turn {
    /// Reads the body to its end, or until it was reset.
    pub async fn read(&mut self) {
        while let Some(data) = self.body.data().await {
            match data {
                Ok(bytes) => {
                    let _ = self.body.flow_control().release_capacity(bytes.len());
                    self.note(|seen| seen.body.extend_from_slice(&bytes));
                }
                Err(error) => return self.note(|seen| seen.reset = error.reason()),
            }
        }
        let trailers = self.body.trailers().await.ok().flatten();
        self.note(|seen| seen.trailers = trailers);
    }

    /// Answers with so many bytes, as fast as the gateway takes them.
    pub async fn pour(&mut self, bytes: usize) {
        let mut sending = self.answer(Response::new(()), false);
        send(&mut sending, vec![b'x'; bytes].into()).await;
        let _ = sending.send_data(Bytes::new(), true);
    }

    /// Sends the body back as it comes, never faster than the gateway takes it.
    pub async fn echo(&mut self) {
        let mut sending = self.answer(Response::new(()), false);
        while let Some(Ok(bytes)) = self.body.data().await {
            let length = bytes.len();
            send(&mut sending, bytes).await;
            let _ = self.body.flow_control().release_capacity(length);
        }
        let _ = sending.send_data(Bytes::new(), true);
    }

    /// Answers with a head, and what ends the answer if it is all of it.
    pub fn answer(&mut self, head: Response<()>, ends: bool) -> SendStream<Bytes> {
        self.respond.send_response(head, ends).unwrap()
    }

    /// Answers 200 with `body`.
    pub fn say(&mut self, body: impl Into<Bytes>) {
        let mut sending = self.answer(Response::new(()), false);
        sending.send_data(body.into(), true).unwrap();
    }

    /// Resets the stream.
    pub fn reset(&mut self, reason: Reason) {
        self.respond.send_reset(reason);
    }

    /// Waits until the gateway has reset the stream, which had been answered with `sending`.
    pub async fn wait_for_reset(&mut self, sending: &mut SendStream<Bytes>) {
        let reset = poll_fn(|cx| sending.poll_reset(cx)).await;
        self.note(|seen| seen.reset = reset.ok());
    }

    fn note(&self, note: impl FnOnce(&mut Seen)) {
        note(&mut self.seen.lock().unwrap()[self.number]);
    }
}

/// Sends `bytes` as they are taken; none any more once the stream was reset.
async fn send(sending: &mut SendStream<Bytes>, mut bytes: Bytes) {
    while !bytes.is_empty() {
        sending.reserve_capacity(bytes.len());
        let room = match sending.capacity() {
            0 => match poll_fn(|cx| sending.poll_capacity(cx)).await {
                Some(Ok(room)) => room,
                _ => return,
            },
            room => room,
        };
        if sending.send_data(bytes.split_to(room.min(bytes.len())), false).is_err() {
            return;
        }
    }
}
