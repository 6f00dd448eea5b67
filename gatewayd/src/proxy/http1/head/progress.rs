//! Progress: how much of a head was looked at, so that a head that comes byte by byte costs no
//! more than twice what it costs whole.

/// How far a head that is not complete was looked at. For a new head it begins anew.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Progress {
    /// How many bytes were searched for the end of a head.
    searched: usize,
    /// How many bytes were parsed.
    parsed: usize,
}

impl Progress {
    /// Whether parsing `bytes`, which have only grown, can tell more than it did the last time: at
    /// first, once a head's end has come, and whenever they have doubled (so that what is no head
    /// at all is not waited for).
    pub(super) fn is_due(&mut self, bytes: &[u8]) -> bool {
        let due = self.searched == 0
            || bytes.len() >= 2 * self.parsed
            || has_end(&bytes[self.searched.saturating_sub(2).min(bytes.len())..]);
        self.searched = bytes.len();
        if due {
            self.parsed = bytes.len();
        }
        due
    }
}

/// Whether an empty line follows some line, however the lines end.
fn has_end(bytes: &[u8]) -> bool {
    memchr::memchr_iter(b'\n', bytes)
        .any(|at| matches!(bytes[at + 1..], [b'\n', ..] | [b'\r', b'\n', ..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many bytes are parsed in all when `head` comes in pieces of `size`, and whether the
    /// last one was looked at.
    fn cost(head: &[u8], size: usize) -> (usize, bool) {
        let mut progress = Progress::default();
        let (mut parsed, mut at_end) = (0, false);
        for end in (size..head.len()).step_by(size).chain([head.len()]) {
            at_end = progress.is_due(&head[..end]);
            parsed += if at_end { end } else { 0 };
        }
        (parsed, at_end)
    }

    #[test]
    fn a_head_in_pieces_costs_no_more_than_thrice_its_length() {
        let long = format!("GET / HTTP/1.1\r\nx: {}\r\n\r\n", "y".repeat(16_000));
        for size in [1, 2, 3, 7, 100, 1500] {
            let (parsed, at_end) = cost(long.as_bytes(), size);
            assert!(at_end, "{size}");
            assert!(parsed <= 3 * long.len(), "{size}: {parsed}");
        }
    }

    #[test]
    fn every_end_of_a_head_is_seen() {
        for end in ["\r\n\r\n", "\n\n", "\r\n\n", "\n\r\n"] {
            let head = format!("{}{end}", "a".repeat(61));
            for size in 1..=head.len() {
                assert!(cost(head.as_bytes(), size).1, "{end:?} in pieces of {size}");
            }
        }
    }
}
