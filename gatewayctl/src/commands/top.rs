//! `top`: the dashboard.

use std::{
    env,
    io::{self, IsTerminal as _},
    path::{Path, PathBuf},
    process,
    sync::Arc,
    time::Duration,
};

use clap::{Args, ColorChoice, ValueEnum};

use super::{
    Failure, Kind, Verdict,
    config::{keymap, layouts},
    session::Session,
    target::{Choice, is_read_only, set},
};
use crate::{
    config::{self, Ascii, Config, ThemeName},
    duration,
    model::{Scheme, Theme},
    tui::{self, Wishes},
};

const EXAMPLES: &str = "\
Examples:
  gatewayctl                      the same as `gatewayctl top`
  gatewayctl top backends
  gatewayctl top --read-only      look, but do not touch
  gatewayctl top --plain          for the ear, and for logs: one line for each change

In the dashboard `?` shows every key and `q` leaves. Off a terminal use `gatewayctl status`,
`gatewayctl backend list -w` and `gatewayctl event tail`.";

/// How often it draws when nobody says: every picture, but over SSH every other one.
fn refresh() -> Duration {
    Duration::from_secs(if set("SSH_TTY").is_some() { 2 } else { 1 })
}

/// Arguments of `top`.
#[derive(Debug, Clone, Default, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct TopArgs {
    /// The screen to open
    screen: Option<Screen>,
    /// No screen at all: how the gateway is, then one line for each change; for screen readers and
    /// logs, and where no terminal is
    #[arg(long)]
    plain: bool,
    /// With --plain: tell what happened only so often, and how the gateway is
    #[arg(long, value_name = "DURATION", value_parser = duration::parse, requires = "plain")]
    every: Option<Duration>,
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
    /// Listen to the mouse: it scrolls and selects, and never acts
    #[arg(long)]
    mouse: bool,
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
    /// What clients ask for now
    Traffic,
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
        let named = named.transpose()?.or(file);
        Ok(named.unwrap_or(ThemeName::BuiltIn(Scheme::Ansi16)).theme()?)
    }

    /// What the file wants, where no flag says otherwise.
    fn wishes(&self, config: Config, session: &Session) -> Result<Wishes, Failure> {
        let keymap = if self.default_keys { tui::Keymap::default() } else { keymap(&config)? };
        let layouts = layouts(&config)?;
        let folder = config::path().ok();
        let theme = config.ui.theme.map(|name| {
            name.within(folder.as_deref().and_then(Path::parent).unwrap_or(Path::new("")))
        });
        let mut files: Vec<PathBuf> = folder.into_iter().collect();
        if let Some(ThemeName::File(path)) = self.theme.as_ref().or(theme.as_ref()) {
            files.push(path.clone());
        }
        Ok(Wishes {
            theme: self.theme(theme, session)?,
            keymap,
            layouts,
            refresh: self.refresh.or(config.ui.refresh).unwrap_or_else(refresh),
            contexts: config.contexts,
            files,
        })
    }

    /// Asks for the wishes anew when the file was saved.
    fn source(&self, session: &Session) -> tui::Source {
        let (args, global) = (self.clone(), session.global.clone());
        tui::Source(Arc::new(move || {
            let config = config::load().map_err(Failure::from);
            let wishes = config.and_then(|it| args.wishes(it, &Session::new(global.clone())));
            wishes.map_err(|failure| match failure.details.first() {
                Some(first) => {
                    let place = first.place.rsplit('/').next().unwrap_or_default();
                    format!("{place}: {}", first.message)
                }
                None => failure.message,
            })
        }))
    }

    pub(super) async fn run(&self, session: &Session) -> Result<Verdict, Failure> {
        if self.plain {
            return super::event::speak(session, self.every).await;
        }
        if !session.is_terminal() || env::var("TERM").as_deref() == Ok("dumb") {
            return Err(Failure::usage("the dashboard needs a terminal, this is none")
                .hint("`gatewayctl top --plain` tells changes line by line")
                .hint("`gatewayctl status` shows the same once, `gatewayctl status -w` keeps on"));
        }
        let context = session.target()?.context.clone();
        let config = config(session)?;
        let ascii = match config.ui.ascii {
            _ if session.global.ascii => true,
            Ascii::Always => true,
            Ascii::Never => false,
            Ascii::Auto => session.style().ascii,
        };
        let options = tui::Options {
            read_only: self.read_only || is_read_only(),
            context,
            screen: self.screen.map(Screen::shown),
            connect_timeout: session.global.connect_timeout,
            ascii,
            depth: tui::Depth::of(&variable("COLORTERM"), &variable("TERM")),
            window: self.window,
            mouse: self.mouse || config.ui.mouse,
            own_address: super::block::own_address(),
            grammar: super::palette::GRAMMAR,
            wishes: self.wishes(config, session)?,
            source: self.source(session),
        };
        match tui::run(options).await {
            Ok(()) => Ok(Verdict::Done),
            // The terminal is given back already, and whoever sent the signal needs no message.
            Err(tui::Error::Ended(ending)) => process::exit(ending.exit_code().into()),
            Err(error) => Err(Failure::new(Kind::Local, error.to_string())),
        }
    }
}

impl Screen {
    const fn shown(self) -> tui::Screen {
        match self {
            Self::Overview => tui::Screen::Overview,
            Self::Backends => tui::Screen::Backends,
            Self::Limits => tui::Screen::Limits,
            Self::Scaler => tui::Screen::Scaler,
            Self::Traffic => tui::Screen::Traffic,
            Self::Events => tui::Screen::Events,
            Self::Tls => tui::Screen::Tls,
        }
    }
}
