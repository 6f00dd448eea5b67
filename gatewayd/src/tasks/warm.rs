//! Warms backends up: while one is in slow start, on a ramp or follows reports, its
//! weight moves with each new table.

use std::time::Duration;

use crate::clock::every;
use crate::state::Writer;

/// How often weights move.
const STEP: Duration = Duration::from_millis(500);

/// Publishes the table anew while the weight of some backend changes by itself.
pub async fn warm(writer: Writer) {
    let mut steps = every(STEP);
    loop {
        steps.tick().await;
        if writer.table().is_warming() {
            writer.refresh().await;
        }
    }
}
