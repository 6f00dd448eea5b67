//! The answer of a backend as it comes: its head, then its body piece by piece.

use std::ops::Range;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use super::super::buffers::Inbox;
use super::super::http1::{
    Asked, BodyReader, MOST_INTERIM, Parsed, ResponseFault, ResponseHead, ResponseParser, Stage,
    Step, Trailers,
};
use super::super::pipe::Pipe;
use super::super::worker::Worker;
use super::Connection;

/// One answer under way.
pub(in crate::proxy) struct Answer {
    worker: Rc<Worker>,
    /// `None` while nothing is in it.
    inbox: Option<Inbox>,
    parser: ResponseParser,
    body: Option<BodyReader>,
    reusable: bool,
    began: bool,
    interim: u32,
}

/// Why there is no answer, or no more of it. The backend's fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::proxy) enum Failure {
    /// It closed before the answer came to its end.
    #[error("the backend broke off")]
    BrokeOff,
    /// What it sent is not HTTP.
    #[error("{0}")]
    Invalid(#[from] ResponseFault),
    /// What it sent as a body is none.
    #[error("the body breaks its coding")]
    InvalidBody,
}

impl Answer {
    pub(in crate::proxy) fn new(worker: &Rc<Worker>) -> Answer {
        Answer {
            worker: Rc::clone(worker),
            inbox: None,
            parser: ResponseParser::default(),
            body: None,
            reusable: false,
            began: false,
            interim: 0,
        }
    }

    /// Whether a byte of it has come: then the request must not be asked again.
    pub(in crate::proxy) fn began(&self) -> bool {
        self.began
    }

    /// Waits for the head and gives each one to `take`: interim ones, then the final one or the
    /// switch of protocols, whose result is returned.
    pub(in crate::proxy) fn poll_head<T>(
        &mut self,
        cx: &mut Context<'_>,
        connection: &mut Connection,
        asked: Asked<'_>,
        mut take: impl FnMut(&ResponseHead<'_>) -> T,
    ) -> Poll<Result<T, Failure>> {
        loop {
            if let Some(inbox) = &mut self.inbox {
                let lines = &mut *self.worker.lines.borrow_mut();
                match self.parser.parse(inbox.unread(), asked, lines) {
                    Parsed::Refused(fault) => return Poll::Ready(Err(fault.into())),
                    Parsed::Incomplete => {}
                    Parsed::Complete { head, len } => {
                        let (stage, taken) = (head.stage(), take(&head));
                        let begun = (head.framed.framing, head.is_reusable());
                        inbox.consume(len);
                        if stage != Stage::Interim {
                            self.body = Some(BodyReader::of_response(begun.0));
                            self.reusable = begun.1;
                            return Poll::Ready(Ok(taken));
                        }
                        self.interim += 1;
                        if self.interim > MOST_INTERIM {
                            return Poll::Ready(Err(ResponseFault::Interim.into()));
                        }
                        continue;
                    }
                }
            }
            if ready!(self.poll_fill(cx, connection))? == 0 {
                return Poll::Ready(Err(Failure::BrokeOff));
            }
        }
    }

    /// Waits for the next piece of the body: a range of [`Answer::unread`], to be consumed before
    /// the next call; `None` at its end.
    pub(in crate::proxy) fn poll_data(
        &mut self,
        cx: &mut Context<'_>,
        connection: &mut Connection,
    ) -> Poll<Result<Option<Range<usize>>, Failure>> {
        loop {
            if let Some(piece) = self.next_piece()? {
                return Poll::Ready(Ok(piece));
            }
            if ready!(self.poll_fill(cx, connection))? == 0 {
                let body = self.body.as_mut().expect("a body follows a head");
                return Poll::Ready(body.close().map(|()| None).map_err(|_| Failure::BrokeOff));
            }
        }
    }

    /// How much is still to come of a body of a told length, none of which lies here.
    pub(in crate::proxy) fn left(&self) -> Option<u64> {
        self.body.as_ref()?.left().filter(|_| self.inbox.is_none())
    }

    /// Waits for more of a body of a told length, and takes it into `pipe`.
    pub(in crate::proxy) fn poll_pipe(
        &mut self,
        cx: &mut Context<'_>,
        connection: &mut Connection,
        pipe: &mut Pipe,
    ) -> Poll<Result<(), Failure>> {
        let body = self.body.as_mut().expect("a body follows a head");
        let most = body.left().map_or(0, |left| usize::try_from(left).unwrap_or(usize::MAX));
        match ready!(connection.poll_pipe(cx, pipe, most)) {
            Ok(count) if count > 0 => {
                body.skip(count);
                Poll::Ready(Ok(()))
            }
            // A reset ends it as a close does.
            _ => Poll::Ready(Err(Failure::BrokeOff)),
        }
    }

    /// The next piece of the body that has come already; `Some(None)` at its end.
    pub(in crate::proxy) fn next_piece(&mut self) -> Result<Option<Option<Range<usize>>>, Failure> {
        let body = self.body.as_mut().expect("a body follows a head");
        let Some(inbox) = &mut self.inbox else { return Ok(body.is_over().then_some(None)) };
        let mut at = 0;
        let step = body.step(inbox.unread(), &mut at).map_err(|_| Failure::InvalidBody)?;
        match step {
            Step::Data(range) => return Ok(Some(Some(range))),
            Step::More => inbox.consume(at),
            Step::End => inbox.consume(at),
        }
        if inbox.is_empty() {
            self.put_inbox_back();
        }
        Ok((step == Step::End).then_some(None))
    }

    /// What has come and was not consumed.
    pub(in crate::proxy) fn unread(&self) -> &[u8] {
        self.inbox.as_ref().map_or(&[], Inbox::unread)
    }

    /// Marks what has come, up to the end of a piece, as used.
    pub(in crate::proxy) fn consume(&mut self, up_to: usize) {
        let inbox = self.inbox.as_mut().expect("a piece lies in an inbox");
        inbox.consume(up_to);
        if inbox.is_empty() {
            self.put_inbox_back();
        }
    }

    /// The fields behind the body, once it is over.
    pub(in crate::proxy) fn trailers(&self) -> Option<&Trailers> {
        self.body.as_ref()?.trailers()
    }

    /// Whether the body has come to its end.
    pub(in crate::proxy) fn is_over(&self) -> bool {
        self.body.as_ref().is_some_and(BodyReader::is_over)
    }

    /// Whether the connection can serve the next request: the answer is over, nothing came behind
    /// it, and the backend does not close.
    pub(in crate::proxy) fn leaves_reusable(&self) -> bool {
        self.reusable && self.is_over() && self.inbox.is_none()
    }

    fn poll_fill(
        &mut self,
        cx: &mut Context<'_>,
        connection: &mut Connection,
    ) -> Poll<Result<usize, Failure>> {
        let worker = &self.worker;
        let inbox = self.inbox.get_or_insert_with(|| worker.buffers.borrow_mut().inbox());
        let filled = connection.poll_fill(cx, inbox);
        if inbox.is_empty() {
            self.put_inbox_back();
        }
        match filled {
            Poll::Pending => Poll::Pending,
            // A reset ends it as a close does.
            Poll::Ready(Err(_)) => Poll::Ready(Err(Failure::BrokeOff)),
            Poll::Ready(Ok(count)) => {
                self.began |= count > 0;
                Poll::Ready(Ok(count))
            }
        }
    }

    fn put_inbox_back(&mut self) {
        if let Some(inbox) = self.inbox.take() {
            self.worker.buffers.borrow_mut().take_inbox(inbox);
        }
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.put_inbox_back();
    }
}
