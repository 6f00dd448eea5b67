//! `gatewayd demo app` and `gatewayd demo load`: the two processes that a demo is made of.

use std::io::{self, BufRead, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::{Args, ValueEnum};
use http::Uri;
use jiff::SignedDuration;
use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

use super::app_server::{self, AppServer};
use super::load::{self, Load, Report, Tally};

/// Runs one app server of the demo: a URL shortener on one virtual core.
#[derive(Args, Clone, Debug)]
pub struct AppArgs {
    /// Where to listen; port 0 takes a free one and prints it
    #[arg(long, value_name = "ADDRESS")]
    pub listen: SocketAddr,
    /// What the server calls itself in the x-served-by header
    #[arg(long)]
    pub name: String,
    /// The directory of codes that all servers of the fleet share
    #[arg(long, value_name = "DIR")]
    pub codes: PathBuf,
    /// How long a request occupies the server's virtual core
    #[arg(long, value_name = "TIME", default_value = "2ms", value_parser = duration)]
    pub work: Duration,
    /// End when stdin closes, so that no server outlives the one who started it
    #[arg(long)]
    pub with_parent: bool,
}

/// Sends requests to a gateway at a rate that can be changed while it runs.
#[derive(Args, Clone, Debug)]
pub struct LoadArgs {
    /// The gateway, as https://HOST:PORT or http://HOST:PORT; several are asked in turn
    #[arg(long = "target", value_name = "URL", required = true)]
    pub targets: Vec<Uri>,
    /// Requests per second
    #[arg(long, value_name = "RPS", default_value_t = 200.0, value_parser = rate)]
    pub rate: f64,
    /// The same seed sends the same requests
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Stop after this time; otherwise go on until killed
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub duration: Option<Duration>,
    /// Make the links that will be followed in this store of codes first
    #[arg(long, value_name = "DIR")]
    pub codes: Option<PathBuf>,
    /// Take `rate RPS` lines from here, and end when it closes
    #[arg(long, value_name = "FROM")]
    pub control: Option<Control>,
    /// Print the counters as JSON, one line per second
    #[arg(long, value_name = "FORMAT")]
    pub report: Option<ReportFormat>,
}

/// Where a load hears of its new rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Control {
    /// Lines on standard input.
    Stdin,
}

/// How a load prints its counters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// One JSON object per line.
    Json,
}

/// Runs one app server until it is killed.
pub fn run_app(args: AppArgs) -> anyhow::Result<()> {
    if args.with_parent {
        std::thread::spawn(|| {
            // Whatever ends stdin, the parent is gone.
            let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
            std::process::exit(0);
        });
    }
    let (name, address) = (args.name.clone(), args.listen);
    let options =
        AppServer { listen: args.listen, name: args.name, codes: args.codes, work: args.work };
    let ready = |bound| {
        // Nobody may be reading; the server serves all the same.
        let _ = writeln!(io::stdout(), "{name} listening on {bound}");
    };
    runtime()?
        .block_on(app_server::serve(options, ready))
        .with_context(|| format!("app server on {address}"))
}

/// Runs a load until its duration is over, its control closes, or it is killed.
pub fn run_load(args: LoadArgs) -> anyhow::Result<()> {
    let (sender, receiver) = watch::channel(args.rate);
    let tally = Arc::new(Tally::default());
    let load =
        Load { targets: args.targets, seed: args.seed, codes: args.codes, duration: args.duration };
    let keeper = match args.control {
        Some(Control::Stdin) => {
            std::thread::spawn(move || follow(io::stdin().lock(), &sender));
            None
        }
        None => Some(sender),
    };
    runtime()?.block_on(async {
        let reporting = args.report.map(|_| tokio::spawn(report(Arc::clone(&tally))));
        load::run(load, receiver, Arc::clone(&tally)).await?;
        if let Some(reporting) = reporting {
            reporting.abort();
        }
        anyhow::Ok(())
    })?;
    drop(keeper);
    if args.report.is_some() {
        print(&tally.report())?;
    }
    Ok(())
}

/// Tells `rates` what each `rate RPS` line of `lines` says.
fn follow(lines: impl BufRead, rates: &watch::Sender<f64>) {
    for line in lines.lines().map_while(Result::ok) {
        match line.strip_prefix("rate ").map(|told| rate(told.trim())) {
            Some(Ok(told)) => {
                rates.send_replace(told);
            }
            _ => tracing::warn!(line, "expected `rate RPS`"),
        }
    }
}

async fn report(tally: Arc<Tally>) {
    let mut seconds = tokio::time::interval(Duration::from_secs(1));
    seconds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    seconds.tick().await;
    loop {
        seconds.tick().await;
        if print(&tally.report()).is_err() {
            return;
        }
    }
}

fn print(report: &Report) -> anyhow::Result<()> {
    writeln!(io::stdout(), "{}", serde_json::to_string(report)?)?;
    Ok(())
}

fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

/// Reads a time such as `2ms`.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is not a time: write 2ms, 10s or 5m");
    let parsed: SignedDuration = text.parse().map_err(|_| wrong())?;
    Duration::try_from(parsed).map_err(|_| wrong())
}

/// Reads a number of requests per second.
pub(crate) fn rate(text: &str) -> Result<f64, String> {
    let rate: f64 = text.parse().map_err(|_| format!("{text:?} is not a number"))?;
    if (0.0..=1_000_000.0).contains(&rate) {
        Ok(rate)
    } else {
        Err("a rate is from 0 to 1000000 requests per second".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_with_their_unit() {
        assert_eq!(duration("2ms"), Ok(Duration::from_millis(2)));
        assert_eq!(duration("0s"), Ok(Duration::ZERO));
        assert!(duration("2").is_err());
        assert!(duration("-1s").is_err());
    }

    #[test]
    fn a_line_changes_the_rate_and_nonsense_does_not() {
        let (rates, told) = watch::channel(1.0);
        follow("rate 500\nrate -3\nrate NaN\nfaster\n".as_bytes(), &rates);
        assert_eq!(*told.borrow(), 500.0);
    }
}
