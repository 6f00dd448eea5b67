//! Stories of contexts that want more care: typed names, reasons, a name in colour.

use std::time::Duration;

use ratatui::style::{Color, Modifier};

use super::fixture::{Story, ascii, drain_plan};
use crate::{
    model::{Hue, Protect},
    tui::{Care, key::Key, look::Look, message::Msg, screens::Screen},
};

fn with(care: Care) -> Story {
    let mut story = Story::watching(ascii()).on(Screen::Backends);
    story.model.settings.care = care;
    story
}

/// Asks for a drain of the third backend, and waits until the question is put.
fn ask(story: &mut Story) {
    story.press("jjd");
    story.answer(Ok(drain_plan()));
    story.wait(Duration::from_millis(300));
}

#[test]
fn a_protected_context_wants_the_name_typed_for_a_mere_drain() {
    let mut story = with(Care { protect: Protect::TypeName, ..Care::default() });
    ask(&mut story);
    assert!(story.frame(120, 40).contains("type app-3"), "{}", story.frame(120, 40));
    story.press("y");
    story.key(Key::Enter);
    assert_eq!(story.sent().len(), 0, "y is no name");
    story.key(Key::Ctrl('U'));
    story.tell(Msg::Paste("app-3".into()));
    story.key(Key::Enter);
    assert_eq!(story.sent().len(), 1);
}

#[test]
fn a_context_that_wants_reasons_sends_nothing_without_one() {
    let mut story = with(Care { wants_reason: true, ..Care::default() });
    ask(&mut story);
    story.press("y");
    assert_eq!(story.sent().len(), 0);
    assert!(story.frame(120, 40).contains("wants a reason"), "{}", story.frame(120, 40));
    story.tell(Msg::Paste("kernel patch".into()));
    story.key(Key::Enter);
    story.press("y");
    let sent = story.sent();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].intent.reason, "kernel patch");
}

#[test]
fn the_name_of_a_context_has_its_colour_and_its_protection() {
    let care = Care { protect: Protect::TypeName, hue: Some(Hue::Red), ..Care::default() };
    let mut story = with(care);
    story.model.settings.look = Look::new(true, true);
    for (columns, badge) in [(120, " local type-name"), (80, " local type-name"), (40, " local!")] {
        let buffer = story.buffer(columns, 12);
        let cell = &buffer[(1, 0)];
        assert_eq!((cell.symbol(), cell.fg), ("l", Color::Red));
        assert!(cell.modifier.contains(Modifier::REVERSED));
        let row: String = (0..columns).map(|x| buffer[(x, 0)].symbol()).collect();
        assert!(row.starts_with(badge), "{row}");
        assert!(row.contains("LIVE"), "{row}");
    }
}
