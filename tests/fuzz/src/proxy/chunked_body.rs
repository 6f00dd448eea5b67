//! Does a body end where it says, and is what goes on the same body?

use super::Verdict;
use super::cuts::cuts;
use super::http1::{
    BodyReader, CHUNK_END, ChunkFault, RequestFraming, ResponseFraming, Step, write_chunk_size,
    write_last_chunk,
};
use super::plain_chunks::PlainChunks;

/// Names that say how to read, route or authorise a message, and so must not come behind it.
const NEVER_BEHIND: [&str; 12] = [
    "authorization",
    "connection",
    "content-length",
    "content-type",
    "cookie",
    "host",
    "set-cookie",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "x-forwarded-for",
];

/// What a reader made of some bytes.
#[derive(Debug, PartialEq, Eq)]
struct Read {
    data: Vec<u8>,
    /// How many bytes were read until the end or the fault.
    len: usize,
    fault: Option<ChunkFault>,
    is_over: bool,
    trailers: Vec<(Vec<u8>, Vec<u8>)>,
    trailer_lines: Vec<u8>,
    dropped: usize,
}

/// Reads the chunked body that `bytes` begin with, and then bodies of some lengths.
///
/// # Panics
/// When the pieces in which it comes matter; when it is not read as `PlainChunks` reads it; when
/// what goes on is another body; and when a length is not kept.
pub fn chunked_body(bytes: &[u8]) -> Verdict {
    let whole = read(of_chunks(), bytes, &[]);
    for ends in cuts(bytes) {
        let mut pieces = read(of_chunks(), bytes, &ends);
        // A fault is found in the middle of a piece: how far that was is nothing to rely on.
        if pieces.fault.is_some() {
            pieces.len = whole.len;
        }
        assert_eq!(pieces, whole, "the pieces in which it comes matter");
    }
    let (plain, verdict) = PlainChunks::read(bytes);
    assert_eq!(verdict_on(&whole), verdict, "{whole:?}\n{plain:?}");
    assert_eq!(whole.data, plain.data);
    if verdict == Verdict::Accepted {
        assert_eq!(whole.len, plain.len, "the body ends elsewhere");
        assert_trailers(&whole, &plain);
        assert_goes_on(&whole);
    }
    assert_lengths_are_kept(bytes);
    verdict
}

fn of_chunks() -> BodyReader {
    BodyReader::of_request(RequestFraming::Chunked)
}

fn verdict_on(read: &Read) -> Verdict {
    match read.fault {
        Some(_) => Verdict::Refused,
        None if read.is_over => Verdict::Accepted,
        None => Verdict::Incomplete,
    }
}

fn read(mut reader: BodyReader, bytes: &[u8], ends: &[usize]) -> Read {
    let (mut data, mut at, mut fault) = (Vec::new(), 0, None);
    'pieces: for end in ends.iter().copied().chain([bytes.len()]) {
        // What was left of a piece is none of the body.
        if reader.is_over() {
            break;
        }
        assert!(at <= end);
        loop {
            let before = at;
            match reader.step(&bytes[..end], &mut at) {
                Ok(Step::Data(range)) => {
                    assert!(!range.is_empty() && range.start >= before && range.end == at);
                    data.extend_from_slice(&bytes[range]);
                }
                Ok(Step::More) => {
                    assert_eq!(at, end, "more is asked for while there is some");
                    break;
                }
                Ok(Step::End) => break 'pieces,
                Err(found) => {
                    fault = Some(found);
                    break 'pieces;
                }
            }
        }
    }
    let is_over = reader.is_over();
    let owned = |(name, value): (&[u8], &[u8])| (name.to_vec(), value.to_vec());
    let trailers = reader.trailers().filter(|_| is_over);
    Read {
        data,
        len: at,
        is_over,
        fault,
        trailers: trailers.map(|it| it.iter().map(owned).collect()).unwrap_or_default(),
        trailer_lines: trailers.map(|it| it.lines().to_vec()).unwrap_or_default(),
        dropped: trailers.map_or(0, |it| it.dropped()),
    }
}

fn assert_trailers(whole: &Read, plain: &PlainChunks) {
    assert_eq!(whole.trailers.len() + whole.dropped, plain.trailers.len());
    let mut all = plain.trailers.iter();
    for trailer in &whole.trailers {
        assert!(all.any(|it| it == trailer), "{trailer:?} goes on and did not come so");
        let never = NEVER_BEHIND.iter().find(|it| trailer.0.eq_ignore_ascii_case(it.as_bytes()));
        assert_eq!(never, None, "goes on behind a body");
    }
}

/// Asserts that the body, in chunks of our own, is read as the same body again.
fn assert_goes_on(whole: &Read) {
    let mut out = Vec::new();
    for piece in whole.data.chunks(7) {
        write_chunk_size(piece.len(), &mut out);
        out.extend_from_slice(piece);
        out.extend_from_slice(CHUNK_END);
    }
    out.extend_from_slice(b"0\r\n");
    out.extend_from_slice(&whole.trailer_lines);
    out.extend_from_slice(b"\r\n");
    let again = read(of_chunks(), &out, &[]);
    assert!(again.is_over && again.fault.is_none() && again.dropped == 0);
    assert_eq!((&again.data, &again.trailers), (&whole.data, &whole.trailers));
    assert_eq!(again.len, out.len(), "more goes on than the body");
    let mut bare = Vec::new();
    write_last_chunk(None, &mut bare);
    assert_eq!(bare, b"0\r\n\r\n");
}

fn assert_lengths_are_kept(bytes: &[u8]) {
    let here = bytes.len() as u64;
    for length in [0, 1, here / 2, here, here + 1, u64::MAX] {
        for mut reader in [
            BodyReader::of_request(RequestFraming::Length(length)),
            BodyReader::of_response(ResponseFraming::Length(length)),
        ] {
            let took = take(&mut reader, bytes);
            assert_eq!(took as u64, length.min(here), "of a body of {length} bytes");
            assert_eq!(reader.is_over(), length <= here);
            assert_eq!(reader.close().is_ok(), length <= here, "a cut goes unnoticed");
        }
    }
    let mut reader = BodyReader::of_response(ResponseFraming::UntilClose);
    assert_eq!(take(&mut reader, bytes), bytes.len());
    assert!(!reader.is_over() && reader.close().is_ok() && reader.is_over());
    let mut reader = of_chunks();
    take(&mut reader, bytes);
    assert_eq!(reader.close().is_ok(), reader.is_over(), "a cut goes unnoticed");
}

/// How many bytes of data there are up to a fault, read in pieces of 5.
fn take(reader: &mut BodyReader, bytes: &[u8]) -> usize {
    let mut took = 0;
    for piece in bytes.chunks(5) {
        let mut at = 0;
        loop {
            match reader.step(piece, &mut at) {
                Ok(Step::Data(range)) => took += range.len(),
                Ok(Step::More | Step::End) => break,
                Err(_) => return took,
            }
        }
    }
    took
}
