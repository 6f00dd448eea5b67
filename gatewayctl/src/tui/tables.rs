//! The tables whose columns the operator chooses, and the one that keys act on.

use super::{
    choice::Choice,
    columns::Table,
    list,
    model::Model,
    notice::Notice,
    screens::{Screen, backends, events, limits, overview, scaler, tls, traffic},
};

/// What the tables are called in files.
pub(crate) const NAMES: [&str; 10] = [
    "backends",
    "limits",
    "offenders",
    "blocks",
    "decisions",
    "traffic",
    "events",
    "certificates",
    "overview.pools",
    "overview.limits",
];

/// A table, and what is chosen of it.
pub(crate) struct Place<'a> {
    /// What it is called.
    pub(crate) name: &'static str,
    /// What is chosen.
    pub(crate) choice: &'a mut Choice,
}

impl Place<'_> {
    /// The titles of its columns, as the table has them.
    pub(crate) fn titles(&self) -> Vec<&'static str> {
        titles(self.name).unwrap_or_default()
    }

    /// Its columns as they are arranged, and whether each is shown where there is room.
    pub(crate) fn columns(&self) -> Vec<(String, bool)> {
        let Some(outline) = outline(self.name, self.choice) else { return Vec::new() };
        let chosen = self.choice.titles();
        let shown = chosen.unwrap_or_default().iter().map(|title| (title.clone(), true));
        let is_left = |title: &&&str| chosen.is_none_or(|it| !it.iter().any(|one| one == **title));
        let rest = outline.titles.iter().filter(is_left).map(|title| {
            ((*title).to_owned(), chosen.is_none() && !outline.extras.contains(title))
        });
        shown.chain(rest).collect()
    }
}

/// What a table has for columns.
struct Outline {
    titles: Vec<&'static str>,
    /// Those that are shown only where there is much room, or by choice.
    extras: Vec<&'static str>,
    /// How far one may look sideways.
    reach: usize,
}

impl Outline {
    fn of<R>(table: &Table<R>, choice: &Choice) -> Self {
        Self { titles: table.titles(), extras: table.extras(), reach: table.reach(choice) }
    }
}

/// The columns of the table called `name`; none where there is no such table.
fn outline(name: &str, choice: &Choice) -> Option<Outline> {
    Some(match name {
        "backends" => Outline::of(&backends::columns::TABLE, choice),
        "limits" => Outline::of(&limits::columns::TABLE, choice),
        "offenders" => Outline::of(&limits::OFFENDERS, choice),
        "blocks" => Outline::of(&limits::BLOCKS, choice),
        "decisions" => Outline::of(&scaler::DECISIONS, choice),
        "traffic" => Outline::of(traffic::widest(), choice),
        "events" => Outline::of(events::widest(), choice),
        "certificates" => Outline::of(&tls::columns::TABLE, choice),
        "overview.pools" => Outline::of(&overview::POOLS, choice),
        "overview.limits" => Outline::of(&overview::LIMITS, choice),
        _ => return None,
    })
}

/// The titles of the columns of the table called `name`; none where there is no such table.
pub(crate) fn titles(name: &str) -> Option<Vec<&'static str>> {
    outline(name, &Choice::default()).map(|it| it.titles)
}

/// All of them.
pub(crate) fn all(model: &mut Model) -> [Place<'_>; 10] {
    let Model { backends, limits, scaler, traffic, events, tls, overview, .. } = model;
    let [pools, rules] = overview.tables();
    let choices = [
        &mut backends.list.choice,
        &mut limits.list.choice,
        &mut limits.offenders.choice,
        &mut limits.blocks.choice,
        &mut scaler.decisions.choice,
        &mut traffic.list.choice,
        &mut events.list.choice,
        &mut tls.list.choice,
        &mut pools.choice,
        &mut rules.choice,
    ];
    let mut names = NAMES.into_iter();
    choices.map(|choice| Place { name: names.next().unwrap_or_default(), choice })
}

/// The one that keys act on; none where they act on something else.
pub(crate) fn here(model: &mut Model) -> Option<Place<'_>> {
    let name = match model.screen {
        Screen::Overview => match model.overview.panel {
            overview::Panel::Pools => "overview.pools",
            overview::Panel::Limits => "overview.limits",
            _ => return None,
        },
        Screen::Backends => "backends",
        Screen::Limits => match model.limits.panel {
            limits::Panel::Rules => "limits",
            limits::Panel::Offenders => "offenders",
            limits::Panel::Blocks => "blocks",
        },
        Screen::Scaler => "decisions",
        Screen::Traffic => "traffic",
        Screen::Events => "events",
        Screen::Tls => "certificates",
    };
    all(model).into_iter().find(|place| place.name == name)
}

/// Looks at the columns further to one side.
pub(super) fn look(model: &mut Model, msg: list::Msg) {
    match here(model) {
        Some(place) => {
            let reach = outline(place.name, place.choice).map_or(0, |it| it.reach);
            place.choice.look(msg == list::Msg::Right, reach);
        }
        None => model.say(Notice::note("this panel has no columns")),
    }
}

/// What the file wants holds wherever nothing else was chosen.
pub(super) fn lay_out(model: &mut Model) {
    let layouts = model.settings.layouts.clone();
    for place in all(model) {
        place.choice.wanted = layouts.wanted(place.name);
    }
}
