//! Configuration: one TOML file becomes a [`Configuration`](crate::model::Configuration), or everything that is wrong with it.
//!
//! ```text
//! file ─ bytes, UTF-8 ─ syntax ─ [admin] [data_plane] [[listener]] [[route]] [[limit]] [[pool]]
//!                                   └── each reads its keys and goes on after a mistake ──┐
//!         Configuration  or  Diagnostics ◂── names, addresses and matchers judged together ┘
//! ```

mod addresses;
mod admin;
mod autoscale;
mod data_plane;
mod diagnostic;
mod diagnostics;
mod ejection;
mod fields;
mod file;
mod health;
mod limit;
mod limit_rule;
mod limit_uses;
mod lines;
mod listener;
mod matchers;
mod names;
mod network;
mod paths;
mod pool;
mod quantity;
mod quote;
mod reading;
mod rewrite;
mod roles;
mod route;
mod source;
mod sticky;
mod syntax;
mod tls;
mod value;
mod words;

#[cfg(test)]
mod tests;

// What else is written in the same way is read with these.
pub(crate) use autoscale::rules;
pub use diagnostics::Diagnostics;
pub(crate) use ejection::ejection;
pub(crate) use fields::Fields;
pub use file::{parse, read, read_again};
pub(crate) use file::{parse_as, text, text_again};
pub(crate) use health::health;
pub use lines::Lines;
pub(crate) use pool::balance;
pub(crate) use quote::visible;
pub use rewrite::{RewriteError, rewrite};
pub use tls::{CertificateCheck, Credential, Unusable};
pub(crate) use value::Value;
