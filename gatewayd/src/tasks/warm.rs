//! Warms backends up: while one is in slow start, its weight grows with each new table.

use std::time::Duration;

use crate::state::Writer;

/// How often weights grow.
const STEP: Duration = Duration::from_millis(500);

/// Publishes the table anew while some backend is in slow start.
pub async fn warm(writer: Writer) {
    let mut steps = tokio::time::interval(STEP);
    loop {
        steps.tick().await;
        if writer.table().is_warming() {
            writer.refresh().await;
        }
    }
}
