//! Serving HTTP/1.1: one task for a client's connection and, while a request lasts, the backend's.
//!
//! ```text
//!  connection  reads heads, one after the other     client    the client's socket and its buffers
//!      └─▶ exchange  one request, its attempts
//!             ├─ upload    the request, towards the backend      (polled in turn by
//!             └─ download  the answer, towards the client         one task, no split)
//! ```

mod client;
mod connection;
mod download;
mod exchange;
mod linger;
mod streamed;
mod upload;
mod write;

pub(super) use connection::serve;
