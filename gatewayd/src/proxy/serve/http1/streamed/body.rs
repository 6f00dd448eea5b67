//! The body of a request of HTTP/1, as a backend of HTTP/2 is sent it.

use std::rc::Rc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{Response, StatusCode};

use super::super::super::super::fields;
use super::super::super::super::http1::{
    BodyReader, RequestFraming, Step, Trailers, Version, write_interim_of_map,
};
use super::super::super::super::upstream::http2::Piece;
use super::super::super::super::worker::Worker;
use super::super::super::sending::Asker;
use super::super::super::stop::Stop;
use super::super::super::stream::Stream as ClientStream;
use super::super::client::Client;

const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// A request's body as it comes from its client.
pub(in crate::proxy::serve::http1) struct Body<'a, S> {
    pub(super) worker: Rc<Worker>,
    pub(super) client: &'a mut Client<S>,
    pub(super) version: Version,
    reader: BodyReader,
    expects_continue: bool,
}

impl<'a, S: ClientStream> Body<'a, S> {
    /// The body that comes from `client` with this `framing`.
    pub(in crate::proxy::serve::http1) fn new(
        worker: &Rc<Worker>,
        client: &'a mut Client<S>,
        version: Version,
        framing: RequestFraming,
        expects_continue: bool,
    ) -> Body<'a, S> {
        let reader = BodyReader::of_request(framing);
        let expects_continue = expects_continue && !reader.is_over();
        Body { worker: Rc::clone(worker), client, version, reader, expects_continue }
    }

    /// Whether there is one.
    pub(super) fn is_some(&self) -> bool {
        !self.reader.is_over()
    }

    /// What ends the body.
    fn end(&mut self) -> Piece {
        let trailers = self.reader.trailers();
        self.worker.count_dropped(trailers);
        match trailers.map(Trailers::to_map) {
            Some(fields) if !fields.is_empty() => Piece::Trailers(fields),
            _ => Piece::Data { bytes: Bytes::new(), last: true },
        }
    }
}

impl<S: ClientStream> Asker for Body<'_, S> {
    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Result<Piece, Stop>> {
        loop {
            let (unread, mut at) = (self.client.unread(), 0);
            let step = self.reader.step(unread, &mut at);
            let step = step.map_err(|fault| Stop::Refused(fault.refusal()))?;
            let bytes = match &step {
                Step::Data(range) => Bytes::copy_from_slice(&unread[range.clone()]),
                Step::More | Step::End => Bytes::new(),
            };
            self.client.consume(at);
            match step {
                Step::Data(_) => {
                    let last = self.reader.is_over();
                    return Poll::Ready(Ok(Piece::Data { bytes, last }));
                }
                Step::End => return Poll::Ready(Ok(self.end())),
                Step::More => {}
            }
            if std::mem::take(&mut self.expects_continue) {
                self.client.outbox().extend_from_slice(CONTINUE);
            }
            if self.client.waiting() > 0 {
                ready!(self.client.poll_flush(cx)).map_err(|_| Stop::Left)?;
            }
            match ready!(self.client.poll_fill(cx)) {
                Ok(0) | Err(_) => return Poll::Ready(Err(Stop::Left)),
                Ok(_) => {}
            }
        }
    }

    fn interim(&mut self, head: &Response<()>) {
        let is_continue = head.status() == StatusCode::CONTINUE;
        if self.version == Version::Http11 && !is_continue {
            let mut head = head.clone();
            fields::toward_client(head.headers_mut());
            write_interim_of_map(&head, self.client.outbox());
        }
    }

    fn poll_left(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        // An interim answer is of use only before the final one.
        if self.client.waiting() > 0 && ready!(self.client.poll_flush(cx)).is_err() {
            return Poll::Ready(());
        }
        self.client.poll_left(cx)
    }
}
