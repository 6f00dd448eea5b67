//! A spray of new keys costs no memory, frees nobody who is spent, and rejects nobody who is not.
//!
//! With `GATEWAY_LONG_SHOWS=1` two million keys are sprayed over a store of one million.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use gateway_tests::{Fleet, Gateway, Setup};

use crate::{client, listed, passed};

/// So many requests are sent before their answers are read.
const AT_ONCE: u32 = 100;

/// So many come on one connection; the gateway closes those that had ten thousand.
const A_CONNECTION: u32 = 5000;

/// What one client hears of requests that nothing serves: 404, or 429.
const RULES: &str = "[[route]]\nname = \"one\"\nmatch = { path = \"/healthz\" }\npool = \"app\"\n\n\
                     [[limit]]\nname = \"all\"\nkey = \"client-ip\"\nmax = \"5/hour\"\n\n";

/// What an allocator may keep for later; a key that is not forgotten takes 100 bytes at least, and
/// half of them come while memory is watched.
const SLACK: u64 = 8 << 20;

/// How many keys the store has room for, and how many come.
fn chosen() -> (u32, u32) {
    match std::env::var_os("GATEWAY_LONG_SHOWS") {
        Some(_) => (1_000_000, 2_000_000),
        None => (2000, 300_000),
    }
}

/// A proxy that brings many clients on one connection.
struct Proxy {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Proxy {
    fn connect(gateway: &Gateway) -> Proxy {
        let stream = TcpStream::connect(gateway.http).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream.set_nodelay(true).unwrap();
        Proxy { stream, read: Vec::new() }
    }

    /// The statuses of one request of each of these clients.
    fn bring(&mut self, clients: impl Iterator<Item = String>) -> Vec<u16> {
        let (mut asked, mut count) = (String::new(), 0);
        for client in clients {
            asked += &format!(
                "GET /nowhere HTTP/1.1\r\nHost: a.example\r\nX-Forwarded-For: {client}\r\n\r\n"
            );
            count += 1;
        }
        self.stream.write_all(asked.as_bytes()).unwrap();
        (0..count).map(|_| self.status()).collect()
    }

    fn status(&mut self) -> u16 {
        let end = loop {
            match self.read.windows(4).position(|it| it == b"\r\n\r\n") {
                Some(end) => break end + 4,
                None => self.more(),
            }
        };
        let head = String::from_utf8_lossy(&self.read[..end]).to_ascii_lowercase();
        let length = head.split_once("content-length: ").unwrap().1;
        let length: usize = length.split_once('\r').unwrap().0.parse().unwrap();
        while self.read.len() < end + length {
            self.more();
        }
        self.read.drain(..end + length);
        head["http/1.1 ".len()..][..3].parse().unwrap()
    }

    fn more(&mut self) {
        let mut part = [0; 1 << 14];
        let count = self.stream.read(&mut part).unwrap();
        assert!(count > 0, "the gateway closed the connection");
        self.read.extend_from_slice(&part[..count]);
    }
}

/// A client in a /64 of its own.
fn innocent(number: u32) -> String {
    format!("2001:db8:{:x}:{:x}::1", 1 + (number >> 16), number & 0xffff)
}

#[test]
fn evicts_itself_and_nobody_else() {
    let (room, keys) = chosen();
    let fleet = Fleet::start(1);
    let room_keys = format!("limiter_keys = {room}\nlimits = [\"all\"]");
    let setup = Setup::default().trusting("127.0.0.0/8").data_plane(&room_keys);
    let gateway = setup.start(&(RULES.to_owned() + &fleet.pool("")));
    let mut spent = client(&gateway, "2001:db8::1");
    assert_eq!(passed(&mut spent, 9), 5);
    let mut proxy = None;
    let (mut before, mut times, began) = (0, Vec::new(), Instant::now());
    for first in (0..keys).step_by(AT_ONCE as usize) {
        // By then all has been used that is used once.
        if first == keys / 2 {
            before = resident_bytes(&gateway);
        }
        if first % A_CONNECTION == 0 {
            proxy = Some(Proxy::connect(&gateway));
        }
        let clients = (first..first + AT_ONCE).map(innocent);
        let statuses = proxy.as_mut().unwrap().bring(clients);
        assert!(statuses.iter().all(|it| *it == 404), "from {first} on: {statuses:?}");
        if first % 2000 == 0 {
            let asked = Instant::now();
            assert_eq!(passed(&mut spent, 1), 0, "after {first}");
            times.push(asked.elapsed());
        }
    }
    let took = began.elapsed();
    let limit = listed(&gateway);
    let (held, evicted) =
        (limit["keys"].as_u64().unwrap(), limit["evicted_total"].as_u64().unwrap());
    assert!(held <= u64::from(room), "{limit}");
    assert_eq!(held + evicted, u64::from(keys) + 1, "{limit}");
    assert_eq!(limit["overflowed_total"], 0, "{limit}");
    let grown = resident_bytes(&gateway).saturating_sub(before);
    println!("{keys} keys in {took:.1?}: {held} held, {evicted} evicted, {grown} bytes more");
    // In the first half the store fills, in the second it evicts.
    let (filling, evicting) = times.split_at(times.len() / 2);
    println!(
        "a check of the spent one: {} while it fills, {} after",
        told(filling),
        told(evicting)
    );
    // The store is there from the start, and used by and by. What each of two workers remembers of
    // late is 32 bytes a request, 4 MiB at most, whoever asks.
    let remembered = (16 * u64::from(keys)).min(2 * (4 << 20));
    let most = 16 * u64::from(room) + remembered + SLACK;
    assert!(grown <= most, "{grown} bytes for {keys} keys, {most} at most");
}

/// The median and the 99th percentile.
fn told(times: &[Duration]) -> String {
    let mut times = times.to_vec();
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100];
    format!("{:.1?} (p99 {:.1?})", at(50), at(99))
}

/// The memory that the gateway has now.
fn resident_bytes(gateway: &Gateway) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", gateway.pid())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}
