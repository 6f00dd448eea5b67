//! What should be asked now? What is drawn and old, and what is being typed; nothing without a link.

use super::{dialog::Dialog, effect::Effect, lore::Inquiry, model::Model, screens::Screen};

/// The inquiries that are due.
pub(crate) fn due(model: &mut Model) -> Vec<Effect> {
    let now = model.now;
    let mut wanted = Vec::new();
    if let Some(Dialog::Form(form)) = &mut model.dialog {
        wanted.extend(form.tries(now));
    }
    if model.freshness().is_stale() || model.live.snapshot.is_none() {
        return Vec::new();
    }
    if model.paused.is_none() {
        wanted.extend(of_the_screen(model));
    }
    let asked = &mut model.asked;
    wanted.into_iter().filter(|it| asked.is_due(it, now)).map(Effect::Inquire).collect()
}

fn of_the_screen(model: &Model) -> Vec<Inquiry> {
    match model.screen {
        Screen::Limits => vec![Inquiry::Rejections(model.limits.by)],
        Screen::Scaler => of_the_scaler(model),
        Screen::Events => vec![Inquiry::Operations, Inquiry::Fields],
        Screen::Tls => vec![Inquiry::Certificates],
        Screen::Overview | Screen::Backends | Screen::Traffic => Vec::new(),
    }
}

/// How pools are scaled; of the chosen one its decisions, and the chosen decision explained. Only
/// the newest may still change.
fn of_the_scaler(model: &Model) -> Vec<Inquiry> {
    let (state, lore) = (&model.scaler, &model.live.lore);
    let mut wanted = vec![Inquiry::Scalers];
    let known = |pool: &&str| lore.scalers.iter().flatten().any(|it| it.pool == **pool);
    if let Some(pool) = state.pools.selected().filter(known) {
        wanted.push(Inquiry::Decisions { pool: pool.to_owned(), kinds: state.kinds.words() });
        wanted.push(Inquiry::Latest { pool: pool.to_owned() });
    }
    let explained = lore.explanation.as_ref().map(|it| it.id);
    if let Some((id, is_newest)) = state.chosen(&model.live)
        && (is_newest || explained != Some(id))
    {
        wanted.push(Inquiry::Explanation { id });
    }
    wanted
}
