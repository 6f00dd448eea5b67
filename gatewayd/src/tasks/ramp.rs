//! Watches ramps: one whose backend fails or slows down is given up, and everybody is told why.

use std::collections::HashMap;
use std::time::Duration;

use crate::clock::{Clock, every};
use crate::model::{Backend, Change, Intent, Name, Ramp};
use crate::policy::RampWatch;
use crate::state::{AttemptCells, Observatory, Writer};

/// How often it is looked.
const LOOK: Duration = Duration::from_millis(500);

/// Watches for as long as it is polled. Weights move with the table, and a ramp that is over ends
/// with whatever else ends by itself.
pub async fn watch_ramps(writer: Writer, observatory: Observatory, clock: Clock) {
    let mut looks = every(LOOK);
    let mut watches: HashMap<(Name, i64), RampWatch> = HashMap::new();
    loop {
        looks.tick().await;
        let desired = writer.desired();
        let all = desired.gateway.backends().map(|(_, backend)| backend);
        let guarded: Vec<(&Backend, &Ramp)> = all.filter_map(guarded).collect();
        watches.retain(|(name, since_ms), _| {
            guarded.iter().any(|(it, ramp)| it.name == *name && ramp.since_ms == *since_ms)
        });
        let (table, p99s_ms) = (writer.table(), observatory.p99s_ms());
        for (backend, ramp) in guarded {
            let Some(live) = table.backend(backend.name.as_str()) else { continue };
            let sum = |read: fn(&AttemptCells) -> u64| live.cells.sum(read);
            let counts = (sum(|it| it.attempts.read()), sum(|it| it.failures.all()));
            let p99_ms = p99s_ms.get(&format!("backend/{}", backend.name));
            let p99 = p99_ms.map(|ms| Duration::from_secs_f64(ms / 1000.0));
            let watch = watches.entry((backend.name.clone(), ramp.since_ms)).or_default();
            if let Some(why) = watch.look(ramp, counts, p99, clock.wall_ms()) {
                give_up(&writer, backend, ramp, why).await;
            }
        }
    }
}

fn guarded(backend: &Backend) -> Option<(&Backend, &Ramp)> {
    let ramp = backend.ramp.as_ref().filter(|ramp| ramp.abort_if.is_some())?;
    Some((backend, ramp))
}

async fn give_up(writer: &Writer, backend: &Backend, ramp: &Ramp, why: String) {
    let intent = Intent {
        actor: "gateway".to_owned(),
        via: "auto".to_owned(),
        reason: why.clone(),
        ..Intent::default()
    };
    let change = Change::AbortRamp { name: backend.name.clone(), since_ms: ramp.since_ms, why };
    if let Err(rejection) = writer.submit(change, intent).await {
        tracing::warn!(%rejection, "a ramp could not be given up, it is tried again");
    }
}
