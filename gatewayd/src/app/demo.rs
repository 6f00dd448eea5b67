//! `gatewayd demo`: a gateway, a fleet and a load, with nothing to prepare.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;

use anyhow::Context;
use tokio::sync::watch;

use super::cli::DemoOptions;
use super::{listeners, run};
use crate::config;
use crate::demo::Fleet;
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
"#;

/// Runs a demo until it is told to end. Its state lives in a fresh temporary directory.
pub(super) fn run(options: DemoOptions) -> anyhow::Result<()> {
    let directory = tempfile::Builder::new().prefix("gatewayd-demo-").tempdir()?;
    let https = address(options.https_port)?;
    let http = address(options.http_port)?;
    let target = format!("https://{https}");
    let DemoOptions { servers, work, load, seed, .. } = options;
    let fleet = Fleet::start(directory.path(), servers, work, load, seed, &target)?;
    let configuration = configuration(directory.path(), https, http, &fleet.backends)?;
    greet(https, http, &configuration, &options);
    let (knob, turned) = watch::channel(load);
    std::thread::scope(|scope| {
        let turning = scope.spawn(|| turn(turned, &fleet));
        let done = run::run(configuration, None, Some(knob));
        // The knob went with the gateway, so this ends.
        let _ = turning.join();
        done
    })
}

/// Tells the load what the knob says, until the knob is gone.
fn turn(mut turned: watch::Receiver<f64>, fleet: &Fleet) {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let Ok(runtime) = runtime else { return };
    runtime.block_on(async {
        while turned.changed().await.is_ok() {
            fleet.set_rate(*turned.borrow_and_update());
        }
    });
}

fn configuration(
    directory: &Path,
    https: SocketAddr,
    http: SocketAddr,
    backends: &[(String, SocketAddr)],
) -> anyhow::Result<Configuration> {
    let mut text = format!("[admin]\nstate_dir = {:?}\n", directory.join("state"));
    text += "[data_plane]\ntrusted_proxies = [\"127.0.0.0/8\"]\n";
    let _ = writeln!(text, "[[listener]]\nname = \"https\"\naddress = \"{https}\"");
    text += "tls = { self_signed = [\"localhost\", \"127.0.0.1\"] }\n";
    let _ = writeln!(text, "[[listener]]\nname = \"http\"\naddress = \"{http}\"");
    text += GATEWAY;
    for (name, address) in backends {
        let _ = writeln!(text, "[[pool.backend]]\nname = \"{name}\"\naddress = \"{address}\"");
    }
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
         \x20 gatewayctl demo load x4              four times the load\n\
         \x20 curl -k https://{https}/urls -d url=https://example.org/\n\n\
         ^C ends it.\n"
    );
    // Nobody may be reading; the demo runs all the same.
    let _ = io::stdout().write_all(text.as_bytes());
}
