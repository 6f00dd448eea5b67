//! Where does an HTTP/1.1 message end? As much of RFC 9112 as a benchmark's own two ends need.

use anyhow::{Context, Result, ensure};

/// A head that has not ended by then never will.
const LONGEST_HEAD_BYTES: usize = 16 * 1024;

/// Follows the messages on one direction of a connection, one after the other.
#[derive(Debug, Default)]
pub(crate) struct Messages {
    place: Place,
    /// What came of a head that is not whole.
    head: Vec<u8>,
    first_line: Vec<u8>,
    closes: bool,
}

/// Where in a message the next byte belongs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Head,
    Body(u64),
    /// The digits of the size so far, if there were any.
    ChunkSize(Option<u64>),
    Chunk(u64),
    /// How many bytes of the line of a trailer came.
    Trailer(u64),
}

/// What was made of some bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Taken {
    /// How many belonged to this message.
    pub(crate) bytes: usize,
    /// Whether the message ended with them.
    pub(crate) ended: bool,
}

impl Messages {
    /// The first line of the message whose head came last, without its line end.
    pub(crate) fn first_line(&self) -> &[u8] {
        &self.first_line
    }

    /// Whether the sender wants to close the connection after it.
    pub(crate) fn closes(&self) -> bool {
        self.closes
    }

    /// Whether no byte of the next message came.
    pub(crate) fn is_between(&self) -> bool {
        self.place == Place::Head && self.head.is_empty()
    }

    /// Takes what belongs to the message at hand.
    pub(crate) fn take(&mut self, bytes: &[u8]) -> Result<Taken> {
        let mut used = 0;
        while used < bytes.len() {
            let rest = &bytes[used..];
            let taken = match self.place {
                Place::Head => self.take_head(rest)?,
                Place::Body(left) => self.take_body(left, rest),
                Place::ChunkSize(size) => self.take_size(size, rest)?,
                Place::Chunk(left) => self.take_chunk(left, rest),
                Place::Trailer(line) => self.take_trailer(line, rest),
            };
            used += taken.bytes;
            if taken.ended {
                self.place = Place::Head;
                return Ok(Taken { bytes: used, ended: true });
            }
        }
        Ok(Taken { bytes: used, ended: false })
    }

    fn take_head(&mut self, bytes: &[u8]) -> Result<Taken> {
        if self.head.is_empty()
            && let Some(length) = self.read_head(bytes)?
        {
            return Ok(Taken { bytes: length, ended: self.place == Place::Body(0) });
        }
        let before = self.head.len();
        let mut head = std::mem::take(&mut self.head);
        head.extend_from_slice(bytes);
        if let Some(length) = self.read_head(&head)? {
            head.clear();
            self.head = head;
            return Ok(Taken { bytes: length - before, ended: self.place == Place::Body(0) });
        }
        ensure!(head.len() < LONGEST_HEAD_BYTES, "a head does not end");
        self.head = head;
        Ok(Taken { bytes: bytes.len(), ended: false })
    }

    /// The length of the head that `bytes` begins with, if it is whole.
    fn read_head(&mut self, bytes: &[u8]) -> Result<Option<usize>> {
        let (mut at, mut lines) = (0, 0);
        let (mut length, mut chunked, mut closes) = (0, false, false);
        while let Some(end) = bytes[at..].iter().position(|byte| *byte == b'\n') {
            let line = bytes[at..at + end].strip_suffix(b"\r").context("a bare line feed")?;
            at += end + 1;
            match line.first() {
                _ if lines == 0 => {
                    self.first_line.clear();
                    self.first_line.extend_from_slice(line);
                }
                None => {
                    self.closes = closes;
                    self.place = if chunked { Place::ChunkSize(None) } else { Place::Body(length) };
                    return Ok(Some(at));
                }
                Some(b'c' | b'C') => {
                    if let Some(value) = value_of(line, "content-length") {
                        length = std::str::from_utf8(value)?.parse()?;
                    } else if let Some(value) = value_of(line, "connection") {
                        closes = value.eq_ignore_ascii_case(b"close");
                    }
                }
                Some(b't' | b'T') => chunked |= value_of(line, "transfer-encoding").is_some(),
                Some(_) => {}
            }
            lines += 1;
        }
        Ok(None)
    }

    fn take_body(&mut self, left: u64, bytes: &[u8]) -> Taken {
        let taken = left.min(bytes.len() as u64);
        self.place = Place::Body(left - taken);
        Taken { bytes: taken as usize, ended: taken == left }
    }

    fn take_size(&mut self, mut size: Option<u64>, bytes: &[u8]) -> Result<Taken> {
        for (at, byte) in bytes.iter().enumerate() {
            match byte {
                b'\n' => {
                    self.place = match size.context("a chunk without a size")? {
                        0 => Place::Trailer(0),
                        // The line end after a chunk is counted with it.
                        size => Place::Chunk(size + 2),
                    };
                    return Ok(Taken { bytes: at + 1, ended: false });
                }
                b'\r' => {}
                digit => {
                    let digit = char::from(*digit).to_digit(16);
                    let digit = u64::from(digit.context("not a chunk's size")?);
                    let longer = size.unwrap_or(0) * 16 + digit;
                    ensure!(longer < 1 << 40, "a chunk without end");
                    size = Some(longer);
                }
            }
        }
        self.place = Place::ChunkSize(size);
        Ok(Taken { bytes: bytes.len(), ended: false })
    }

    fn take_chunk(&mut self, left: u64, bytes: &[u8]) -> Taken {
        let taken = left.min(bytes.len() as u64);
        self.place =
            if taken == left { Place::ChunkSize(None) } else { Place::Chunk(left - taken) };
        Taken { bytes: taken as usize, ended: false }
    }

    fn take_trailer(&mut self, mut line: u64, bytes: &[u8]) -> Taken {
        for (at, byte) in bytes.iter().enumerate() {
            match byte {
                b'\n' if line == 0 => return Taken { bytes: at + 1, ended: true },
                b'\n' => line = 0,
                b'\r' => {}
                _ => line += 1,
            }
        }
        self.place = Place::Trailer(line);
        Taken { bytes: bytes.len(), ended: false }
    }
}

/// The value of the field called `name`, if that is what `line` holds.
fn value_of<'a>(line: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let (found, value) = line.split_at_checked(name.len())?;
    let named = found.eq_ignore_ascii_case(name.as_bytes());
    Some(value.strip_prefix(b":")?.trim_ascii()).filter(|_| named)
}

#[cfg(test)]
mod tests {
    use super::{Messages, Taken};

    const PLAIN: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    const CHUNKED: &[u8] =
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nx: y\r\n\r\n";
    const EMPTY: &[u8] = b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n";

    /// Where the first message in `bytes` ends when they come in pieces of `size`.
    fn end_in_pieces(bytes: &[u8], size: usize) -> Option<usize> {
        let (mut messages, mut used) = (Messages::default(), 0);
        for piece in bytes.chunks(size) {
            let taken = messages.take(piece).unwrap();
            used += taken.bytes;
            if taken.ended {
                return Some(used);
            }
        }
        None
    }

    #[test]
    fn a_message_ends_at_the_same_byte_however_it_is_split() {
        for message in [PLAIN, CHUNKED, EMPTY] {
            let two = [message, PLAIN].concat();
            for size in 1..=two.len() {
                assert_eq!(end_in_pieces(&two, size), Some(message.len()), "pieces of {size}");
            }
        }
    }

    #[test]
    fn an_unfinished_message_does_not_end() {
        for message in [PLAIN, CHUNKED, EMPTY] {
            assert_eq!(end_in_pieces(&message[..message.len() - 1], 7), None);
        }
    }

    #[test]
    fn the_first_line_and_the_wish_to_close_are_told() {
        let mut messages = Messages::default();
        assert_eq!(messages.take(EMPTY).unwrap(), Taken { bytes: EMPTY.len(), ended: true });
        assert_eq!((messages.first_line(), messages.closes()), (&b"GET / HTTP/1.1"[..], true));
        messages.take(PLAIN).unwrap();
        assert_eq!((messages.first_line(), messages.closes()), (&b"HTTP/1.1 200 OK"[..], false));
    }
}
