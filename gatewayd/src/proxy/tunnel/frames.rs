//! The frames of a WebSocket (RFC 6455, section 5.2): where one ends, so that another may follow.

/// A Close frame of a server: 1012, and what that means.
pub(super) const SERVICE_RESTART: &[u8] = b"\x88\x11\x03\xf4service restart";

const CLOSE: u8 = 0x8;
const LONGEST_HEAD: usize = 10;

/// Where in its frames one side of a WebSocket is.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Frames {
    /// What there is of a head, without its mask.
    head: [u8; LONGEST_HEAD],
    head_bytes: usize,
    /// What is still to come behind the head, a mask included.
    left: u64,
    closed: bool,
}

impl Frames {
    /// Whether a Close frame went by: none may follow it.
    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }

    /// Goes on by `bytes`.
    pub(super) fn pass(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            bytes = &bytes[self.step(bytes)..];
        }
    }

    /// How many of the `bytes` that come next lead to the end of a frame; `None` when all do not.
    pub(super) fn until_boundary(&self, bytes: &[u8]) -> Option<usize> {
        let (mut ahead, mut count) = (*self, 0);
        while !ahead.is_at_boundary() {
            if count == bytes.len() {
                return None;
            }
            count += ahead.step(&bytes[count..]);
        }
        Some(count)
    }

    fn is_at_boundary(&self) -> bool {
        self.head_bytes == 0 && self.left == 0
    }

    /// Takes some of `bytes`, not beyond the end of a frame; gives how many.
    fn step(&mut self, bytes: &[u8]) -> usize {
        if self.left > 0 {
            let count = self.left.min(bytes.len() as u64);
            self.left -= count;
            return count as usize;
        }
        self.head[self.head_bytes] = bytes[0];
        self.head_bytes += 1;
        if self.head_bytes == head_bytes(self.head[1], self.head_bytes) {
            self.left = self.payload() + if self.head[1] & 0x80 > 0 { 4 } else { 0 };
            self.closed |= self.head[0] & 0x0f == CLOSE;
            self.head_bytes = 0;
        }
        1
    }

    fn payload(&self) -> u64 {
        match self.head[1] & 0x7f {
            126 => u64::from(u16::from_be_bytes([self.head[2], self.head[3]])),
            127 => {
                let length = self.head[2..].iter();
                let length = length.fold(0, |sum, byte| sum << 8 | u64::from(*byte));
                // A mask counts too, and nobody sends so much.
                length.min(u64::MAX - 4)
            }
            length => u64::from(length),
        }
    }
}

/// How long a head is whose second byte is this, once that is known.
fn head_bytes(second: u8, known: usize) -> usize {
    match second & 0x7f {
        _ if known < 2 => 2,
        126 => 4,
        127 => LONGEST_HEAD,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn frame(opcode: u8, masked: bool, payload: usize) -> Vec<u8> {
        let mask = if masked { 0x80 } else { 0 };
        let mut frame = vec![0x80 | opcode];
        match payload {
            0..126 => frame.push(mask | payload as u8),
            126..65536 => {
                frame.push(mask | 126);
                frame.extend((payload as u16).to_be_bytes());
            }
            _ => {
                frame.push(mask | 127);
                frame.extend((payload as u64).to_be_bytes());
            }
        }
        frame.extend(vec![0xff; payload + if masked { 4 } else { 0 }]);
        frame
    }

    #[test]
    fn what_ends_a_websocket_says_how_long_it_is() {
        let mut frames = Frames::default();
        frames.pass(SERVICE_RESTART);
        assert!(frames.is_closed() && frames.is_at_boundary());
        assert_eq!(u16::from_be_bytes([SERVICE_RESTART[2], SERVICE_RESTART[3]]), 1012);
    }

    proptest! {
        #[test]
        fn the_end_of_a_frame_is_found_wherever_it_is_cut(
            sizes in prop::collection::vec(
                (prop_oneof![0_usize..3, 120..130_usize, 65_530..65_540_usize], any::<bool>()), 1..4
            ),
            cut in any::<prop::sample::Index>(),
        ) {
            let frames: Vec<Vec<u8>> =
                sizes.iter().map(|(size, masked)| frame(2, *masked, *size)).collect();
            let all = frames.concat();
            let cut = cut.index(all.len());
            let mut seen = Frames::default();
            seen.pass(&all[..cut]);
            let mut end = 0;
            let next = frames.iter().map(|it| { end += it.len(); end }).find(|end| *end >= cut);
            let next = if cut == 0 { 0 } else { next.unwrap() };
            prop_assert_eq!(seen.until_boundary(&all[cut..]), Some(next - cut));
            prop_assert!(!seen.is_closed());
            if next > cut {
                prop_assert_eq!(seen.until_boundary(&all[cut..next - 1]), None);
            }
        }
    }
}
