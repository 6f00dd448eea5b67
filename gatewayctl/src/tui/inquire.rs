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
        Screen::Overview | Screen::Backends => Vec::new(),
    }
}
