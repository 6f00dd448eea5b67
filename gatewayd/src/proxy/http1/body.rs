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

    /// How much is still to come of a body of a told length.
    pub(in crate::proxy) fn left(&self) -> Option<u64> {
        match self.kind {
            Kind::Length { left } => Some(left),
            Kind::Chunked(_) | Kind::UntilClose { .. } => None,
        }
    }

    /// So much of a body of a told length went by unseen.
    pub(in crate::proxy) fn skip(&mut self, count: usize) {
        if let Kind::Length { left } = &mut self.kind {
            debug_assert!(count as u64 <= *left, "what is behind the body is none of it");
            *left = left.saturating_sub(count as u64);
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What a reader takes of these pieces, and what it leaves.
    fn read(mut reader: BodyReader, pieces: &[&str]) -> (String, String, bool) {
        let (mut taken, mut left) = (String::new(), String::new());
        for piece in pieces {
            let mut at = 0;
            while let Step::Data(range) = reader.step(piece.as_bytes(), &mut at).unwrap() {
                taken += &piece[range];
            }
            left += &piece[at..];
        }
        (taken, left, reader.is_over())
    }

    #[test]
    fn a_body_with_a_length_takes_so_many_bytes_and_no_more() {
        let of = |length| BodyReader::of_request(RequestFraming::Length(length));
        let told = |taken: &str, left: &str, over| (taken.to_owned(), left.to_owned(), over);
        assert_eq!(read(of(5), &["he", "", "l"]), told("hel", "", false));
        assert_eq!(read(of(5), &["he", "llo"]), told("hello", "", true));
        assert_eq!(read(of(5), &["hel", "loGET", " /"]), told("hello", "GET /", true));
        assert_eq!(read(of(0), &["GET"]), told("", "GET", true));
        let none = BodyReader::of_request(RequestFraming::Nothing);
        assert_eq!(read(none, &["GET"]), told("", "GET", true));
        let none = BodyReader::of_response(ResponseFraming::Nothing { told: Some(5) });
        assert_eq!(read(none, &["hello"]), told("", "hello", true));
    }

    #[test]
    fn only_a_body_until_the_close_is_over_with_it() {
        let mut reader = BodyReader::of_response(ResponseFraming::UntilClose);
        assert_eq!(reader.step(b"hello", &mut 0), Ok(Step::Data(0..5)));
        assert!(!reader.is_over());
        assert_eq!(reader.close(), Ok(()));
        assert!(reader.is_over());
        assert_eq!(reader.step(b"more", &mut 0), Ok(Step::End));
        for framing in [ResponseFraming::Length(7), ResponseFraming::Chunked] {
            let mut reader = BodyReader::of_response(framing);
            let _ = reader.step(b"5\r\nhel", &mut 0);
            assert_eq!(reader.close(), Err(Truncated), "{framing:?}");
        }
        assert_eq!(BodyReader::of_response(ResponseFraming::Length(0)).close(), Ok(()));
    }
}
