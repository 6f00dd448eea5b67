//! gatewayd beside its peers: processor time and memory, measured side by side in one run.

mod backend;
mod bench;
mod certificate;
mod cli;
mod cores;
mod http1;
mod http2;
mod idle;
mod load;
mod process;
mod proxies;
mod relay;
mod report;
mod results;
mod run;
mod scenario;
mod stop;
mod watchers;

use anyhow::Result;
use clap::Parser;

fn main() -> Result<()> {
    let cli = cli::Cli::parse();
    match cli.order {
        Some(cli::Order::Relay { listen, backend }) => relay::run(listen, backend),
        None => run::run(&cli.run),
    }
}
