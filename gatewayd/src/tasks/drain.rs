//! Carries drains out: tells what is overdue, takes back, and does what follows once one is over.
//!
//! ```text
//!  drain ─▶ new requests go elsewhere
//!        ─▶ deadline of its kind ─┬─ wait   it is told, and waited for
//!                                 ├─ kill   workers close what is left, streams over the spread
//!                                 └─ undo   the backend takes requests again: the end
//!        ─▶ nothing in flight for a second: drained ─┬─ stay
//!                                                    ├─ remove
//!                                                    └─ enable after a while
//! ```
//! All that has to outlive this process is in the desired gateway.

use std::collections::HashMap;
use std::time::Duration;

use crate::clock::{Clock, every};
use crate::model::{
    Backend, Change, DrainPlan, DrainStep, EventKind, Intent, Name, OnDeadline, Operation,
    Severity, UnderWay,
};
use crate::policy::{DrainNews, DrainWatch, Left};
use crate::state::{Events, LiveBackend, MessagePace, Writer};

/// How often it is looked.
const LOOK: Duration = Duration::from_millis(250);

/// Carries drains out for as long as it is polled.
pub async fn drain(writer: Writer, events: Events, clock: Clock) {
    let mut looks = every(LOOK);
    let mut watches: HashMap<(Name, i64), DrainWatch> = HashMap::new();
    let pace = MessagePace::default();
    loop {
        looks.tick().await;
        let desired = writer.desired();
        let all = desired.gateway.backends().map(|(_, backend)| backend);
        let drains: Vec<(&Backend, &DrainPlan)> = all.filter_map(plan).collect();
        watches.retain(|(name, from_ms), _| {
            drains.iter().any(|(it, plan)| it.name == *name && plan.from_ms == *from_ms)
        });
        let table = writer.table();
        for (backend, plan) in drains {
            let Some(live) = table.backend(backend.name.as_str()) else { continue };
            let watch = watches.entry((backend.name.clone(), plan.from_ms)).or_default();
            let left = left(live);
            match watch.look(plan, left, clock.wall_ms()) {
                None => {}
                Some(DrainNews::Step(step)) => {
                    make(&writer, &backend.name, plan, (step, left), &pace).await;
                }
                Some(news) => tell(&events, &backend.name, plan, news),
            }
        }
    }
}

fn plan(backend: &Backend) -> Option<(&Backend, &DrainPlan)> {
    Some((backend, backend.mark.as_ref()?.drain.as_ref()?))
}

fn left(live: &LiveBackend) -> Left {
    let mut under_way = UnderWay::default();
    live.under_way.iter().for_each(|cell| under_way.merge(&cell.read()));
    // Told a moment ago: what has ended since is in flight no more.
    let in_flight = live.in_flight();
    let streams = (under_way.streams + under_way.websockets).min(in_flight);
    Left { requests: in_flight - streams, streams }
}

async fn make(
    writer: &Writer,
    name: &Name,
    plan: &DrainPlan,
    (step, left): (DrainStep, Left),
    pace: &MessagePace,
) {
    let id = Operation::id_of(plan.revision);
    let reason = match step {
        DrainStep::Drained => format!("drain {id}: nothing was in flight for a second"),
        DrainStep::Remove => format!("drain {id}: drained, so removed as ordered"),
        DrainStep::Enable => format!("drain {id}: drained for as long as ordered"),
        DrainStep::Undo => format!(
            "drain {id}: taken back as ordered, {} requests and {} streams are over their deadline \
             or left",
            left.requests, left.streams
        ),
    };
    let intent =
        Intent { actor: "gateway".to_owned(), via: "auto".to_owned(), reason, ..Intent::default() };
    let change = Change::StepDrain { name: name.clone(), from_ms: plan.from_ms, step };
    if let Err(rejection) = writer.submit(change, intent).await
        && let Some(more) = pace.due()
    {
        tracing::warn!(%name, %rejection, more, "a drain cannot go on, it is tried again");
    }
}

fn tell(events: &Events, name: &Name, plan: &DrainPlan, news: DrainNews) {
    let (count, kind, word) = match news {
        DrainNews::RequestsOverdue(count) => (count, "requests", plan.order.requests),
        DrainNews::StreamsOverdue(count) => (count, "streams", plan.order.streams),
        DrainNews::Step(_) => return,
    };
    let spread = if kind == "streams" { plan.order.spread } else { Duration::ZERO };
    let follows = match plan.order.on_deadline {
        OnDeadline::Kill if spread > Duration::ZERO => format!("they are closed over {spread:?}"),
        OnDeadline::Kill => "they are closed".to_owned(),
        OnDeadline::Wait | OnDeadline::Undo => "they are waited for".to_owned(),
    };
    let what = format!("drain: {count} {kind} are left after {word:?}; {follows}");
    let target = format!("backend/{name}");
    let op = Operation::id_of(plan.revision);
    events.record_op(EventKind::Change, Severity::Warn, "gateway", &target, &what, &op);
}
