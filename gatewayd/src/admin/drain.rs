//! Drains on the wire: orders become changes, and what is left becomes a message.

use std::time::Duration;

use gateway_proto as wire;
use tonic::Status;

use crate::model::{Change, DrainOrder, DrainView, OnDeadline, Operation, Standing, Then};

use super::change::{names, standing};
use super::rejection::invalid;

pub(super) fn set_standing(request: &wire::SetStandingRequest) -> Result<Change, Status> {
    let (names, standing) = (names(&request.names)?, standing(request.standing)?);
    match (standing, &request.drain) {
        (Standing::Draining, told) => {
            Ok(Change::Drain(names, told.as_ref().map(order).transpose()?))
        }
        (_, Some(_)) => Err(invalid("drain", "goes with DRAINING only")),
        (standing, None) => Ok(Change::SetStanding(names, standing)),
    }
}

pub(super) fn kill(request: &wire::KillRequest) -> Result<Change, Status> {
    Ok(Change::Kill(names(&request.names)?))
}

fn order(told: &wire::DrainOrder) -> Result<DrainOrder, Status> {
    let length = |ms: Option<u64>, usual| ms.map_or(usual, Duration::from_millis);
    let streams = length(told.streams_ms, DrainOrder::STREAMS);
    Ok(DrainOrder {
        requests: length(told.requests_ms, DrainOrder::REQUESTS),
        streams,
        spread: length(told.spread_ms, DrainOrder::default_spread(streams)),
        on_deadline: match wire::OnDeadline::try_from(told.on_deadline) {
            Ok(wire::OnDeadline::Unspecified | wire::OnDeadline::Wait) => OnDeadline::Wait,
            Ok(wire::OnDeadline::Kill) => OnDeadline::Kill,
            Ok(wire::OnDeadline::Undo) => OnDeadline::Undo,
            Err(_) => return Err(invalid("drain.on_deadline", "expected wait, kill or undo")),
        },
        then: match told.then {
            None | Some(wire::drain_order::Then::Remove(false)) => Then::Stay,
            Some(wire::drain_order::Then::Remove(true)) => Then::Remove,
            Some(wire::drain_order::Then::EnableAfterMs(ms)) => {
                Then::EnableAfter(Duration::from_millis(ms))
            }
        },
    })
}

pub(super) fn view(it: &DrainView) -> wire::Drain {
    let plan = it.plan.as_ref();
    wire::Drain {
        requests: it.requests.into(),
        streams: it.streams.into(),
        websockets: it.websockets.into(),
        oldest_ms: it.oldest_ms,
        oldest_path: it.oldest_path.clone(),
        eta_s: it.eta_s,
        requests_until_ms: plan.map(|plan| plan.requests_until_ms()),
        streams_until_ms: plan.map(|plan| plan.streams_until_ms()),
        on_deadline: plan.map_or("", |plan| plan.order.on_deadline.word()).to_owned(),
        then: plan.map(|plan| plan.order.then.to_string()).unwrap_or_default(),
        drained_ms: plan.and_then(|plan| plan.drained_ms),
        op: plan.map(|plan| Operation::id_of(plan.revision)).unwrap_or_default(),
    }
}
