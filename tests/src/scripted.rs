//! A scripted backend: it answers with the very bytes that a test chose, however wrong they are.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// A backend on loopback that passes probes and follows a script for everything else.
pub struct Scripted {
    /// Where it listens.
    pub address: SocketAddr,
    shared: Arc<Shared>,
}

/// What it does with one request.
#[derive(Clone, Debug)]
pub enum Act {
    /// Sends these bytes and waits for the next request.
    Send(Vec<u8>),
    /// Sends these bytes and closes.
    SendAndClose(Vec<u8>),
}

type Script = dyn Fn(usize, &str) -> Act + Send + Sync;

struct Shared {
    script: Box<Script>,
    heads: Mutex<Vec<String>>,
    over: AtomicBool,
}

impl Scripted {
    /// Starts one. `script` is asked with the number of the request on its connection, from 0, and
    /// its head.
    pub fn start(script: impl Fn(usize, &str) -> Act + Send + Sync + 'static) -> Scripted {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            script: Box::new(script),
            heads: Mutex::default(),
            over: AtomicBool::new(false),
        });
        let theirs = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if theirs.over.load(Ordering::Relaxed) {
                    return;
                }
                let theirs = Arc::clone(&theirs);
                std::thread::spawn(move || theirs.serve(stream));
            }
        });
        Scripted { address, shared }
    }

    /// One that answers everything with these bytes and closes.
    pub fn saying(bytes: impl Into<Vec<u8>>) -> Scripted {
        let bytes = bytes.into();
        Scripted::start(move |_, _| Act::SendAndClose(bytes.clone()))
    }

    /// A pool named `app` of these backends, `app-1` first.
    pub fn pool(backends: &[&Scripted]) -> String {
        let mut text = "[[pool]]\nname = \"app\"\nslow_start = \"0s\"\n\
                        health = { interval = \"200ms\", healthy_after = 1 }\n"
            .to_owned();
        for (backend, number) in backends.iter().zip(1..) {
            let address = backend.address;
            let _ = writeln!(
                text,
                "[[pool.backend]]\nname = \"app-{number}\"\naddress = \"{address}\""
            );
        }
        text
    }

    /// The heads it was asked with, probes aside.
    pub fn heads(&self) -> Vec<String> {
        self.shared.heads.lock().unwrap().clone()
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::Relaxed);
        // Wakes it, so that it sees.
        let _ = TcpStream::connect(self.address);
    }
}

impl Shared {
    /// Serves one connection until it is closed or the script says so.
    fn serve(&self, stream: TcpStream) -> Option<()> {
        let mut reader = BufReader::new(stream.try_clone().ok()?);
        let mut writer = stream;
        let mut number = 0;
        loop {
            let head = head(&mut reader)?;
            if head.contains("gatewayd-probe") {
                writer.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").ok()?;
                continue;
            }
            skip_body(&mut reader, &head)?;
            self.heads.lock().unwrap().push(head.clone());
            match (self.script)(number, &head) {
                Act::Send(bytes) => writer.write_all(&bytes).ok()?,
                Act::SendAndClose(bytes) => return writer.write_all(&bytes).ok(),
            }
            number += 1;
        }
    }
}

/// The next head, to its empty line.
fn head(reader: &mut impl BufRead) -> Option<String> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    Some(head)
}

/// Reads past a body of a declared length.
fn skip_body(reader: &mut impl Read, head: &str) -> Option<()> {
    let lower = head.to_ascii_lowercase();
    let declared = lower.lines().find_map(|line| line.strip_prefix("content-length:"));
    let length: u64 = declared.map_or(Some(0), |length| length.trim().parse().ok())?;
    std::io::copy(&mut reader.take(length), &mut std::io::sink()).ok().map(drop)
}
