//! gatewayctl as an operator runs it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::{Card, binaries};

/// gatewayctl with the address of one gateway, or with a file of contexts.
#[derive(Clone, Debug)]
pub struct Ctl {
    approach: Approach,
}

#[derive(Clone, Debug)]
enum Approach {
    Socket(PathBuf),
    Tls(SocketAddr, Card),
    File(PathBuf),
}

/// Where no file of contexts is.
const NO_HOME: &str = "/nonexistent";

/// What one run said.
#[derive(Clone, Debug)]
pub struct Said {
    /// The exit code; -1 when a signal ended it.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Said {
    /// What `command` says, run to its end.
    pub fn of(command: &mut Command) -> Said {
        let output = command.output().unwrap();
        Said {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Ctl {
    /// gatewayctl for the gateway behind `socket`.
    pub fn new(socket: PathBuf) -> Ctl {
        Ctl { approach: Approach::Socket(socket) }
    }

    /// gatewayctl with `file` as its own, whose contexts say where gateways are.
    pub fn with_file(file: PathBuf) -> Ctl {
        Ctl { approach: Approach::File(file) }
    }

    /// gatewayctl for the gateway whose admin API is at `address`, by TLS with the files of `card`.
    pub fn by_tls(address: SocketAddr, card: &Card) -> Ctl {
        Ctl { approach: Approach::Tls(address, card.clone()) }
    }

    /// The command, ready to be given arguments.
    pub fn command(&self) -> Command {
        let mut command = Command::new(binaries::gatewayctl());
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("GATEWAYCTL_")) {
            command.env_remove(name);
        }
        // What a busy machine needs is no concern of those that test something else.
        for wait in ["GATEWAYCTL_CONNECT_TIMEOUT", "GATEWAYCTL_REQUEST_TIMEOUT"] {
            command.env(wait, "30s");
        }
        match &self.approach {
            Approach::Socket(_) => {
                command.arg(format!("--addr={}", self.address()));
                command.env("XDG_CONFIG_HOME", NO_HOME);
            }
            Approach::Tls(_, Card { ca, cert, key }) => {
                let files =
                    [("GATEWAYCTL_CA", ca), ("GATEWAYCTL_CERT", cert), ("GATEWAYCTL_KEY", key)];
                command.envs(files);
                command.arg(format!("--addr={}", self.address()));
                command.env("XDG_CONFIG_HOME", NO_HOME);
            }
            Approach::File(file) => {
                command.env("GATEWAYCTL_CONFIG", file);
            }
        }
        command.stdin(Stdio::null());
        command
    }

    /// The address for `--addr`.
    pub fn address(&self) -> String {
        match &self.approach {
            Approach::Socket(socket) => format!("unix://{}", socket.display()),
            Approach::Tls(address, _) => format!("https://{address}"),
            Approach::File(file) => panic!("{} says where it is", file.display()),
        }
    }

    /// Runs gatewayctl with the words of `line`, whatever comes of it.
    pub fn try_run(&self, line: &str) -> Said {
        self.try_args(&line.split_whitespace().collect::<Vec<_>>())
    }

    /// Runs gatewayctl with `arguments`, whatever comes of it.
    pub fn try_args(&self, arguments: &[&str]) -> Said {
        Said::of(self.command().args(arguments))
    }

    /// Runs gatewayctl with the words of `line`; panics unless it exits with 0.
    #[track_caller]
    pub fn run(&self, line: &str) -> String {
        let said = self.try_run(line);
        assert_eq!(said.code, 0, "gatewayctl {line}: {}{}", said.err, said.out);
        said.out
    }

    /// The items of `line -o json`.
    #[track_caller]
    pub fn items(&self, line: &str) -> Vec<Value> {
        let said = self.run(&format!("{line} -o json"));
        let answer: Value = serde_json::from_str(&said)
            .unwrap_or_else(|error| panic!("gatewayctl {line} -o json: {error}: {said}"));
        answer["items"].as_array().unwrap_or_else(|| panic!("no items: {said}")).clone()
    }

    /// The backend called `name`, as `backend list` shows it.
    #[track_caller]
    pub fn backend(&self, name: &str) -> Value {
        let listed = self.items("backend list");
        let found = listed.iter().find(|backend| backend["name"] == name);
        found.unwrap_or_else(|| panic!("no backend {name} in {listed:?}")).clone()
    }
}
