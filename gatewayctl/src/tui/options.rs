//! Options: what the dashboard is started with, and what of it may change while it runs.

use std::{fmt, path::PathBuf, sync::Arc, time::Duration};

use super::{Depth, Grammar, Keymap, Layouts, Screen, Window};
use crate::{config::Context, model::Theme};

/// What the dashboard is started with.
#[derive(Debug, Clone)]
pub struct Options {
    /// The gateway.
    pub context: Context,
    /// Whether nothing may be changed, whatever a context says.
    pub read_only: bool,
    /// The screen to begin with; the one that was shown last unless told.
    pub screen: Option<Screen>,
    /// How long a connect may take.
    pub connect_timeout: Duration,
    /// Whether only ASCII is shown.
    pub ascii: bool,
    /// How many colours the terminal shows.
    pub depth: Depth,
    /// How far back charts look; as far as last time, or as something was seen, when not said.
    pub window: Option<Window>,
    /// Where its operator comes from; empty when not known.
    pub own_address: String,
    /// Whether the mouse is listened to.
    pub mouse: bool,
    /// What can be typed into the palette.
    pub grammar: Grammar,
    /// What the operator's file wants.
    pub wishes: Wishes,
    /// Asks for the wishes anew.
    pub source: Source,
}

/// What the operator's file wants, where no flag says otherwise.
#[derive(Debug, Clone, PartialEq)]
pub struct Wishes {
    /// How what texts mean looks.
    pub theme: Theme,
    /// Which key does what.
    pub keymap: Keymap,
    /// Which columns tables show.
    pub layouts: Layouts,
    /// How often the picture is renewed; at least a second.
    pub refresh: Duration,
    /// The gateways there are.
    pub contexts: Vec<Context>,
    /// The files that say so: when one of them changes, all is asked for anew.
    pub files: Vec<PathBuf>,
}

/// Where wishes come from: all of them, or what is wrong with the file.
#[derive(Clone)]
pub struct Source(pub Arc<dyn Fn() -> Result<Wishes, String> + Send + Sync>);

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Source")
    }
}
