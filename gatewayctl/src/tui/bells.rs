//! The bells: they ring when a drain is over that somebody waits for.

use super::{effect::Effect, model::Model, notice::Notice};

/// Sets bells for these backends; takes them away where all have one.
pub(super) fn set(model: &mut Model, names: Vec<String>) {
    let (set, words) = match names.iter().all(|name| model.bells.contains(name)) {
        true => (false, "no bell"),
        false => (true, "a bell when drained"),
    };
    model.say(Notice::note(format!("{}: {words}", names.join(", "))));
    model.bells.retain(|name| !names.contains(name));
    if set {
        model.bells.extend(names);
    }
}

/// Tells with a bell that drains are over which somebody waits for.
pub(super) fn ring(model: &mut Model) -> Option<Effect> {
    let snapshot = model.live.snapshot.as_ref()?;
    let drains = |name: &String| {
        let backend = snapshot.backends.iter().find(|it| it.name == *name);
        let drain = backend.and_then(|backend| backend.drain.as_ref());
        drain.is_some_and(|drain| drain.drained_ms.is_none())
    };
    let (waits, over): (Vec<String>, Vec<String>) =
        std::mem::take(&mut model.bells).into_iter().partition(drains);
    model.bells = waits;
    if over.is_empty() {
        return None;
    }
    model.say(Notice::done(format!("the drain of {} is over", over.join(", "))));
    Some(Effect::Bell)
}
