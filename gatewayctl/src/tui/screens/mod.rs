//! The screens: each has its own state, messages, update and view.

pub(crate) mod backends;
pub(crate) mod events;
pub(crate) mod limits;
pub(crate) mod overview;
pub(crate) mod scaler;
pub(crate) mod staged;
pub(crate) mod tls;
pub(crate) mod traffic;

use super::{
    bindings::Keymap,
    column::Lens,
    connection::Freshness,
    dialog::Dialog,
    effect::Practice,
    key::Key,
    look::Look,
    marks::{self, Mark},
    moment::Moment,
    notice::Notice,
    picture::Picture,
    scales::Scales,
    timeline::Timeline,
    turns::Turns,
};
use crate::model::Snapshot;

/// A screen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Screen {
    /// The gateway at a glance.
    #[default]
    Overview,
    /// Every backend, and one in detail.
    Backends,
    /// Every limit, and what it refuses.
    Limits,
    /// How many servers pools have, and why.
    Scaler,
    /// What clients ask for now.
    Traffic,
    /// What happened, and who did it.
    Events,
    /// What listeners prove themselves by.
    Tls,
}

impl Screen {
    /// All of them, in the order of their number keys.
    pub(crate) const ALL: [Self; 7] = [
        Self::Overview,
        Self::Backends,
        Self::Limits,
        Self::Scaler,
        Self::Traffic,
        Self::Events,
        Self::Tls,
    ];

    /// Its title, long and short.
    pub(crate) const fn titles(self) -> [&'static str; 2] {
        match self {
            Self::Overview => ["Overview", "Ovw"],
            Self::Backends => ["Backends", "Be"],
            Self::Limits => ["Limits", "Lim"],
            Self::Scaler => ["Scaler", "Scl"],
            Self::Traffic => ["Traffic", "Trf"],
            Self::Events => ["Events", "Evt"],
            Self::Tls => ["TLS", "TLS"],
        }
    }

    /// The screen of this title, whatever its case.
    pub(crate) fn named(title: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|screen| screen.titles()[0].eq_ignore_ascii_case(title))
    }

    /// Its number key.
    pub(crate) const fn number(self) -> u8 {
        match self {
            Self::Overview => 1,
            Self::Backends => 2,
            Self::Limits => 3,
            Self::Scaler => 4,
            Self::Traffic => 5,
            Self::Events => 6,
            Self::Tls => 7,
        }
    }

    /// The problems that belong to it, by the beginning of their target.
    pub(crate) const fn concerns(self) -> &'static [&'static str] {
        match self {
            Self::Overview | Self::Traffic | Self::Events => &[],
            Self::Backends => &["backend/", "pool/"],
            Self::Limits => &["limit/"],
            Self::Scaler => &["scaler/"],
            Self::Tls => &["certificate/", "listener/"],
        }
    }

    /// Whether it has a filter.
    pub(crate) const fn filters(self) -> bool {
        !matches!(self, Self::Overview | Self::Scaler)
    }

    /// The screen `steps` further on, round and round.
    pub(crate) fn step(self, steps: usize) -> Self {
        let at = Self::ALL.iter().position(|it| *it == self).unwrap_or(0);
        Self::ALL[(at + steps) % Self::ALL.len()]
    }
}

/// What a screen draws from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scene<'a> {
    /// What is known of the gateway.
    pub(crate) picture: &'a Picture,
    /// The newest snapshot in it.
    pub(crate) snapshot: &'a Snapshot,
    /// How texts become cells.
    pub(crate) look: Look,
    /// Which part of the past charts show.
    pub(crate) timeline: Timeline,
    /// How high their scales are.
    pub(crate) scales: &'a Scales,
    /// Weights that were asked for and not yet applied.
    pub(crate) staged: &'a staged::Staged,
    /// Which key does what.
    pub(crate) keymap: &'a Keymap,
    /// Backends whose end of draining is told with a bell.
    pub(crate) bells: &'a [String],
    /// Drains that follow each other.
    pub(crate) turns: &'a [Turns],
}

impl<'a> Scene<'a> {
    /// What happened to those that `concerns` accepts, for the axes of charts.
    pub(crate) fn marks(&self, concerns: impl Fn(&str) -> bool) -> Vec<Mark> {
        marks::marks(self.picture.events.iter(), concerns)
    }

    /// What cells are read through.
    pub(crate) fn lens(&self) -> Lens<'a> {
        Lens {
            look: self.look,
            history: &self.picture.history,
            now_ms: self.snapshot.time_ms,
            timeline: self.timeline,
            staged: self.staged,
            blocked: &self.snapshot.blocks,
        }
    }
}

/// What a screen acts upon.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stage<'a> {
    /// The newest snapshot, also while the screen is paused.
    pub(crate) snapshot: &'a Snapshot,
    /// Now.
    pub(crate) now: Moment,
    /// The key that asks.
    pub(crate) key: Key,
    /// Which key does what.
    pub(crate) keymap: &'a Keymap,
}

/// What a screen wants of the dashboard around it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Wish {
    /// Nothing: its own state is all that changed.
    Nothing,
    /// A dialog that leads to a change.
    Open(Box<Dialog>),
    /// Another screen with this row selected.
    Go(Screen, String),
    /// The backends of one pool.
    Pool(String),
    /// A bell when the drains of these are over; none when they have one already.
    Bell(Vec<String>),
    /// What is asked of one backend now.
    Requests(String),
    /// What a client, or a network of them, asks for now.
    Client(String),
    /// A client among those whom a limit refuses.
    Offender {
        /// Its address.
        client: String,
        /// The limit; any when empty.
        rule: String,
    },
    /// What the charts say of a moment, milliseconds since the Unix epoch.
    Moment(i64),
    /// Something to practise on, of a demo.
    Practise(Practice),
    /// A word to the operator.
    Say(Notice),
    /// The step back is not the screen's.
    Pass,
}

/// Why nothing may be changed now; none when it may.
pub(crate) fn hindrance(freshness: &Freshness, read_only: bool) -> Option<&'static str> {
    if read_only {
        return Some("read-only: changes are disabled");
    }
    match freshness {
        Freshness::Live(_) | Freshness::Slow(_) => None,
        Freshness::Connecting(_) => Some("not connected yet: nothing can be changed"),
        Freshness::Stale(_) => {
            Some("the figures are stale: changes are disabled until new ones come")
        }
        Freshness::Lost { .. } => Some("disconnected: changes are disabled"),
    }
}
