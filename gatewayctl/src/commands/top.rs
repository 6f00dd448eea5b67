//! `top`: the dashboard.

use std::{
    env,
    io::{self, IsTerminal as _},
    path::Path,
    process,
    time::Duration,
};

use clap::{Args, ColorChoice, ValueEnum};

use super::{
    Failure, Kind, Verdict,
    config::keymap,
    session::Session,
    target::{Choice, set},
};
use crate::{
    config::{self, Ascii, Config, ThemeName},
    duration,
    model::{Protect, Scheme, Theme},
    tui,
};

const EXAMPLES: &str = "\
Examples:
  gatewayctl                      the same as `gatewayctl top`
  gatewayctl top backends
  gatewayctl top --read-only      look, but do not touch

In the dashboard `?` shows every key and `q` leaves. Off a terminal use `gatewayctl status`,
`gatewayctl backend list -w` and `gatewayctl event tail`.";

/// How often it draws when nobody says: every picture, but over SSH every other one.
fn refresh() -> Duration {
    Duration::from_secs(if set("SSH_TTY").is_some() { 2 } else { 1 })
}

/// Arguments of `top`.
#[derive(Debug, Default, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct TopArgs {
    /// The screen to open
    screen: Option<Screen>,
    /// Show only; every change is disabled [env: GATEWAYCTL_READONLY]
    #[arg(long)]
    read_only: bool,
    /// How it looks: ansi16, dark, light, mono, cb-safe, or the path of a file [env: GATEWAYCTL_THEME]
    #[arg(long, value_name = "THEME")]
    theme: Option<ThemeName>,
    /// The keys of the program, whatever the file says of keys
    #[arg(long)]
    default_keys: bool,
    /// How often to draw [default: 1s, by SSH 2s, or as the file of contexts says]
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    refresh: Option<Duration>,
    /// How far back charts look: 1m, 5m, 15m, 1h, 6h, 24h
    #[arg(long, value_name = "LENGTH")]
    window: Option<tui::Window>,
}

/// How the dashboard begins. Where the file does not say which gateway is meant, a broken one is no
/// reason to stay away from it.
fn config(session: &Session) -> Result<Config, Failure> {
    let is_needed = session.target()?.chosen_by == Choice::File;
    match config::load() {
        Ok(config) => Ok(config),
        Err(error) if is_needed => Err(error.into()),
        Err(error) => {
            session.tell(&format!("{error}; the dashboard begins as without it"));
            Ok(Config::default())
        }
    }
}

/// A variable of the environment; empty when it is not set.
fn variable(name: &str) -> String {
    env::var(name).unwrap_or_default()
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
    /// What listeners prove themselves by
    Tls,
}

impl TopArgs {
    /// How it looks: the flag goes before the environment, that before the file. Where no colours
    /// are wanted, only a flag that names a theme brings any.
    fn theme(&self, file: Option<ThemeName>, session: &Session) -> Result<Theme, Failure> {
        let is_colored = session.wants_color(io::stdout().is_terminal());
        let is_refused = session.global.color == ColorChoice::Never;
        if let Some(flag) = self.theme.as_ref().filter(|_| !is_refused) {
            return Ok(flag.theme()?);
        }
        if !is_colored {
            return Ok(Scheme::Mono.into());
        }
        let named = set("GATEWAYCTL_THEME").map(|name| {
            name.parse::<ThemeName>()
                .map_err(|error| Failure::usage(format!("GATEWAYCTL_THEME: {error}")))
        });
        let folder = config::path().ok();
        let folder = folder.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
        let named = named.transpose()?.or(file.map(|name| name.within(folder)));
        Ok(named.unwrap_or(ThemeName::BuiltIn(Scheme::Ansi16)).theme()?)
    }

    pub(super) async fn run(&self, session: &Session) -> Result<Verdict, Failure> {
        if !session.is_terminal() || env::var("TERM").as_deref() == Ok("dumb") {
            return Err(Failure::usage("the dashboard needs a terminal, this is none")
                .hint("`gatewayctl status` shows the same once, `gatewayctl status -w` keeps on"));
        }
        let context = session.target()?.context.clone();
        let config = config(session)?;
        let keymap = if self.default_keys { tui::Keymap::default() } else { keymap(&config)? };
        let ui = config.ui;
        let options = tui::Options {
            address: context.address,
            tls: session.tls()?,
            context: context.name,
            screen: self.screen.map(|screen| match screen {
                Screen::Overview => tui::Screen::Overview,
                Screen::Backends => tui::Screen::Backends,
                Screen::Limits => tui::Screen::Limits,
                Screen::Scaler => tui::Screen::Scaler,
                Screen::Events => tui::Screen::Events,
                Screen::Tls => tui::Screen::Tls,
            }),
            connect_timeout: session.global.connect_timeout,
            ascii: match ui.ascii {
                _ if session.global.ascii => true,
                Ascii::Always => true,
                Ascii::Never => false,
                Ascii::Auto => session.style().ascii,
            },
            theme: self.theme(ui.theme, session)?,
            depth: tui::Depth::of(&variable("COLORTERM"), &variable("TERM")),
            care: tui::Care {
                protect: if self.read_only { Protect::ReadOnly } else { context.protect },
                wants_reason: context.require_reason,
                hue: context.header_color,
            },
            refresh: self.refresh.or(ui.refresh).unwrap_or_else(refresh),
            window: self.window,
            keymap,
            own_address: super::block::own_address(),
            grammar: super::palette::GRAMMAR,
        };
        match tui::run(options).await {
            Ok(()) => Ok(Verdict::Done),
            // The terminal is given back already, and whoever sent the signal needs no message.
            Err(tui::Error::Ended(ending)) => process::exit(ending.exit_code().into()),
            Err(error) => Err(Failure::new(Kind::Local, error.to_string())),
        }
    }
}
