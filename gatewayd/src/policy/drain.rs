//! What does a drain come to now?

use crate::model::{DrainPlan, DrainStep, OnDeadline, Then};

/// Drained is who has had nothing in flight for so long.
const IDLE_MS: i64 = 1000;

/// What is left on a backend that drains.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// Requests whose answer has not begun.
    pub requests: u32,
    /// Answers that have begun, WebSockets among them.
    pub streams: u32,
}

/// What is to be done or told of a drain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DrainNews {
    /// So many requests are over their deadline; what was ordered happens to them.
    RequestsOverdue(u32),
    /// So many streams are over theirs.
    StreamsOverdue(u32),
    /// It goes on.
    Step(DrainStep),
}

/// A drain that is looked at now and then.
#[derive(Clone, Copy, Debug, Default)]
pub struct DrainWatch {
    idle_since_ms: Option<i64>,
    told_of_requests: bool,
    told_of_streams: bool,
}

impl DrainWatch {
    /// Looks at a drain on which so much is `left` at `now_ms` (milliseconds since the Unix epoch).
    /// What is overdue is told once; a step is given until it is made.
    pub fn look(&mut self, plan: &DrainPlan, left: Left, now_ms: i64) -> Option<DrainNews> {
        if let Some(drained_ms) = plan.drained_ms {
            return enables(plan.order.then, drained_ms, now_ms);
        }
        if left == Left::default() {
            let since_ms = *self.idle_since_ms.get_or_insert(now_ms);
            return (now_ms - since_ms >= IDLE_MS).then(|| drained(plan.order.then));
        }
        self.idle_since_ms = None;
        if plan.killed_ms.is_some() {
            return None;
        }
        let requests = left.requests > 0 && plan.requests_until_ms() <= now_ms;
        let streams = left.streams > 0 && plan.streams_until_ms() <= now_ms;
        if plan.order.on_deadline == OnDeadline::Undo && (requests || streams) {
            return Some(DrainNews::Step(DrainStep::Undo));
        }
        if requests && !std::mem::replace(&mut self.told_of_requests, true) {
            return Some(DrainNews::RequestsOverdue(left.requests));
        }
        if streams && !std::mem::replace(&mut self.told_of_streams, true) {
            return Some(DrainNews::StreamsOverdue(left.streams));
        }
        None
    }
}

fn drained(then: Then) -> DrainNews {
    DrainNews::Step(match then {
        Then::Remove => DrainStep::Remove,
        Then::Stay | Then::EnableAfter(_) => DrainStep::Drained,
    })
}

fn enables(then: Then, drained_ms: i64, now_ms: i64) -> Option<DrainNews> {
    match then {
        Then::EnableAfter(after) if now_ms - drained_ms >= after.as_millis() as i64 => {
            Some(DrainNews::Step(DrainStep::Enable))
        }
        Then::EnableAfter(_) | Then::Stay => None,
        // It was told so since.
        Then::Remove => Some(DrainNews::Step(DrainStep::Remove)),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;
    use crate::model::DrainOrder;

    fn plan(on_deadline: OnDeadline, then: Then) -> DrainPlan {
        let order = DrainOrder {
            requests: Duration::from_secs(3),
            streams: Duration::from_secs(20),
            spread: Duration::from_secs(2),
            on_deadline,
            then,
        };
        DrainPlan::new(order, 7, 100_000)
    }

    const NOTHING: Left = Left { requests: 0, streams: 0 };
    const BOTH: Left = Left { requests: 2, streams: 5 };

    #[test]
    fn drained_is_who_was_idle_for_a_second_and_not_for_a_moment() {
        let plan = plan(OnDeadline::Wait, Then::Stay);
        let mut watch = DrainWatch::default();
        let drained = Some(DrainNews::Step(DrainStep::Drained));
        assert_eq!(watch.look(&plan, NOTHING, 100_000), None);
        assert_eq!(watch.look(&plan, BOTH, 100_500), None);
        assert_eq!(watch.look(&plan, NOTHING, 101_000), None);
        assert_eq!(watch.look(&plan, NOTHING, 101_999), None);
        assert_eq!(watch.look(&plan, NOTHING, 102_000), drained);
        assert_eq!(watch.look(&plan, NOTHING, 102_500), drained, "until it is done");
        let done = DrainPlan { drained_ms: Some(102_500), ..plan };
        assert_eq!(watch.look(&done, NOTHING, 900_000), None);
    }

    #[test]
    fn each_kind_is_told_of_once_at_its_own_deadline() {
        let plan = plan(OnDeadline::Wait, Then::Stay);
        let mut watch = DrainWatch::default();
        assert_eq!(watch.look(&plan, BOTH, 102_999), None);
        assert_eq!(watch.look(&plan, BOTH, 103_000), Some(DrainNews::RequestsOverdue(2)));
        assert_eq!(watch.look(&plan, BOTH, 119_999), None);
        assert_eq!(watch.look(&plan, BOTH, 120_000), Some(DrainNews::StreamsOverdue(5)));
        assert_eq!(watch.look(&plan, BOTH, 121_000), None);
    }

    #[test]
    fn what_follows_is_what_was_ordered() {
        let mut watch = DrainWatch::default();
        let undo = plan(OnDeadline::Undo, Then::Stay);
        let streams = Left { requests: 0, ..BOTH };
        assert_eq!(watch.look(&undo, streams, 119_999), None, "streams have longer");
        let taken_back = Some(DrainNews::Step(DrainStep::Undo));
        assert_eq!(watch.look(&undo, streams, 120_000), taken_back);
        let mut watch = DrainWatch::default();
        let remove = plan(OnDeadline::Wait, Then::Remove);
        watch.look(&remove, NOTHING, 100_000);
        let removed = Some(DrainNews::Step(DrainStep::Remove));
        assert_eq!(watch.look(&remove, NOTHING, 101_000), removed);
        let enable = plan(OnDeadline::Wait, Then::EnableAfter(Duration::from_secs(60)));
        let enable = DrainPlan { drained_ms: Some(110_000), ..enable };
        assert_eq!(watch.look(&enable, NOTHING, 169_999), None);
        let enabled = Some(DrainNews::Step(DrainStep::Enable));
        assert_eq!(watch.look(&enable, NOTHING, 170_000), enabled);
    }

    proptest! {
        #[test]
        fn nothing_is_closed_or_taken_back_before_its_deadline(
            requests in 0_u32..3,
            streams in 0_u32..3,
            at in 0_i64..30_000,
            on_deadline in prop_oneof![
                Just(OnDeadline::Wait), Just(OnDeadline::Kill), Just(OnDeadline::Undo)
            ],
        ) {
            let plan = plan(on_deadline, Then::Stay);
            let news = DrainWatch::default().look(&plan, Left { requests, streams }, 100_000 + at);
            let overdue = requests > 0 && at >= 3_000 || streams > 0 && at >= 20_000;
            prop_assert_eq!(news.is_some(), overdue);
        }
    }
}
