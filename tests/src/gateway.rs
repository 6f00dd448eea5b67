//! gatewayd as an operator starts it: a file, free ports, a state directory of its own.

use std::fmt::Write;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use tempfile::TempDir;

use crate::client::{Client, Protocol, Reply};
use crate::{Admin, Ctl, Process, Signal, binaries, free_port, until};

/// A running gateway, killed when dropped.
pub struct Gateway {
    /// Its listener for plain HTTP.
    pub http: SocketAddr,
    /// Its listener for TLS.
    pub https: SocketAddr,
    /// Its listener that sends clients to the one for TLS.
    pub redirect: SocketAddr,
    /// Where it tells its metrics.
    pub metrics: SocketAddr,
    /// gatewayctl for this gateway.
    pub ctl: Ctl,
    setup: Setup,
    // Before its directory, so that its log is still there to be shown.
    process: Process,
    directory: TempDir,
}

/// What a gateway is given beside its routes, limits and pools.
#[derive(Clone, Debug)]
pub struct Setup {
    workers: u32,
    trusted: Vec<String>,
    admin_keys: String,
    data_plane_keys: String,
    descriptors: Option<u32>,
    http_keys: String,
    program: Option<PathBuf>,
}

impl Default for Setup {
    fn default() -> Setup {
        Setup {
            workers: 2,
            trusted: Vec::new(),
            admin_keys: String::new(),
            data_plane_keys: String::new(),
            descriptors: None,
            http_keys: String::new(),
            program: None,
        }
    }
}

impl Setup {
    /// With this many data-plane workers instead of two.
    pub fn workers(mut self, workers: u32) -> Setup {
        self.workers = workers;
        self
    }

    /// Believing the X-Forwarded-For of this network.
    pub fn trusting(mut self, network: &str) -> Setup {
        self.trusted.push(network.to_owned());
        self
    }

    /// With more keys in `[admin]`.
    pub fn admin(mut self, keys: &str) -> Setup {
        self.admin_keys = keys.to_owned();
        self
    }

    /// With more keys in `[data_plane]`.
    pub fn data_plane(mut self, keys: &str) -> Setup {
        self.data_plane_keys = keys.to_owned();
        self
    }

    /// Allowed so many descriptors.
    pub fn descriptors(mut self, most: u32) -> Setup {
        self.descriptors = Some(most);
        self
    }

    /// With more keys of the listener for plain HTTP.
    pub fn http_listener(mut self, keys: &str) -> Setup {
        self.http_keys = keys.to_owned();
        self
    }

    /// Run from this program instead of the one that was built.
    pub fn program(mut self, program: PathBuf) -> Setup {
        self.program = Some(program);
        self
    }

    /// Starts a gateway with these routes, limits and pools, and waits until it is ready.
    #[track_caller]
    pub fn start(self, rest: &str) -> Gateway {
        let mut gateway = Gateway::prepare(self, rest);
        gateway.wait_until_ready();
        gateway
    }
}

impl Gateway {
    /// A gateway with two workers that trusts nobody.
    #[track_caller]
    pub fn start(rest: &str) -> Gateway {
        Setup::default().start(rest)
    }

    fn prepare(setup: Setup, rest: &str) -> Gateway {
        let directory = tempfile::tempdir().unwrap();
        let socket = directory.path().join("admin.sock");
        let [http, https, redirect, metrics] =
            std::array::from_fn(|_| SocketAddr::from((Ipv4Addr::LOCALHOST, free_port())));
        let process = Process::start("gatewayd", &mut Command::new("true"), &log(&directory));
        let ctl = Ctl::new(socket);
        let mut gateway =
            Gateway { http, https, redirect, metrics, ctl, setup, directory, process };
        gateway.write_file(rest);
        gateway.process = gateway.spawn();
        gateway
    }

    fn spawn(&self) -> Process {
        let mut command = match self.setup.descriptors {
            None => Command::new(self.setup.program.as_deref().unwrap_or(binaries::gatewayd())),
            Some(most) => limited(most),
        };
        command.arg("--config").arg(self.file());
        Process::start("gatewayd", &mut command, &log(&self.directory))
    }

    /// The file it was started from.
    pub fn file(&self) -> PathBuf {
        self.directory.path().join("gateway.toml")
    }

    /// Writes its file anew with these routes, limits and pools; SIGHUP makes it read them.
    pub fn write_file(&self, rest: &str) {
        fs::write(self.file(), self.head() + rest).unwrap();
    }

    fn head(&self) -> String {
        let directory = self.directory.path().display();
        let Setup { workers, trusted, admin_keys, data_plane_keys, http_keys, .. } = &self.setup;
        let mut text = format!(
            "[admin]\nsocket = \"{directory}/admin.sock\"\nstate_dir = \"{directory}/state\"\n\
             metrics = \"{}\"\n{admin_keys}\n\n\
             [data_plane]\nworkers = {workers}\ntrusted_proxies = {trusted:?}\n\
             {data_plane_keys}\n",
            self.metrics
        );
        let listeners = [
            ("https", self.https, "tls = { self_signed = [\"localhost\"] }"),
            ("http", self.http, http_keys.as_str()),
            ("redirect", self.redirect, "redirect_to = \"https\""),
        ];
        for (name, address, keys) in listeners {
            let _ = writeln!(
                text,
                "\n[[listener]]\nname = \"{name}\"\naddress = \"{address}\"\n{keys}"
            );
        }
        text + "\n"
    }

    /// Waits until it says that it is ready and every backend has been checked.
    #[track_caller]
    pub fn wait_until_ready(&mut self) {
        until("the gateway is ready", || {
            let ended = self.process.ended();
            assert!(ended.is_none(), "gatewayd ended: {ended:?}\n{}", self.log());
            let mut metrics = Client::new(Protocol::Http, self.metrics);
            let reply = metrics.ask(http::Method::GET, "/readyz", bytes::Bytes::new());
            reply.is_ok_and(|reply| reply.status == 200).then_some(())
        });
        until("every backend has been checked", || {
            let backends = self.ctl.items("backend list");
            backends.iter().all(|backend| backend["health"] != "checking").then_some(())
        });
    }

    /// Waits until the health of the backend `name` is `health`.
    #[track_caller]
    pub fn wait_for_health(&self, name: &str, health: &str) {
        until(&format!("{name} is {health}"), || {
            (self.ctl.backend(name)["health"] == health).then_some(())
        });
    }

    /// A connection to its admin API.
    #[track_caller]
    pub fn admin(&self) -> Admin {
        Admin::connect(&self.socket())
    }

    /// Where its admin API answers.
    pub fn socket(&self) -> PathBuf {
        self.directory.path().join("admin.sock")
    }

    /// The same file with another port in each place, another socket and another state directory.
    pub fn file_of_a_twin(&self) -> String {
        let mut text = fs::read_to_string(self.file()).unwrap();
        for address in [self.http, self.https, self.redirect, self.metrics] {
            let other = format!("127.0.0.1:{}", free_port());
            text = text.replace(&address.to_string(), &other);
        }
        text.replace("admin.sock", "twin.sock").replace("/state\"", "/twin-state\"")
    }

    /// The directory that is its own: file, state, socket.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// A new client.
    pub fn client(&self, protocol: Protocol) -> Client {
        Client::new(protocol, self.address(protocol))
    }

    /// Where `protocol` is spoken.
    pub fn address(&self, protocol: Protocol) -> SocketAddr {
        match protocol {
            Protocol::Http => self.http,
            Protocol::Https | Protocol::Http2 => self.https,
        }
    }

    /// What the metrics listener answers to `path`.
    #[track_caller]
    pub fn ask_metrics(&self, path: &str) -> Reply {
        Client::new(Protocol::Http, self.metrics).get(path)
    }

    /// What the metrics tell of this sample, written as there: `name{label="value"}`.
    #[track_caller]
    pub fn metric(&self, sample: &str) -> f64 {
        let told = String::from_utf8(self.ask_metrics("/metrics").body.to_vec()).unwrap();
        let value = |line: &str| line.strip_prefix(sample)?.strip_prefix(' ')?.parse().ok();
        told.lines().find_map(value).unwrap_or_else(|| panic!("no {sample} in {told}"))
    }

    /// What it printed so far.
    pub fn log(&self) -> String {
        self.process.log()
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) {
        self.process.signal(signal);
    }

    /// Waits until it has ended.
    #[track_caller]
    pub fn wait(&mut self) -> ExitStatus {
        self.process.wait()
    }

    /// Kills it, as kill -9 does.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Lets it hand over to a new process, and waits until that has taken over and this one has ended.
    #[track_caller]
    pub fn hand_over(&mut self) {
        let before = self.pid();
        self.signal(Signal::SIGUSR2);
        let said = |line: &str| -> Option<u32> {
            line.split_once("process ")?.1.split_once(" has taken over")?.0.parse().ok()
        };
        let pid = until("another process has taken over", || {
            self.log().lines().rev().find_map(said).filter(|pid| *pid != before)
        });
        self.process.handed_over_to(pid);
        until("the process before has ended", || {
            let _ = self.process.ended();
            let gone = !Path::new(&format!("/proc/{before}/exe")).exists();
            gone.then_some(())
        });
    }

    /// Starts it again from the same file and state, and waits until it is ready.
    #[track_caller]
    pub fn start_again(&mut self) {
        self.process = self.spawn();
        self.wait_until_ready();
    }
}

/// Starts one more gatewayd with `file` as its configuration, beside `gateway`, and waits until it
/// has ended: its exit code and what it printed.
#[track_caller]
pub fn second(gateway: &Gateway, file: &str) -> (i32, String) {
    second_by(gateway, file, Command::new(binaries::gatewayd()))
}

/// The same for one that is allowed so many descriptors.
#[track_caller]
pub fn second_with_descriptors(gateway: &Gateway, file: &str, most: u32) -> (i32, String) {
    second_by(gateway, file, limited(most))
}

#[track_caller]
fn second_by(gateway: &Gateway, file: &str, mut command: Command) -> (i32, String) {
    let directory = tempfile::tempdir_in(gateway.directory()).unwrap();
    let path = directory.path().join("gateway.toml");
    fs::write(&path, file).unwrap();
    command.arg("--config").arg(path);
    let mut process = Process::start("second gatewayd", &mut command, &log(&directory));
    let status = process.wait();
    (status.code().unwrap_or(-1), process.log())
}

/// gatewayd with so many descriptors.
fn limited(most: u32) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("ulimit -n {most}; exec \"$0\" \"$@\"")]);
    shell.arg(binaries::gatewayd());
    shell
}

fn log(directory: &TempDir) -> PathBuf {
    directory.path().join("gatewayd.log")
}
