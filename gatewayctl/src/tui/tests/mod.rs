//! The whole dashboard without a network or a terminal: stories of messages, and the frames they end in.

mod care;
mod charts;
mod columns;
mod contexts;
mod copies;
mod drains;
mod events;
mod fixture;
mod forms;
mod goldens;
mod keys;
mod large;
mod limits;
mod matrix;
mod mouse;
mod palette;
mod random;
mod scaler;
mod stories;
mod themes;
mod tls;
mod traffic;
mod undo;
