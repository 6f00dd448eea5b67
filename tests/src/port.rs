//! Ports that a process can be told to listen on, and come back to after it was killed.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicU16, Ordering};

/// Below what the system gives to outgoing connections, so that none of those gets in the way.
const FIRST: u16 = 20_000;
const COUNT: u16 = 12_000;

/// A port nobody listens on, never the same twice in one test process.
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let start = (std::process::id() * 97 % u32::from(COUNT)) as u16;
    loop {
        let offset = (start + NEXT.fetch_add(1, Ordering::Relaxed)) % COUNT;
        let port = FIRST + offset;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
}
