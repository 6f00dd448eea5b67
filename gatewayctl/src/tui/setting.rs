//! A setting: what can be set while the dashboard runs, by key or as `set window=1h`.

use super::{effect::Effect, model::Model, notice::Notice, window::Window};
use crate::{config::suggestion, duration};

/// What can be set.
const NAMES: [&str; 3] = ["window", "refresh", "theme"];

/// Sets what `text` says: `window=1h`.
///
/// # Errors
/// With what was expected instead.
pub(crate) fn set(model: &mut Model, text: &str) -> Result<Vec<Effect>, String> {
    let Some((name, value)) = text.split_once('=') else {
        return Err("expected set NAME=VALUE: set window=1h, set refresh=5s, set theme=mono".into());
    };
    let (name, value) = (name.trim(), value.trim());
    match name {
        "window" => model.wanted_window = Some(value.parse()?),
        "refresh" => {
            let refresh = duration::parse(value).map_err(|error| error.to_string())?;
            model.settings.refresh = refresh;
            return Ok(pace(model));
        }
        "theme" => {
            if !model.settings.themes.choose(value) {
                return Err(suggestion(value, &model.settings.themes.names()));
            }
            themed(model);
        }
        name => return Err(format!("there is no setting {name:?}; {}", suggestion(name, &NAMES))),
    }
    Ok(Vec::new())
}

/// Words that can follow `set `.
pub(crate) fn words(model: &Model) -> Vec<String> {
    let windows = Window::ALL.iter().map(|window| format!("window={}", window.word()));
    let paces = ["1s", "2s", "5s"].iter().map(|pace| format!("refresh={pace}"));
    let themes = model.settings.themes.names();
    windows.chain(paces).chain(themes.iter().map(|name| format!("theme={name}"))).collect()
}

/// Shows everything in the theme that was chosen, and says which that is.
pub(crate) fn themed(model: &mut Model) {
    model.settings.apply_theme();
    let name = model.settings.themes.name();
    let words = format!("theme {name}, until you leave; [ui] theme in your file keeps it");
    model.say(Notice::note(words));
}

/// Takes it that the terminal has the focus, or lost it. Whoever comes back wants to see the
/// present.
pub(crate) fn focus(model: &mut Model, has: bool) -> Vec<Effect> {
    model.is_aside = !has;
    let mut effects = pace(model);
    if has {
        effects.push(Effect::Retry);
    }
    effects
}

/// Renews the picture as often as is wanted now.
pub(crate) fn pace(model: &mut Model) -> Vec<Effect> {
    let pace = model.pace();
    model.connection.expect(pace);
    vec![Effect::Pace(pace)]
}

/// Listens to the mouse, or does so no more: then the terminal selects text with it.
pub(crate) fn mouse(model: &mut Model) -> Vec<Effect> {
    let mouse = !model.settings.mouse;
    model.settings.mouse = mouse;
    let words = if mouse {
        "the mouse scrolls and selects rows; with Shift most terminals select text"
    } else {
        "the mouse is the terminal's again"
    };
    model.say(Notice::note(words));
    vec![Effect::Mouse(mouse)]
}
