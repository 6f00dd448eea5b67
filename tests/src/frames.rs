//! Frames: a side of HTTP/2 that sends each frame by hand and takes no more than it wants.

use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use crate::Wire;
use crate::message::Ended;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// How long it waits for anything by default.
const PATIENCE: Duration = Duration::from_secs(30);
const INITIAL_WINDOW_SIZE: u8 = 4;

/// One frame (RFC 9113, section 4.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Its type.
    pub kind: u8,
    /// Its flags.
    pub flags: u8,
    /// Its stream; 0 is the connection.
    pub stream: u32,
    /// What it carries.
    pub payload: Vec<u8>,
}

impl Frame {
    /// DATA.
    pub const DATA: u8 = 0;
    /// HEADERS.
    pub const HEADERS: u8 = 1;
    /// RST_STREAM.
    pub const RST_STREAM: u8 = 3;
    /// SETTINGS.
    pub const SETTINGS: u8 = 4;
    /// PING.
    pub const PING: u8 = 6;
    /// GOAWAY.
    pub const GOAWAY: u8 = 7;
    /// On DATA and HEADERS: the stream ends here.
    pub const END_STREAM: u8 = 1;
    /// On SETTINGS and PING.
    pub const ACK: u8 = 1;
    /// On HEADERS.
    pub const END_HEADERS: u8 = 4;
}

/// One side of a connection: a client's, over TLS, or a backend's.
pub struct Frames {
    wire: Wire,
    patience: Duration,
    /// When it is given up, however much comes.
    end: Instant,
}

impl Frames {
    /// Connects, and takes so many bytes of each answer.
    #[track_caller]
    pub fn connect(address: SocketAddr, window_bytes: u32) -> Frames {
        let wire = Wire::connect_tls(address, b"h2");
        let (patience, end) = (PATIENCE, Instant::now() + PATIENCE);
        let mut frames = Frames { wire, patience, end };
        frames.wire.send(PREFACE);
        let mut settings = vec![0, INITIAL_WINDOW_SIZE];
        settings.extend_from_slice(&window_bytes.to_be_bytes());
        frames.send(Frame::SETTINGS, 0, 0, &settings);
        frames
    }

    /// The other side of a client's connection in the clear.
    ///
    /// # Panics
    /// When the client does not begin with the preface of HTTP/2.
    #[track_caller]
    pub fn serve(socket: TcpStream) -> Frames {
        let wire = Wire::over_socket(socket);
        wire.wait_at_most(PATIENCE);
        let (patience, end) = (PATIENCE, Instant::now() + PATIENCE);
        let mut frames = Frames { wire, patience, end };
        frames.send(Frame::SETTINGS, 0, 0, &[]);
        assert_eq!(frames.wire.read(PREFACE.len()), PREFACE);
        frames
    }

    /// Answers `stream` with 200 and nothing more.
    pub fn answer(&mut self, stream: u32) {
        self.send(Frame::HEADERS, Frame::END_HEADERS | Frame::END_STREAM, stream, &[0x88]);
    }

    /// How long it waits for a frame, and how long for all of them.
    pub fn wait_at_most(&mut self, patience: Duration, in_all: Duration) {
        self.wire.wait_at_most(patience);
        self.patience = patience;
        self.end = Instant::now() + in_all;
    }

    /// Sends one frame.
    pub fn send(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
        let length = payload.len() as u32;
        let mut bytes = length.to_be_bytes()[1..].to_vec();
        bytes.extend_from_slice(&[kind, flags]);
        bytes.extend_from_slice(&stream.to_be_bytes());
        bytes.extend_from_slice(payload);
        self.wire.send(bytes);
    }

    /// Asks for `path` on `stream`.
    pub fn get(&mut self, stream: u32, path: &str) {
        let flags = Frame::END_HEADERS | Frame::END_STREAM;
        self.send(Frame::HEADERS, flags, stream, &head(0x82, path));
    }

    /// Begins to post to `path` on `stream`.
    pub fn post(&mut self, stream: u32, path: &str) {
        self.send(Frame::HEADERS, Frame::END_HEADERS, stream, &head(0x83, path));
    }

    /// The next frame that says something; settings and pings are acknowledged meanwhile.
    ///
    /// # Errors
    /// How the connection ended.
    pub fn frame(&mut self) -> Result<Frame, Ended> {
        let next = Instant::now() + self.patience;
        loop {
            if Instant::now() > next.min(self.end) {
                return Err(Ended::Silent);
            }
            let head = self.wire.try_read(9)?;
            let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
            let stream = u32::from_be_bytes([head[5] & 0x7f, head[6], head[7], head[8]]);
            let payload = self.wire.try_read(length as usize)?;
            match (head[3], head[4]) {
                (Frame::SETTINGS | Frame::PING, flags) if flags & Frame::ACK != 0 => {}
                (Frame::SETTINGS, _) => self.send(Frame::SETTINGS, Frame::ACK, 0, &[]),
                (Frame::PING, _) => self.send(Frame::PING, Frame::ACK, 0, &payload),
                (kind, flags) => return Ok(Frame { kind, flags, stream, payload }),
            }
        }
    }
}

/// A head in HPACK: what the static table has, and literals (RFC 7541, section 6).
fn head(method: u8, path: &str) -> Vec<u8> {
    let mut bytes = vec![method, 0x87, 0x04];
    bytes.push(path.len() as u8);
    bytes.extend_from_slice(path.as_bytes());
    bytes.extend_from_slice(b"\x01\x09localhost");
    bytes
}
