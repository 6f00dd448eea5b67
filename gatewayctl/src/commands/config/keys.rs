//! `config keys`: which keys do what in the dashboard, after what the file says.

use clap::Args;

use super::super::{Failure, Verdict, session::Session};
use crate::{
    config::{self, Config, ConfigError, Mistake},
    output::{Listing, Meta, Selection, columns::KEY, write_listing},
    tui::{Keymap, Layouts},
};

const EXAMPLES: &str = "\
Examples:
  gatewayctl config keys
  gatewayctl config keys -o json | jq -r '.items[] | select(.is_own).action'

[keys] in your own file gives actions other keys; the gateway is not asked:
  [keys]
  \"backend.drain\" = [\"D\"]
  \"backend.kill\" = []             no key at all
`gatewayctl top --default-keys` leaves it aside.";

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(in crate::commands) struct KeysArgs {
    /// As if the file said nothing of keys
    #[arg(long)]
    default_keys: bool,
}

impl KeysArgs {
    pub(super) fn run(&self, session: &Session) -> Result<Verdict, Failure> {
        let config = if self.default_keys { Config::default() } else { config::load()? };
        let rows = keymap(&config)?.list();
        let (meta, selection) = (Meta::default(), Selection::everything(KEY));
        let list = Listing { kind: "KeyList", meta: &meta, items: &rows, selection: &selection };
        session.answer(|out| write_listing(out, session.format(), &session.style(), &list))?;
        Ok(Verdict::Done)
    }
}

/// The keys that the file wants.
pub(in crate::commands) fn keymap(config: &Config) -> Result<Keymap, Failure> {
    Keymap::of(&config.keys).map_err(|mistakes| match mistaken(mistakes) {
        Ok(failure) => {
            let hints = vec!["`gatewayctl top --default-keys` leaves [keys] aside".to_owned()];
            Failure { hints, ..failure }
        }
        Err(failure) => failure,
    })
}

/// The columns that the file wants.
pub(in crate::commands) fn layouts(config: &Config) -> Result<Layouts, Failure> {
    Layouts::of(&config.ui.columns).map_err(|mistakes| mistaken(mistakes).unwrap_or_else(|it| it))
}

fn mistaken(mistakes: Vec<Mistake>) -> Result<Failure, Failure> {
    let path = config::path().map_err(Failure::from)?;
    Ok(Failure::from(ConfigError::Mistakes { path, mistakes }))
}
