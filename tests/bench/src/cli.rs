//! The command line.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Parser, Subcommand};

use crate::bench::Times;
use crate::proxies::Proxy;
use crate::scenario::{self, Scenario};

/// Measures gatewayd beside nginx, HAProxy, Envoy and Pingora: each alone on one core, the load and
/// the backend on another, in turn for several rounds.
#[derive(Debug, Parser)]
#[command(name = "bench", args_conflicts_with_subcommands = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) order: Option<Order>,
    #[command(flatten)]
    pub(crate) run: Run,
}

/// Anything else it can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Order {
    /// Relay bytes between clients and a backend, parsing nothing: what moving them costs
    Relay {
        /// Where clients connect
        listen: SocketAddr,
        /// Where their bytes go
        backend: SocketAddr,
    },
}

/// What is measured, and how often.
#[derive(Debug, clap::Args)]
pub(crate) struct Run {
    /// A few scenarios for a few seconds: a first impression
    #[arg(long)]
    pub(crate) quick: bool,
    /// Measure these alone: names of scenarios, "latency" and "memory"
    #[arg(long, value_name = "NAME,…", value_delimiter = ',')]
    #[arg(value_parser = names())]
    only: Vec<String>,
    /// Measure these proxies alone; "unlimited" is gatewayd without a limit, "watched" with ten who
    /// watch its traffic, "filtered" with ten who watch for requests that fail
    #[arg(long, value_name = "PROXY,…", value_delimiter = ',')]
    proxies: Vec<Proxy>,
    /// How many times each proxy has its turn in each scenario; 5, or 3 when quick
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: Option<u32>,
    /// How long a turn is counted, after half as long for warming up; 3, or 1 when quick
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=60))]
    seconds: Option<u64>,
    /// A gatewayd that is built already, instead of the release build of this workspace
    #[arg(long, value_name = "FILE")]
    gatewayd: Option<PathBuf>,
    /// Another gatewayd to have beside it, such as one from before a change
    #[arg(long, value_name = "FILE")]
    before: Option<PathBuf>,
    /// Write the tables as Markdown
    #[arg(long, value_name = "FILE")]
    pub(crate) markdown: Option<PathBuf>,
    /// Draw the chart
    #[arg(long, value_name = "FILE")]
    pub(crate) svg: Option<PathBuf>,
}

/// The names of what is no scenario.
const LATENCY: &str = "latency";
const MEMORY: &str = "memory";

fn names() -> clap::builder::PossibleValuesParser {
    let names = scenario::ALL.iter().map(|scenario| scenario.name).chain([LATENCY, MEMORY]);
    names.collect::<Vec<_>>().into()
}

impl Run {
    /// The scenarios that are asked for.
    pub(crate) fn scenarios(&self) -> Vec<Scenario> {
        let asked = |scenario: &Scenario| match self.only.as_slice() {
            [] => scenario.quick || !self.quick,
            only => only.iter().any(|name| name == scenario.name),
        };
        scenario::ALL.into_iter().filter(asked).collect()
    }

    /// Whether latency is measured at a steady pace.
    pub(crate) fn measures_latency(&self) -> bool {
        (self.only.is_empty() && !self.quick) || self.only.iter().any(|name| name == LATENCY)
    }

    /// Whether idle connections are weighed.
    pub(crate) fn weighs(&self) -> bool {
        self.only.is_empty() || self.only.iter().any(|name| name == MEMORY)
    }

    /// The proxies that are asked for.
    pub(crate) fn proxies(&self) -> Vec<Proxy> {
        let asked = |proxy: &Proxy| match proxy {
            Proxy::Before => self.before.is_some(),
            Proxy::Unlimited | Proxy::Watched | Proxy::Filtered => self.proxies.contains(proxy),
            _ => self.proxies.is_empty() || self.proxies.contains(proxy),
        };
        Proxy::ALL.into_iter().filter(asked).collect()
    }

    /// The program of a proxy, where it is given.
    pub(crate) fn built(&self, proxy: Proxy) -> Option<&Path> {
        match proxy {
            Proxy::Gatewayd | Proxy::Unlimited | Proxy::Watched | Proxy::Filtered => {
                self.gatewayd.as_deref()
            }
            Proxy::Before => self.before.as_deref(),
            _ => None,
        }
    }

    /// How many rounds there are.
    pub(crate) fn rounds(&self) -> u32 {
        self.rounds.unwrap_or(if self.quick { 3 } else { 5 })
    }

    /// How long a turn is.
    pub(crate) fn times(&self) -> Times {
        let seconds = self.seconds.unwrap_or(if self.quick { 1 } else { 3 });
        let count = Duration::from_secs(seconds);
        Times { warm_up: count / 2, count }
    }
}
