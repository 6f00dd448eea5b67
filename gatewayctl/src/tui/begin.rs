//! The beginning: what was told, and how the gateway was looked at last.

use super::{
    Options, Screen,
    care::Care,
    connection::Connection,
    lines,
    look::Look,
    memory,
    model::{Model, Settings},
    notice::Notice,
    tables,
    themes::Themes,
};

/// The model to begin with: what was told, and what was looked at last.
pub(super) fn begin(options: &Options) -> Model {
    let wishes = &options.wishes;
    let themes = Themes::new(wishes.theme.clone(), options.depth);
    let settings = Settings {
        context: options.context.name.clone(),
        address: options.context.address.to_string(),
        look: Look::new(options.ascii, true).themed(themes.theme()),
        care: Care::of(&options.context, options.read_only),
        own_address: options.own_address.clone(),
        keymap: wishes.keymap.clone(),
        layouts: wishes.layouts.clone(),
        themes,
        refresh: wishes.refresh,
        contexts: wishes.contexts.clone(),
        read_only: options.read_only,
        mouse: options.mouse,
    };
    let mut model = Model::new(settings, Connection::new(wishes.refresh), Screen::default());
    model.lines = lines::load();
    match memory::load() {
        Ok(memory) => model.memory = memory,
        Err(why) => model.say(Notice::note(why)),
    }
    tables::lay_out(&mut model);
    memory::recall(&mut model);
    model.screen = options.screen.unwrap_or(model.screen);
    model.wanted_window = options.window.or(model.wanted_window);
    model
}
