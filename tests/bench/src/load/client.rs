//! One client: a connection and what it says on it.

use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::sync::Arc;

use anyhow::{Context, Result, bail, ensure};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection};
use socket2::{Domain, Socket, Type};

use super::Then;
use crate::http1::Messages;
use crate::http2::Http2;

/// A connection on its way from the first byte to the last.
pub(super) struct Client {
    stream: TcpStream,
    tls: Option<Box<ClientConnection>>,
    speech: Speech,
    unsent: Vec<u8>,
    sent: usize,
}

/// How it speaks, and how far it is.
pub(super) enum Speech {
    /// HTTP/1.1: the request, and the answers so far.
    Http1(Arc<[u8]>, Messages),
    /// HTTP/2.
    Http2(Http2),
}

/// What came of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Heard {
    /// How many answers ended.
    pub(super) completed: u32,
    /// Whether the connection ended, as it may between two answers.
    pub(super) over: bool,
}

impl Client {
    /// Connects to `to` from `from`, and has its first request ready.
    pub(super) fn connect(
        from: Ipv4Addr,
        to: SocketAddr,
        tls: Option<&Arc<ClientConfig>>,
        mut speech: Speech,
    ) -> Result<Client> {
        let mut unsent = Vec::new();
        speech.begin(&mut unsent);
        let mut client = Client { stream: dial(from, to)?, tls: None, speech, unsent, sent: 0 };
        if let Some(config) = tls {
            let name = ServerName::try_from("bench.example").context("the name")?;
            let mut connection = ClientConnection::new(Arc::clone(config), name)?;
            connection.set_buffer_limit(None);
            client.tls = Some(Box::new(connection));
            client.seal()?;
        }
        Ok(client)
    }

    /// The socket, to be watched.
    pub(super) fn stream(&self) -> &TcpStream {
        &self.stream
    }

    /// Asks once more, after an answer.
    pub(super) fn ask(&mut self) -> Result<()> {
        self.speech.ask(&mut self.unsent);
        self.seal()?;
        self.send()
    }

    /// Sends and reads all that can be; `hung_up` says that the other side has ended.
    pub(super) fn go_on(&mut self, buffer: &mut [u8], hung_up: bool, then: Then) -> Result<Heard> {
        let mut heard = Heard { completed: 0, over: false };
        self.send()?;
        loop {
            let count = match self.stream.read(buffer) {
                Ok(count) => count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                // Between two answers the other side may leave in any way it likes.
                Err(_) if self.speech.is_between() => 0,
                Err(error) => return Err(error).context("the connection broke"),
            };
            if count == 0 {
                ensure!(self.speech.is_between(), "closed within an answer");
                heard.over = true;
                return Ok(heard);
            }
            heard.completed += self.hear(&buffer[..count], then)?;
            // A new edge comes with whatever comes after a short read.
            if count < buffer.len() && !hung_up {
                break;
            }
        }
        heard.over = self.speech.is_leaving();
        if !heard.over {
            self.send()?;
        }
        Ok(heard)
    }

    fn hear(&mut self, bytes: &[u8], then: Then) -> Result<u32> {
        let Some(tls) = &mut self.tls else {
            return self.speech.hear(bytes, &mut self.unsent, then);
        };
        let (mut rest, mut completed, mut plain) = (bytes, 0, [0; 16 * 1024]);
        while !rest.is_empty() {
            tls.read_tls(&mut rest)?;
            tls.process_new_packets()?;
            loop {
                match tls.reader().read(&mut plain) {
                    Ok(0) => break,
                    Ok(count) => {
                        completed += self.speech.hear(&plain[..count], &mut self.unsent, then)?;
                    }
                    Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                    Err(error) => return Err(error.into()),
                }
            }
        }
        self.seal()?;
        Ok(completed)
    }

    /// Hands what is to be said to TLS, if it is spoken.
    fn seal(&mut self) -> Result<()> {
        if let Some(tls) = &mut self.tls
            && !self.unsent.is_empty()
        {
            tls.writer().write_all(&self.unsent)?;
            self.unsent.clear();
        }
        Ok(())
    }

    /// Sends as much as the socket takes.
    fn send(&mut self) -> Result<()> {
        loop {
            let sent = match &mut self.tls {
                Some(tls) if tls.wants_write() => tls.write_tls(&mut self.stream),
                None if self.sent < self.unsent.len() => {
                    self.stream.write(&self.unsent[self.sent..])
                }
                _ => break,
            };
            match sent {
                Ok(count) => self.sent += count,
                // Not connected yet reads as "not now" too.
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error).context("the proxy takes no request"),
            }
        }
        self.unsent.clear();
        self.sent = 0;
        Ok(())
    }
}

impl Speech {
    fn begin(&mut self, out: &mut Vec<u8>) {
        match self {
            Speech::Http1(request, _) => out.extend_from_slice(request),
            Speech::Http2(http2) => http2.begin(out),
        }
    }

    fn ask(&mut self, out: &mut Vec<u8>) {
        match self {
            Speech::Http1(request, _) => out.extend_from_slice(request),
            Speech::Http2(http2) => http2.ask(out),
        }
    }

    fn is_between(&self) -> bool {
        match self {
            Speech::Http1(_, messages) => messages.is_between(),
            Speech::Http2(http2) => http2.is_leaving(),
        }
    }

    fn is_leaving(&self) -> bool {
        match self {
            Speech::Http1(_, messages) => messages.is_between() && messages.closes(),
            Speech::Http2(http2) => http2.is_leaving(),
        }
    }

    /// How many answers ended with `bytes`; what is to be said now goes to `out`.
    fn hear(&mut self, bytes: &[u8], out: &mut Vec<u8>, then: Then) -> Result<u32> {
        match self {
            Speech::Http1(request, messages) => {
                let completed = hear_answer(messages, bytes)?;
                if completed > 0 && then == Then::AskAgain {
                    out.extend_from_slice(request);
                }
                Ok(completed)
            }
            Speech::Http2(http2) => {
                let completed = http2.hear(bytes, out)?;
                if then == Then::AskAgain && !http2.is_leaving() {
                    (0..completed).for_each(|_| http2.ask(out));
                }
                Ok(completed)
            }
        }
    }
}

fn hear_answer(messages: &mut Messages, bytes: &[u8]) -> Result<u32> {
    let taken = messages.take(bytes)?;
    ensure!(taken.bytes == bytes.len(), "more than one answer");
    if !taken.ended {
        return Ok(0);
    }
    let line = messages.first_line();
    if line.get(9..12) != Some(b"200") {
        bail!("answered {:?}", String::from_utf8_lossy(line));
    }
    Ok(1)
}

/// Begins to connect.
fn dial(from: Ipv4Addr, to: SocketAddr) -> Result<TcpStream> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    socket.set_tcp_nodelay(true)?;
    socket.bind(&SocketAddr::new(IpAddr::V4(from), 0).into())?;
    match socket.connect(&to.into()) {
        Err(error) if error.raw_os_error() != Some(nix::libc::EINPROGRESS) => {
            Err(error).context("cannot connect")
        }
        _ => Ok(socket.into()),
    }
}
