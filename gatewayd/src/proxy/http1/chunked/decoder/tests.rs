//! The chunked coding (RFC 9112, section 7.1), one row each.

use proptest::prelude::*;

use super::super::{CHUNK_END, write_chunk_size, write_last_chunk};
use super::ChunkFault::*;
use super::*;

/// A body's data, its trailers, how many of those were dropped, and what was behind the body.
type Decoded = (Vec<u8>, Vec<u8>, usize, Vec<u8>);

/// What a decoder says to `pieces`; `None` if they end before the body does.
fn decode<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Result<Option<Decoded>, ChunkFault> {
    let mut decoder = Decoder::default();
    let (mut data, mut behind) = (Vec::new(), Vec::new());
    for piece in pieces {
        let mut at = 0;
        loop {
            match decoder.step(piece, &mut at)? {
                Step::Data(range) => {
                    assert!(!range.is_empty());
                    data.extend_from_slice(&piece[range]);
                }
                Step::More => {
                    assert_eq!(at, piece.len());
                    break;
                }
                Step::End => {
                    behind.extend_from_slice(&piece[at..]);
                    break;
                }
            }
        }
    }
    let trailers = decoder.trailers();
    let told = (data, trailers.lines().to_vec(), trailers.dropped(), behind);
    Ok(decoder.is_over().then_some(told))
}

fn whole(bytes: &str) -> Result<Option<Decoded>, ChunkFault> {
    decode([bytes.as_bytes()])
}

fn pieces(bytes: &[u8], size: usize) -> impl Iterator<Item = &[u8]> {
    bytes.chunks(size)
}

#[test]
fn a_body_is_read() {
    for (bytes, data) in [
        ("0\r\n\r\n", ""),
        ("5\r\nhello\r\n0\r\n\r\n", "hello"),
        ("5\r\nhello\r\n7\r\n, world\r\n0\r\n\r\n", "hello, world"),
        ("0000000000000005\r\nhello\r\n000\r\n\r\n", "hello"),
        ("A\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n", "01234567890123456789"),
        ("2\r\n\r\n\r\n0\r\n\r\n", "\r\n"),
        ("5;x\r\nhello\r\n0;y=\"z; \t\"\r\n\r\n", "hello"),
    ] {
        let decoded = whole(&format!("{bytes}GET")).unwrap().unwrap();
        assert_eq!(decoded, (data.into(), vec![], 0, b"GET".to_vec()), "{bytes:?}");
    }
}

#[test]
fn what_breaks_the_coding_is_refused() {
    for (bytes, fault) in [
        ("0x5\r\nhello\r\n", Size),
        ("5_\r\nhello\r\n", Size),
        ("-1\r\n", Size),
        ("+5\r\nhello\r\n", Size),
        (" 5\r\nhello\r\n", Size),
        ("5 \r\nhello\r\n", Size),
        ("5\t;x\r\nhello\r\n", Size),
        ("\r\n", Size),
        (";x\r\n", Size),
        ("5\nhello\r\n", Size),
        ("5\rhello\r\n", Size),
        ("g\r\n", Size),
        ("00000000000000005\r\nhello\r\n", Size),
        ("10000000000000000\r\n", Size),
        ("5;x\nhello\r\n", Extension),
        ("5;x\rhello\r\n", Size),
        ("5;\0\r\nhello\r\n", Extension),
        ("5;\x7f\r\nhello\r\n", Extension),
        ("5\r\nhello0\r\n\r\n", End),
        ("5\r\nhello!\r\n0\r\n\r\n", End),
        ("5\r\nhello\n0\r\n\r\n", End),
        ("5\r\nhello\r0\r\n\r\n", End),
        ("0\r\n\n", Trailer),
        ("0\r\nX: y\n\r\n", Trailer),
        ("0\r\nX: y\r\n\n", Trailer),
        ("0\r\nX: y\rZ: y\r\n\r\n", Trailer),
        ("0\r\n X: y\r\n\r\n", Trailer),
        ("0\r\nX : y\r\n\r\n", Trailer),
        ("0\r\nX: y\r\n z\r\n\r\n", Trailer),
        ("0\r\n: y\r\n\r\n", Trailer),
        ("0\r\nX: \0\r\n\r\n", Trailer),
        ("0\r\nGET / HTTP/1.1\r\n\r\n", Trailer),
    ] {
        assert_eq!(whole(bytes), Err(fault), "{bytes:?}");
        let split: Result<_, _> = decode(pieces(bytes.as_bytes(), 1));
        assert_eq!(split, Err(fault), "{bytes:?} byte by byte");
    }
}

#[test]
fn a_body_that_breaks_off_is_not_over() {
    let bytes = b"5\r\nhello\r\n0\r\nX: y\r\n\r\n";
    for end in 0..bytes.len() {
        assert_eq!(decode([&bytes[..end]]), Ok(None), "after {end}");
    }
    assert!(decode([&bytes[..]]).unwrap().is_some());
}

#[test]
fn the_largest_size_is_read() {
    let mut decoder = Decoder::default();
    let (bytes, mut at) = (b"ffffffffffffffff\r\nhello", 0);
    assert_eq!(decoder.step(bytes, &mut at), Ok(Step::Data(18..23)));
    assert_eq!(decoder.step(bytes, &mut at), Ok(Step::More));
    assert_eq!(decoder.left, u64::MAX - 5);
}

#[test]
fn extensions_are_bounded_over_all_of_a_body() {
    let one = |len: usize| format!("1;{}\r\nx\r\n", "e".repeat(len));
    let end = "0\r\n\r\n";
    assert!(whole(&(one(MOST_EXTENSION_BYTES) + end)).is_ok());
    assert_eq!(whole(&(one(MOST_EXTENSION_BYTES + 1) + end)), Err(Extensions));
    let many = one(10).repeat(MOST_EXTENSION_BYTES / 10 + 1);
    assert_eq!(whole(&(many + end)), Err(Extensions));
}

#[test]
fn only_what_may_trail_does() {
    let bytes = "0\r\nX-Sum: 1\r\nContent-Length: 5\r\nHost: b\r\nauthorization: x\r\n\
                 X-Forwarded-For: 1.2.3.4\r\nTransfer-Encoding: chunked\r\nX_Y: z\r\ngrpc-status:0\r\n\r\n";
    let (_, trailers, dropped, _) = whole(bytes).unwrap().unwrap();
    assert_eq!(String::from_utf8(trailers).unwrap(), "X-Sum: 1\r\ngrpc-status: 0\r\n");
    assert_eq!(dropped, 6);
}

#[test]
fn trailers_are_bounded() {
    let some = |count: usize| format!("0\r\n{}\r\n", "X: y\r\n".repeat(count));
    assert!(whole(&some(100)).is_ok());
    assert_eq!(whole(&some(101)), Err(Trailers));
    let long = |len: usize| format!("0\r\nX: {}\r\n\r\n", "y".repeat(len - 7));
    assert!(whole(&long(16 * 1024)).is_ok());
    assert_eq!(whole(&long(16 * 1024 + 1)), Err(Trailers));
    assert_eq!(whole(&format!("0\r\nX: {}", "y".repeat(20_000))), Err(Trailers));
}

#[test]
fn trailers_are_told_as_names_and_values() {
    let mut decoder = Decoder::default();
    let mut at = 0;
    decoder.step(b"0\r\nX: a:b\r\nY:\r\n\r\n", &mut at).unwrap();
    let told: Vec<(&[u8], &[u8])> = decoder.trailers().iter().collect();
    assert_eq!(told, [(&b"X"[..], &b"a:b"[..]), (&b"Y"[..], &b""[..])]);
}

proptest! {
    #[test]
    fn what_is_encoded_is_decoded(
        chunks in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..40), 0..6),
        size in 1..60_usize,
        behind in prop::collection::vec(any::<u8>(), 0..10),
    ) {
        let mut bytes = Vec::new();
        for chunk in &chunks {
            write_chunk_size(chunk.len(), &mut bytes);
            bytes.extend_from_slice(chunk);
            bytes.extend_from_slice(CHUNK_END);
        }
        write_last_chunk(None, &mut bytes);
        bytes.extend_from_slice(&behind);
        let decoded = decode(pieces(&bytes, size)).unwrap().unwrap();
        prop_assert_eq!(decoded, (chunks.concat(), vec![], 0, behind));
    }

    #[test]
    fn trailers_that_are_written_are_the_ones_that_were_read(
        values in prop::collection::vec("[a-z:, ]{0,8}", 0..5),
    ) {
        let lines: String =
            values.iter().map(|value| format!("X-Trailer: {}\r\n", value.trim())).collect();
        let bytes = format!("0\r\n{lines}\r\n");
        let mut decoder = Decoder::default();
        prop_assert_eq!(decoder.step(bytes.as_bytes(), &mut 0), Ok(Step::End));
        let mut out = Vec::new();
        write_last_chunk(Some(decoder.trailers()), &mut out);
        prop_assert_eq!(String::from_utf8(out).unwrap(), bytes);
    }

    #[test]
    fn every_split_of_the_bytes_gives_the_same(
        bytes in prop::collection::vec(
            prop_oneof![
                prop::sample::select(&b"0123af;x\r\n: "[..]).prop_map(|byte| vec![byte]),
                Just(b"\r\n".to_vec()),
                Just(b"3\r\nabc\r\n".to_vec()),
                Just(b"0\r\n".to_vec()),
                Just(b"X: y\r\n".to_vec()),
                any::<u8>().prop_map(|byte| vec![byte]),
            ],
            0..24,
        ),
        ends in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
    ) {
        let bytes = bytes.concat();
        let mut ends: Vec<usize> = ends.iter().map(|end| end.index(bytes.len() + 1)).collect();
        ends.extend([0, bytes.len()]);
        ends.sort_unstable();
        let split = ends.windows(2).map(|ends| &bytes[ends[0]..ends[1]]);
        prop_assert_eq!(decode(split), decode([&bytes[..]]));
    }
}
