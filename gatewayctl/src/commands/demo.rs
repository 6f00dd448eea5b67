//! Verbs for a demo gateway: something to practise on.

use std::{io::Write as _, str::FromStr, time::Duration};

use clap::{Args, Subcommand};

use super::{Failure, Verdict, complete, guard, session::Session};
use crate::{
    duration,
    model::{Fault, Load, LoadEdit},
    output::{
        Format, Listing, Meta, Selection,
        columns::{LOAD, PRACTISED},
        write_listing,
    },
    safe_text::safe_text,
};

const EXAMPLES: &str = "\
Examples:
  gatewayctl demo load 500       500 requests per second
  gatewayctl demo load x4        four times the present load
  gatewayctl demo load x0.25
  gatewayctl demo load 0         silence

Only `gatewayd demo` makes load; other gateways refuse.";

const FAULT_EXAMPLES: &str = "\
Examples:
  gatewayctl demo fail app-2          watch the gateway take it out, then `demo heal app-2`
  gatewayctl demo slow app-2 --by 800ms
  gatewayctl demo kill app-2          the autoscaler starts another
  gatewayctl demo cold app-2          as just started: slow, and better from second to second

In the dashboard of a demo the same is done to the chosen server with keys; `?` tells which.";

/// What can be done with a demo gateway.
#[derive(Debug, Subcommand)]
pub(super) enum DemoVerb {
    /// Change how much load the demo makes for itself
    Load(LoadArgs),
    /// End an app server's process, with whatever it has under way
    Kill(ServerArgs),
    /// Make an app server slower
    Slow(SlowArgs),
    /// Let an app server answer each request 503; its health stays good
    Fail(ServerArgs),
    /// Let an app server be as just started
    Cold(ServerArgs),
    /// Let an app server be as usual again
    Heal(ServerArgs),
}

#[derive(Debug, Args)]
#[command(after_long_help = FAULT_EXAMPLES)]
pub(super) struct ServerArgs {
    /// The app server, by its backend's name
    #[arg(value_name = "NAME", add = complete::backends())]
    name: String,
}

#[derive(Debug, Args)]
pub(super) struct SlowArgs {
    #[command(flatten)]
    server: ServerArgs,
    /// How much longer each answer takes, 1ms to 1m [default: 300ms]
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    by: Option<Duration>,
}

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct LoadArgs {
    /// Requests per second, or xN for a factor
    #[arg(value_name = "N|xN")]
    load: Wanted,
}

/// A load as written.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Wanted(LoadEdit);

/// Why a text is not a load.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum LoadError {
    #[error("expected requests per second such as 500, or a factor such as x4")]
    Grammar,
    #[error("a load is 0 to 1000000 requests per second")]
    Rate,
    #[error("a factor is above 0 and at most 1000")]
    Factor,
}

impl FromStr for Wanted {
    type Err = LoadError;

    fn from_str(text: &str) -> Result<Self, LoadError> {
        let (number, is_factor) = match text.strip_prefix('x') {
            Some(factor) => (factor, true),
            None => (text, false),
        };
        if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
            return Err(LoadError::Grammar);
        }
        let number: f64 = number.parse().map_err(|_| LoadError::Grammar)?;
        match is_factor {
            true if number > 0.0 && number <= 1000.0 => Ok(Self(LoadEdit::Factor(number))),
            true => Err(LoadError::Factor),
            false if number <= 1_000_000.0 => Ok(Self(LoadEdit::Rps(number))),
            false => Err(LoadError::Rate),
        }
    }
}

impl DemoVerb {
    pub(super) async fn run(&self, session: &Session) -> Result<Verdict, Failure> {
        guard::may_change(&session.target()?.context)?;
        match self {
            Self::Load(LoadArgs { load: Wanted(edit) }) => {
                session.suits(LOAD)?;
                let load = session.connect().await?.set_load(*edit).await?;
                tell(session, load)?;
            }
            Self::Kill(server) => spoil(session, &server.name, Fault::Kill).await?,
            Self::Slow(SlowArgs { server, by }) => {
                let ms = by.map(|by| u32::try_from(by.as_millis()).unwrap_or(u32::MAX));
                spoil(session, &server.name, Fault::Slow(ms)).await?;
            }
            Self::Fail(server) => spoil(session, &server.name, Fault::Fail).await?,
            Self::Cold(server) => spoil(session, &server.name, Fault::Cold).await?,
            Self::Heal(server) => spoil(session, &server.name, Fault::Heal).await?,
        }
        Ok(Verdict::Done)
    }
}

async fn spoil(session: &Session, name: &str, fault: Fault) -> Result<(), Failure> {
    session.suits(PRACTISED)?;
    let practised = session.connect().await?.practise(name, fault).await?;
    if session.format() == Format::Table {
        return session.done(&safe_text(&practised.what));
    }
    let meta = Meta { context: session.context(), ..Meta::default() };
    let (items, selection) = ([practised], Selection::everything(PRACTISED));
    let list = Listing { kind: "Practised", meta: &meta, items: &items, selection: &selection };
    let style = session.style();
    session.answer(|out| write_listing(out, session.format(), &style, &list))
}

fn tell(session: &Session, load: Load) -> Result<(), Failure> {
    let style = session.style();
    if session.format() == Format::Table {
        if session.global.quiet {
            return Ok(());
        }
        let (before, now, arrow) = (load.before_rps, load.rps, style.arrow());
        return session
            .answer(|out| writeln!(out, "demo load {before:.0} {arrow} {now:.0} requests/s"));
    }
    let meta = Meta { context: session.context(), ..Meta::default() };
    let (items, selection) = ([load], Selection::everything(LOAD));
    let list = Listing { kind: "Load", meta: &meta, items: &items, selection: &selection };
    session.answer(|out| write_listing(out, session.format(), &style, &list))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_load_is_a_rate_or_a_factor() {
        assert_eq!("500".parse(), Ok(Wanted(LoadEdit::Rps(500.0))));
        assert_eq!("0".parse(), Ok(Wanted(LoadEdit::Rps(0.0))));
        assert_eq!("x4".parse(), Ok(Wanted(LoadEdit::Factor(4.0))));
        assert_eq!("x0.25".parse(), Ok(Wanted(LoadEdit::Factor(0.25))));
        for text in ["", "x", "-1", "x-1", "many", "NaN", "xinf", "1e9", "1.2.3", "4x"] {
            assert_eq!(text.parse::<Wanted>(), Err(LoadError::Grammar), "{text}");
        }
        assert_eq!("1000001".parse::<Wanted>(), Err(LoadError::Rate));
        assert_eq!("x0".parse::<Wanted>(), Err(LoadError::Factor));
        assert_eq!("x1001".parse::<Wanted>(), Err(LoadError::Factor));
    }
}
