//! A WebSocket through the gateway: what its server and its client do.

use std::net::SocketAddr;
use std::time::Instant;

use gateway_tests::{Call, Ended, Wire};

/// What the gateway says at its end: 1012, in a frame of its own.
pub(crate) const SERVICE_RESTART: &[u8] = b"\x88\x11\x03\xf4service restart";
/// "Hello" in a frame of a server.
const HELLO: &[u8] = b"\x81\x05Hello";
/// The same of a client, the example of RFC 6455, section 5.7.
const MASKED_HELLO: &[u8] = b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58";
/// Close, 1012, of a client; its mask is 0, so that it can be read.
pub(crate) const MASKED_CLOSE: &[u8] = b"\x88\x82\0\0\0\0\x03\xf4";

const SWITCH: &str = "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\n\
                      Upgrade: websocket\r\nX-Member: ";

/// Switches, greets, and listens until the gateway closes.
pub(crate) fn serve(call: &mut Call) {
    call.say(format!("{SWITCH}it\r\n\r\n"));
    call.say(HELLO);
    call.listen();
}

/// A client.
pub(crate) struct WebSocket(Wire);

impl WebSocket {
    /// Opens one at `address` and is greeted.
    #[track_caller]
    pub(crate) fn open(address: SocketAddr) -> WebSocket {
        let mut socket = WebSocket::join(address);
        assert_eq!(socket.0.read(HELLO.len()), HELLO);
        socket
    }

    /// Opens one at `address`, of a server that says what is said to it.
    #[track_caller]
    pub(crate) fn join(address: SocketAddr) -> WebSocket {
        let mut wire = Wire::connect(address);
        wire.send(
            "GET /ws HTTP/1.1\r\nHost: a.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        );
        assert_eq!(wire.bodiless_answer().status(), 101);
        WebSocket(wire)
    }

    /// Says something; whether it comes back.
    pub(crate) fn is_answered(&mut self) -> bool {
        self.say_hello() && self.0.try_read(HELLO.len()).is_ok_and(|it| it == HELLO)
    }

    /// Says something; whether it was taken.
    pub(crate) fn say_hello(&mut self) -> bool {
        self.0.try_send(MASKED_HELLO)
    }

    /// Waits until it is told to go, says so too, and waits until it is closed; when it was told,
    /// if it was before it ended.
    pub(crate) fn hear_the_end(mut self) -> Option<Instant> {
        let told = self.0.try_read(SERVICE_RESTART.len()).ok()?;
        let at = Instant::now();
        assert_eq!(told, SERVICE_RESTART);
        self.0.send(MASKED_CLOSE);
        let (rest, ended) = self.0.rest();
        assert_eq!((rest.len(), ended), (0, Ended::Closed));
        Some(at)
    }
}
