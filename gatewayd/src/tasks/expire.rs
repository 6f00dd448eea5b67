//! Ends what ends by itself, and says so some time before: blocks, limits set for a while, ramps.

use std::collections::HashSet;
use std::time::Duration;

use crate::clock::{Clock, every};
use crate::model::{Change, Desired, EventKind, Intent, Limit, Ramp, Severity, Then};
use crate::state::{Events, MessagePace, Writer};

/// How often it is looked.
const LOOK: Duration = Duration::from_millis(500);
/// How long before something ends this is told.
const TOLD_BEFORE_MS: i64 = 5 * 60 * 1000;

/// Ends what is over, for as long as it is polled.
pub async fn expire(writer: Writer, events: Events, clock: Clock) {
    let mut looks = every(LOOK);
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

/// Tells of each thing that ends soon, once.
fn foretell(desired: &Desired, now_ms: i64, told: &mut HashSet<(String, i64)>, events: &Events) {
    told.retain(|(_, until_ms)| *until_ms > now_ms);
    for Ending { kind, target, until_ms, what } in endings(desired) {
        let left_ms = until_ms - now_ms;
        if (1..=TOLD_BEFORE_MS).contains(&left_ms) && told.insert((target.clone(), until_ms)) {
            let left_s = (left_ms + 999) / 1000;
            let what = format!("{what} in {left_s} s");
            events.record(kind, Severity::Warn, "gateway", &target, &what);
        }
    }
}

/// Something that ends by itself.
struct Ending {
    kind: EventKind,
    target: String,
    until_ms: i64,
    what: String,
}

/// Limits that were set for a while; of blocks, of what holds scalers and of drains, those that hold
/// for longer than this is told before.
fn endings(desired: &Desired) -> Vec<Ending> {
    let gateway = &desired.gateway;
    let is_long = |since_ms: i64, until_ms: &i64| until_ms - since_ms > TOLD_BEFORE_MS;
    let limits = gateway.limits.iter().filter_map(|limit| {
        let lapse = limit.next_lapse()?;
        let (rule, mode) = lapse.to;
        let what = format!("goes back from {} {} to {rule} {mode}", limit.rule, limit.mode);
        let target = format!("limit/{}", limit.name);
        Some(Ending { kind: EventKind::Limit, target, until_ms: lapse.until_ms, what })
    });
    let blocks = gateway.blocks.iter().filter_map(|block| {
        let until_ms = block.until_ms.filter(|it| is_long(block.mark.since_ms, it))?;
        let what = format!("the block of {} ends", block.mark.owner);
        let target = format!("block/{}", block.network);
        Some(Ending { kind: EventKind::Change, target, until_ms, what })
    });
    let orders = gateway.pools.iter().filter_map(|pool| {
        let order = pool.autoscale.as_ref()?.order.as_ref()?;
        let until_ms = order.until_ms.filter(|it| is_long(order.mark.since_ms, it))?;
        let what = format!("what {} ordered ends", order.mark.owner);
        let target = format!("scaler/{}", pool.name);
        Some(Ending { kind: EventKind::Scale, target, until_ms, what })
    });
    let drains = gateway.backends().filter_map(|(_, backend)| {
        let mark = backend.mark.as_ref()?;
        let plan = mark.drain.as_ref()?;
        let Then::EnableAfter(after) = plan.order.then else { return None };
        let since_ms = plan.drained_ms?;
        let until_ms = since_ms.saturating_add(after.as_millis() as i64);
        let until_ms = Some(until_ms).filter(|it| is_long(since_ms, it))?;
        let what = format!("the drain of {} ends", mark.owner);
        let target = format!("backend/{}", backend.name);
        Some(Ending { kind: EventKind::Change, target, until_ms, what })
    });
    limits.chain(blocks).chain(orders).chain(drains).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Backend, Block, DrainOrder, DrainPlan, Gateway, Mark, example};

    #[test]
    fn a_long_block_is_foretold_once_and_a_short_one_is_not() {
        let block = |network: &str, since_ms| Block {
            network: network.parse().unwrap(),
            mark: Mark { owner: "ana".to_owned(), reason: String::new(), since_ms, drain: None },
            until_ms: Some(10_000_000),
            under: None,
        };
        let blocks = vec![block("192.0.2.0/24", 0), block("198.51.100.0/24", 9_900_000)];
        let gateway = Gateway { blocks, ..Gateway::default() };
        let desired = Desired { gateway, ..Desired::default() };
        let (events, mut told) = (Events::new(Clock::start()), HashSet::new());
        let mut look = |now_ms| foretell(&desired, now_ms, &mut told, &events);
        look(9_699_999);
        assert_eq!(events.listen(9, |_| true).0, [], "more than five minutes are left");
        look(9_700_000);
        look(9_950_000);
        let said: Vec<String> =
            events.listen(9, |_| true).0.into_iter().map(|it| it.what).collect();
        assert_eq!(said, ["the block of ana ends in 300 s"]);
    }

    #[test]
    fn a_drain_that_ends_by_itself_is_foretold_as_well() {
        let then = Then::EnableAfter(Duration::from_secs(3600));
        let plan = DrainPlan::new(DrainOrder { then, ..DrainOrder::default() }, 1, 0);
        let drain = Some(DrainPlan { drained_ms: Some(1000), ..plan });
        let mark = Mark { owner: "ana".to_owned(), reason: String::new(), since_ms: 0, drain };
        let drained = Backend { mark: Some(mark), ..example::backend("app-1") };
        let gateway = Gateway { pools: vec![example::pool([drained])], ..Gateway::default() };
        let desired = Desired { gateway, ..Desired::default() };
        let (events, mut told) = (Events::new(Clock::start()), HashSet::new());
        foretell(&desired, 3_300_999, &mut told, &events);
        assert_eq!(events.listen(9, |_| true).0, [], "more than five minutes are left");
        foretell(&desired, 3_301_000, &mut told, &events);
        let (said, _) = events.listen(9, |_| true);
        assert_eq!(said[0].what, "the drain of ana ends in 300 s");
        assert_eq!((said[0].target.as_str(), said[0].severity), ("backend/app-1", Severity::Warn));
    }
}
