//! A wire: a client's connection on which anything can be sent, byte by byte.

use std::io::{Read, Write};
use std::net::{IpAddr, Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::{ClientConnection, StreamOwned};
use socket2::{Domain, Socket, Type};

use crate::client::accepting_any_certificate;
use crate::message::{Ended, Inbound, Kind, Message};

/// How long a wire waits for anything by default.
const PATIENCE: Duration = Duration::from_secs(30);

/// A client's connection. What is sent on it need not be HTTP.
pub struct Wire {
    socket: TcpStream,
    inbound: Inbound<Box<dyn Stream>>,
}

trait Stream: Read + Write + Send {}

impl<S: Read + Write + Send> Stream for S {}

impl Wire {
    /// Connects to `address`.
    #[track_caller]
    pub fn connect(address: SocketAddr) -> Wire {
        Wire::over_socket(TcpStream::connect(address).unwrap()).patient()
    }

    /// Connects to `address` from another address of this host.
    #[track_caller]
    pub fn connect_from(own: IpAddr, address: SocketAddr) -> Wire {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, None).unwrap();
        socket.bind(&SocketAddr::new(own, 0).into()).unwrap();
        socket.connect(&address.into()).unwrap();
        Wire::over_socket(socket.into()).patient()
    }

    /// Connects to `address` and agrees on `protocol` in a handshake of TLS.
    #[track_caller]
    pub fn connect_tls(address: SocketAddr, protocol: &[u8]) -> Wire {
        let socket = TcpStream::connect(address).unwrap();
        let config = Arc::new(accepting_any_certificate(protocol).unwrap());
        let name = ServerName::try_from("localhost").unwrap();
        let mut tls = ClientConnection::new(config, name).unwrap();
        while tls.is_handshaking() {
            tls.complete_io(&mut &socket).unwrap();
        }
        assert_eq!(tls.alpn_protocol(), Some(protocol));
        let stream = StreamOwned::new(tls, socket.try_clone().unwrap());
        Wire::over(&socket, Box::new(stream)).patient()
    }

    /// The same connection as `socket`, in the clear, to send from another thread. It waits as long
    /// as the other handles of the socket do, since that is a property of the socket.
    pub fn over_socket(socket: TcpStream) -> Wire {
        Wire::over(&socket, Box::new(socket.try_clone().unwrap()))
    }

    fn over(socket: &TcpStream, stream: Box<dyn Stream>) -> Wire {
        let wire = Wire { socket: socket.try_clone().unwrap(), inbound: Inbound::new(stream) };
        wire.socket.set_nodelay(true).unwrap();
        wire
    }

    fn patient(self) -> Wire {
        self.wait_at_most(PATIENCE);
        self
    }

    /// How long it waits for anything.
    pub fn wait_at_most(&self, patience: Duration) {
        self.socket.set_read_timeout(Some(patience)).unwrap();
    }

    /// Sends `bytes`; the other side may have closed.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        // Whether it was taken shows in what comes back.
        let _ = self.try_send(bytes);
    }

    /// Sends `bytes`, and says whether they could be sent.
    pub fn try_send(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        let stream = &mut self.inbound.stream;
        stream.write_all(bytes.as_ref()).and_then(|()| stream.flush()).is_ok()
    }

    /// Another handle of the socket, to send from another thread.
    pub fn socket(&self) -> TcpStream {
        self.socket.try_clone().unwrap()
    }

    /// Says that nothing more will be sent.
    pub fn finish(&self) {
        self.socket.shutdown(Shutdown::Write).unwrap();
    }

    /// The next answer.
    #[track_caller]
    pub fn answer(&mut self) -> Message {
        let message = self.inbound.message(Kind::Answer);
        message.unwrap_or_else(|| panic!("no answer: {:?}", self.inbound.ended))
    }

    /// The next answer, which has no body whatever it says: to HEAD, 1xx, 204 or 304.
    #[track_caller]
    pub fn bodiless_answer(&mut self) -> Message {
        let message = self.inbound.message(Kind::BodilessAnswer);
        message.unwrap_or_else(|| panic!("no answer: {:?}", self.inbound.ended))
    }

    /// All answers until the connection ends, and how it ended.
    pub fn answers(&mut self) -> (Vec<Message>, Ended) {
        let answers = std::iter::from_fn(|| self.inbound.message(Kind::Answer)).collect();
        (answers, self.inbound.ended.unwrap())
    }

    /// All bytes that come until the connection ends, and how it ended.
    pub fn rest(&mut self) -> (Vec<u8>, Ended) {
        let rest = self.inbound.rest();
        (rest, self.inbound.ended.unwrap())
    }

    /// Reads `count` bytes.
    #[track_caller]
    pub fn read(&mut self, count: usize) -> Vec<u8> {
        self.try_read(count).unwrap_or_else(|ended| panic!("{ended:?} before {count} bytes"))
    }

    /// Reads `count` bytes.
    ///
    /// # Errors
    /// How the connection ended before.
    pub fn try_read(&mut self, count: usize) -> Result<Vec<u8>, Ended> {
        while self.inbound.unread.len() < count {
            if !self.inbound.fill() {
                return Err(self.inbound.ended.unwrap());
            }
        }
        Ok(self.inbound.unread.drain(..count).collect())
    }
}
