//! The farewell: what goes on at the gateway after the dashboard, and how to follow it.

use super::model::Model;
use crate::{
    model::{Backend, Standing},
    safe_text::safe_text,
};

/// Lines for the shell: drains that were begun here and go on, and those that will not begin.
pub(crate) fn farewell(model: &Model) -> String {
    let backends = model.live.backends().iter();
    let drains = backends.filter(|it| model.drains.contains(&it.name)).filter_map(continues);
    let turns = model.turns.iter().map(|it| it.stopped("drains in turns ended with the dashboard"));
    drains.chain(turns).map(|line| format!("{}\n", safe_text(&line))).collect()
}

fn continues(backend: &Backend) -> Option<String> {
    let drain = backend.drain.as_ref().filter(|_| backend.standing == Standing::Draining)?;
    let (name, left, op) = (&backend.name, backend.in_flight, &drain.op);
    drain.drained_ms.is_none().then(|| {
        format!(
            "drain {name} continues (op {op}), {left} in flight. Follow: gatewayctl op watch {op}"
        )
    })
}
