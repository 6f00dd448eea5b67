//! Stories of taking back: the last change made here, or the one that is chosen on Events.

use std::time::Duration;

use super::fixture::{Story, ascii, done, drain_plan};
use crate::{
    model::{Conflict, Edit, Operation, Protect},
    tui::{key::Key, screens::Screen},
};

fn undo(id: &str) -> Edit {
    Edit::Undo { id: id.into() }
}

/// The question is put.
fn put(story: &mut Story, plan: Operation) {
    story.answer(Ok(plan));
    story.wait(Duration::from_millis(300));
}

fn back() -> Operation {
    Operation {
        what: "undo".into(),
        before: "draining weight 100".into(),
        after: "active weight 100".into(),
        shares: Vec::new(),
        warnings: Vec::new(),
        ..drain_plan()
    }
}

#[test]
fn the_last_change_made_here_is_undone_and_that_is_undone_too() {
    let mut story = Story::watching(ascii()).on(Screen::Backends);
    story.press("u");
    assert!(story.frame(120, 40).contains("nothing was changed here that could be undone"));
    assert_eq!(story.asked(), None);
    story.press("d");
    put(&mut story, drain_plan());
    story.press("y");
    let edit = story.sent()[0].edit.clone();
    story.answer(Ok(Operation { undo: "available".into(), ..done(&edit) }));
    assert!(story.frame(120, 40).contains("(op 8f31)  u undo"), "{}", story.frame(120, 40));
    story.press("1u");
    assert_eq!(story.asked().unwrap().0.edit, undo("8f31"));
    // No picture came since: the revision that the change led to is known all the same.
    assert_eq!(story.model.live.snapshot.as_ref().unwrap().revision, 41);
    put(&mut story, back());
    let frame = story.frame(120, 40);
    assert!(frame.contains("Undo operation 8f31 ?"), "{frame}");
    assert!(frame.contains("draining weight 100 > active weight 100"), "{frame}");
    assert!(frame.contains("= gatewayctl op undo 8f31"), "{frame}");
    story.press("y");
    assert_eq!(story.sent()[1].edit, undo("8f31"));
    assert_eq!(story.sent()[1].intent.expected_revision, Some(42));
    let undone = Operation { id: "8f32".into(), undo: "available".into(), ..back() };
    story.answer(Ok(undone));
    story.press("u");
    assert_eq!(story.asked().unwrap().0.edit, undo("8f32"), "what was undone is done again");
}

#[test]
fn on_events_the_chosen_operation_is_undone_and_what_nobody_did_is_not() {
    let mut story = Story::watching(ascii()).on(Screen::Events);
    let frame = story.frame(120, 40);
    assert!(frame.contains("002a") && frame.contains("9m19s"), "{frame}");
    assert!(frame.contains("undo     u puts back what it changed, for 9m19s"), "{frame}");
    story.press("u");
    assert_eq!(story.asked().unwrap().0.edit, undo("002a"));
    put(&mut story, back());
    let frame = story.frame(120, 40);
    assert!(frame.contains("drain backend/app-4 by ops-1 41s ago: kernel patch"), "{frame}");
    story.key(Key::Esc);
    story.press("j");
    story.effects.clear();
    story.press("u");
    assert!(story.frame(120, 40).contains("nobody did this"), "{}", story.frame(120, 40));
    story.press("j");
    let frame = story.frame(120, 40);
    assert!(frame.contains("undo     too long ago"), "{frame}");
}

#[test]
fn what_somebody_changed_since_is_put_back_with_the_name_and_a_reason_only() {
    let mut story = Story::watching(ascii()).on(Screen::Events);
    story.press("u");
    let conflict = Conflict {
        target: "backend/app-4".into(),
        now: "draining weight 80".into(),
        by: "op2".into(),
        op: "002b".into(),
    };
    let disputed = || Operation { conflicts: vec![conflict.clone()], ..back() };
    put(&mut story, disputed());
    let frame = story.frame(120, 40);
    assert!(frame.contains("op2 changed backend/app-4 since (op 002b): draining"), "{frame}");
    assert!(frame.contains("f puts it back all the same"), "{frame}");
    story.press("y");
    assert_eq!(story.sent().len(), 0);
    assert!(story.frame(120, 40).contains("somebody changed that since"));
    story.press("f");
    story.watch();
    story.answer(Ok(disputed()));
    story.press("002a");
    story.key(Key::Tab);
    story.press("agreed");
    story.watch();
    story.answer(Ok(disputed()));
    story.key(Key::Enter);
    story.key(Key::Enter);
    let sent = story.sent();
    assert_eq!((&sent[0].edit, sent[0].intent.force), (&undo("002a"), true));
    assert_eq!(sent[0].intent.reason, "agreed");
}

#[test]
fn a_read_only_dashboard_undoes_nothing() {
    let mut story = Story::watching(ascii()).on(Screen::Events);
    story.model.settings.care.protect = Protect::ReadOnly;
    story.press("u");
    assert_eq!(story.asked(), None);
    assert!(story.frame(120, 40).contains("read-only: changes are disabled"));
}
