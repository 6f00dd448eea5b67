//! Black-box tests of gatewayd and gatewayctl: the harness they share.
//!
//! Everything here is a real process on loopback, told and asked as an operator or a client would:
//! [`Gateway`] is gatewayd, [`Fleet`] is app servers, [`Ctl`] is gatewayctl, [`Terminal`] is tmux.
//! [`Recorder`] is a backend that keeps every byte, [`Wire`] a client that sends any.
//! The words block until done, so a test reads as the story it tells.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a harness fails by panicking, aloud")]

mod admin;
pub mod architecture;
mod binaries;
mod client;
mod crowd;
mod ctl;
mod desk;
mod fleet;
mod frames;
mod gateway;
mod grpc;
mod http2_backend;
mod message;
mod not_tested;
mod pki;
mod port;
mod process;
mod program;
mod raw_terminal;
mod recorder;
mod routes;
mod scaled;
mod scripted;
mod sequences;
mod stage;
mod terminal;
mod wait;
mod wire;

pub use admin::{Admin, Messages, wrong_fields};
pub use binaries::{gatewayctl, gatewayd};
pub use client::{Client, Protocol, Reply};
pub use crowd::{Crowd, Ledger};
pub use ctl::{Ctl, Said};
pub use desk::Desk;
pub use fleet::{AppServer, Fleet};
pub use frames::{Frame, Frames};
pub use gateway::{Gateway, Setup, second, second_with_descriptors};
pub use grpc::{GrpcClient, GrpcServer, Told};
pub use http2_backend::{Http2Backend, Seen, Turn};
pub use message::{Ended, Message};
pub use not_tested::not_tested;
pub use pki::{Authority, Card};
pub use port::free_port;
pub use process::{Process, Signal};
pub use program::write_program;
pub use raw_terminal::{Piece, RawTerminal};
pub use recorder::{Call, Record, Recorder, pool_of};
pub use routes::{EVERYTHING, shortener};
pub use scaled::{Codes, end, scaled_app, scaled_pool};
pub use scripted::{Act, Scripted};
pub use sequences::sequences;
pub use stage::{Stage, Verdict};
pub use terminal::Terminal;
pub use wait::until;
pub use wire::Wire;
