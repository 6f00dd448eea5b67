//! What changes when the operator's file was saved? All that it wants, or nothing and a word why.

use super::{
    care::Care, effect::Effect, model::Model, notice::Notice, options::Wishes, setting, tables,
};

/// Takes the wishes of the file; a broken one changes nothing.
pub(super) fn take(model: &mut Model, wishes: Result<Box<Wishes>, String>) -> Vec<Effect> {
    let wishes = match wishes {
        Ok(wishes) => *wishes,
        Err(why) => {
            let words = format!("{why}; until that is mended, all stays as it was");
            model.say(Notice::error(words));
            return Vec::new();
        }
    };
    let settings = &mut model.settings;
    settings.keymap = wishes.keymap;
    settings.layouts = wishes.layouts;
    settings.themes.renew(wishes.theme);
    settings.apply_theme();
    let here = wishes.contexts.iter().find(|context| context.name == settings.context);
    let mut words = "your file was saved, and holds from now on".to_owned();
    match here {
        Some(here) if here.address.to_string() == settings.address => {
            settings.care = Care::of(here, settings.read_only);
        }
        Some(here) => words = format!("{} is at another address in your file now", here.name),
        None => {}
    }
    settings.contexts = wishes.contexts;
    let refresh = std::mem::replace(&mut settings.refresh, wishes.refresh);
    tables::lay_out(model);
    model.say(Notice::note(words));
    if refresh == wishes.refresh { Vec::new() } else { setting::pace(model) }
}
