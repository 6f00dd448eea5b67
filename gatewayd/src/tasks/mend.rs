//! Mending: while something cannot be kept on disk, that is tried again, so that nobody has to make a
//! change to learn whether it can.

use std::time::Duration;

use crate::clock::every;
use crate::state::{Audit, Troubles, Writer};

/// How often it is tried.
const AGAIN: Duration = Duration::from_secs(2);

/// Tries again for as long as it is polled.
pub async fn mend(troubles: Troubles, writer: Writer, audit: Audit) {
    let mut tries = every(AGAIN);
    loop {
        tries.tick().await;
        if !troubles.all().is_empty() {
            audit.try_again().await;
            writer.try_again().await;
        }
    }
}
