//! A message: everything that can happen to the dashboard.

use std::time::Duration;

use super::{
    charts,
    contexts::Reach,
    dialog,
    key::Key,
    list,
    lore::Found,
    mouse::Pointed,
    options::Wishes,
    palette::{Completed, Read},
    screens,
    tailing::Told,
};
use crate::{
    client,
    model::{Event, Operation, Past, Snapshot},
};

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Msg {
    /// A key was pressed.
    Key(Key),
    /// A text was pasted.
    Paste(String),
    /// The terminal has the focus, or lost it.
    Focus(bool),
    /// The mouse pointed at something.
    Pointed(Pointed),
    /// The operator's file was saved.
    Wishes(Result<Box<Wishes>, String>),
    /// A gateway was asked whether it answers.
    Reached(Reach),
    /// Time passed.
    Tick,
    /// The link had something to say.
    Link(LinkEvent),
    /// The gateway answered a question about a change, or a change.
    Answer(Box<Answer>),
    /// A demo was played with: what came of it.
    Practised(Result<String, client::Error>),
    /// A line of the palette was read.
    Read(Box<Read>),
    /// A line of the palette was completed.
    Completed(Completed),
    /// The gateway answered an inquiry.
    Found(Found),
    /// Requests came, or no more of them do.
    Traffic(Box<Told>),
}

impl Msg {
    /// What the stream of this number says.
    pub(crate) fn traffic(stream: u64, news: screens::traffic::News) -> Self {
        Self::Traffic(Box::new(Told { stream, news }))
    }
}

/// What the link says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum LinkEvent {
    /// It stands; snapshots and the kept past of events follow.
    Up,
    /// The newest picture.
    Snapshot(Box<Snapshot>),
    /// Its clock differs from ours by so many milliseconds; above zero it is behind.
    Skew(i64),
    /// Something happened at the gateway.
    Event(Event),
    /// What a figure was before.
    Past(Past),
    /// It broke, or could not be made.
    Down {
        /// Why.
        error: client::Error,
        /// How many times it was tried in a row.
        attempt: u32,
        /// When it is tried again.
        retry_in: Duration,
    },
}

/// What the gateway answered.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    /// Which dialog asked.
    pub(crate) ticket: u64,
    /// Whether it was a question only.
    pub(crate) is_preview: bool,
    /// The answer.
    pub(crate) result: Result<Operation, client::Error>,
}

/// What a key asks for. Each screen's own messages are within it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// Leaves the dashboard.
    Quit,
    /// Shows a screen.
    Show(screens::Screen),
    /// Shows the next screen.
    NextScreen,
    /// Shows the screen before.
    PreviousScreen,
    /// Shows the keys, or hides them.
    Help,
    /// Freezes the screen, or follows again.
    Pause,
    /// Looks further back.
    LongerWindow,
    /// Looks less far back.
    ShorterWindow,
    /// Does something to the charts.
    Charts(charts::Msg),
    /// Tries the gateway now.
    Retry,
    /// Draws everything anew.
    Redraw,
    /// Gives the terminal back to the shell for a while.
    Suspend,
    /// Goes one step back.
    Back,
    /// Asks for a command.
    Palette,
    /// Edits the filter of the list.
    Filter,
    /// Does something to the list of the screen.
    List(list::Msg),
    /// Does something on Overview.
    Overview(screens::overview::Msg),
    /// Does something on Backends.
    Backends(screens::backends::Msg),
    /// Does something on Limits.
    Limits(screens::limits::Msg),
    /// Does something on Scaler.
    Scaler(screens::scaler::Msg),
    /// Does something on Traffic.
    Traffic(screens::traffic::Msg),
    /// Does something on Events.
    Events(screens::events::Msg),
    /// Does something on TLS.
    Tls(screens::tls::Msg),
    /// Takes an operation back: that of the chosen event, or else the last one of this session.
    Undo,
    /// Shows everything in the next theme.
    Theme,
    /// Shows the contexts.
    Contexts,
    /// Listens to the mouse, or does so no more.
    Mouse,
    /// Shows what can be copied.
    Copy,
    /// Shows what can be exported.
    Export,
    /// Shows the columns of the table, to choose from.
    Columns,
    /// Does something in the dialog.
    Dialog(dialog::Msg),
}
