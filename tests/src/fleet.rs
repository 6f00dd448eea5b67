//! The app servers behind a gateway: real processes of `gatewayd demo app`.

use std::fmt::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::client::{Client, Protocol};
use crate::{Process, Signal, binaries, free_port, until};

/// Some app servers that share their codes.
pub struct Fleet {
    /// The servers, `app-1` first.
    pub servers: Vec<AppServer>,
    directory: TempDir,
}

/// One app server.
pub struct AppServer {
    /// Its name, which it tells in `x-served-by`.
    pub name: String,
    /// Where it listens.
    pub address: SocketAddr,
    directory: PathBuf,
    process: Process,
}

impl Fleet {
    /// Starts `count` servers that answer without delay and waits until they listen.
    #[track_caller]
    pub fn start(count: usize) -> Fleet {
        let directory = tempfile::tempdir().unwrap();
        let servers = (1..=count).map(|n| AppServer::start(&format!("app-{n}"), directory.path()));
        Fleet { servers: servers.collect(), directory }
    }

    /// Starts one more server.
    #[track_caller]
    pub fn join(&mut self) -> &AppServer {
        let name = format!("app-{}", self.servers.len() + 1);
        self.servers.push(AppServer::start(&name, self.directory.path()));
        self.servers.last().unwrap()
    }

    /// The fleet as a pool named `app` of a configuration file; `keys` are the pool's own, and
    /// probes come often so that tests need not wait.
    pub fn pool(&self, keys: &str) -> String {
        self.weighted_pool(keys, &vec![100; self.servers.len()])
    }

    /// The same with a weight for each server.
    pub fn weighted_pool(&self, keys: &str, weights: &[u32]) -> String {
        let mut text = format!("[[pool]]\nname = \"app\"\nslow_start = \"0s\"\n{keys}\n{HEALTH}\n");
        for (server, weight) in self.servers.iter().zip(weights) {
            let (name, address) = (&server.name, server.address);
            let _ = writeln!(
                text,
                "[[pool.backend]]\nname = \"{name}\"\naddress = \"{address}\"\nweight = {weight}"
            );
        }
        text
    }
}

const HEALTH: &str = r#"health = { path = "/healthz", interval = "200ms", timeout = "1s", healthy_after = 2, unhealthy_after = 3 }"#;

impl AppServer {
    #[track_caller]
    fn start(name: &str, directory: &Path) -> AppServer {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()));
        let process = AppServer::process(name, address, directory);
        let server =
            AppServer { name: name.to_owned(), address, directory: directory.to_owned(), process };
        server.wait_until_it_listens();
        server
    }

    fn process(name: &str, address: SocketAddr, directory: &Path) -> Process {
        let mut command = Command::new(binaries::gatewayd());
        command.args(["demo", "app", "--with-parent", "--work=0ms"]);
        command.arg(format!("--name={name}")).arg(format!("--listen={address}"));
        command.arg("--codes").arg(directory.join("codes"));
        Process::start(name, &mut command, &directory.join(format!("{name}.log")))
    }

    #[track_caller]
    fn wait_until_it_listens(&self) {
        let listens = || std::net::TcpStream::connect(self.address).ok();
        until(&format!("{} listens on {}", self.name, self.address), listens);
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) {
        self.process.signal(signal);
    }

    /// Kills it, as kill -9 does.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Starts it again where it was.
    #[track_caller]
    pub fn start_again(&mut self) {
        self.process = AppServer::process(&self.name, self.address, &self.directory);
        self.wait_until_it_listens();
    }

    /// Turns a knob: `slow?ms=500`, `fail?on=true`, `unhealthy?on=true`.
    #[track_caller]
    pub fn turn(&self, knob: &str) {
        let path = format!("/debug/{knob}");
        let reply =
            Client::new(Protocol::Http, self.address).post(&path, "text/plain", String::new());
        assert_eq!(reply.status, 204, "{path}");
    }

    /// How many requests it was asked, probes aside.
    #[track_caller]
    pub fn requests(&self) -> u64 {
        self.seen()["count"].as_u64().unwrap()
    }

    /// How many requests it is answering now.
    #[track_caller]
    pub fn in_flight(&self) -> u64 {
        self.seen()["in_flight"].as_u64().unwrap()
    }

    #[track_caller]
    fn seen(&self) -> Value {
        Client::new(Protocol::Http, self.address).get("/debug/requests").json()
    }
}
