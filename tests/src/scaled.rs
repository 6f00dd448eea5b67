//! A pool whose servers the gateway itself starts and ends, and what there is of it.

use std::fs;
use std::path::Path;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use tempfile::TempDir;

use crate::{EVERYTHING, Gateway, free_port, gatewayd, until};

/// A pool whose servers are `command`, with little patience so that tests need not wait; `keys` are
/// its `[pool.autoscale]`'s own.
#[must_use]
pub fn scaled_pool(command: &[&str], keys: &str) -> String {
    let first = free_port().min(60_000);
    let last = first + 50;
    format!(
        "{EVERYTHING}\n[[pool]]\nname = \"app\"\nslow_start = \"0s\"\n\
         health = {{ path = \"/healthz\", interval = \"200ms\", timeout = \"1s\" }}\n\
         [pool.autoscale]\ndriver = \"process\"\n\
         stable_window = \"5s\"\npanic_window = \"1s\"\ndefault_instance_warmup = \"1s\"\n{keys}\n\
         [pool.autoscale.process]\ncommand = {command:?}\nports = \"{first}-{last}\"\ngrace = \"2s\"\n"
    )
}

/// A pool of app servers that are busy for 20 ms per request: 50 requests per second is all that
/// one can do. `more` are further arguments of theirs.
#[must_use]
pub fn scaled_app(codes: &Path, more: &[&str], keys: &str) -> String {
    let (program, codes) = (gatewayd().display().to_string(), codes_flag(codes));
    let words =
        [&program, "demo", "app", "--name={name}", "--listen=127.0.0.1:{port}", "--work=20ms"];
    scaled_pool(&[&words[..], &[codes.as_str()], more].concat(), keys)
}

/// A place for the codes of app servers, of which none is left running when it is dropped.
pub struct Codes {
    directory: TempDir,
}

impl Codes {
    /// An empty one.
    #[must_use]
    pub fn new() -> Codes {
        Codes { directory: tempfile::tempdir().unwrap() }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// The process ids of all app servers that run with it, whoever knows of them.
    #[must_use]
    pub fn running(&self) -> Vec<u64> {
        let flag = codes_flag(self.path());
        let runs = |pid: &u64| {
            let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            line.split(|byte| *byte == 0).any(|word| word == flag.as_bytes())
        };
        let all = fs::read_dir("/proc").unwrap().flatten();
        all.filter_map(|it| it.file_name().to_str()?.parse().ok()).filter(runs).collect()
    }

    /// Waits until exactly `count` app servers run, each of which `gateway` has written down.
    #[track_caller]
    pub fn await_running(&self, gateway: &Gateway, count: usize) {
        until(&format!("{count} servers run, and all are known"), || {
            let (mut running, mut known) = (self.running(), gateway.server_pids());
            running.sort_unstable();
            known.sort_unstable();
            (running.len() == count && running == known).then_some(())
        });
    }
}

impl Default for Codes {
    fn default() -> Codes {
        Codes::new()
    }
}

impl Drop for Codes {
    fn drop(&mut self) {
        self.running().into_iter().for_each(|pid| end(pid, Signal::SIGKILL));
    }
}

fn codes_flag(codes: &Path) -> String {
    format!("--codes={}", codes.display())
}

/// Sends a signal to a server, if it is still there.
pub fn end(pid: u64, signal: Signal) {
    let _ = kill(Pid::from_raw(pid as i32), signal);
}

impl Gateway {
    /// The scaler of its only scaled pool.
    #[track_caller]
    pub fn scaler(&self) -> Value {
        self.ctl.items("scaler list").remove(0)
    }

    /// Waits until exactly `servers` are ready, and none comes or goes.
    #[track_caller]
    pub fn await_ready(&self, servers: u64) {
        until(&format!("{servers} servers are ready"), || {
            // A gateway that has just started lists it when it first looked at it.
            let it = self.ctl.items("scaler list").into_iter().next()?;
            (it["ready"] == servers && it["starting"] == 0 && it["draining"] == 0).then_some(())
        });
    }

    /// The process ids that its record of servers names.
    #[must_use]
    pub fn server_pids(&self) -> Vec<u64> {
        let record = self.file().with_file_name("state/servers/app.json");
        let text = fs::read(record).unwrap_or_default();
        let entries: Vec<Value> = serde_json::from_slice(&text).unwrap_or_default();
        entries.iter().filter_map(|entry| entry["process"]["pid"].as_u64()).collect()
    }
}
