//! Drains: how they are to go, what is left of them, and what they come to.

use crate::model::{
    Backend, DrainOrder, DrainPlan, DrainStep, Gateway, Intent, Name, OnDeadline, Operation,
    Rejection, Standing, Then,
};

use super::Effect;
use super::backends::{begin, length, mark, remove, stand, words};

/// Drains backends, as ordered. Without an order one that drains goes on as it does.
pub(super) fn drain(
    gateway: &Gateway,
    names: &[Name],
    order: Option<&DrainOrder>,
    intent: &Intent,
    (revision, now_ms): (u64, i64),
) -> Result<Effect, Rejection> {
    if let Some(order) = order {
        check(order)?;
    }
    let mut effect = stand(gateway, names, Standing::Draining, intent, now_ms)?;
    effect.after.clear();
    for name in names {
        let backend = effect.gateway.backend_mut(name.as_str()).expect("begin found it");
        let mark = backend.mark.get_or_insert_with(|| mark(intent, now_ms));
        let goes_on = mark.drain.as_ref().is_some_and(|plan| {
            plan.killed_ms.is_none() && order.is_none_or(|order| plan.order == *order)
        });
        if !goes_on {
            let order = order.cloned().unwrap_or_default();
            mark.drain = Some(DrainPlan::new(order, revision, now_ms));
        }
        effect.after.push(words(backend));
    }
    Ok(effect)
}

fn check(order: &DrainOrder) -> Result<(), Rejection> {
    let after = match order.then {
        Then::EnableAfter(after) => after,
        Then::Stay | Then::Remove => Default::default(),
    };
    let all = [
        ("drain.requests_ms", order.requests),
        ("drain.streams_ms", order.streams),
        ("drain.spread_ms", order.spread),
        ("drain.enable_after_ms", after),
    ];
    for (field, length) in all {
        if !DrainOrder::LENGTHS.contains(&length) {
            let what = "expected at most 7 days".to_owned();
            return Err(Rejection::Invalid { field, what });
        }
    }
    Ok(())
}

/// Closes what is left on backends that take no requests.
pub(super) fn kill(
    gateway: &Gateway,
    names: &[Name],
    intent: &Intent,
    (revision, now_ms): (u64, i64),
) -> Result<Effect, Rejection> {
    let mut effect = begin(gateway, "kill", names)?;
    for name in names {
        let backend = effect.gateway.backend_mut(name.as_str()).expect("begin found it");
        if backend.standing == Standing::Active {
            let what = format!("{name} takes requests: drain it first, then kill what is left");
            return Err(Rejection::Invalid { field: "names", what });
        }
        let mark = backend.mark.get_or_insert_with(|| mark(intent, now_ms));
        let new = || DrainPlan::new(DrainOrder::default(), revision, now_ms);
        mark.drain.get_or_insert_with(new).killed_ms.get_or_insert(now_ms);
        effect.after.push(words(backend));
    }
    Ok(effect)
}

/// Goes on with the drain whose deadlines count from `from_ms`; nothing changes when there is none.
pub(super) fn step(
    gateway: &Gateway,
    name: &Name,
    (from_ms, step): (i64, DrainStep),
    intent: &Intent,
    now_ms: i64,
) -> Result<Effect, Rejection> {
    let names = std::slice::from_ref(name);
    let mut effect = begin(gateway, Operation::END_OF_DRAIN, names)?;
    let backend = effect.gateway.backend_mut(name.as_str()).expect("begin found it");
    let plan = backend.mark.as_mut().and_then(|mark| mark.drain.as_mut());
    let Some(plan) = plan.filter(|plan| plan.from_ms == from_ms) else {
        effect.after.push(words(backend));
        return Ok(effect);
    };
    match step {
        DrainStep::Drained => {
            plan.drained_ms.get_or_insert(now_ms);
            effect.after.push(words(backend));
            Ok(effect)
        }
        DrainStep::Undo | DrainStep::Enable => {
            stand(gateway, names, Standing::Active, intent, now_ms)
        }
        DrainStep::Remove => remove(gateway, names),
    }
}

/// How the drain of `backend` goes, where that is not as usual; empty otherwise.
pub(super) fn course(backend: &Backend) -> String {
    let Some(plan) = backend.mark.as_ref().and_then(|mark| mark.drain.as_ref()) else {
        return String::new();
    };
    let order = &plan.order;
    let mut course = String::new();
    if *order != DrainOrder::default() {
        let (requests, streams) = (length(order.requests), length(order.streams));
        course = format!(", requests {requests}, streams {streams}");
    }
    if order.on_deadline != OnDeadline::Wait {
        course = format!("{course}, else {}", order.on_deadline.word());
    }
    match order.then {
        Then::Stay => {}
        Then::Remove => course += ", then remove",
        Then::EnableAfter(after) => course += &format!(", then enable after {}", length(after)),
    }
    if plan.killed_ms.is_some() {
        course += ", killed";
    }
    course
}
