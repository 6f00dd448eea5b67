//! The sending of a request's body to a backend of HTTP/2, whatever protocol brought it.

use std::collections::VecDeque;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use bytes::BytesMut;
use http::Response;

use crate::model::Refusal;

use super::super::upstream::http2::{Piece, Stream};
use super::super::worker::Worker;
use super::patience::{Awaits, Pace};
use super::stop::Stop;

/// So much of a body is kept to be sent again, in case a backend did nothing with it.
const MOST_KEPT_BYTES: u64 = 64 * 1024;
/// Pieces below this are gathered, as far as they have come, up to so much.
const SMALL_BYTES: usize = 4 * 1024;
const GATHERED_BYTES: usize = 16 * 1024;
/// What a piece takes beside its bytes, so that many small ones are not much.
const PIECE_BYTES: u64 = 128;

/// The client of a request that goes to a backend of HTTP/2.
pub(super) trait Asker {
    /// The next piece of the request's body, the last one once.
    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Result<Piece, Stop>>;

    /// An interim answer has come.
    fn interim(&mut self, head: &Response<()>);

    /// Looks after the client while its answer is waited for; ready once it has left.
    fn poll_left(&mut self, cx: &mut Context<'_>) -> Poll<()>;
}

/// A request's body under way.
pub(super) struct Sending {
    worker: Rc<Worker>,
    /// Pieces that the backend has not taken.
    waiting: VecDeque<Piece>,
    /// Every piece from the first one; `None` once they are too large, or it is answered.
    kept: Option<Vec<Piece>>,
    kept_bytes: u64,
    has_body: bool,
    left_bytes: u64,
    body_bytes: u64,
    /// `None` for a conversation, which takes the time it takes.
    pace: Option<Pace>,
    /// All of it was read from the client.
    read: bool,
    /// The backend takes no more of it; its answer may still come.
    refused: bool,
}

impl Sending {
    /// The sending of a body of at most so many bytes, if there is one; a `conversation` may be
    /// slow.
    pub(super) fn new(
        worker: &Rc<Worker>,
        has_body: bool,
        most_body_bytes: u64,
        conversation: bool,
    ) -> Sending {
        Sending {
            worker: Rc::clone(worker),
            waiting: VecDeque::new(),
            kept: Some(Vec::new()),
            kept_bytes: 0,
            has_body,
            left_bytes: most_body_bytes,
            body_bytes: 0,
            pace: (!conversation).then(|| Pace::new(worker)),
            read: !has_body,
            refused: false,
        }
    }

    /// Whether there is a body at all.
    pub(super) fn has_body(&self) -> bool {
        self.has_body
    }

    /// Whether all of the request has been read from the client.
    pub(super) fn is_read(&self) -> bool {
        self.read
    }

    /// Whether it can be made again from its beginning.
    pub(super) fn is_kept(&self) -> bool {
        self.kept.is_some()
    }

    /// Begins again, towards another backend.
    pub(super) fn restart(&mut self) {
        self.waiting = self.kept.iter().flatten().cloned().collect();
        self.refused = false;
    }

    /// The answer has begun: it is not made again, and what still comes of it is a conversation.
    pub(super) fn answered(&mut self) {
        self.kept = None;
        self.pace = None;
    }

    /// Bytes of body that came so far.
    pub(super) fn body_bytes(&self) -> u64 {
        self.body_bytes
    }

    /// What it waits for, after it was polled.
    pub(super) fn awaits(&self) -> Awaits {
        match () {
            () if self.refused => Awaits::Nothing,
            () if !self.waiting.is_empty() => Awaits::Backend,
            () if self.read => Awaits::Nothing,
            () => Awaits::Client,
        }
    }

    /// Moves the body on; ready once all of it is with the connection, or the backend takes no more.
    pub(super) fn poll(
        &mut self,
        cx: &mut Context<'_>,
        stream: &mut Stream,
        asker: &mut impl Asker,
    ) -> Poll<Result<(), Stop>> {
        loop {
            while let (Some(piece), false) = (self.waiting.front_mut(), self.refused) {
                self.refused = ready!(stream.poll_send(cx, piece)).is_err();
                self.waiting.pop_front();
            }
            if self.refused || self.read {
                return Poll::Ready(Ok(()));
            }
            match ready!(asker.poll_piece(cx))? {
                Piece::Data { bytes, last: false } if bytes.len() < SMALL_BYTES => {
                    self.gather(cx, asker, &bytes)?;
                }
                piece => self.take(piece)?,
            }
        }
    }

    /// Takes a small piece together with what has come behind it. A backend may end a connection of
    /// many on which it gets nothing but crumbs.
    fn gather(
        &mut self,
        cx: &mut Context<'_>,
        asker: &mut impl Asker,
        first: &[u8],
    ) -> Result<(), Stop> {
        let mut gathered = BytesMut::from(first);
        let mut trailers = None;
        let mut last = false;
        while gathered.len() < GATHERED_BYTES && !last && trailers.is_none() {
            match asker.poll_piece(cx)? {
                Poll::Pending => break,
                Poll::Ready(Piece::Trailers(fields)) => trailers = Some(Piece::Trailers(fields)),
                Poll::Ready(Piece::Data { bytes, last: is_last }) => {
                    gathered.extend_from_slice(&bytes);
                    last = is_last;
                }
            }
        }
        self.take(Piece::Data { bytes: gathered.freeze(), last })?;
        trailers.map_or(Ok(()), |trailers| self.take(trailers))
    }

    fn take(&mut self, piece: Piece) -> Result<(), Stop> {
        let bytes = match &piece {
            Piece::Data { bytes, .. } => bytes.len() as u64,
            Piece::Trailers(_) => 0,
        };
        self.body_bytes += bytes;
        self.read = matches!(piece, Piece::Trailers(_) | Piece::Data { last: true, .. });
        if self.pace.is_some_and(|pace| pace.is_too_slow(&self.worker, self.body_bytes)) {
            return Err(Stop::Refused(Refusal::TimeoutBody));
        }
        let left = self.left_bytes.checked_sub(bytes);
        self.left_bytes = left.ok_or(Stop::Refused(Refusal::BodyTooLarge))?;
        if bytes == 0 && !self.read {
            return Ok(());
        }
        self.kept_bytes += bytes + PIECE_BYTES;
        if self.kept_bytes > MOST_KEPT_BYTES {
            self.kept = None;
        } else if let Some(kept) = &mut self.kept {
            kept.push(piece.clone());
        }
        self.waiting.push_back(piece);
        Ok(())
    }
}
