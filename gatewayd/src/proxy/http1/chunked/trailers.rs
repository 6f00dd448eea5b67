//! Trailers: the fields behind a chunked body (RFC 9112, section 7.1.2).

use http::{HeaderMap, HeaderName, HeaderValue};

use super::super::super::field_name::may_trail;
use super::super::head::{Fields, Lines, MOST_FIELDS};
use super::ChunkFault;
use crate::policy::{self, LoadReport, MalformedReport};

/// The most bytes of a trailer section.
const MOST_BYTES: usize = 16 * 1024;

/// The trailers of one body: the section as far as it was read, then the lines that go on.
#[derive(Debug, Default)]
pub(in crate::proxy) struct Trailers {
    bytes: Vec<u8>,
    /// Where the last line begins.
    line: usize,
    dropped: usize,
    report: Option<Result<LoadReport, MalformedReport>>,
}

impl Trailers {
    /// The lines that may go on, ready to be written; complete once the body has ended.
    pub(in crate::proxy) fn lines(&self) -> &[u8] {
        &self.bytes
    }

    /// Names and values of the same, in the order they came.
    pub(in crate::proxy) fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.bytes.split_inclusive(|byte| *byte == b'\n').map(|line| {
            let colon = memchr::memchr(b':', line).expect("written by us with a colon");
            (&line[..colon], line[colon + 1..].trim_ascii())
        })
    }

    /// The same as HTTP/2 takes them.
    pub(in crate::proxy) fn to_map(&self) -> HeaderMap {
        let lines = self.iter();
        lines
            .filter_map(|(name, value)| {
                Some((HeaderName::from_bytes(name).ok()?, HeaderValue::from_bytes(value).ok()?))
            })
            .collect()
    }

    /// What a backend says of its own load there.
    pub(in crate::proxy) fn load_report(&self) -> Option<Result<LoadReport, MalformedReport>> {
        self.report
    }

    /// How many were dropped: they must not stand behind a body (RFC 9110, section 6.5.1).
    pub(in crate::proxy) fn dropped(&self) -> usize {
        self.dropped
    }

    /// Reads on in `bytes` from `*at`, which it moves; says whether the section has ended.
    pub(super) fn read(&mut self, bytes: &[u8], at: &mut usize) -> Result<bool, ChunkFault> {
        let rest = &bytes[*at..];
        // Nearly every body ends here, and needs no room.
        if self.bytes.is_empty() && rest.starts_with(b"\r\n") {
            *at += 2;
            return Ok(true);
        }
        let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |lf| lf + 1);
        *at += end;
        self.bytes.extend_from_slice(&rest[..end]);
        if self.bytes.len() > MOST_BYTES {
            return Err(ChunkFault::Trailers);
        }
        if !self.bytes.ends_with(b"\n") {
            return Ok(false);
        }
        let line = &self.bytes[self.line..];
        if !line.ends_with(b"\r\n") {
            return Err(ChunkFault::Trailer);
        }
        let is_end = line.len() == 2;
        self.line = self.bytes.len();
        if is_end {
            self.sift()?;
        }
        Ok(is_end)
    }

    /// Leaves the lines that go on.
    fn sift(&mut self) -> Result<(), ChunkFault> {
        let section = std::mem::take(&mut self.bytes);
        let mut lines = Lines::new();
        for (name, value, _) in fields(&section, &mut lines)?.iter() {
            if let Some(report) = policy::load_report(name, value) {
                self.report.get_or_insert(report);
            }
            if may_trail(name) {
                for part in [name, b": ", value, b"\r\n"] {
                    self.bytes.extend_from_slice(part);
                }
            } else {
                self.dropped += 1;
            }
        }
        Ok(())
    }
}

/// The fields of a whole section.
fn fields<'a>(section: &'a [u8], lines: &'a mut Lines) -> Result<Fields<'a>, ChunkFault> {
    if section == b"\r\n" {
        return Ok(Fields::none());
    }
    let mut found = [httparse::EMPTY_HEADER; MOST_FIELDS];
    match httparse::parse_headers(section, &mut found) {
        Ok(httparse::Status::Complete((_, found))) => {
            lines.note(section, found).map_err(|_| ChunkFault::Trailer)
        }
        Err(httparse::Error::TooManyHeaders) => Err(ChunkFault::Trailers),
        Ok(httparse::Status::Partial) | Err(_) => Err(ChunkFault::Trailer),
    }
}
