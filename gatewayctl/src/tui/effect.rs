//! An effect: what `update` wants done outside the model. Only the loop does it.

use std::time::Duration;

use super::{export::Export, lore::Inquiry, memory::Kept, palette::Line, tailing::Tail};
use crate::{
    config::Context,
    model::{Edit, Fault, Intent},
};

/// What is wanted.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Effect {
    /// Asks the gateway what a change would do; `intent.validate_only` holds.
    Preview(Request),
    /// Asks the gateway for a change.
    Apply(Request),
    /// Asks the gateway something that changes nothing.
    Inquire(Inquiry),
    /// Follows other traffic, or none.
    Tail(Tail),
    /// Reads a line of the palette.
    Read(Line),
    /// Completes a line of the palette.
    Complete(String),
    /// Keeps the lines typed into the palette.
    Remember(Vec<String>),
    /// Plays with a demo.
    Practise(Practice),
    /// Rings the terminal's bell.
    Bell,
    /// Tries the gateway now instead of waiting.
    Retry,
    /// Switches to another gateway, and lets go of the one before.
    Switch(Box<Context>),
    /// Asks these gateways whether they answer.
    Reach(Vec<Context>),
    /// Listens to the mouse, or does so no more.
    Mouse(bool),
    /// Puts a text into the terminal's clipboard.
    Copy(String),
    /// Writes rows or the screen into a file.
    Export(Box<Export>),
    /// Keeps how a gateway was looked at.
    Keep(Kept),
    /// Renews the picture so often.
    Pace(Duration),
    /// Draws everything anew.
    Redraw,
    /// Gives the terminal back to the shell until the dashboard is continued.
    Suspend,
    /// Ends the dashboard.
    Quit,
}

/// Something to practise on, of a demo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Practice {
    /// An app server is to be so.
    Spoil(String, Fault),
    /// Twice the load, or half of it.
    Load {
        /// Whether there is to be more.
        more: bool,
    },
}

/// A change with its condition, and the dialog that asks for it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Request {
    /// The dialog's number.
    pub(crate) ticket: u64,
    /// The change.
    pub(crate) edit: Edit,
    /// Why, and on which condition.
    pub(crate) intent: Intent,
}
