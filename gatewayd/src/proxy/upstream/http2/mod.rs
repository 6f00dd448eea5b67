//! HTTP/2 to backends (RFC 9113): in the clear, with prior knowledge, many streams on few
//! connections.
//!
//! ```text
//!  connections  by backend ─▶ connection  its streams and its driver ─▶ place  room for one more
//!                                                                         ▼
//!                          request  what is asked ─────────────────────▶ stream  one attempt
//!                          framing  what an answer means ◀────────────────┘
//! ```
//! A connection is driven by a task of its own. A stream is moved by the task of the client whose
//! request it carries: no request has a task.

mod connection;
mod connections;
mod failure;
mod framing;
mod place;
mod request;
mod stream;

pub(in crate::proxy) use connections::Connections;
pub(in crate::proxy) use failure::Failure;
pub(in crate::proxy) use framing::framing;
pub(in crate::proxy) use place::Place;
pub(in crate::proxy) use request::request;
pub(in crate::proxy) use stream::{Piece, Stream};
