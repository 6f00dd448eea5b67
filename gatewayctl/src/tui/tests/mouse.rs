//! The mouse scrolls and selects, and never acts. And what is said once of a clock.

use std::{convert::Infallible, time::Duration};

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use super::fixture::{Story, drain_plan, unicode};
use crate::tui::{
    effect::Effect,
    message::{LinkEvent, Msg},
    mouse::{Pointed, pointed},
    screens::Screen,
};

fn event(kind: MouseEventKind, column: u16, row: u16) -> MouseEvent {
    MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }
}

/// Points at a place of a screen of this size.
fn point(story: &mut Story, kind: MouseEventKind, place: (u16, u16)) -> Vec<Effect> {
    let frame = || Ok::<_, Infallible>(story.buffer(120, 40));
    let found = pointed(&story.model, frame, event(kind, place.0, place.1)).unwrap();
    match found {
        Some(pointed) => story.tell(Msg::Pointed(pointed)),
        None => Vec::new(),
    }
}

const CLICK: MouseEventKind = MouseEventKind::Down(MouseButton::Left);

fn selected(story: &Story) -> &str {
    story.model.backends.list.selected().unwrap()
}

#[test]
fn a_click_selects_a_row_or_a_tab() {
    let mut story = Story::watching(unicode()).on(Screen::Backends);
    let frame = story.frame(120, 40);
    let line = |name: &str| {
        let at = frame.lines().position(|line| line.contains(name)).unwrap();
        u16::try_from(at).unwrap()
    };
    for name in ["app-5", "app-2", "auth-1", "app-1"] {
        point(&mut story, CLICK, (20, line(name)));
        assert_eq!(selected(&story), name);
    }
    let tabs = frame.lines().nth(1).unwrap();
    for screen in [Screen::Limits, Screen::Events, Screen::Overview, Screen::Backends] {
        let at = tabs.find(screen.titles()[0]).unwrap();
        point(&mut story, CLICK, (u16::try_from(at).unwrap() + 2, 1));
        assert_eq!(story.model.screen, screen);
    }
}

#[test]
fn a_click_beside_the_rows_does_nothing() {
    let mut story = Story::watching(unicode()).on(Screen::Backends);
    for y in [0, 1, 2, 11, 20, 39, 40, 900] {
        point(&mut story, CLICK, (110, y));
        assert_eq!((selected(&story), story.model.screen), ("app-1", Screen::Backends), "{y}");
    }
}

#[test]
fn the_wheel_scrolls_rows_and_help() {
    let mut story = Story::watching(unicode()).on(Screen::Backends);
    point(&mut story, MouseEventKind::ScrollDown, (5, 5));
    assert_eq!(selected(&story), "app-4");
    point(&mut story, MouseEventKind::ScrollUp, (5, 5));
    assert_eq!(selected(&story), "app-1");
    story.press("?");
    point(&mut story, MouseEventKind::ScrollDown, (5, 5));
    assert_eq!(story.model.help, Some(3));
    assert_eq!(selected(&story), "app-1");
}

#[test]
fn only_a_click_has_the_frame_made() {
    let story = Story::watching(unicode()).on(Screen::Backends);
    let made = |kind| pointed(&story.model, || Err("made"), event(kind, 5, 5)).is_err();
    assert!(made(CLICK));
    for kind in [
        MouseEventKind::ScrollDown,
        MouseEventKind::ScrollUp,
        MouseEventKind::Up(MouseButton::Left),
        MouseEventKind::Down(MouseButton::Right),
        MouseEventKind::Moved,
    ] {
        assert!(!made(kind), "{kind:?}");
    }
}

#[test]
fn nothing_is_done_by_the_mouse_and_no_question_answered() {
    let mut story = Story::watching(unicode()).on(Screen::Backends);
    story.press("d");
    story.answer(Ok(drain_plan()));
    story.wait(Duration::from_millis(300));
    assert!(story.frame(120, 40).contains("[y] drain"));
    let (dialog, effects) = (story.model.dialog.clone(), story.effects.len());
    for y in 0..40 {
        for x in (0..120).step_by(7) {
            let done = point(&mut story, CLICK, (x, y));
            assert!(!done.iter().any(|it| matches!(it, Effect::Apply(_) | Effect::Preview(_))));
        }
    }
    assert_eq!((&story.model.dialog, story.effects.len()), (&dialog, effects));
}

#[test]
fn the_mouse_is_the_terminals_until_it_is_asked_for() {
    let mut story = Story::watching(unicode());
    assert_eq!(story.press("m"), [Effect::Mouse(true)]);
    assert!(story.frame(120, 40).contains("note the mouse scrolls"));
    assert_eq!(story.press("m"), [Effect::Mouse(false)]);
    let frame = || Ok::<_, Infallible>(story.buffer(9, 1));
    assert_eq!(pointed(&story.model, frame, event(CLICK, 3, 0)), Ok(None::<Pointed>));
}

#[test]
fn a_clock_that_is_wrong_is_told_once() {
    let mut story = Story::begin(unicode());
    story.tell(Msg::Link(LinkEvent::Skew(42_000)));
    story.watch();
    let frame = story.frame(120, 40);
    assert!(
        frame.contains("the gateway's clock is 42s behind yours; times are its own"),
        "{frame}"
    );
    story.wait(Duration::from_secs(9));
    story.tell(Msg::Link(LinkEvent::Skew(42_000)));
    assert!(!story.frame(120, 40).contains("clock"));
}
