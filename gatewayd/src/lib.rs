//! A gateway that spreads requests over a fleet of app servers.
//!
//! ```text
//!  L5  app                  wiring; the only place that knows everyone
//!  L4  admin                gRPC <-> model; talks to state
//!  L3  proxy   |  tasks     requests in flight  |  loops: probe, publish, sample, warm
//!  L2  state   |  net       live memory + the single writer + journal  |  sockets, TLS
//!  L1  policy  |  config    pure decisions  |  file -> model
//!  L0  model                the nouns
//! ```
//! `demo` stands outside: app servers and a load, as clients and servers do in real life. So does
//! `simulate`: policy alone, on servers and clients that are models.

pub mod admin;
pub mod app;
pub mod clock;
pub mod config;
pub mod demo;
pub mod model;
pub mod net;
pub mod policy;
pub mod proxy;
pub mod simulate;
pub mod state;
pub mod tasks;
