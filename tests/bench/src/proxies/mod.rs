//! The proxies that are measured: where to find each, and how to have it do the same work.
//!
//! All of them keep connections to the backend alive, add `X-Forwarded-For` and
//! `X-Forwarded-Proto`, write no access log, use one thread for requests and, where they can, probe
//! the backend and hold a limit for each client that nobody reaches.

mod envoy;
mod gatewayd;
mod haproxy;
mod nginx;
mod pingora;
mod relay;

use std::env;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::certificate::Certificate;
use crate::watchers::Wanted;

use gatewayd::LIMIT;
pub(crate) use gatewayd::{SOCKET, WORKERS};

/// A proxy that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, clap::ValueEnum)]
pub(crate) enum Proxy {
    /// A relay that parses nothing: what moving the bytes costs.
    Relay,
    /// The one that this is about.
    Gatewayd,
    /// Another build of it, such as one from before a change.
    #[value(skip)]
    Before,
    /// The same gatewayd without a limit: what the limit costs.
    Unlimited,
    /// The same gatewayd with ten who watch its traffic: what they cost.
    Watched,
    /// The same with ten who want to see requests that fail.
    Filtered,
    /// nginx, of Debian.
    Nginx,
    /// HAProxy, of Debian.
    Haproxy,
    /// Envoy, of PyPI.
    Envoy,
    /// A proxy of a few lines on the `pingora` crate.
    Pingora,
}

/// A proxy that is not here.
#[derive(Clone, Debug)]
pub(crate) struct Missing {
    /// Why it cannot be run.
    pub(crate) why: String,
    /// How to get it.
    pub(crate) remedy: &'static str,
}

/// What a proxy is put between.
pub(crate) struct Stage<'a> {
    /// A directory of its own.
    pub(crate) directory: &'a Path,
    /// Where it sends requests.
    pub(crate) backend: SocketAddr,
    /// Where it listens for HTTP/1.1 in the clear.
    pub(crate) http: SocketAddr,
    /// Where it listens for HTTP/1.1 and HTTP/2 over TLS.
    pub(crate) https: SocketAddr,
    /// What it shows there.
    pub(crate) certificate: &'a Certificate,
}

impl Proxy {
    /// All of them, in the order of the tables.
    pub(crate) const ALL: [Proxy; 10] = [
        Proxy::Relay,
        Proxy::Gatewayd,
        Proxy::Before,
        Proxy::Unlimited,
        Proxy::Watched,
        Proxy::Filtered,
        Proxy::Nginx,
        Proxy::Haproxy,
        Proxy::Envoy,
        Proxy::Pingora,
    ];

    /// Its name in tables.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Proxy::Relay => "byte relay",
            Proxy::Gatewayd => "gatewayd",
            Proxy::Before => "before",
            Proxy::Unlimited => "no limit",
            Proxy::Watched => "watched",
            Proxy::Filtered => "filtered",
            Proxy::Nginx => "nginx",
            Proxy::Haproxy => "HAProxy",
            Proxy::Envoy => "Envoy",
            Proxy::Pingora => "Pingora",
        }
    }

    /// Whether it is one of those that gatewayd is compared with.
    pub(crate) fn is_peer(self) -> bool {
        matches!(self, Proxy::Nginx | Proxy::Haproxy | Proxy::Envoy | Proxy::Pingora)
    }

    /// What those want to see who watch its traffic, if anybody does.
    pub(crate) fn wanted(self) -> Option<Wanted> {
        match self {
            Proxy::Watched => Some(Wanted::All),
            Proxy::Filtered => Some(Wanted::Failures),
            _ => None,
        }
    }

    /// Whether it speaks TLS and HTTP/2.
    pub(crate) fn speaks_tls(self) -> bool {
        self != Proxy::Relay
    }

    /// Finds its program; `built` is a gatewayd that is built already.
    ///
    /// # Errors
    /// When it is not here.
    pub(crate) fn find(self, built: Option<&Path>) -> Result<PathBuf, Missing> {
        match self {
            Proxy::Relay => relay::find(),
            Proxy::Gatewayd
            | Proxy::Before
            | Proxy::Unlimited
            | Proxy::Watched
            | Proxy::Filtered => gatewayd::find(built),
            Proxy::Nginx => nginx::find(),
            Proxy::Haproxy => haproxy::find(),
            Proxy::Envoy => envoy::find(),
            Proxy::Pingora => pingora::find(),
        }
    }

    /// The version that `program` says it is.
    pub(crate) fn version(self, program: &Path) -> Option<String> {
        let argument = match self {
            Proxy::Relay => return None,
            Proxy::Nginx | Proxy::Haproxy => "-v",
            _ => "--version",
        };
        let output = Command::new(program).arg(argument).output().ok()?;
        let text = String::from_utf8([output.stdout, output.stderr].concat()).ok()?;
        version_in(&text)
    }

    /// Writes its configuration into the stage's directory: how to start it.
    pub(crate) fn command(self, program: &Path, stage: &Stage<'_>) -> Result<Command> {
        match self {
            Proxy::Relay => relay::command(program, stage),
            Proxy::Unlimited => gatewayd::command(program, stage, ""),
            Proxy::Gatewayd | Proxy::Before | Proxy::Watched | Proxy::Filtered => {
                gatewayd::command(program, stage, LIMIT)
            }
            Proxy::Nginx => nginx::command(program, stage),
            Proxy::Haproxy => haproxy::command(program, stage),
            Proxy::Envoy => envoy::command(program, stage),
            Proxy::Pingora => pingora::command(program, stage),
        }
    }
}

/// The first thing in `text` that looks like a version, after the word if it is there.
fn version_in(text: &str) -> Option<String> {
    let after_word = text.split_once("version: ").or_else(|| text.split_once("version "));
    let text = after_word.map_or(text, |(_, after)| after);
    let parts = text.split(|c: char| !c.is_ascii_digit() && c != '.');
    let mut versions = parts.filter(|part| part.split('.').filter(|n| !n.is_empty()).count() >= 3);
    versions.next().map(|version| version.trim_matches('.').to_owned())
}

/// The program called `name` on the path, or where Debian keeps its daemons.
fn on_path(name: &str, remedy: &'static str) -> Result<PathBuf, Missing> {
    let path = env::var_os("PATH").unwrap_or_default();
    let directories = env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
    let mut programs = directories.map(|directory| directory.join(name));
    programs
        .find(|program| program.is_file())
        .ok_or_else(|| Missing { why: format!("no {name} on the path"), remedy })
}

#[cfg(test)]
mod tests {
    use super::version_in;

    #[test]
    fn a_version_is_found_in_what_each_proxy_says() {
        for (said, version) in [
            ("gatewayd 0.1.0\n", "0.1.0"),
            ("nginx version: nginx/1.22.1\n", "1.22.1"),
            ("HAProxy version 2.6.12-1+deb12u4 2026/10/17\nRunning on: Linux 6.1.0", "2.6.12"),
            ("/versions/3.11.7/bin/envoy  version: 5fd1c40/1.40.0/Clean/RELEASE", "1.40.0"),
        ] {
            assert_eq!(version_in(said).as_deref(), Some(version));
        }
        assert_eq!(version_in("no such option"), None);
    }
}
