//! TLS: who the gateway proves to be, and how it speaks.

mod error;
mod facts;
mod identities;
mod identity;
mod mutual;
mod self_signed;
mod server;
mod stamp;
#[cfg(test)]
mod tests;
mod validity;

pub use error::IdentityError;
pub use identities::{Identities, IdentitySet};
pub use identity::Identity;
pub use mutual::{Mutual, MutualNow, authority};
pub use self_signed::self_signed;
pub use server::server_config;
pub use stamp::Stamp;
