//! The dashboard: a live picture of a gateway and a safe place to act.
//!
//! The Elm Architecture: a message comes in, `update` changes the model and says which effects it
//! wants, `view` draws the model. Only `run` and `link` wait for anything.

mod arrange;
mod begin;
mod bells;
mod bindings;
mod burst;
mod care;
mod charts;
mod choice;
mod column;
mod columns;
mod connection;
mod contexts;
mod crash;
mod depth;
mod dialog;
mod effect;
mod export;
mod farewell;
mod figures;
mod filter;
mod find;
mod glyphs;
mod header;
mod history;
mod inquire;
mod keepsake;
mod key;
mod layouts;
mod lines;
mod link;
mod list;
mod look;
mod lore;
mod marks;
mod memory;
mod menu;
mod message;
mod model;
mod moment;
mod mouse;
mod notice;
mod on_screen;
mod options;
mod palette;
mod palette_view;
mod picture;
mod readings;
mod reload;
mod run;
mod said;
mod scales;
mod scheme;
mod screens;
mod series;
mod setting;
mod settle;
mod sheet;
mod signals;
mod switch;
mod tables;
mod tailing;
mod terminal;
mod theme;
mod themes;
mod timeline;
mod trail;
mod turns;
mod update;
mod view;
mod widgets;
mod window;
mod wish;
mod word;

pub use bindings::{Keymap, text as keys};
pub use care::Care;
pub use depth::Depth;
#[cfg(test)]
pub(crate) use dialog::command_line;
pub use layouts::Layouts;
pub use options::{Options, Source, Wishes};
pub use palette::{Candidate, Grammar, Line, Order};
pub use run::{Error, run};
pub use screens::Screen;
pub use signals::Ending;
pub use window::Window;

#[cfg(test)]
mod tests;
