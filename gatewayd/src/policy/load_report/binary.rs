//! The form BIN: `xds.data.orca.v3.OrcaLoadReport` in base64 (RFC 4648, section 4), with or without
//! its padding.

use super::{LoadReport, MOST_BYTES};

/// What is read from a report; the other numbers of its fields are skipped.
const CPU: u64 = 1;
const MEMORY: u64 = 2;
const RPS_WHOLE: u64 = 3;
const RPS: u64 = 6;
const EPS: u64 = 7;
const APPLICATION: u64 = 9;

pub(super) fn report(text: &[u8]) -> Option<LoadReport> {
    let mut room = [0; MOST_BYTES / 4 * 3 + 3];
    let length = decode(text, &mut room)?;
    let mut bytes = &room[..length];
    let (mut report, mut whole) = (LoadReport::default(), None);
    while !bytes.is_empty() {
        let key = varint(&mut bytes)?;
        // The wire types of protobuf.
        match (key >> 3, key & 7) {
            (0, _) => return None,
            (RPS_WHOLE, 0) => whole = Some(varint(&mut bytes)? as f64),
            (_, 0) => drop(varint(&mut bytes)?),
            (field, 1) => {
                let number = f64::from_le_bytes(take(&mut bytes, 8)?.try_into().ok()?);
                if !report.set(name(field), number) {
                    return None;
                }
            }
            (_, 2) => {
                let length = usize::try_from(varint(&mut bytes)?).ok()?;
                take(&mut bytes, length)?;
            }
            (_, 5) => drop(take(&mut bytes, 4)?),
            _ => return None,
        }
    }
    report.rps = report.rps.or(whole);
    Some(report)
}

fn name(field: u64) -> &'static [u8] {
    match field {
        CPU => b"cpu_utilization",
        MEMORY => b"mem_utilization",
        RPS => b"rps_fractional",
        EPS => b"eps",
        APPLICATION => b"application_utilization",
        _ => b"",
    }
}

fn take<'a>(bytes: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, rest) = bytes.split_at_checked(count)?;
    *bytes = rest;
    Some(taken)
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for place in 0..10 {
        let byte = u64::from(take(bytes, 1)?[0]);
        number |= (byte & 0x7f) << (7 * place);
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

/// Decodes `text` into `room`; how many bytes it has.
fn decode(text: &[u8], room: &mut [u8]) -> Option<usize> {
    let unpadded = text.strip_suffix(b"==").or(text.strip_suffix(b"=")).unwrap_or(text);
    let (mut bits, mut held, mut length) = (0_u32, 0, 0);
    for byte in unpadded {
        bits = bits << 6 | sextet(*byte)?;
        held += 6;
        if held >= 8 {
            held -= 8;
            *room.get_mut(length)? = (bits >> held) as u8;
            length += 1;
        }
    }
    // What is left over has to be too little for a byte, and nothing.
    (held < 6 && bits & ((1 << held) - 1) == 0).then_some(length)
}

fn sextet(byte: u8) -> Option<u32> {
    Some(u32::from(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    }))
}
