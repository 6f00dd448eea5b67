//! A recorder: a backend that keeps every byte it is sent, and answers what a script says.

use std::fmt::Write;
use std::io::{self, Read};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use socket2::SockRef;

use crate::message::{Ended, Inbound, Kind, Message};

/// What probes ask for; they are answered before any script and not recorded.
const PROBE: &[u8] = b"GET /healthz ";

/// A backend of a gateway under test. It stops when it is dropped.
pub struct Recorder {
    /// Where it listens.
    pub address: SocketAddr,
    records: Records,
    stopped: Arc<AtomicBool>,
}

/// What came on one connection.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// Every byte that was read.
    pub bytes: Vec<u8>,
    /// The requests among them.
    pub requests: Vec<Message>,
    /// How the gateway ended it, as far as that was seen.
    pub ended: Option<Ended>,
}

/// One connection, as a script sees it.
pub struct Call {
    /// How many connections came before it.
    pub number: usize,
    socket: TcpStream,
    inbound: Inbound<Tap>,
    records: Records,
}

type Records = Arc<Mutex<Log>>;

/// All that came.
#[derive(Default)]
struct Log {
    connections: Vec<Record>,
    requests: Vec<Message>,
}

/// Keeps what is read.
struct Tap {
    socket: TcpStream,
    number: usize,
    records: Records,
}

impl Recorder {
    /// Starts one that plays `script` on each connection, which closes when the script ends.
    pub fn start(script: impl Fn(&mut Call) + Send + Sync + 'static) -> Recorder {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let (records, stopped) = (Records::default(), Arc::new(AtomicBool::new(false)));
        let (seen, end) = (Arc::clone(&records), Arc::clone(&stopped));
        let script = Arc::new(script);
        thread::spawn(move || {
            for socket in listener.incoming().map_while(Result::ok) {
                if end.load(Ordering::Relaxed) {
                    return;
                }
                let (records, script) = (Arc::clone(&seen), Arc::clone(&script));
                thread::spawn(move || welcome(socket, &records, &*script));
            }
        });
        Recorder { address, records, stopped }
    }

    /// Starts one that answers every request with 200 and what was asked.
    pub fn answering() -> Recorder {
        Recorder::start(Call::answer_all)
    }

    /// What came so far, connection by connection; probes aside.
    pub fn records(&self) -> Vec<Record> {
        self.records.lock().unwrap().connections.clone()
    }

    /// All requests that came so far, in the order in which they ended.
    pub fn requests(&self) -> Vec<Message> {
        self.records.lock().unwrap().requests.clone()
    }

    /// How many bytes came so far.
    pub fn bytes(&self) -> usize {
        let log = self.records.lock().unwrap();
        log.connections.iter().map(|record| record.bytes.len()).sum()
    }

    /// It and `others` as a pool named `app`, probed so rarely that only traffic can notice.
    pub fn pool(backends: &[&Recorder], keys: &str) -> String {
        let addresses: Vec<SocketAddr> = backends.iter().map(|it| it.address).collect();
        pool_of(&addresses, keys)
    }
}

/// Backends at `addresses` as a pool named `app`, probed so rarely that only traffic can notice.
pub fn pool_of(addresses: &[SocketAddr], keys: &str) -> String {
    let mut text = format!("[[pool]]\nname = \"app\"\nslow_start = \"0s\"\n{keys}\n{HEALTH}\n");
    for (index, address) in addresses.iter().enumerate() {
        let name = format!("app-{}", index + 1);
        let _ = writeln!(text, "[[pool.backend]]\nname = \"{name}\"\naddress = \"{address}\"");
    }
    text
}

const HEALTH: &str = r#"health = { path = "/healthz", interval = "60s", timeout = "1s", healthy_after = 1, unhealthy_after = 1 }"#;

impl Drop for Recorder {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
        // Wakes the listener; whether it was still there does not matter.
        let _ = TcpStream::connect(self.address);
    }
}

/// Answers a probe, or plays the script.
fn welcome(socket: TcpStream, records: &Records, script: &(impl Fn(&mut Call) + ?Sized)) {
    let mut first = [0; PROBE.len()];
    loop {
        match socket.peek(&mut first) {
            Ok(count) if count == first.len() && first == PROBE => return answer_probe(socket),
            // Not a probe, whatever follows.
            Ok(count) if count == 0 || first[..count] != PROBE[..count] => break,
            Ok(_) => thread::yield_now(),
            Err(_) => break,
        }
    }
    let number = {
        let mut log = records.lock().unwrap();
        log.connections.push(Record::default());
        log.connections.len() - 1
    };
    let _ = socket.set_nodelay(true);
    let tap = Tap { socket: socket.try_clone().unwrap(), number, records: Arc::clone(records) };
    let mut call =
        Call { number, socket, inbound: Inbound::new(tap), records: Arc::clone(records) };
    script(&mut call);
}

fn answer_probe(mut socket: TcpStream) {
    let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let _ = io::Write::write_all(&mut socket, answer);
    let _ = socket.shutdown(Shutdown::Write);
    let _ = io::copy(&mut socket, &mut io::sink());
}

impl Call {
    /// The next request, as far as it comes; `None` when the gateway closes before it begins.
    pub fn request(&mut self) -> Option<Message> {
        let request = self.inbound.message(Kind::Request);
        let log = &mut *self.records.lock().unwrap();
        log.requests.extend(request.clone());
        let record = &mut log.connections[self.number];
        record.requests.extend(request.clone());
        record.ended = self.inbound.ended;
        request
    }

    /// The head of the next request; its body is left unread.
    pub fn head(&mut self) -> Option<Message> {
        self.inbound.message(Kind::BodilessAnswer)
    }

    /// Sends `bytes`; the gateway may have closed.
    pub fn say(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = io::Write::write_all(&mut self.socket, bytes.as_ref());
    }

    /// Answers with 200 and `body`.
    pub fn say_ok(&mut self, body: impl AsRef<[u8]>) {
        let body = body.as_ref();
        let mut answer =
            format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len()).into_bytes();
        answer.extend_from_slice(body);
        self.say(answer);
    }

    /// Answers with what was asked, so that an answer that went astray is seen.
    pub fn answer(&mut self, request: &Message) {
        self.say_ok(request.target());
    }

    /// Answers every whole request until the gateway closes.
    pub fn answer_all(&mut self) {
        while let Some(request) = self.request() {
            if request.whole {
                self.answer(&request);
            }
        }
    }

    /// Resets the connection.
    pub fn reset(&mut self) {
        // The kernel then sends RST instead of FIN.
        SockRef::from(&self.socket).set_linger(Some(std::time::Duration::ZERO)).unwrap();
    }

    /// Says that nothing more will be sent.
    pub fn finish(&mut self) {
        let _ = self.socket.shutdown(Shutdown::Write);
    }

    /// Waits until the gateway closes, without reading what it sends.
    pub fn wait_until_left(&mut self) {
        let gone = PollFlags::from_bits_retain(nix::libc::POLLRDHUP);
        let mut polled = [PollFd::new(self.socket.as_fd(), gone)];
        poll(&mut polled, PollTimeout::NONE).unwrap();
    }

    /// Reads until the gateway closes.
    pub fn listen(&mut self) {
        self.inbound.rest();
        self.records.lock().unwrap().connections[self.number].ended = self.inbound.ended;
    }
}

impl Read for Tap {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let count = self.socket.read(bytes)?;
        let log = &mut *self.records.lock().unwrap();
        log.connections[self.number].bytes.extend_from_slice(&bytes[..count]);
        Ok(count)
    }
}
