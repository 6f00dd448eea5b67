//! The farewell: what goes on at the gateway after the dashboard, and how to follow it.

use super::model::Model;
use crate::{
    model::{Backend, Standing},
    safe_text::safe_text,
};

/// Lines for the shell: drains that were begun here and go on, and those that will not begin.
pub(crate) fn farewell(model: &Model) -> String {
    let turns = model.turns.iter().map(|it| it.stopped("drains in turns ended with the dashboard"));
    let lines = model.left.iter().cloned().chain(continuing(model, None)).chain(turns);
    lines.map(|line| format!("{}\n", safe_text(&line))).collect()
}

/// Lines for the shell: drains that were begun here and go on. `context` names the gateway to those
/// for whom another one is meant by then.
pub(crate) fn continuing(model: &Model, context: Option<&str>) -> Vec<String> {
    let backends = model.live.backends().iter().filter(|it| model.drains.contains(&it.name));
    let context = context.map_or(String::new(), |it| format!(" --context {it}"));
    backends.filter_map(|backend| continues(backend, &context)).collect()
}

fn continues(backend: &Backend, context: &str) -> Option<String> {
    let drain = backend.drain.as_ref().filter(|_| backend.standing == Standing::Draining)?;
    let (name, left, op) = (&backend.name, backend.in_flight, &drain.op);
    drain.drained_ms.is_none().then(|| {
        format!(
            "drain {name} continues (op {op}), {left} in flight. Follow: gatewayctl{context} op watch {op}"
        )
    })
}
