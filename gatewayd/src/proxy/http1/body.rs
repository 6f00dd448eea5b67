//! The reader of a body: which of the bytes that come are its own, and which is the last one?

use std::ops::Range;

use super::chunked::{ChunkFault, Decoder, Trailers};
use super::framing::{RequestFraming, ResponseFraming};

/// What came next of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::proxy) enum Step {
    /// These of the bytes, never none.
    Data(Range<usize>),
    /// No more in these bytes: the body goes on in the next ones.
    More,
    /// The body is over; what is behind it is none of it.
    End,
}

/// A body broke off before its end (RFC 9112, section 8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the body broke off before its end")]
pub(in crate::proxy) struct Truncated;

/// Reads one body out of the bytes that come behind a head.
#[derive(Debug)]
pub(in crate::proxy) struct BodyReader {
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Length { left: u64 },
    Chunked(Decoder),
    UntilClose { closed: bool },
}

impl BodyReader {
    /// A reader of a request's body.
    pub(in crate::proxy) fn of_request(framing: RequestFraming) -> BodyReader {
        let kind = match framing {
            RequestFraming::Nothing => Kind::Length { left: 0 },
            RequestFraming::Length(left) => Kind::Length { left },
            RequestFraming::Chunked => Kind::Chunked(Decoder::default()),
        };
        BodyReader { kind }
    }

    /// A reader of a response's body.
    pub(in crate::proxy) fn of_response(framing: ResponseFraming) -> BodyReader {
        let kind = match framing {
            ResponseFraming::Nothing { .. } => Kind::Length { left: 0 },
            ResponseFraming::Length(left) => Kind::Length { left },
            ResponseFraming::Chunked => Kind::Chunked(Decoder::default()),
            ResponseFraming::UntilClose => Kind::UntilClose { closed: false },
        };
        BodyReader { kind }
    }

    /// Reads on in `bytes` from `*at`, which it moves: call it until it says that there is no more.
    ///
    /// # Errors
    /// When the bytes break the chunked coding. Nothing can be read behind that.
    pub(in crate::proxy) fn step(
        &mut self,
        bytes: &[u8],
        at: &mut usize,
    ) -> Result<Step, ChunkFault> {
        let here = bytes.len() - *at;
        let taken = match &mut self.kind {
            Kind::Chunked(decoder) => return decoder.step(bytes, at),
            Kind::Length { left: 0 } | Kind::UntilClose { closed: true } => return Ok(Step::End),
            Kind::Length { left } => {
                let taken = usize::try_from(*left).map_or(here, |left| left.min(here));
                *left -= taken as u64;
                taken
            }
            Kind::UntilClose { .. } => here,
        };
        if taken == 0 {
            return Ok(Step::More);
        }
        let first = *at;
        *at += taken;
        Ok(Step::Data(first..*at))
    }

    /// The sender closed the connection.
    ///
    /// # Errors
    /// When the body was not over.
    pub(in crate::proxy) fn close(&mut self) -> Result<(), Truncated> {
        if let Kind::UntilClose { closed } = &mut self.kind {
            *closed = true;
        }
        if self.is_over() { Ok(()) } else { Err(Truncated) }
    }

    /// Whether the last byte was read.
    pub(in crate::proxy) fn is_over(&self) -> bool {
        match &self.kind {
            Kind::Length { left } => *left == 0,
            Kind::Chunked(decoder) => decoder.is_over(),
            Kind::UntilClose { closed } => *closed,
        }
    }

    /// The trailers that go on, once the body is over.
    pub(in crate::proxy) fn trailers(&self) -> Option<&Trailers> {
        match &self.kind {
            Kind::Chunked(decoder) => Some(decoder.trailers()),
            _ => None,
        }
    }
}
