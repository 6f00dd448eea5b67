//! Fuzz targets: what gatewayd makes of any bytes at all, held against rules that it does not know.
//!
//! The codec is private to the gateway, and stays so. It needs little else, so this crate is those
//! few sources once more, as modules with the same names: it builds in seconds, with a fuzzer's
//! instruments and without.
//!
//! Each target panics when a promise is broken. Its verdict is for the replay of the corpus, whose
//! file names tell it.

#[allow(dead_code, missing_docs, unreachable_pub, reason = "borrowed for the codec alone")]
mod model;
#[allow(dead_code, missing_docs, unreachable_pub, reason = "borrowed for the codec alone")]
mod policy;
mod proxy;

pub use proxy::{Verdict, chunked_body, request_head, response_head};
