//! A writer for tests: whatever a test does not care about stands here once.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::{
    Audit, Cells, Events, Inquiry, Journal, Limiter, Observatory, Started, Troubles, Writer,
};
use crate::clock::Clock;

/// A writer that keeps its journal in `directory`, of a gateway with nothing in it.
pub(crate) fn writer(directory: &Path, events: &Events, clock: Clock) -> Writer {
    let (journal, past) = Journal::open(directory).unwrap();
    let troubles = Troubles::new(directory, clock);
    let tells = (events.clone(), troubles.clone());
    let limiter = Arc::new(Limiter::new(16, 1, 0));
    let cells = Arc::new(Cells::new(1));
    Writer::start(Started {
        journal,
        audit: Audit::start(directory, None, clock, tells).unwrap(),
        past,
        undo_window: Duration::from_secs(60),
        limiter: Arc::clone(&limiter),
        clock,
        events: events.clone(),
        troubles,
        observatory: Observatory::new().0,
        inquiry: Inquiry { clock, cells, limiter },
    })
    .unwrap()
}
