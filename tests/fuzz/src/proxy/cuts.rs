//! Cuts: in which pieces may the same bytes come?

use std::fmt::Debug;

use super::http1::Parsed;

/// The longest input that is also read byte by byte.
const FEW_BYTES: usize = 512;

/// Some ways to cut `bytes`, each as the places where its pieces end, the last one aside. They
/// depend on the bytes alone, so that an input that fails does so again.
pub(super) fn cuts(bytes: &[u8]) -> Vec<Vec<usize>> {
    let mut seed = fnv(bytes);
    let mut few: Vec<usize> = (0..seed % 7)
        .map(|_| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 33) as usize % (bytes.len() + 1)
        })
        .collect();
    few.sort_unstable();
    let mut ways = vec![few];
    if bytes.len() <= FEW_BYTES {
        ways.push((0..bytes.len()).collect());
    }
    ways
}

/// Asserts that bytes in pieces are judged as the same bytes in one. One thing may differ: that a
/// head which has not ended is none may be told once it ends, or fills the room there is for one.
///
/// # Panics
/// If they are not.
pub(super) fn assert_alike<Head, Fault>(
    pieces: &Parsed<Head, Fault>,
    whole: &Parsed<Head, Fault>,
    bytes: &[u8],
    most_bytes: usize,
) where
    Head: Debug + PartialEq,
    Fault: Debug + PartialEq,
{
    let told_late = matches!((pieces, whole), (Parsed::Incomplete, Parsed::Refused(_)));
    if !(told_late && !has_end(bytes) && bytes.len() < most_bytes) {
        assert_eq!(pieces, whole, "the pieces in which it comes matter");
    }
}

/// Whether an empty line follows some other.
fn has_end(bytes: &[u8]) -> bool {
    let begun = bytes.iter().position(|byte| !b"\r\n".contains(byte)).unwrap_or(bytes.len());
    let text = &bytes[begun..];
    text.windows(2).any(|end| end == b"\n\n") || text.windows(3).any(|end| end == b"\n\r\n")
}

/// The hash of Fowler, Noll and Vo.
fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
