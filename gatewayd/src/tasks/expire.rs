//! Ends what ends by itself, and says so some time before: blocks, limits set for a while, ramps.

use std::collections::HashSet;
use std::time::Duration;

use crate::clock::Clock;
use crate::model::{Change, Desired, EventKind, Intent, Limit, Ramp, Severity};
use crate::state::{Events, MessagePace, Writer};

/// How often it is looked.
const LOOK: Duration = Duration::from_millis(500);
/// How long before a limit goes back this is told.
const TOLD_BEFORE_MS: i64 = 5 * 60 * 1000;

/// Ends what is over, for as long as it is polled.
pub async fn expire(writer: Writer, events: Events, clock: Clock) {
    let mut looks = tokio::time::interval(LOOK);
    let mut told = HashSet::new();
    let pace = MessagePace::default();
    loop {
        looks.tick().await;
        let desired = writer.desired();
        let now_ms = clock.wall_ms();
        if ends(&desired).any(|until_ms| until_ms <= now_ms) {
            let intent = Intent {
                actor: "gateway".to_owned(),
                via: "auto".to_owned(),
                reason: "its time is over".to_owned(),
                ..Intent::default()
            };
            if let Err(rejection) = writer.submit(Change::Expire, intent).await
                && let Some(more) = pace.due()
            {
                tracing::warn!(%rejection, more, "what is over cannot be ended, it is tried again");
            }
        }
        foretell(&desired, now_ms, &mut told, &events);
    }
}

fn ends(desired: &Desired) -> impl Iterator<Item = i64> {
    let limits = desired.gateway.limits.iter().filter_map(Limit::next_lapse);
    let blocks = desired.gateway.blocks.iter().filter_map(|block| block.until_ms);
    let backends = desired.gateway.backends().map(|(_, backend)| backend);
    let ramps = backends.filter_map(|it| it.ramp.as_ref()).map(Ramp::until_ms);
    limits.map(|lapse| lapse.until_ms).chain(blocks).chain(ramps)
}

/// Tells of each limit that goes back soon, once.
fn foretell(desired: &Desired, now_ms: i64, told: &mut HashSet<(String, i64)>, events: &Events) {
    told.retain(|(_, until_ms)| *until_ms > now_ms);
    for limit in &desired.gateway.limits {
        let Some(lapse) = limit.next_lapse() else { continue };
        let left_ms = lapse.until_ms - now_ms;
        let target = format!("limit/{}", limit.name);
        if (1..=TOLD_BEFORE_MS).contains(&left_ms) && told.insert((target.clone(), lapse.until_ms))
        {
            let left_s = (left_ms + 999) / 1000;
            let (from, (rule, mode)) = (format!("{} {}", limit.rule, limit.mode), lapse.to);
            let what = format!("goes back from {from} to {rule} {mode} in {left_s} s");
            events.record(EventKind::Limit, Severity::Info, "gateway", &target, &what);
        }
    }
}
