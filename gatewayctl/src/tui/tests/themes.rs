//! How each theme looks: the styles of a screen, and the keys and words that choose one.

use std::time::Duration;

use ratatui::{
    buffer::Buffer,
    style::{Color, Modifier, Style},
};

use super::fixture::{Story, text, unicode};
use crate::{
    model::{Part, Scheme, Theme},
    tui::{
        Depth, effect::Effect, key::Key, message::Msg, screens::Screen, theme::Role, themes::Themes,
    },
};

/// A dashboard in this theme, on a terminal with every colour.
fn themed(theme: Theme, depth: Depth) -> Story {
    let mut story = Story::watching(unicode()).on(Screen::Backends);
    story.model.settings.themes = Themes::new(theme, depth);
    story.model.settings.apply_theme();
    story
}

/// Each row of a screen, below it a letter for the style of each cell, and what letters mean.
pub(super) fn styled(buffer: &Buffer) -> String {
    let mut styles: Vec<Style> = vec![Style::reset()];
    let plain = |cell: &ratatui::buffer::Cell| {
        let style = cell.style();
        (style.fg, style.bg, cell.modifier)
            == (Some(Color::Reset), Some(Color::Reset), Modifier::empty())
    };
    let mut told = String::new();
    let words = text(buffer);
    for (y, row) in (0..buffer.area.height).zip(words.lines()) {
        let letters: String = (0..buffer.area.width)
            .map(|x| {
                let cell = &buffer[(x, y)];
                if plain(cell) {
                    return ' ';
                }
                let style = cell.style();
                let at = styles.iter().position(|it| *it == style).unwrap_or_else(|| {
                    styles.push(style);
                    styles.len() - 1
                });
                char::from(b'a' + u8::try_from(at - 1).unwrap())
            })
            .collect();
        told += &format!("{row}\n");
        if !letters.trim_end().is_empty() {
            told += &format!("{}\n", letters.trim_end());
        }
    }
    for (letter, style) in ('a'..).zip(&styles[1..]) {
        let (fg, bg) = (style.fg.unwrap_or_default(), style.bg.unwrap_or_default());
        told += &format!("{letter}: {fg} on {bg} {:?}\n", style.add_modifier);
    }
    told
}

#[test]
fn every_theme_has_its_styles() {
    for scheme in Scheme::ALL {
        let mut story = themed(scheme.into(), Depth::Full);
        story.press("j");
        insta::assert_snapshot!(format!("theme_{scheme}"), styled(&story.buffer(80, 24)));
    }
    let mut story = themed(Scheme::CbSafe.into(), Depth::Sixteen);
    story.lose();
    insta::assert_snapshot!("theme_cb-safe_of_sixteen", styled(&story.buffer(80, 24)));
}

#[test]
fn a_theme_changes_colours_and_nothing_else() {
    let words = themed(Scheme::Ansi16.into(), Depth::Full).frame(120, 40);
    for scheme in Scheme::ALL {
        let frame = themed(scheme.into(), Depth::Full).frame(120, 40);
        assert_eq!(frame, words, "what is told by colour is told by words: {scheme}");
    }
}

#[test]
fn the_theme_goes_round_by_a_key_and_is_set_by_a_word() {
    let own = vec![(Part::Sel, "underline".parse().unwrap())];
    let mine = Theme { name: "mine".to_owned(), base: Scheme::Mono, own };
    let mut story = themed(mine, Depth::Indexed);
    let selected = |story: &Story| story.model.settings.look.style(Role::Selected);
    assert!(selected(&story).add_modifier.contains(Modifier::UNDERLINED));
    story.press("T");
    assert!(story.frame(120, 40).contains("note theme ansi16"));
    story.press(":set theme=mono");
    story.key(Key::Enter);
    assert!(story.model.palette.is_none());
    assert!(story.frame(120, 40).contains("note theme mono"));
    let coloured = |story: &Story| {
        story
            .buffer(120, 40)
            .content()
            .iter()
            .any(|it| (it.fg, it.bg) != (Color::Reset, Color::Reset))
    };
    assert!(!coloured(&story));
    story.press("T");
    assert!(coloured(&story));
    story.press(":set theme=mnoo");
    story.key(Key::Enter);
    assert!(story.frame(120, 40).contains("did you mean `mono`?"));
}

#[test]
fn what_can_be_set_is_completed_and_refused_with_what_can_be() {
    let mut story = themed(Scheme::Ansi16.into(), Depth::Full);
    story.press(":set win");
    story.key(Key::Tab);
    assert!(story.frame(120, 40).contains("window=24h"));
    story.press("1h");
    story.key(Key::Enter);
    assert!(story.frame(120, 40).contains("window 1h"));
    for (typed, said) in [
        ("set window=2h", "expected 1m, 5m, 15m, 1h, 6h, 24h"),
        ("set refresh=fast", "length of time"),
        ("set colour=red", "there is no setting"),
        ("set window", "expected set NAME=VALUE"),
    ] {
        story.press(":");
        story.press(typed);
        story.key(Key::Enter);
        assert!(story.frame(120, 40).contains(said), "{typed}\n{}", story.frame(120, 40));
        story.key(Key::Esc);
    }
}

#[test]
fn the_picture_comes_more_seldom_while_nobody_looks() {
    let mut story = themed(Scheme::Ansi16.into(), Depth::Full);
    let pace = |effects: &[Effect]| {
        effects.iter().find_map(|effect| match effect {
            Effect::Pace(pace) => Some(pace.as_secs()),
            _ => None,
        })
    };
    assert_eq!(pace(&story.tell(Msg::Focus(false))), Some(5));
    story.wait(Duration::from_secs(8));
    assert!(story.frame(120, 40).contains("LIVE 8.0s"), "it is not late by a rhythm of 5 s");
    let back = story.tell(Msg::Focus(true));
    assert_eq!((pace(&back), back.contains(&Effect::Retry)), (Some(1), true));
    story.press(":set refresh=30s");
    let set = story.key(Key::Enter);
    assert_eq!(pace(&set), Some(30));
    assert_eq!(pace(&story.tell(Msg::Focus(false))), Some(30));
}
