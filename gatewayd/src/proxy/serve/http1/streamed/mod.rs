//! Requests of HTTP/1 that go on to backends of HTTP/2.
//!
//! ```text
//!  call  asks until a backend answers ─┬─ body      the request's, piece by piece
//!                                      └─ download  the answer, towards the client
//! ```

mod body;
mod call;
mod download;

pub(super) use body::Body;
pub(super) use call::Call;
use download::Download;
