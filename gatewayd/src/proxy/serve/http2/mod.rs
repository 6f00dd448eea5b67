//! Serving HTTP/2: hyper speaks it; each stream takes the same decisions and the same upstream
//! connections as a request of HTTP/1.1.

mod answer;
mod connection;
mod request;
mod streamed;
mod streams;
mod upload;

pub(super) use connection::serve;
