//! The model: everything the dashboard knows, as plain data.

use std::time::Duration;

use super::{
    arrange::Arranging,
    bindings::{self, Keymap, Label, Scope},
    burst::Burst,
    care::Care,
    charts::Charts,
    connection::{Connection, Freshness},
    contexts::Chooser,
    dialog::{Around, Dialog},
    layouts::Layouts,
    look::Look,
    lore::Asked,
    memory::Memory,
    menu::Menu,
    moment::Moment,
    notice::{Notice, Notices},
    palette::Palette,
    picture::Picture,
    screens::{
        self, Screen, Stage, backends, events, hindrance, limits, overview, scaler, tls, traffic,
    },
    themes::Themes,
    timeline::Timeline,
    trail::Step,
    turns::Turns,
    window::Window,
};
use crate::{
    config::Context,
    model::{Edit, Snapshot},
};

/// While the terminal has no focus, the picture is renewed so often at most.
const ASIDE: Duration = Duration::from_secs(5);

/// What its operator asked for at the start.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Settings {
    /// Which gateway this is, as its operator calls it.
    pub(crate) context: String,
    /// Where the gateway is.
    pub(crate) address: String,
    /// How texts become cells.
    pub(crate) look: Look,
    /// How much care the gateway is treated with.
    pub(crate) care: Care,
    /// Where its operator comes from; empty when not known.
    pub(crate) own_address: String,
    /// Which key does what.
    pub(crate) keymap: Keymap,
    /// Which columns its operator wants in tables.
    pub(crate) layouts: Layouts,
    /// The themes one can choose from.
    pub(crate) themes: Themes,
    /// How often the picture is renewed.
    pub(crate) refresh: Duration,
    /// The gateways there are.
    pub(crate) contexts: Vec<Context>,
    /// Whether nothing may be changed, whatever a context says.
    pub(crate) read_only: bool,
    /// Whether the mouse is listened to.
    pub(crate) mouse: bool,
}

impl Settings {
    /// Shows everything in the chosen theme.
    pub(crate) fn apply_theme(&mut self) {
        self.look = self.look.themed(self.themes.theme());
    }
}

/// Everything the dashboard knows.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Model {
    /// Now.
    pub(crate) now: Moment,
    /// What its operator asked for.
    pub(crate) settings: Settings,
    /// What is known of the link.
    pub(crate) connection: Connection,
    /// The newest that is known of the gateway.
    pub(crate) live: Picture,
    /// What is shown instead while paused.
    pub(crate) paused: Option<Pause>,
    /// The screen that is shown.
    pub(crate) screen: Screen,
    /// How one came to it from row to row.
    pub(crate) trail: Vec<Step>,
    /// What Overview remembers.
    pub(crate) overview: overview::State,
    /// What Backends remembers.
    pub(crate) backends: backends::State,
    /// What Limits remembers.
    pub(crate) limits: limits::State,
    /// What Scaler remembers.
    pub(crate) scaler: scaler::State,
    /// What Traffic remembers.
    pub(crate) traffic: traffic::State,
    /// What Events remembers.
    pub(crate) events: events::State,
    /// What TLS remembers.
    pub(crate) tls: tls::State,
    /// The dialog over the screen.
    pub(crate) dialog: Option<Dialog>,
    /// The first row of the help that is shown, while it is.
    pub(crate) help: Option<usize>,
    /// Whether keys go into the filter.
    pub(crate) is_filtering: bool,
    /// The menu that is open.
    pub(crate) menu: Option<Menu>,
    /// The columns that are being arranged, while they are.
    pub(crate) arranging: Option<Arranging>,
    /// The chooser of contexts, while it is open.
    pub(crate) chooser: Option<Chooser>,
    /// The palette, while it is open.
    pub(crate) palette: Option<Palette>,
    /// Lines typed into it before, the latest last.
    pub(crate) lines: Vec<String>,
    /// How far back its operator wants charts to look; as far as something was seen when not said.
    pub(crate) wanted_window: Option<Window>,
    /// What is remembered of charts.
    pub(crate) charts: Charts,
    /// What was said last.
    pub(crate) notices: Notices,
    /// Backends whose drain was asked for here.
    pub(crate) drains: Vec<String>,
    /// Drains that follow each other.
    pub(crate) turns: Vec<Turns>,
    /// Backends whose end of draining is to be told with a bell.
    pub(crate) bells: Vec<String>,
    /// What is told at the end of gateways that were left before.
    pub(crate) left: Vec<String>,
    /// How each gateway was looked at last.
    pub(crate) memory: Memory,
    /// The revision that the last change made here led to.
    pub(crate) own_revision: u64,
    /// What is asked about once the gateway is seen at this revision, and the reason.
    pub(crate) next: Option<(u64, Edit, String)>,
    /// The last operation that was asked for here and can be undone.
    pub(crate) own: Option<String>,
    /// Inquiries under way.
    pub(crate) asked: Asked,
    /// Dialogs opened so far; their numbers.
    pub(crate) tickets: u64,
    /// Keys that came just now.
    pub(crate) burst: Burst,
    /// Whether quitting was refused once for staged weights.
    pub(crate) is_quitting: bool,
    /// Whether somebody looks elsewhere.
    pub(crate) is_aside: bool,
}

/// A frozen screen.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pause {
    /// What was known when it froze.
    pub(crate) picture: Picture,
    /// When it froze.
    pub(crate) since: Moment,
    /// Snapshots that came since.
    pub(crate) missed: u64,
}

impl Model {
    /// A dashboard that knows nothing yet.
    pub(crate) fn new(settings: Settings, connection: Connection, screen: Screen) -> Self {
        Self {
            now: Moment::default(),
            settings,
            connection,
            live: Picture::default(),
            paused: None,
            screen,
            trail: Vec::new(),
            overview: overview::State::default(),
            backends: backends::State::default(),
            limits: limits::State::default(),
            scaler: scaler::State::default(),
            traffic: traffic::State::default(),
            events: events::State::default(),
            tls: tls::State::default(),
            dialog: None,
            help: None,
            is_filtering: false,
            menu: None,
            arranging: None,
            chooser: None,
            palette: None,
            lines: Vec::new(),
            wanted_window: None,
            charts: Charts::default(),
            notices: Notices::default(),
            drains: Vec::new(),
            turns: Vec::new(),
            bells: Vec::new(),
            left: Vec::new(),
            memory: Memory::default(),
            own_revision: 0,
            next: None,
            own: None,
            asked: Asked::default(),
            tickets: 0,
            burst: Burst::default(),
            is_quitting: false,
            is_aside: false,
        }
    }

    /// Says something to the operator.
    pub(crate) fn say(&mut self, notice: Notice) {
        self.notices.say(self.now, notice);
    }

    /// Freezes what is shown.
    pub(crate) fn pause(&mut self) {
        self.paused = Some(Pause { picture: self.live.clone(), since: self.now, missed: 0 });
    }

    /// What is shown: the newest, or what was frozen.
    pub(crate) fn shown(&self) -> &Picture {
        self.paused.as_ref().map_or(&self.live, |pause| &pause.picture)
    }

    /// How far back charts look.
    pub(crate) fn window(&self) -> Window {
        let picture = self.shown();
        self.wanted_window.unwrap_or_else(|| picture.history.window(picture.time_ms()))
    }

    /// How often the picture is to be renewed: more seldom while nobody looks.
    pub(crate) fn pace(&self) -> Duration {
        let refresh = self.settings.refresh;
        if self.is_aside { refresh.max(ASIDE) } else { refresh }
    }

    /// The key of an action, as the screen says it.
    pub(crate) fn key(&self, action: &str) -> Label {
        self.settings.keymap.label(action)
    }

    /// Which part of the past charts show.
    pub(crate) fn timeline(&self) -> Timeline {
        self.charts.timeline(self.shown(), self.window())
    }

    /// How far what is shown may be taken for the present.
    pub(crate) fn freshness(&self) -> Freshness {
        self.connection.freshness(self.now)
    }

    /// Why nothing may be changed now; none when it may.
    pub(crate) fn hindrance(&self) -> Option<&'static str> {
        hindrance(&self.freshness(), self.settings.care.is_read_only())
    }

    /// What surrounds a dialog; none before the first snapshot.
    pub(crate) fn around(&self) -> Option<Around<'_>> {
        Some(Around {
            snapshot: self.live.snapshot.as_ref()?,
            now: self.now,
            hindrance: self.hindrance(),
            context: &self.settings.context,
            own_address: &self.settings.own_address,
            keymap: &self.settings.keymap,
            wants_reason: self.settings.care.wants_reason,
            events: &self.live.events,
        })
    }

    /// What a screen acts upon; none before the first snapshot.
    pub(crate) fn stage<'a>(
        snapshot: Option<&'a Snapshot>,
        now: Moment,
        key: super::key::Key,
        keymap: &'a Keymap,
    ) -> Option<Stage<'a>> {
        Some(Stage { snapshot: snapshot?, now, key, keymap })
    }

    /// What the screen draws from; none before the first snapshot.
    pub(crate) fn scene(&self) -> Option<screens::Scene<'_>> {
        let picture = self.shown();
        Some(screens::Scene {
            picture,
            snapshot: picture.snapshot.as_ref()?,
            look: Look { stale: self.freshness().is_stale(), ..self.settings.look },
            timeline: self.timeline(),
            scales: &self.charts.scales,
            staged: &self.backends.staged,
            keymap: &self.settings.keymap,
            bells: &self.bells,
            turns: &self.turns,
        })
    }

    /// Where keys are looked for, the innermost first.
    pub(crate) fn scopes(&self) -> &'static [Scope] {
        let is_demo = self.live.snapshot.as_ref().is_some_and(|snapshot| snapshot.demo);
        match (&self.dialog, is_demo) {
            (Some(_), _) => bindings::DIALOG,
            (None, true) => bindings::stack(self.screen),
            (None, false) => bindings::stack_without_demo(self.screen),
        }
    }

    /// When it looks different by the passing of time alone.
    pub(crate) fn next_change(&self) -> Moment {
        let connection = self.connection.next_change(self.now);
        let dialog = self.dialog.as_ref().and_then(|dialog| dialog.next_change(self.now));
        dialog.map_or(connection, |moment| moment.min(connection))
    }
}
