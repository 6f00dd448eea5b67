//! Stories of Limits: a rule tried while it is typed, offenders blocked, candidates promoted.

use std::time::Duration;

use super::fixture::{Story, ascii, canned, done, drain_plan};
use crate::{
    client::{Error, ErrorCode},
    model::{CandidateEdit, Edit, Grouping, LimitEdit},
    tui::{
        effect::Effect,
        key::Key,
        lore::{Finding, Found, Inquiry},
        message::Msg,
        screens::Screen,
    },
};

fn on_limits() -> Story {
    Story::watching(ascii()).on(Screen::Limits)
}

fn limit(edit: LimitEdit) -> Edit {
    Edit::SetLimit { name: "create-per-ip".into(), edit }
}

fn block(network: &str) -> Edit {
    Edit::AddBlock {
        network: network.into(),
        ttl: Some(Duration::from_secs(3_600)),
        own_address: String::new(),
    }
}

/// Types another rule into the form, and pauses.
fn type_rule(story: &mut Story, rule: &str) -> Vec<Effect> {
    story.key(Key::Ctrl('U'));
    story.tell(Msg::Paste(rule.into()));
    story.effects.clear();
    story.wait(Duration::from_millis(300));
    story.effects.clone()
}

#[test]
fn a_rule_is_tried_when_typing_pauses_and_keys_do_not_wait_for_the_answer() {
    let mut story = on_limits();
    story.press("E");
    story.key(Key::Ctrl('U'));
    story.tell(Msg::Paste("80/minute".into()));
    story.effects.clear();
    story.tell(Msg::Tick);
    assert_eq!(story.effects, [], "asked while it is typed");
    story.wait(Duration::from_millis(300));
    let rule = || "80/minute".parse().unwrap();
    let inquiry = Inquiry::Simulation { limit: "create-per-ip".into(), rule: rule() };
    assert_eq!(story.effects, [Effect::Inquire(inquiry.clone())]);
    assert!(story.frame(120, 40).contains("preview  asking the gateway"));
    story.find(Found { result: Ok(canned(&inquiry)), inquiry });
    let frame = story.frame(120, 40);
    assert!(frame.contains("refused  184/s > 61/s"), "{frame}");
    assert!(frame.contains("34 > 3 of 3412 refused, 31 freed; nobody is newly refused"), "{frame}");
    story.tell(Msg::Key(Key::Backspace));
    let frame = story.frame(120, 40);
    assert!(frame.contains("[ 80/minut ") && !frame.contains("61/s"), "{frame}");
}

#[test]
fn whom_a_rule_would_newly_refuse_is_told_in_the_form_and_the_question() {
    let mut story = on_limits();
    story.press("E");
    let asked = type_rule(&mut story, "5/minute");
    let [Effect::Inquire(inquiry)] = &asked[..] else { panic!("{asked:?}") };
    let Finding::Simulation(mut found) = canned(inquiry) else { panic!() };
    found.keys_newly_refused = 17;
    let result = Ok(Finding::Simulation(found));
    story.find(Found { inquiry: inquiry.clone(), result });
    for (width, height) in [(120, 40), (80, 24), (40, 12)] {
        let frame = story.frame(width, height).replace('|', " ");
        let frame = frame.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(frame.contains("17 refused nothing now"), "{frame}");
    }
    for _ in 0..6 {
        story.key(Key::Enter);
    }
    story.answer(Ok(drain_plan()));
    let frame = story.frame(120, 40);
    assert!(frame.contains("last 5m00s: refused 184/s > 61/s"), "{frame}");
}

#[test]
fn a_rule_that_cannot_be_tried_says_so_and_one_that_failed_why() {
    let mut story = on_limits();
    story.press("E");
    assert_eq!(type_rule(&mut story, "20 at once"), []);
    assert!(story.frame(120, 40).contains("under way at once is not remembered"));
    let asked = type_rule(&mut story, "7/minute");
    let [Effect::Inquire(inquiry)] = &asked[..] else { panic!("{asked:?}") };
    let result = Err(Error::new(ErrorCode::Invalid, "max: no more than 65535"));
    story.find(Found { inquiry: inquiry.clone(), result });
    assert!(story.frame(120, 40).contains("preview  max: no more than 65535"));
}

#[test]
fn an_offender_is_blocked_for_an_hour_with_its_address_in_sight() {
    let mut story = on_limits();
    story.key(Key::Tab);
    story.press("jB");
    assert!(story.frame(120, 40).contains("[ 2001:db8:7::/64"), "{}", story.frame(120, 40));
    story.key(Key::Enter);
    story.tell(Msg::Paste("scraper".into()));
    story.key(Key::Enter);
    story.answer(Ok(drain_plan()));
    story.wait(Duration::from_millis(300));
    let frame = story.frame(120, 40);
    assert!(frame.contains("Block 2001:db8:7::/64 ?"), "{frame}");
    assert!(frame.contains("get 403 for 1h00m"), "{frame}");
    assert!(frame.contains("gatewayctl block add 2001:db8:7::/64 --ttl 1h"), "{frame}");
    story.press("y");
    assert_eq!(story.sent()[0].edit, block("2001:db8:7::/64"));
    assert_eq!(story.sent()[0].intent.reason, "scraper");
    story.answer(Ok(done(&block("2001:db8:7::/64"))));
    assert!(story.frame(120, 40).contains("2001:db8:7::/64"), "{}", story.frame(120, 40));
}

#[test]
fn the_client_that_is_blocked_is_the_one_that_was_chosen_wherever_its_row_moved() {
    let mut story = on_limits();
    story.key(Key::Tab);
    story.press("j");
    let Finding::Rejections(mut rows) = canned(&Inquiry::Rejections(Grouping::Client)) else {
        panic!()
    };
    rows.swap(0, 1);
    let inquiry = Inquiry::Rejections(Grouping::Client);
    story.find(Found { inquiry, result: Ok(Finding::Rejections(rows)) });
    story.press("B");
    assert!(story.frame(120, 40).contains("[ 2001:db8:7::/64"), "{}", story.frame(120, 40));
}

#[test]
fn a_network_is_typed_where_none_is_chosen_and_a_bad_one_leads_nowhere() {
    let mut story = on_limits();
    story.press("B");
    story.tell(Msg::Paste("198.51.100.0/33".into()));
    for _ in 0..3 {
        story.key(Key::Enter);
    }
    assert_eq!(story.asked(), None);
    story.key(Key::Backspace);
    story.key(Key::Backspace);
    story.press("28");
    assert!(story.frame(120, 40).contains("blocked already by op2: renewed"));
    for _ in 0..3 {
        story.key(Key::Enter);
    }
    assert_eq!(story.asked().unwrap().0.edit, block("198.51.100.0/28"));
}

#[test]
fn a_block_is_taken_back_on_its_own_panel_only() {
    let mut story = on_limits();
    story.press("R");
    assert_eq!((story.asked(), story.model.dialog.as_ref()), (None, None));
    story.key(Key::BackTab);
    story.press("R");
    story.answer(Ok(drain_plan()));
    story.wait(Duration::from_millis(300));
    let frame = story.frame(120, 40);
    assert!(frame.contains("Unblock 198.51.100.0/28 ?"), "{frame}");
    assert!(frame.contains("blocked by op2: cred stuffing, 4102 hits"), "{frame}");
    story.happen(|gateway| gateway.blocks[0].hits_total += 9);
    story.answer(Ok(drain_plan()));
    story.press("y");
    let networks = vec!["198.51.100.0/28".to_owned()];
    assert_eq!(story.sent()[0].edit, Edit::RemoveBlocks { networks });
}

#[test]
fn a_block_that_was_renewed_meanwhile_is_looked_at_again() {
    let mut story = on_limits();
    story.key(Key::BackTab);
    story.press("R");
    story.answer(Ok(drain_plan()));
    story.happen(|gateway| gateway.blocks[0].expires_ms = None);
    story.press("y");
    assert_eq!(story.sent().len(), 0);
    assert!(story.frame(120, 40).contains("198.51.100.0/28 changed"));
}

#[test]
fn a_candidate_is_set_promoted_and_dropped() {
    let mut story = on_limits();
    story.press("E");
    story.key(Key::Ctrl('U'));
    story.tell(Msg::Paste("60/minute".into()));
    story.key(Key::Enter);
    story.key(Key::Enter);
    story.key(Key::Right);
    for _ in 0..4 {
        story.key(Key::Enter);
    }
    let rule = "60/minute".parse().unwrap();
    let set = LimitEdit { candidate: Some(CandidateEdit::Set(rule)), ..LimitEdit::default() };
    assert_eq!(story.asked().unwrap().0.edit, limit(set));
    story.answer(Ok(drain_plan()));
    story.wait(Duration::from_millis(300));
    let frame = story.frame(120, 40);
    assert!(
        frame.contains("60/minute is tried beside 100/minute, instead of 50/minute"),
        "{frame}"
    );
    for (key, edit, words) in [
        ("P", CandidateEdit::Promote, "limit 50/minute, was 100/minute"),
        ("X", CandidateEdit::Drop, "50/minute is tried no more"),
    ] {
        let mut story = on_limits();
        story.press(key);
        let edit = LimitEdit { candidate: Some(edit), ..LimitEdit::default() };
        assert_eq!(story.asked().unwrap().0.edit, limit(edit));
        story.answer(Ok(drain_plan()));
        story.wait(Duration::from_millis(300));
        assert!(story.frame(120, 40).contains(words), "{}", story.frame(120, 40));
    }
}

#[test]
fn a_limit_goes_back_to_what_the_file_says() {
    let mut story = on_limits();
    story.press("f");
    let edit = LimitEdit { rule: "40/minute".parse().unwrap(), ..LimitEdit::default() };
    assert_eq!(story.asked().unwrap().0.edit, limit(edit));
    let mut story = on_limits();
    story.press("jf");
    assert_eq!(story.asked(), None);
    assert!(story.frame(120, 40).contains("login-burst is as the file says"));
}

#[test]
fn offenders_are_those_of_the_chosen_rule_added_up_as_asked() {
    let mut story = on_limits();
    let frame = story.frame(120, 40);
    assert!(frame.contains("203.0.113.44") && !frame.contains("198.51.100.77"), "{frame}");
    story.press("j");
    let frame = story.frame(120, 40);
    assert!(!frame.contains("203.0.113.44") && frame.contains("198.51.100.77"), "{frame}");
    story.press("kt");
    assert!(story.frame(120, 40).contains("by key (1m)"), "{}", story.frame(120, 40));
    assert_eq!(story.inquiries(), [&Inquiry::Rejections(Grouping::Key)]);
    story.inform();
    story.press("t");
    story.inform();
    assert!(story.frame(120, 40).contains("/urls"), "{}", story.frame(120, 40));
}

#[test]
fn offenders_are_asked_for_only_while_they_are_drawn_and_the_gateway_answers() {
    let mut story = Story::watching(ascii());
    assert_eq!(story.inquiries(), Vec::<&Inquiry>::new());
    story.press("3");
    assert_eq!(story.inquiries().len(), 1);
    story.watch();
    assert_eq!(story.inquiries().len(), 1, "asked again before the answer");
    story.inform();
    story.watch();
    story.watch();
    assert_eq!(story.inquiries().len(), 1);
    story.inform();
    story.press("p");
    story.effects.clear();
    (0..4).for_each(|_| drop(story.watch()));
    assert_eq!(story.inquiries().len(), 0, "asked while paused");
    story.press("p");
    story.inform();
    story.lose();
    story.wait(Duration::from_secs(9));
    assert_eq!(story.inquiries().len(), 0, "asked without a link");
}

#[test]
fn an_inquiry_that_failed_says_why_where_nothing_is_known() {
    let mut story = Story::watching(ascii());
    story.press("3");
    let inquiry = Inquiry::Rejections(Grouping::Client);
    let result = Err(Error::new(ErrorCode::Denied, "ops may not ask this"));
    story.find(Found { inquiry, result });
    assert!(story.frame(120, 40).contains("not known: ops may not ask this"));
}
