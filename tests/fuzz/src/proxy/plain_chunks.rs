//! A chunked body read plainly: the grammar of RFC 9112, section 7.1, over bytes that are all
//! there, without a line in common with the decoder.

use super::Verdict;
use super::plain_head::field;

/// The most bytes of extensions, and of trailers.
const MOST_BYTES: usize = 16 * 1024;

/// What a body holds, as far as it can be read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct PlainChunks {
    /// The data.
    pub(super) data: Vec<u8>,
    /// Names and values of all trailers, once the body is whole.
    pub(super) trailers: Vec<(Vec<u8>, Vec<u8>)>,
    /// How many bytes the whole body takes.
    pub(super) len: usize,
}

/// Why reading stops before the end.
enum Stop {
    More,
    Broken,
}

impl PlainChunks {
    /// Reads the body that `bytes` begin with.
    pub(super) fn read(bytes: &[u8]) -> (PlainChunks, Verdict) {
        let mut body = PlainChunks::default();
        let verdict = match body.fill(bytes) {
            Ok(rest) => {
                body.len = bytes.len() - rest.len();
                Verdict::Accepted
            }
            Err(Stop::More) => Verdict::Incomplete,
            Err(Stop::Broken) => Verdict::Refused,
        };
        (body, verdict)
    }

    /// Reads chunks and trailers; gives what is behind them.
    fn fill<'a>(&mut self, mut rest: &'a [u8]) -> Result<&'a [u8], Stop> {
        let mut room = MOST_BYTES;
        loop {
            let size;
            (size, rest) = size_of(rest)?;
            rest = behind_extension(rest, &mut room)?;
            rest = behind(b"\r\n", rest)?;
            if size == 0 {
                return self.trailers(rest);
            }
            let here = usize::try_from(size).map_or(rest.len(), |size| size.min(rest.len()));
            self.data.extend_from_slice(&rest[..here]);
            rest = behind(b"\r\n", &rest[here..])?;
        }
    }

    fn trailers<'a>(&mut self, section: &'a [u8]) -> Result<&'a [u8], Stop> {
        let (mut rest, mut lines) = (section, Vec::new());
        loop {
            let end = rest.iter().position(|byte| *byte == b'\n');
            let read = section.len() - rest.len() + end.map_or(rest.len(), |end| end + 1);
            // The empty line alone takes no room.
            if read > MOST_BYTES {
                return Err(Stop::Broken);
            }
            let end = end.ok_or(Stop::More)?;
            let line = rest[..end].strip_suffix(b"\r").ok_or(Stop::Broken)?;
            rest = &rest[end + 1..];
            if line.is_empty() {
                break;
            }
            lines.push(line);
        }
        let fields: Option<Vec<_>> = lines.into_iter().map(field).collect();
        let fields = fields.filter(|it| it.len() <= 100).ok_or(Stop::Broken)?;
        self.trailers = fields.into_iter().map(|it| (it.0.to_vec(), it.1.to_vec())).collect();
        Ok(rest)
    }
}

/// A size of 1 to 16 digits, and what is behind it.
fn size_of(bytes: &[u8]) -> Result<(u64, &[u8]), Stop> {
    let digits = bytes.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    if digits > 16 {
        return Err(Stop::Broken);
    }
    let (digits, rest) = bytes.split_at(digits);
    match rest.first() {
        None => Err(Stop::More),
        Some(b';' | b'\r') if !digits.is_empty() => {
            let digits = str::from_utf8(digits).expect("digits");
            Ok((u64::from_str_radix(digits, 16).expect("16 digits at most"), rest))
        }
        Some(_) => Err(Stop::Broken),
    }
}

/// What is behind an extension, if there is one.
fn behind_extension<'a>(bytes: &'a [u8], room: &mut usize) -> Result<&'a [u8], Stop> {
    let Some(rest) = bytes.strip_prefix(b";") else { return Ok(bytes) };
    for (at, byte) in rest.iter().enumerate() {
        match byte {
            b'\r' => return Ok(&rest[at..]),
            b'\t' | b' '..=b'~' | 0x80.. if *room > 0 => *room -= 1,
            _ => return Err(Stop::Broken),
        }
    }
    Err(Stop::More)
}

/// What is behind `expected`.
fn behind<'a>(expected: &[u8], bytes: &'a [u8]) -> Result<&'a [u8], Stop> {
    match bytes.strip_prefix(expected) {
        Some(rest) => Ok(rest),
        None if expected.starts_with(bytes) => Err(Stop::More),
        None => Err(Stop::Broken),
    }
}
