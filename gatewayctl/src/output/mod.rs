//! Answers on paper: tables, JSON, CSV and sentences from the model's nouns.

mod cell;
mod change_line;
mod column;
pub mod columns;
mod csv;
mod events;
mod explanation;
mod format;
mod grid;
mod json;
mod listing;
mod operation;
mod schema;
mod selection;
mod style;
mod summary;
mod template;
mod traffic;
mod watch_line;
mod yaml;

pub use cell::{Unit, cell, grouped};
pub use change_line::{change_line, said, state_line};
pub use column::{Column, Rank, find_column};
pub use events::write_events;
pub use explanation::write_explanation;
pub use format::Format;
pub use json::{json_line, write_json};
pub use listing::{Listing, Meta, write_listing, write_sheet};
pub use operation::{sentence, write_plan};
pub use schema::{KINDS, schema};
pub use selection::{Selection, SelectionError};
pub use style::{Style, Tone};
pub use summary::write_summary;
pub use template::{Place, Template, TemplateError};
pub use traffic::write_traffic;
pub use watch_line::{Seen, WatchLine};
