//! Buffers: they belong to the worker and are lent to whoever moves bytes; an idle connection has
//! none.

use std::rc::Rc;

use super::pipe::Pipe;

/// How much of an answer is read or written at once.
pub(super) const BUFFER_BYTES: usize = 64 * 1024;
/// How much of a request is read at once: twice the largest head, which a slow client may hold.
const REQUEST_BYTES: usize = 32 * 1024;
/// Where bytes begin in an inbox: half a page off, because what is read is mostly copied to the
/// beginning of some page, and a processor waits where it loads what lies like what it just stored.
const FIRST: usize = 2048;
/// How many of each kind wait for their next use; what comes back beyond them is let go.
const KEPT: usize = 128;
/// How many pipes there are at once, each of two descriptors; without one, bytes are copied.
pub const MOST_PIPES: usize = 16;
/// An outbox that grew beyond this is let go.
const LARGEST_KEPT_BYTES: usize = 2 * BUFFER_BYTES;

/// Bytes that were read and not used yet.
#[derive(Debug)]
pub(super) struct Inbox {
    bytes: Box<[u8]>,
    start: usize,
    end: usize,
}

/// The buffers of one worker that nobody uses now.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    /// For answers.
    inboxes: Vec<Inbox>,
    /// For requests.
    request_inboxes: Vec<Inbox>,
    outboxes: Vec<Vec<u8>>,
    pipes: Vec<Pipe>,
    /// Pipes that are out.
    lent: Rc<()>,
}

impl Inbox {
    fn new(room: usize) -> Inbox {
        Inbox { bytes: vec![0; FIRST + room].into_boxed_slice(), start: FIRST, end: FIRST }
    }

    /// What was read and not used.
    pub(super) fn unread(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    /// Whether nothing is left.
    pub(super) fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// Whether nothing more fits.
    pub(super) fn is_full(&self) -> bool {
        self.end - self.start == self.bytes.len() - FIRST
    }

    /// Marks the first `count` unread bytes as used.
    pub(super) fn consume(&mut self, count: usize) {
        debug_assert!(count <= self.end - self.start, "more is used than there is");
        self.start += count;
        if self.is_empty() {
            (self.start, self.end) = (FIRST, FIRST);
        }
    }

    /// Room for more; what is unread is moved to the front when there is none behind it.
    pub(super) fn room(&mut self) -> &mut [u8] {
        if self.end == self.bytes.len() && self.start > FIRST {
            self.bytes.copy_within(self.start..self.end, FIRST);
            (self.start, self.end) = (FIRST, FIRST + self.end - self.start);
        }
        &mut self.bytes[self.end..]
    }

    /// Marks the first `count` bytes of the room as read.
    pub(super) fn filled(&mut self, count: usize) {
        self.end += count;
        debug_assert!(self.end <= self.bytes.len(), "more was read than there is room");
    }
}

impl Buffers {
    /// An empty inbox for an answer.
    pub(super) fn inbox(&mut self) -> Inbox {
        self.inboxes.pop().unwrap_or_else(|| Inbox::new(BUFFER_BYTES))
    }

    /// An empty inbox for requests.
    pub(super) fn request_inbox(&mut self) -> Inbox {
        self.request_inboxes.pop().unwrap_or_else(|| Inbox::new(REQUEST_BYTES))
    }

    /// An empty outbox.
    pub(super) fn outbox(&mut self) -> Vec<u8> {
        self.outboxes.pop().unwrap_or_default()
    }

    /// An empty pipe, unless the system has none to give.
    pub(super) fn pipe(&mut self) -> Option<Pipe> {
        let open = Rc::strong_count(&self.lent) - 1 + self.pipes.len();
        let new = || (open < MOST_PIPES).then(|| Pipe::open().ok()).flatten();
        let pipe = self.pipes.pop().or_else(new)?;
        Some(pipe.lent(&self.lent))
    }

    /// Takes an empty pipe back.
    pub(super) fn take_pipe(&mut self, pipe: Pipe) {
        debug_assert_eq!(pipe.holds(), 0, "what is in it would go to another client");
        if pipe.holds() == 0 {
            self.pipes.push(pipe.back());
        }
    }

    /// Takes an inbox back; what is in it is forgotten.
    pub(super) fn take_inbox(&mut self, mut inbox: Inbox) {
        (inbox.start, inbox.end) = (FIRST, FIRST);
        let kept = match inbox.bytes.len() - FIRST {
            REQUEST_BYTES => &mut self.request_inboxes,
            _ => &mut self.inboxes,
        };
        if kept.len() < KEPT {
            kept.push(inbox);
        }
    }

    /// Takes an outbox back; what is in it is forgotten.
    pub(super) fn take_outbox(&mut self, mut outbox: Vec<u8>) {
        outbox.clear();
        if self.outboxes.len() < KEPT && outbox.capacity() <= LARGEST_KEPT_BYTES {
            self.outboxes.push(outbox);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(inbox: &mut Inbox, bytes: &[u8]) {
        inbox.room()[..bytes.len()].copy_from_slice(bytes);
        inbox.filled(bytes.len());
    }

    #[test]
    fn what_is_unread_stays_in_order_while_room_is_made() {
        let mut inbox = Inbox::new(BUFFER_BYTES);
        read(&mut inbox, &vec![b'a'; BUFFER_BYTES - 3]);
        read(&mut inbox, b"bcd");
        assert!(inbox.is_full() && inbox.room().is_empty());
        inbox.consume(BUFFER_BYTES - 3);
        assert_eq!(inbox.room().len(), BUFFER_BYTES - 3);
        read(&mut inbox, b"e");
        assert_eq!(inbox.unread(), b"bcde");
    }

    #[test]
    fn a_buffer_that_comes_back_is_empty() {
        let mut buffers = Buffers::default();
        let mut inbox = buffers.inbox();
        read(&mut inbox, b"secret of another client");
        buffers.take_inbox(inbox);
        assert!(buffers.inbox().is_empty());
        buffers.take_outbox(b"secret".to_vec());
        assert!(buffers.outbox().is_empty());
    }
}
