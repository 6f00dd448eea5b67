//! A message: a request or an answer of HTTP/1.1 as it stood on the wire, read leniently and kept
//! as it was.

use std::io::{ErrorKind, Read};

/// One message, as far as it came.
#[derive(Clone, Debug, Default)]
pub struct Message {
    /// Its request line or status line.
    pub start: String,
    /// Names in lower case and values, in the order they came.
    pub fields: Vec<(String, String)>,
    /// Its body, without any coding.
    pub body: Vec<u8>,
    /// The fields behind a chunked body.
    pub trailers: Vec<(String, String)>,
    /// Whether it came to its end.
    pub whole: bool,
    /// Its bytes as they stood on the wire.
    pub raw: Vec<u8>,
}

/// How a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The other side closed it.
    Closed,
    /// The other side reset it.
    Reset,
    /// Nothing came for as long as the reader waits.
    Silent,
}

/// What a message is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A request.
    Request,
    /// An answer.
    Answer,
    /// An answer without a body, whatever it says.
    BodilessAnswer,
}

/// What comes in on a connection.
pub(crate) struct Inbound<R> {
    pub(crate) stream: R,
    pub(crate) unread: Vec<u8>,
    pub(crate) ended: Option<Ended>,
}

impl Message {
    /// The status of an answer.
    #[track_caller]
    pub fn status(&self) -> u16 {
        let code = self.start.split(' ').nth(1).and_then(|code| code.parse().ok());
        code.unwrap_or_else(|| panic!("{:?} is no status line", self.start))
    }

    /// The method of a request.
    pub fn method(&self) -> &str {
        self.start.split(' ').next().unwrap_or_default()
    }

    /// The target of a request.
    pub fn target(&self) -> &str {
        self.start.split(' ').nth(1).unwrap_or_default()
    }

    /// The values of the fields called `name`, which is in lower case.
    pub fn all(&self, name: &str) -> Vec<&str> {
        let called = self.fields.iter().filter(|(it, _)| it == name);
        called.map(|(_, value)| value.as_str()).collect()
    }

    /// The first of those; empty when there is none.
    pub fn field(&self, name: &str) -> &str {
        self.all(name).first().copied().unwrap_or_default()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl<R: Read> Inbound<R> {
    pub(crate) fn new(stream: R) -> Inbound<R> {
        Inbound { stream, unread: Vec::new(), ended: None }
    }

    /// Reads more; false when nothing comes any more.
    pub(crate) fn fill(&mut self) -> bool {
        let mut bytes = [0; 64 * 1024];
        let ended = loop {
            match self.stream.read(&mut bytes) {
                Ok(0) => break Ended::Closed,
                Ok(count) => {
                    self.unread.extend_from_slice(&bytes[..count]);
                    return true;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => break Ended::Closed,
                Err(error)
                    if [ErrorKind::WouldBlock, ErrorKind::TimedOut].contains(&error.kind()) =>
                {
                    break Ended::Silent;
                }
                Err(_) => break Ended::Reset,
            }
        };
        self.ended = Some(ended);
        false
    }

    /// The next message; `None` when the connection ends before its first byte.
    pub(crate) fn message(&mut self, kind: Kind) -> Option<Message> {
        let end = loop {
            if let Some(at) = self.unread.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            if !self.fill() {
                let raw = std::mem::take(&mut self.unread);
                return (!raw.is_empty()).then(|| Message { raw, ..Message::default() });
            }
        };
        let mut message = self.head(end);
        let coded = message.field("transfer-encoding").eq_ignore_ascii_case("chunked");
        let length = message.field("content-length").parse().ok();
        message.whole = match (kind, length) {
            (Kind::BodilessAnswer, _) => true,
            _ if coded => self.chunks(&mut message).is_some(),
            (_, Some(length)) => self.take(length, &mut message).is_some_and(|bytes| {
                message.body = bytes;
                true
            }),
            (Kind::Request, None) => true,
            (Kind::Answer, None) => {
                while self.fill() {}
                message.body = std::mem::take(&mut self.unread);
                message.raw.extend_from_slice(&message.body.clone());
                self.ended == Some(Ended::Closed)
            }
        };
        Some(message)
    }

    /// Everything that comes until the connection ends.
    pub(crate) fn rest(&mut self) -> Vec<u8> {
        while self.fill() {}
        std::mem::take(&mut self.unread)
    }

    fn head(&mut self, end: usize) -> Message {
        let raw: Vec<u8> = self.unread.drain(..end).collect();
        let text = String::from_utf8_lossy(&raw).into_owned();
        let mut lines = text.split("\r\n");
        let start = lines.next().unwrap_or_default().to_owned();
        Message { start, fields: lines.filter_map(field).collect(), raw, ..Message::default() }
    }

    /// Takes `count` bytes, or what there is of them into the body of `message`.
    fn take(&mut self, count: usize, message: &mut Message) -> Option<Vec<u8>> {
        while self.unread.len() < count {
            if !self.fill() {
                message.body.append(&mut self.unread.clone());
                message.raw.append(&mut self.unread);
                return None;
            }
        }
        let taken: Vec<u8> = self.unread.drain(..count).collect();
        message.raw.extend_from_slice(&taken);
        Some(taken)
    }

    fn line(&mut self, message: &mut Message) -> Option<String> {
        loop {
            if let Some(at) = self.unread.windows(2).position(|two| two == b"\r\n") {
                let line = self.take(at + 2, message)?;
                return Some(String::from_utf8_lossy(&line[..at]).into_owned());
            }
            if !self.fill() {
                message.raw.append(&mut self.unread);
                return None;
            }
        }
    }

    fn chunks(&mut self, message: &mut Message) -> Option<()> {
        loop {
            let line = self.line(message)?;
            let size = usize::from_str_radix(line.split(';').next()?, 16).ok()?;
            if size == 0 {
                break;
            }
            let chunk = self.take(size, message)?;
            message.body.extend_from_slice(&chunk);
            (self.take(2, message)? == b"\r\n").then_some(())?;
        }
        loop {
            match self.line(message)? {
                line if line.is_empty() => return Some(()),
                line => message.trailers.extend(field(&line)),
            }
        }
    }
}

fn field(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once(':')?;
    Some((name.to_ascii_lowercase(), value.trim().to_owned()))
}
