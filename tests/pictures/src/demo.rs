//! The demo, with two clients that ask for more than they may.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::{Context, Result};
use gateway_tests::{Client, Process, Protocol, gatewayd, until};

/// Clients over their limits, how often each asks in a second, and for what.
const GREEDY: [(&str, u64, &str); 2] =
    [("203.0.113.44", 40, "/none"), ("2001:db8:7::1", 25, "/no")];

/// A demo that runs; it ends when dropped.
pub(crate) struct Demo {
    process: Process,
    /// Where gatewayctl finds it.
    pub(crate) address: String,
    is_over: Arc<AtomicBool>,
    clients: Vec<JoinHandle<()>>,
}

impl Demo {
    /// Starts one on free ports with its socket and log in `directory`, and waits until it says
    /// where it is.
    ///
    /// # Errors
    /// When it says something else.
    pub(crate) fn start(directory: &Path) -> Result<Demo> {
        let log = directory.join("demo.log");
        let socket = directory.join("admin.sock");
        let mut command = Command::new(gatewayd());
        command
            .args(["demo", "--https-port", "0", "--http-port", "0"])
            .arg("--socket")
            .arg(&socket);
        let process = Process::start("the demo", &mut command, &log);
        let told = until("the demo tells where it is", || {
            Some(process.log()).filter(|log| log.contains("serving, admin API on "))
        });
        let address = word_after(&told, "admin API: ")?;
        let http = word_after(&told, " and http://")?.parse().context("where the demo listens")?;
        let is_over = Arc::new(AtomicBool::new(false));
        let clients = GREEDY.map(|client| ask_on(http, client, Arc::clone(&is_over))).into();
        Ok(Demo { process, address: format!("unix://{address}"), is_over, clients })
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        for client in self.clients.drain(..) {
            // One that panicked has said so.
            let _ = client.join();
        }
        self.process.kill();
    }
}

fn word_after(text: &str, mark: &str) -> Result<String> {
    let (_, after) = text.split_once(mark).with_context(|| format!("no {mark:?} in {text}"))?;
    Ok(after.split_whitespace().next().unwrap_or_default().to_owned())
}

/// Asks until it is over; answers do not matter.
fn ask_on(
    http: SocketAddr,
    (client, rate, path): (&'static str, u64, &'static str),
    is_over: Arc<AtomicBool>,
) -> JoinHandle<()> {
    thread::spawn(move || {
        let mut connection = Client::new(Protocol::Http, http).with("x-forwarded-for", client);
        while !is_over.load(Ordering::Relaxed) {
            connection.get(path);
            thread::sleep(Duration::from_secs(1) / u32::try_from(rate).expect("a small rate"));
        }
    })
}
