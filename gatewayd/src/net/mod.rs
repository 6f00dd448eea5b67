//! Net: sockets to listen and dial with, and the TLS spoken over them.

mod accept;
mod channel;
mod dial;
mod listen;
pub mod tls;

pub use accept::accept;
pub use channel::Channel;
pub use dial::{DialError, dial};
pub use listen::{ListenError, bind, bind_beside};
