//! One HTTP/2 connection of a client that always has the same number of streams open.
//!
//! It sends one prepared header block again and again and reads frames (RFC 9113) only as far as
//! counting answers needs, so that it costs less than any proxy it talks to.

use anyhow::{Result, bail, ensure};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const FRAME_HEAD_BYTES: usize = 9;
/// Everything we accept in one frame: the size that we did not raise.
const LARGEST_FRAME_BYTES: usize = 16 * 1024;
/// Room for data before it is given again, half of what is given.
const WINDOW_BYTES: u32 = 1 << 30;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const WINDOW_UPDATE: u8 = 8;

const ACK: u8 = 0x1;
const END_STREAM: u8 = 0x1;
const END_HEADERS: u8 = 0x4;
/// `:status: 200`, as every HPACK encoder writes it: entry 8 of the static table (RFC 7541).
const STATUS_200: u8 = 0x88;

/// A client's side of a connection.
#[derive(Debug)]
pub(crate) struct Http2 {
    streams: u32,
    next_stream: u32,
    request: Vec<u8>,
    /// Of a frame that has not come whole.
    unread: Vec<u8>,
    received: u32,
    leaving: bool,
}

impl Http2 {
    /// A connection with `streams` requests at a time.
    pub(crate) fn new(streams: u32) -> Http2 {
        Http2 {
            streams,
            next_stream: 1,
            request: request_fields(),
            unread: Vec::new(),
            received: 0,
            leaving: false,
        }
    }

    /// Opens the connection and its first requests.
    pub(crate) fn begin(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(PREFACE);
        // No push, and as much data on each stream as there may be (RFC 9113 section 6.5.2).
        write_frame(out, SETTINGS, 0, 0, &[0, 2, 0, 0, 0, 0, 0, 4, 0x7f, 0xff, 0xff, 0xff]);
        write_frame(out, WINDOW_UPDATE, 0, 0, &WINDOW_BYTES.to_be_bytes());
        for _ in 0..self.streams {
            self.ask(out);
        }
    }

    /// Whether the server said that it takes no more.
    pub(crate) fn is_leaving(&self) -> bool {
        self.leaving
    }

    /// Opens one more request.
    pub(crate) fn ask(&mut self, out: &mut Vec<u8>) {
        write_frame(out, HEADERS, END_HEADERS | END_STREAM, self.next_stream, &self.request);
        self.next_stream += 2;
    }

    /// Reads what the server said; the answer is how many requests it completed.
    pub(crate) fn hear(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<u32> {
        if self.unread.is_empty() {
            let (used, completed) = self.hear_frames(bytes, out)?;
            self.unread.extend_from_slice(&bytes[used..]);
            return Ok(completed);
        }
        let mut unread = std::mem::take(&mut self.unread);
        unread.extend_from_slice(bytes);
        let (used, completed) = self.hear_frames(&unread, out)?;
        unread.drain(..used);
        self.unread = unread;
        Ok(completed)
    }

    /// Reads the whole frames in `bytes`: how many bytes they are, and how many answers ended.
    fn hear_frames(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(usize, u32)> {
        let (mut used, mut completed) = (0, 0);
        while let Some((head, rest)) = bytes[used..].split_at_checked(FRAME_HEAD_BYTES) {
            let length =
                usize::from(head[0]) << 16 | usize::from(head[1]) << 8 | usize::from(head[2]);
            ensure!(length <= LARGEST_FRAME_BYTES, "a frame of {length} bytes");
            let Some(payload) = rest.get(..length) else { break };
            completed += u32::from(self.hear_frame(head[3], head[4], payload, out)?);
            used += FRAME_HEAD_BYTES + length;
        }
        Ok((used, completed))
    }

    /// Whether this frame ends an answer.
    fn hear_frame(
        &mut self,
        kind: u8,
        flags: u8,
        payload: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<bool> {
        match kind {
            HEADERS => ensure!(says_ok(payload), "an answer other than 200"),
            DATA => self.give_room(payload.len() as u32, out),
            SETTINGS if flags & ACK == 0 => write_frame(out, SETTINGS, ACK, 0, &[]),
            PING if flags & ACK == 0 => write_frame(out, PING, ACK, 0, payload),
            GOAWAY => self.leaving = true,
            RST_STREAM => bail!("the server reset a stream: {payload:?}"),
            _ => {}
        }
        Ok(matches!(kind, HEADERS | DATA) && flags & END_STREAM != 0)
    }

    /// Gives the connection room again once half of it is used.
    fn give_room(&mut self, received: u32, out: &mut Vec<u8>) {
        self.received += received;
        if self.received > WINDOW_BYTES / 2 {
            write_frame(out, WINDOW_UPDATE, 0, 0, &self.received.to_be_bytes());
            self.received = 0;
        }
    }
}

fn write_frame(out: &mut Vec<u8>, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
    let length = (payload.len() as u32).to_be_bytes();
    out.extend_from_slice(&length[1..]);
    out.extend_from_slice(&[kind, flags]);
    out.extend_from_slice(&stream.to_be_bytes());
    out.extend_from_slice(payload);
}

/// `GET https://bench.example/small` in HPACK: entries of the static table, and literals that
/// are not remembered.
fn request_fields() -> Vec<u8> {
    let mut fields = vec![0x82, 0x87];
    for (name, value) in [(&[4][..], "/small"), (&[1], "bench.example"), (&[0xf, 43], "bench/1")] {
        fields.extend_from_slice(name);
        fields.push(value.len() as u8);
        fields.extend_from_slice(value.as_bytes());
    }
    fields
}

/// Whether a header block begins with `:status: 200`, a change of table size aside.
fn says_ok(block: &[u8]) -> bool {
    let status = block.iter().find(|byte| **byte & 0xe0 != 0x20);
    status == Some(&STATUS_200)
}

#[cfg(test)]
mod tests {
    use super::{ACK, DATA, END_HEADERS, END_STREAM, HEADERS, Http2, SETTINGS, write_frame};

    /// Two answers, the second of them without a body.
    fn answers() -> Vec<u8> {
        let mut bytes = Vec::new();
        write_frame(&mut bytes, SETTINGS, 0, 0, &[]);
        write_frame(&mut bytes, HEADERS, END_HEADERS, 1, &[0x88]);
        write_frame(&mut bytes, DATA, END_STREAM, 1, b"hello");
        write_frame(&mut bytes, HEADERS, END_HEADERS | END_STREAM, 3, &[0x20, 0x88]);
        bytes
    }

    #[test]
    fn answers_are_counted_however_they_are_split() {
        for size in 1..answers().len() {
            let (mut client, mut out) = (Http2::new(2), Vec::new());
            let pieces = answers();
            let heard = pieces.chunks(size).map(|piece| client.hear(piece, &mut out).unwrap());
            assert_eq!(heard.sum::<u32>(), 2, "pieces of {size}");
            assert_eq!(out, [0, 0, 0, SETTINGS, ACK, 0, 0, 0, 0]);
        }
    }

    #[test]
    fn an_answer_other_than_200_is_refused() {
        let mut bytes = Vec::new();
        write_frame(&mut bytes, HEADERS, END_HEADERS | END_STREAM, 1, &[0x8d]);
        assert!(Http2::new(1).hear(&bytes, &mut Vec::new()).is_err());
    }
}
