//! The nouns that the codec knows.

#[path = "../../../gatewayd/src/model/refusal.rs"]
mod refusal;

pub use refusal::Refusal;
