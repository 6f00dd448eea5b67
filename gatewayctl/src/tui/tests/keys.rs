//! Keys of the operator's own: dispatch, footer, help and questions all know them.

use std::time::Duration;

use super::fixture::{Story, drain_plan, unicode};
use crate::{
    config::{Rebinding, Word},
    tui::{Keymap, key::Key, screens::Screen},
};

fn word(text: &str) -> Word {
    Word { text: text.to_owned(), place: None }
}

/// A dashboard with these keys for these actions.
fn with(wishes: &[(&str, &[&str])]) -> Story {
    let wish = |(action, keys): &(&str, &[&str])| Rebinding {
        action: word(action),
        keys: keys.iter().map(|key| word(key)).collect(),
    };
    let wishes: Vec<Rebinding> = wishes.iter().map(wish).collect();
    let mut story = Story::watching(unicode()).on(Screen::Backends);
    story.model.settings.keymap = Keymap::of(&wishes).unwrap();
    story
}

#[test]
fn every_place_that_names_a_key_names_the_effective_one() {
    let mut story = with(&[
        ("backend.drain", &["D"]),
        ("backend.open", &["o"]),
        ("backend.weight-down", &["_"]),
        ("dialog.yes", &["Y"]),
        ("dialog.no", &["Esc", "N"]),
        ("screen.help", &["^G"]),
        ("list.down", &["Down"]),
    ]);
    let frame = story.frame(120, 40);
    for shown in ["D drain", "o detail", "+/_ weight", "^G help"] {
        assert!(frame.contains(shown), "{shown}\n{frame}");
    }
    story.press("+");
    assert!(story.frame(120, 40).contains("o applies, Esc drops"));
    story.key(Key::Ctrl('G'));
    let help = story.frame(120, 40);
    assert!(help.contains("Down/k scroll") && help.contains(" D            drain: no"), "{help}");
    story.key(Key::Esc);
    story.press("d");
    assert!(story.model.dialog.is_none(), "the old key does nothing");
    story.press("D");
    story.answer(Ok(drain_plan()));
    story.wait(Duration::from_millis(300));
    let asked = story.frame(120, 40);
    assert!(asked.contains("[Y] drain") && asked.contains("[Esc] cancel"), "{asked}");
    story.press("y");
    assert!(story.sent().is_empty());
    story.press("Y");
    assert_eq!(story.sent().len(), 1);
}

#[test]
fn hints_of_every_screen_name_the_effective_key() {
    let mut story = with(&[
        ("limit.block", &["K"]),
        ("limit.panel", &["n"]),
        ("limit.unblock", &["v"]),
        ("limit.edit", &["o"]),
        ("limit.top", &["Q"]),
        ("scaler.kinds", &["k", "v"]),
        ("list.up", &["Up"]),
        ("dialog.yes", &["Y"]),
    ]);
    story.press("3v");
    assert!(story.frame(120, 40).contains("n goes to the blocks; v there takes one back"));
    story.press("QQ");
    story.inform();
    story.press("i");
    assert!(story.frame(120, 40).contains("these are paths: Q shows clients"));
    story.press("jP");
    assert!(story.frame(120, 40).contains("has no candidate: o, then"), "{}", story.frame(120, 40));
    story.happen(|gateway| gateway.blocks.clear());
    assert!(story.frame(120, 40).contains("nobody is blocked; K blocks"));
    story.press("2(");
    story.key(Key::Enter);
    story.answer(Ok(drain_plan()));
    story.wait(Duration::from_millis(300));
    story.key(Key::Enter);
    assert!(story.frame(120, 40).contains("Y confirms; Enter only opened the question"));
}

#[test]
fn an_action_without_a_key_is_in_no_help() {
    let mut story = with(&[("backend.kill", &[])]);
    story.press("F");
    assert!(story.model.dialog.is_none());
    story.press("?");
    assert!(!story.frame(120, 60).contains("close what is left of a drain"));
}
