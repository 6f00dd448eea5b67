//! `top`: the dashboard.

use std::{
    env,
    io::{self, IsTerminal as _},
    process,
    time::Duration,
};

use clap::{Args, ValueEnum};

use super::{Failure, Kind, Verdict, session::Session};
use crate::{duration, tui};

const EXAMPLES: &str = "\
Examples:
  gatewayctl                      the same as `gatewayctl top`
  gatewayctl top backends
  gatewayctl top --read-only      look, but do not touch

In the dashboard `?` shows every key and `q` leaves. Off a terminal use `gatewayctl status`,
`gatewayctl backend list -w` and `gatewayctl event tail`.";

/// Drawing more seldom than this is a still picture; more often shows nothing new.
const REFRESH: Duration = Duration::from_secs(1);

/// Arguments of `top`.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct TopArgs {
    /// The screen to open
    screen: Option<Screen>,
    /// Show only; every change is disabled
    #[arg(long, env = "GATEWAYCTL_READONLY", hide_env_values = true)]
    read_only: bool,
    /// How often to draw
    #[arg(long, value_name = "DURATION", default_value = "1s", value_parser = duration::parse)]
    refresh: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Screen {
    /// The whole gateway
    Overview,
    /// The servers
    Backends,
    /// Allowed rates
    Limits,
    /// How many servers, and why
    Scaler,
    /// What happened
    Events,
}

impl Default for TopArgs {
    fn default() -> Self {
        let read_only = env::var_os("GATEWAYCTL_READONLY").is_some_and(|value| !value.is_empty());
        Self { screen: None, read_only, refresh: REFRESH }
    }
}

impl TopArgs {
    pub(super) async fn run(&self, session: &Session) -> Result<Verdict, Failure> {
        if !session.is_terminal() || env::var("TERM").as_deref() == Ok("dumb") {
            return Err(Failure::usage("the dashboard needs a terminal, this is none")
                .hint("`gatewayctl status` shows the same once, `gatewayctl status -w` keeps on"));
        }
        let options = tui::Options {
            address: session.address()?,
            context: session.context(),
            screen: self.screen.map(|screen| match screen {
                Screen::Overview => tui::Screen::Overview,
                Screen::Backends => tui::Screen::Backends,
                Screen::Limits => tui::Screen::Limits,
                Screen::Scaler => tui::Screen::Scaler,
                Screen::Events => tui::Screen::Events,
            }),
            connect_timeout: session.global.connect_timeout,
            ascii: session.style().ascii,
            color: session.wants_color(io::stdout().is_terminal()),
            read_only: self.read_only,
            refresh: self.refresh,
            own_address: super::block::own_address(),
        };
        match tui::run(options).await {
            Ok(()) => Ok(Verdict::Done),
            // The terminal is given back already, and whoever sent the signal needs no message.
            Err(tui::Error::Ended(ending)) => process::exit(ending.exit_code().into()),
            Err(error) => Err(Failure::new(Kind::Local, error.to_string())),
        }
    }
}
