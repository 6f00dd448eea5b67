//! What does a switch to another gateway leave behind? Nothing of the old one is shown any more.

use super::{
    care::Care, connection::Connection, effect::Effect, farewell, memory, model::Model,
    notice::Notice, tables,
};
use crate::config::Context;

/// Switches to the gateway of `context`.
pub(super) fn switch(model: &mut Model, context: Context) -> Vec<Effect> {
    let words = words(model, &context);
    let kept = memory::keep(model);
    let mut settings = model.settings.clone();
    settings.context.clone_from(&context.name);
    settings.address = context.address.to_string();
    settings.care = Care::of(&context, settings.read_only);
    let connection = Connection::new(model.pace()).since(model.now);
    let mut fresh = Model::new(settings, connection, model.screen);
    fresh.now = model.now;
    fresh.is_aside = model.is_aside;
    // An answer to a question that was asked of the old one finds no dialog.
    fresh.tickets = model.tickets;
    fresh.left = std::mem::take(&mut model.left);
    fresh.left.extend(farewell::continuing(model, Some(&model.settings.context)));
    fresh.lines = std::mem::take(&mut model.lines);
    fresh.wanted_window = model.wanted_window;
    fresh.memory = std::mem::take(&mut model.memory);
    tables::lay_out(&mut fresh);
    memory::recall(&mut fresh);
    *model = fresh;
    model.say(Notice::note(words));
    vec![Effect::Keep(kept), Effect::Switch(Box::new(context))]
}

fn words(model: &Model, context: &Context) -> String {
    let (old, new) = (&model.settings.context, &context.name);
    let mut words = format!("{new} from now on");
    if !model.backends.staged.is_empty() {
        words += &format!("; staged weights of {old} dropped: {}", model.backends.staged.len());
    }
    for turns in &model.turns {
        words += &format!("; {}", turns.stopped(&format!("drains in turns at {old} end here")));
    }
    let drains = farewell::continuing(model, Some(old));
    if !drains.is_empty() {
        words += &format!("; drains that go on at {old}: {}", drains.len());
    }
    words
}
