//! Stories of Scaler: decisions followed and explained, the size held, set by hand, its rules changed.

use std::time::Duration;

use super::fixture::{Story, ascii, canned, drain_plan};
use crate::{
    client::{Error, ErrorCode},
    model::{Edit, ScalerEdit, WhatIfRules},
    tui::{
        key::Key,
        lore::{Finding, Found, Inquiry, Tried},
        message::Msg,
        screens::Screen,
    },
};

fn on_scaler() -> Story {
    Story::watching(ascii()).on(Screen::Scaler)
}

fn scale(pool: &str, edit: ScalerEdit) -> Edit {
    Edit::Scale { pool: pool.into(), edit }
}

/// Goes through the fields of a form, and lets the gateway answer.
fn submit(story: &mut Story, fields: usize) {
    story.watch();
    for _ in 0..fields {
        story.key(Key::Enter);
    }
    story.watch();
    story.answer(Ok(drain_plan()));
    story.wait(Duration::from_millis(300));
}

#[test]
fn the_newest_decision_is_followed_until_another_is_chosen() {
    let mut story = on_scaler();
    assert!(story.frame(120, 40).contains("Why 14:03:14 out 5>6"), "{}", story.frame(120, 40));
    let newer = |story: &mut Story, id| {
        let inquiry = Inquiry::Decisions { pool: "app".into(), kinds: &[] };
        let Finding::Decisions(mut all) = canned(&inquiry) else { panic!() };
        let mut newest = all[1].clone();
        (newest.id, newest.since_ms) = (id, newest.since_ms + 1_000 * i64::try_from(id).unwrap());
        all.insert(0, newest);
        story.find(Found { inquiry, result: Ok(Finding::Decisions(all)) });
        story.inform();
    };
    newer(&mut story, 10);
    assert_eq!(story.model.scaler.decisions.selected(), Some("10"));
    story.press("jj");
    story.inform();
    let chosen = story.model.scaler.decisions.selected().map(str::to_owned);
    newer(&mut story, 11);
    assert_eq!(story.model.scaler.decisions.selected(), chosen.as_deref());
    story.key(Key::Esc);
    newer(&mut story, 12);
    assert_eq!(story.model.scaler.decisions.selected(), Some("12"));
}

#[test]
fn a_decision_is_explained_with_its_servers_when_it_is_chosen() {
    let mut story = on_scaler();
    story.press("jj");
    let asked = story.inquiries().into_iter().cloned().collect::<Vec<_>>();
    assert!(asked.contains(&Inquiry::Explanation { id: 8 }), "{asked:?}");
    let frame = story.frame(120, 40);
    assert!(frame.contains("Why 13:55:02 refused 5"), "{frame}");
    assert!(frame.contains("servers   asking the gateway"), "{frame}");
    story.inform();
    let frame = story.frame(120, 40);
    assert!(frame.contains("app-4") && frame.contains("not counted yet"), "{frame}");
}

#[test]
fn kinds_of_decisions_are_chosen_at_the_gateway() {
    let mut story = on_scaler();
    story.press("f");
    let moves = Inquiry::Decisions { pool: "app".into(), kinds: &["out", "in"] };
    assert!(story.inquiries().contains(&&moves), "{:?}", story.inquiries());
    story.inform();
    let frame = story.frame(120, 40);
    assert!(frame.contains("only moves") && !frame.contains(" hold "), "{frame}");
    story.press("f");
    story.inform();
    let frame = story.frame(120, 40);
    assert!(frame.contains("only refused") && frame.contains("NOW      5>6"), "{frame}");
}

#[test]
fn a_pool_is_held_for_a_while_and_the_question_says_which() {
    let mut story = on_scaler();
    story.press("H");
    assert!(story.frame(120, 40).contains("Hold pool app at 5 servers"));
    story.key(Key::Ctrl('U'));
    story.tell(Msg::Paste("2h".into()));
    story.key(Key::Enter);
    story.tell(Msg::Paste("db failover".into()));
    submit(&mut story, 1);
    let frame = story.frame(120, 40);
    assert!(frame.contains("Hold scaler of pool app ?"), "{frame}");
    assert!(frame.contains("no server is started or ended for 2h00m"), "{frame}");
    assert!(frame.contains("gatewayctl scaler pause app --ttl 2h -m 'db failover'"), "{frame}");
    story.press("y");
    let ttl = Some(Duration::from_secs(7_200));
    assert_eq!(story.sent()[0].edit, scale("app", ScalerEdit::Pause { ttl }));
    assert_eq!(story.sent()[0].intent.reason, "db failover");
}

#[test]
fn a_pool_that_somebody_held_is_resumed() {
    let mut story = on_scaler();
    story.key(Key::Tab);
    story.inform();
    assert!(story.frame(120, 40).contains("held by op2: db failover"), "{}", story.frame(120, 40));
    story.press("H");
    story.answer(Ok(drain_plan()));
    story.wait(Duration::from_millis(300));
    let frame = story.frame(120, 40);
    assert!(frame.contains("Resume scaler of pool auth ?"), "{frame}");
    story.press("y");
    assert_eq!(story.sent()[0].edit, scale("auth", ScalerEdit::Resume));
}

#[test]
fn a_size_by_hand_is_within_the_rules_and_ends_by_itself() {
    let mut story = on_scaler();
    story.press("M");
    story.key(Key::Ctrl('U'));
    story.press("17");
    for _ in 0..3 {
        story.key(Key::Enter);
    }
    assert_eq!(story.asked(), None);
    assert!(story.frame(120, 40).contains("servers: 4 to 16"), "{}", story.frame(120, 40));
    story.key(Key::Backspace);
    story.press("2");
    submit(&mut story, 3);
    assert!(story.frame(120, 40).contains("12 servers, wanted now 5 for 30m00s"));
    story.press("y");
    let ttl = Some(Duration::from_secs(1_800));
    assert_eq!(story.sent()[0].edit, scale("app", ScalerEdit::Desired { servers: 12, ttl }));
}

#[test]
fn other_rules_are_tried_when_typing_pauses_and_applied_on_demand() {
    let mut story = on_scaler();
    story.press("w");
    let frame = story.frame(120, 40);
    assert!(frame.contains("What if? Pool app") && frame.contains("asking the gateway"), "{frame}");
    story.wait(Duration::from_millis(300));
    story.inform();
    story.key(Key::Tab);
    story.key(Key::Ctrl('U'));
    story.press("20");
    story.wait(Duration::from_millis(300));
    let asked = |story: &Story| {
        let tried = |it: &&Inquiry| matches!(it, Inquiry::WhatIf(_));
        story.inquiries().into_iter().filter(tried).cloned().collect::<Vec<_>>()
    };
    let rules =
        WhatIfRules { min: Some(4), max: Some(20), target_cpu: Some(65), ..Default::default() };
    let expected = Tried { pool: "app".into(), rules, load_percent: 100 };
    assert_eq!(asked(&story), [Inquiry::WhatIf(expected)], "once, when typing paused");
    story.inform();
    let frame = story.frame(120, 40);
    for told in ["peak                   8          12", "busy", "1m35s", "replayed 1h00m"] {
        assert!(frame.contains(told), "{told}: {frame}");
    }
    story.wait(Duration::from_secs(20));
    story.watch();
    assert_eq!(asked(&story).len(), 0, "the past does not change");
    story.press("A");
    story.answer(Ok(drain_plan()));
    story.wait(Duration::from_millis(300));
    let frame = story.frame(120, 40);
    assert!(frame.contains("max 20, was 16"), "{frame}");
    assert!(frame.contains("tried: peak 8 > 12, 6.10 > 8.40 server-hours"), "{frame}");
    story.press("y");
    let rules = ScalerEdit::Rules {
        min: None,
        max: Some(20),
        target_cpu: None,
        target_rps: None,
        mode: None,
    };
    assert_eq!(story.sent()[0].edit, scale("app", rules));
}

#[test]
fn a_load_alone_is_tried_and_not_applied_and_wrong_rules_are_neither() {
    let mut story = on_scaler();
    story.press("w");
    story.key(Key::BackTab);
    story.press("1.5");
    story.wait(Duration::from_millis(300));
    story.inform();
    assert!(story.frame(120, 40).contains("x1.5"), "{}", story.frame(120, 40));
    story.press("A");
    assert_eq!(story.asked(), None);
    assert!(story.frame(120, 40).contains("nothing to apply"), "{}", story.frame(120, 40));
    story.key(Key::Ctrl('U'));
    story.press("9999");
    story.wait(Duration::from_secs(1));
    assert!(story.frame(120, 40).contains("0.01 to 100 times"), "{}", story.frame(120, 40));
    story.press("A");
    assert_eq!(story.asked(), None);
}

#[test]
fn what_the_gateway_says_against_a_try_is_told() {
    let mut story = on_scaler();
    story.press("w");
    story.wait(Duration::from_millis(300));
    let inquiry = story.inquiries().into_iter().find(|it| matches!(it, Inquiry::WhatIf(_)));
    let inquiry = inquiry.unwrap().clone();
    let error =
        Error::new(ErrorCode::Invalid, "4 s of load were recorded of app, 10 s are the least");
    story.find(Found { inquiry, result: Err(error) });
    let frame = story.frame(120, 40);
    assert!(frame.contains("4 s of load were recorded of app"), "{frame}");
    story.watch();
    story.wait(Duration::from_secs(5));
    let again = story.inquiries().into_iter().any(|it| matches!(it, Inquiry::WhatIf(_)));
    assert!(again, "there may be more by now");
}

#[test]
fn only_rules_that_differ_are_sent() {
    let mut story = on_scaler();
    story.press("A");
    for _ in 0..6 {
        story.key(Key::Enter);
    }
    assert_eq!(story.asked(), None);
    assert!(story.frame(120, 40).contains("nothing to change"), "{}", story.frame(120, 40));
    story.key(Key::Tab);
    story.key(Key::Tab);
    story.key(Key::Ctrl('U'));
    story.press("20");
    story.key(Key::Tab);
    story.key(Key::Ctrl('U'));
    story.press("70");
    submit(&mut story, 4);
    let frame = story.frame(120, 40);
    assert!(frame.contains("max 20, was 16") && frame.contains("cpu 70, was 65"), "{frame}");
    story.press("y");
    let rules = ScalerEdit::Rules {
        min: None,
        max: Some(20),
        target_cpu: Some(70),
        target_rps: None,
        mode: None,
    };
    assert_eq!(story.sent()[0].edit, scale("app", rules));
}

#[test]
fn a_scaler_that_somebody_changed_meanwhile_is_looked_at_again() {
    let mut story = on_scaler();
    story.press("H");
    submit(&mut story, 2);
    story.happen(|gateway| gateway.pools[0].scaler_revision = 42);
    story.press("y");
    assert_eq!(story.sent().len(), 0);
    assert!(story.frame(120, 40).contains("app changed"), "{}", story.frame(120, 40));
}

#[test]
fn the_scaler_is_asked_about_only_while_it_is_drawn_and_nothing_without_a_link() {
    let mut story = Story::watching(ascii());
    story.watch();
    assert_eq!(story.inquiries().len(), 0);
    story.press("4");
    assert_eq!(story.inquiries(), [&Inquiry::Scalers]);
    story.inform();
    story.lose();
    story.wait(Duration::from_secs(9));
    story.press("jHMA");
    assert_eq!((story.effects.as_slice(), story.model.dialog.as_ref()), (&[][..], None));
}
