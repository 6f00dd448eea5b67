//! A stream: one attempt on a backend of HTTP/2, from its request to the end of its answer.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use h2::client::ResponseFuture;
use h2::{RecvStream, SendStream};
use http::{HeaderMap, Request, Response, StatusCode};

use crate::model::{AttemptFailure, Refusal};

use super::super::super::fields::Report;
use super::super::super::http1::MOST_INTERIM;
use super::super::{Attempt, Carrier};
use super::framing::MOST_FIELDS;
use super::{Failure, Place};

/// One attempt. Dropping it before its end resets the stream, and nothing but the stream.
pub(in crate::proxy) struct Stream {
    sending: Option<SendStream<Bytes>>,
    answer: Answer,
    began: bool,
    interim: u32,
    place: Place,
    attempt: Attempt,
}

/// How far the answer is.
enum Answer {
    Unasked,
    Head(ResponseFuture),
    Body(RecvStream),
}

/// A piece of a body.
#[derive(Clone, Debug)]
pub(in crate::proxy) enum Piece {
    /// Some of it; nothing comes behind it if `last`.
    Data {
        /// May be empty.
        bytes: Bytes,
        /// Whether it ends the body.
        last: bool,
    },
    /// The fields that end it.
    Trailers(HeaderMap),
}

/// The backend takes no more of the request; its answer may still come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::proxy) struct Refused;

impl Stream {
    pub(super) fn new(place: Place, attempt: Attempt) -> Stream {
        let answer = Answer::Unasked;
        Stream { sending: None, answer, began: false, interim: 0, place, attempt }
    }

    /// Asks for `request`, which is all of it if `ends`.
    ///
    /// # Errors
    /// When the connection takes no stream any more. Nothing was sent.
    pub(in crate::proxy) fn ask(
        &mut self,
        request: Request<()>,
        ends: bool,
    ) -> Result<(), Failure> {
        let (answer, sending) = self.place.ask(request, ends).map_err(|error| {
            tracing::debug!(%error, "no stream");
            Failure::Unprocessed
        })?;
        self.answer = Answer::Head(answer);
        self.sending = (!ends).then_some(sending);
        Ok(())
    }

    /// Hands `piece` to the connection as far as backend and connection take it; ready once all of
    /// it is there. What is left of it stays in `piece`.
    pub(in crate::proxy) fn poll_send(
        &mut self,
        cx: &mut Context<'_>,
        piece: &mut Piece,
    ) -> Poll<Result<(), Refused>> {
        let Some(sending) = &mut self.sending else { return Poll::Ready(Err(Refused)) };
        let ends = match piece {
            Piece::Trailers(fields) => {
                sending.send_trailers(std::mem::take(fields)).map_err(|_| Refused)?;
                true
            }
            Piece::Data { bytes, last } => {
                ready!(poll_send_data(cx, sending, bytes, *last))?;
                *last
            }
        };
        if ends {
            self.sending = None;
        }
        Poll::Ready(Ok(()))
    }

    /// Waits for the head of the final answer; interim ones are given to `interim`.
    pub(in crate::proxy) fn poll_head(
        &mut self,
        cx: &mut Context<'_>,
        mut interim: impl FnMut(&Response<()>),
    ) -> Poll<Result<Response<()>, Failure>> {
        let Answer::Head(answer) = &mut self.answer else { unreachable!("a head comes once") };
        while let Poll::Ready(Some(head)) = answer.poll_informational(cx) {
            let head = head.map_err(|error| Failure::of(&error))?;
            self.began = true;
            self.interim += 1;
            let switches = head.status() == StatusCode::SWITCHING_PROTOCOLS;
            let too_much = self.interim > MOST_INTERIM || head.headers().len() > MOST_FIELDS;
            if switches || too_much {
                return Poll::Ready(Err(Failure::Invalid));
            }
            interim(&head);
        }
        let head = ready!(Pin::new(answer).poll(cx)).map_err(|error| Failure::of(&error))?;
        let (head, body) = head.into_parts();
        self.answer = Answer::Body(body);
        self.began = true;
        Poll::Ready(Ok(Response::from_parts(head, ())))
    }

    /// Waits for the next piece of the answer's body; `None` at its end.
    pub(in crate::proxy) fn poll_piece(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Option<Piece>, Failure>> {
        let Answer::Body(body) = &mut self.answer else { unreachable!("a body follows a head") };
        match ready!(body.poll_data(cx)) {
            Some(Ok(bytes)) => {
                // More may come while this is on its way to the client.
                let _ = body.flow_control().release_capacity(bytes.len());
                let last = body.is_end_stream();
                Poll::Ready(Ok(Some(Piece::Data { bytes, last })))
            }
            Some(Err(error)) => Poll::Ready(Err(Failure::of(&error))),
            None => match ready!(body.poll_trailers(cx)) {
                Ok(Some(fields)) if fields.len() > MOST_FIELDS => {
                    Poll::Ready(Err(Failure::Invalid))
                }
                Ok(Some(fields)) => Poll::Ready(Ok(Some(Piece::Trailers(fields)))),
                Ok(None) => Poll::Ready(Ok(None)),
                Err(error) => Poll::Ready(Err(Failure::of(&error))),
            },
        }
    }

    /// Whether the answer's head has come and nothing comes behind it.
    pub(in crate::proxy) fn is_over(&self) -> bool {
        matches!(&self.answer, Answer::Body(body) if body.is_end_stream())
    }

    /// The attempt that it is.
    pub(in crate::proxy) fn attempt(&self) -> &Attempt {
        &self.attempt
    }

    /// Whether the connection had served before.
    pub(in crate::proxy) fn is_kept(&self) -> bool {
        self.place.is_kept()
    }

    /// Whether something of an answer has come: then the request must not be asked again.
    pub(in crate::proxy) fn began(&self) -> bool {
        self.began
    }

    /// The backend was silent for too long: others are not to wait for it on this connection.
    pub(in crate::proxy) fn forsake(&self) {
        self.place.forsake();
    }

    /// The head of the answer has come.
    pub(in crate::proxy) fn answered(&self, status: StatusCode, report: Option<Report>) {
        self.attempt.answered(status, report);
    }

    /// The backend said how busy it is.
    pub(in crate::proxy) fn reported(&self, report: Report) {
        self.attempt.reported(report);
    }

    /// No answer came, by the backend's fault: the client is told so.
    pub(in crate::proxy) fn failed(&self, refusal: Refusal) {
        self.attempt.failed(AttemptFailure::behind(refusal));
    }

    /// The answer began and broke off, for this reason.
    pub(in crate::proxy) fn broke_off(&self, refusal: Refusal) {
        self.attempt.broke_off(AttemptFailure::behind(refusal));
    }
}

fn poll_send_data(
    cx: &mut Context<'_>,
    sending: &mut SendStream<Bytes>,
    bytes: &mut Bytes,
    last: bool,
) -> Poll<Result<(), Refused>> {
    if bytes.is_empty() {
        let sent = if last { sending.send_data(Bytes::new(), true) } else { Ok(()) };
        return Poll::Ready(sent.map_err(|_| Refused));
    }
    while !bytes.is_empty() {
        sending.reserve_capacity(bytes.len());
        let room = match sending.capacity() {
            0 => match ready!(sending.poll_capacity(cx)) {
                Some(Ok(room)) => room,
                // It was reset.
                Some(Err(_)) | None => return Poll::Ready(Err(Refused)),
            },
            room => room,
        };
        let part = bytes.split_to(room.min(bytes.len()));
        let ends = last && bytes.is_empty();
        sending.send_data(part, ends).map_err(|_| Refused)?;
    }
    Poll::Ready(Ok(()))
}
