//! `gatewayd demo`: a gateway, a fleet and a load, with nothing to prepare.

use std::fmt::Write as _;
use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context;
use tokio::sync::{mpsc, watch};

use super::cli::DemoOptions;
use super::run::Source;
use super::spoil;
use super::{listeners, run};
use crate::admin::Playground;
use crate::config;
use crate::demo::{Crowd, app_command};
use crate::model::Configuration;

/// The gateway of the demo, its ports and fleet aside.
const GATEWAY: &str = r#"
[[route]]
name = "create"
match = { path = "/urls", methods = ["POST"] }
pool = "app"
limits = ["create-per-ip"]

[[route]]
name = "redirect"
match = { path = "/{code}", methods = ["GET", "HEAD"] }
pool = "app"
limits = ["redirect-per-ip"]

[[limit]]
name = "create-per-ip"
key = "client-ip"
max = "100/minute"

[[limit]]
name = "redirect-per-ip"
key = "client-ip"
max = "1000/minute"

[[pool]]
name = "app"
balance = "least-connections"
slow_start = "10s"
health = { path = "/healthz", interval = "1s", timeout = "1s", healthy_after = 2, unhealthy_after = 3 }

# As in real life, only faster: nobody waits five minutes in a demo.
[pool.autoscale]
driver = "process"
target_cpu = 70
stable_window = "30s"
default_instance_warmup = "5s"
scale_up = { policies = ["100%/10s", "4/10s"] }
scale_down = { stabilization_window = "30s", policies = ["25%/15s"] }
scale_in_cooldown = "30s"
start_timeout = "30s"
drain_timeout = "30s"
"#;

/// The fleet may grow to this many times its size, and to this many at least.
const GROWTH: u16 = 4;
const LEAST_MAX: u16 = 20;
/// The load wants the servers but for this part of one, whatever chance makes of it.
const SPARE: f64 = 0.4;
/// Where app servers listen: below what the system gives to outgoing connections, so that one that
/// died finds its port free when it comes back.
const PORTS: &str = "9101-9999";
/// App servers that wait to be spoilt; more wait for their place.
const FAULTS: usize = 4;
/// The load begins when the first answer came through the gateway, or after this.
const FIRST_ANSWER: Duration = Duration::from_secs(30);

/// Runs a demo until it is told to end. Its state lives in a fresh temporary directory.
pub(super) fn run(options: DemoOptions) -> anyhow::Result<()> {
    let directory = tempfile::Builder::new().prefix("gatewayd-demo-").tempdir()?;
    let https = address(options.https_port)?;
    let http = address(options.http_port)?;
    let target = format!("https://{https}");
    let DemoOptions { work, load, seed, .. } = options;
    let crowd = Crowd::start(directory.path(), seed, &target)?;
    let command = app_command(directory.path(), work)?;
    let configuration = configuration(directory.path(), https, http, &options, &command)?;
    greet(https, http, &configuration, &options);
    let (knob, turned) = watch::channel(load);
    let (faults, orders) = mpsc::channel(FAULTS);
    std::thread::scope(|scope| {
        let turning = scope.spawn(|| {
            await_first_answer(http, &turned);
            turn(turned, &crowd);
        });
        let spoiling = scope.spawn(|| spoil::spoil(orders));
        let demo = Some(Playground { load: knob, faults });
        let done = run::run(configuration, Source { demo, ..Source::default() });
        // What is practised on went with the gateway, so these end.
        let _ = (turning.join(), spoiling.join());
        done
    })
}

/// Tells the load what the knob says, until the knob is gone.
fn turn(mut turned: watch::Receiver<f64>, crowd: &Crowd) {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let Ok(runtime) = runtime else { return };
    runtime.block_on(async {
        turned.mark_changed();
        while turned.changed().await.is_ok() {
            crowd.set_rate(*turned.borrow_and_update());
        }
    });
}

/// Waits until an app server answers through the gateway at `http`, unless the knob is gone before.
fn await_first_answer(http: SocketAddr, turned: &watch::Receiver<f64>) {
    let began = Instant::now();
    while began.elapsed() < FIRST_ANSWER && turned.has_changed().is_ok() && !answers(http) {
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn answers(http: SocketAddr) -> bool {
    let ask = || -> io::Result<bool> {
        let mut stream = TcpStream::connect_timeout(&http, Duration::from_secs(1))?;
        stream.set_read_timeout(Some(Duration::from_secs(1)))?;
        let request = format!("GET /healthz HTTP/1.1\r\nhost: {http}\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes())?;
        let mut status = [0; 12];
        stream.read_exact(&mut status)?;
        Ok(&status == b"HTTP/1.1 200")
    };
    ask().unwrap_or(false)
}

fn configuration(
    directory: &Path,
    https: SocketAddr,
    http: SocketAddr,
    options: &DemoOptions,
    command: &[String],
) -> anyhow::Result<Configuration> {
    let DemoOptions { servers, load, socket, .. } = options;
    let mut text = format!("[admin]\nstate_dir = {:?}\n", directory.join("state"));
    if let Some(socket) = socket {
        let _ = writeln!(text, "socket = {socket:?}");
    }
    text += "[data_plane]\ntrusted_proxies = [\"127.0.0.0/8\"]\n";
    let _ = writeln!(text, "[[listener]]\nname = \"https\"\naddress = \"{https}\"");
    text += "tls = { self_signed = [\"localhost\", \"127.0.0.1\"] }\n";
    let _ = writeln!(text, "[[listener]]\nname = \"http\"\naddress = \"{http}\"");
    text += GATEWAY;
    let max = servers.saturating_mul(GROWTH).max(LEAST_MAX);
    // The load wants them all, but one may be drained without leaving the pool too small.
    let min = (servers - 1).max(1);
    let _ = writeln!(text, "min = {min}\nmax = {max}");
    if *load > 0.0 {
        let share = (load / (f64::from(*servers) - SPARE)).round().max(1.0);
        let _ = writeln!(text, "target_rps = {share}");
    }
    text += "[pool.autoscale.process]\noutlive = false\n";
    let _ = writeln!(text, "command = {command:?}\nports = \"{PORTS}\"");
    config::parse("demo", &text, directory, &listeners::check)
        .map_err(|diagnostics| anyhow::anyhow!("the demo's own file is wrong:\n{diagnostics}"))
}

/// A loopback address with this port, or with a free one for 0.
fn address(port: u16) -> anyhow::Result<SocketAddr> {
    if port > 0 {
        return Ok((Ipv4Addr::LOCALHOST, port).into());
    }
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port")?;
    Ok(free.local_addr()?)
}

fn greet(https: SocketAddr, http: SocketAddr, made: &Configuration, options: &DemoOptions) {
    let DemoOptions { servers, load, .. } = options;
    let socket = made.settings.socket.display();
    let text = format!(
        "gatewayd demo: {servers} app servers, {load} requests per second\n\
         \x20 https://{https} and http://{http}\n\
         \x20 admin API: {socket}\n\n\
         In another terminal:\n\
         \x20 gatewayctl                           the dashboard\n\
         \x20 gatewayctl status                    the same in a few lines\n\
         \x20 gatewayctl drain app-2 -m look       take a server out, and watch nothing fail\n\
         \x20 gatewayctl op list                   who did what; `op undo` takes it back\n\
         \x20 gatewayctl demo load x4              four times the load, and servers to carry it\n\
         \x20 gatewayctl demo fail app-2           spoil a server: kill, slow, fail, cold, heal\n\
         \x20 curl -k https://{https}/urls -d url=https://example.org/\n\n\
         ^C ends it.\n"
    );
    // Nobody may be reading; the demo runs all the same.
    let _ = io::stdout().write_all(text.as_bytes());
}
