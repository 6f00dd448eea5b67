//! Stories: what an operator does, what is sent, and what the screen says.

use std::time::Duration;

use super::fixture::{Story, ascii, done, drain_plan};
use crate::{
    client::{Error, ErrorCode},
    model::{Edit, Filter, LimitEdit, LimitMode, Protect, Standing, WeightEdit},
    output::columns::{TRAFFIC, TRAFFIC_FIELDS},
    tui::{effect::Effect, key::Key, message::Msg, screens::Screen},
};

fn on_backends() -> Story {
    Story::watching(ascii()).on(Screen::Backends)
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn a_drain_names_its_target_shows_what_would_happen_and_is_sent_once() {
    let mut story = on_backends();
    let asked = story.press("jjd");
    let [Effect::Preview(question)] = &asked[..] else { panic!("{asked:?}") };
    assert!(question.intent.validate_only);
    let frame = story.frame(120, 40);
    assert!(!frame.contains("Drain app-3 ?"), "asked before the gateway answered:\n{frame}");
    story.answer(Ok(drain_plan()));
    story.wait(Duration::from_millis(300));
    let frame = story.frame(120, 40);
    assert!(frame.contains("Drain app-3 ?") && frame.contains("2,300 > 0 rps"), "{frame}");
    story.press("y");
    story.press("y");
    let sent = story.sent();
    let [request] = &sent[..] else { panic!("sent {} times", sent.len()) };
    let edit = Edit::Drain { names: names(&["app-3"]), order: None };
    assert_eq!(request.edit, edit);
    assert_eq!(request.intent.expected_revision, Some(41));
    assert_eq!((request.intent.via.as_str(), request.intent.validate_only), ("tui", false));
    story.answer(Ok(done(&edit)));
    let frame = story.frame(120, 40);
    assert!(!frame.contains("Drain app-3 ?"));
    assert!(frame.contains("backend/app-3 draining (op 8f31)"), "{frame}");
}

#[test]
fn enter_confirms_what_another_key_asked_for() {
    let mut story = on_backends();
    story.press("d");
    story.answer(Ok(drain_plan()));
    story.key(Key::Enter);
    assert_eq!(story.sent().len(), 1);
}

#[test]
fn keys_typed_ahead_do_not_confirm() {
    let mut story = on_backends();
    story.press("jj");
    story.tell(Msg::Key(Key::Char('d')));
    story.answer(Ok(drain_plan()));
    story.tell(Msg::Key(Key::Char('y')));
    story.tell(Msg::Key(Key::Enter));
    assert_eq!(story.sent().len(), 0);
    story.press("y");
    assert_eq!(story.sent().len(), 1);
}

#[test]
fn the_key_that_asks_does_not_confirm() {
    let mut story = on_backends();
    story.press("(");
    story.key(Key::Enter);
    story.answer(Ok(drain_plan()));
    story.key(Key::Enter);
    assert_eq!(story.sent().len(), 0);
    story.press("y");
    let edits = vec![("app-1".to_owned(), WeightEdit::Absolute(90))];
    assert_eq!(story.sent()[0].edit, Edit::SetWeights { edits });
}

#[test]
fn staged_weights_are_sent_together_and_forgotten_when_applied() {
    let mut story = on_backends();
    story.press("((j)w");
    story.press("80%");
    story.key(Key::Enter);
    let frame = story.frame(120, 40);
    assert!(frame.contains("100*80") && frame.contains("staged: 2"), "{frame}");
    assert_eq!(story.effects, []);
    story.key(Key::Enter);
    story.answer(Ok(drain_plan()));
    story.press("y");
    let edits = vec![
        ("app-1".to_owned(), WeightEdit::Absolute(80)),
        ("app-2".to_owned(), WeightEdit::Absolute(80)),
    ];
    let edit = Edit::SetWeights { edits };
    assert_eq!(story.sent()[0].edit, edit);
    story.answer(Ok(done(&edit)));
    assert!(story.model.backends.staged.is_empty());
}

#[test]
fn a_staged_weight_that_was_overtaken_is_shown_and_not_sent() {
    let mut story = on_backends();
    story.press("(j(");
    story.happen(|gateway| {
        gateway.backends[0].weight = 70;
        gateway.backends[0].revision = 42;
        gateway.revision = 42;
    });
    assert!(story.frame(120, 40).contains("70!90"));
    story.key(Key::Enter);
    story.answer(Ok(drain_plan()));
    story.press("y");
    let edits = vec![("app-2".to_owned(), WeightEdit::Absolute(90))];
    assert_eq!(story.sent()[0].edit, Edit::SetWeights { edits });
}

#[test]
fn a_target_that_moved_stops_the_dialog_until_it_is_looked_at_again() {
    let mut story = on_backends();
    story.press("d");
    story.answer(Ok(drain_plan()));
    story.happen(|gateway| {
        gateway.revision = 42;
        gateway.backends[0].revision = 42;
        gateway.backends[0].weight = 80;
    });
    story.press("y");
    assert_eq!(story.sent().len(), 0);
    assert!(story.frame(120, 40).contains("app-1 changed"), "{}", story.frame(120, 40));
    story.press("r");
    story.answer(Ok(drain_plan()));
    story.press("y");
    assert_eq!(story.sent()[0].intent.expected_revision, Some(42));
}

#[test]
fn who_changes_a_target_twice_in_a_second_is_not_stopped_by_the_first_time() {
    let mut story = on_backends();
    story.press("d");
    story.answer(Ok(drain_plan()));
    story.press("y");
    story.answer(Ok(crate::model::Operation { revision: 42, ..drain_plan() }));
    story.press("M");
    story.answer(Ok(drain_plan()));
    // Only now comes a picture of what was done first.
    story.happen(|gateway| {
        gateway.revision = 42;
        gateway.backends[0].revision = 42;
    });
    story.press("y");
    assert_eq!(story.sent()[1].intent.expected_revision, Some(42));
    assert_eq!(story.sent().len(), 2, "{}", story.frame(120, 40));
}

#[test]
fn a_failed_change_is_sent_again_only_after_another_look() {
    let mut story = on_backends();
    story.press("d");
    story.answer(Ok(drain_plan()));
    story.press("y");
    story.happen(|gateway| gateway.revision = 42);
    story.effects.truncate(2);
    story.answer(Err(Error::new(ErrorCode::Conflict, "the gateway is at revision 42")));
    story.press("y");
    assert_eq!(story.sent().len(), 1);
    story.press("r");
    story.answer(Ok(drain_plan()));
    story.press("y");
    assert_eq!(story.sent()[1].intent.expected_revision, Some(42));
}

#[test]
fn a_moved_target_is_not_looked_at_again_without_a_link() {
    let mut story = on_backends();
    story.press("d");
    story.answer(Ok(drain_plan()));
    story.happen(|gateway| gateway.backends[0].revision = 42);
    story.lose();
    story.effects.clear();
    story.press("r");
    assert_eq!(story.effects, []);
}

#[test]
fn another_change_elsewhere_moves_the_expected_revision_and_asks_again() {
    let mut story = on_backends();
    story.press("d");
    story.answer(Ok(drain_plan()));
    let asked = story.happen(|gateway| gateway.revision = 43);
    assert!(matches!(&asked[..], [Effect::Preview(_)]), "{asked:?}");
    story.answer(Ok(drain_plan()));
    story.press("y");
    assert_eq!(story.sent()[0].intent.expected_revision, Some(43));
}

#[test]
fn removing_asks_for_the_name() {
    let mut story = on_backends();
    story.press("jR");
    story.answer(Ok(drain_plan()));
    story.press("y");
    story.key(Key::Enter);
    assert_eq!(story.sent().len(), 0);
    story.key(Key::Ctrl('U'));
    story.press("app-2");
    story.key(Key::Enter);
    assert_eq!(story.sent()[0].edit, Edit::Remove { names: names(&["app-2"]) });
}

#[test]
fn a_guard_is_overruled_with_the_name_and_a_reason_only() {
    let mut story = on_backends();
    story.press("d");
    story.answer(Err(Error::new(ErrorCode::Guard, "app-1 is the last ready backend of app")));
    story.press("y");
    assert_eq!(story.sent().len(), 0);
    story.press("f");
    story.tell(Msg::Paste("app-1".into()));
    story.key(Key::Enter);
    assert_eq!(story.sent().len(), 0, "without a reason");
    story.tell(Msg::Paste("fire".into()));
    story.key(Key::Enter);
    story.key(Key::Enter);
    let sent = story.sent();
    assert_eq!((sent.len(), sent[0].intent.force), (1, true));
    assert_eq!(sent[0].intent.reason, "fire");
}

#[test]
fn a_refused_change_stays_on_the_screen_until_it_is_dismissed() {
    let mut story = on_backends();
    story.press("d");
    story.answer(Ok(drain_plan()));
    story.press("y");
    story.answer(Err(Error::new(ErrorCode::Conflict, "the gateway is at revision 42")));
    assert!(story.frame(120, 40).contains("the gateway is at revision 42"));
    story.key(Key::Esc);
    for _ in 0..5 {
        story.watch();
    }
    assert!(story.frame(120, 40).contains("the gateway is at revision 42"));
    story.key(Key::Esc);
    assert!(!story.frame(120, 40).contains("the gateway is at revision 42"));
}

#[test]
fn marked_backends_are_drained_together() {
    let mut story = on_backends();
    story.press("  d");
    story.answer(Ok(drain_plan()));
    story.wait(Duration::from_millis(300));
    assert!(story.frame(120, 40).contains("Drain app-1, app-2 ?"), "{}", story.frame(120, 40));
    story.press("y");
    let edit = Edit::Drain { names: names(&["app-1", "app-2"]), order: None };
    assert_eq!(story.sent()[0].edit, edit);
}

#[test]
fn a_backend_is_added_through_the_form() {
    let mut story = on_backends();
    story.press("a");
    story.key(Key::Enter);
    story.tell(Msg::Paste("10.0.0.19:8443".into()));
    story.wait(Duration::from_millis(300));
    story.inform();
    for _ in 0..4 {
        story.key(Key::Enter);
    }
    assert!(story.model.dialog.is_some());
    story.watch();
    story.answer(Ok(drain_plan()));
    story.press("y");
    let edit = Edit::AddBackend {
        pool: "app".into(),
        name: "app-6".into(),
        address: "10.0.0.19:8443".into(),
        weight: Some(100),
        standing: Standing::Active,
    };
    assert_eq!(story.sent()[0].edit, edit);
}

#[test]
fn a_bad_form_leads_nowhere_and_says_why() {
    let mut story = on_backends();
    story.press("a");
    for _ in 0..5 {
        story.key(Key::Enter);
    }
    assert_eq!(story.effects, []);
    assert!(story.frame(120, 40).contains("address: 10.0.0.13:9000"), "{}", story.frame(120, 40));
}

#[test]
fn a_limit_is_edited_with_what_it_was_in_sight() {
    let mut story = Story::watching(ascii()).on(Screen::Limits);
    story.press("E");
    assert!(story.frame(120, 40).contains("was 100/minute, file 40/minute"));
    story.key(Key::Ctrl('U'));
    story.tell(Msg::Paste("80/minute".into()));
    story.key(Key::Enter);
    story.key(Key::Right);
    story.key(Key::Enter);
    story.key(Key::Enter);
    story.tell(Msg::Paste("30m".into()));
    story.key(Key::Enter);
    story.key(Key::Enter);
    story.tell(Msg::Paste("incident 4412".into()));
    story.key(Key::Enter);
    story.watch();
    story.answer(Ok(drain_plan()));
    let frame = story.frame(120, 40);
    assert!(frame.contains("for 30m00s, then 40/minute enforce"), "{frame}");
    assert!(frame.contains("limit 80/minute, was 100/minute (file 40/minute)"), "{frame}");
    story.press("y");
    let edit = Edit::SetLimit {
        name: "create-per-ip".into(),
        edit: LimitEdit {
            rule: "80/minute".parse().unwrap(),
            mode: Some(LimitMode::Shadow),
            ttl: Some(Duration::from_secs(1_800)),
            candidate: None,
        },
    };
    assert_eq!(story.sent()[0].edit, edit);
    assert_eq!(story.sent()[0].intent.reason, "incident 4412");
}

#[test]
fn no_brings_the_form_back_as_it_was() {
    let mut story = Story::watching(ascii()).on(Screen::Limits);
    story.press("E");
    story.key(Key::Ctrl('U'));
    story.tell(Msg::Paste("80/minute".into()));
    for _ in 0..5 {
        story.key(Key::Enter);
    }
    story.press("n");
    assert!(story.frame(120, 40).contains("[ 80/minute"), "{}", story.frame(120, 40));
    story.key(Key::Esc);
    assert_eq!(story.model.dialog, None);
}

#[test]
fn nothing_is_asked_or_sent_without_a_link() {
    let mut story = on_backends();
    story.press("d");
    story.answer(Ok(drain_plan()));
    story.effects.clear();
    story.lose();
    story.press("y");
    let frame = story.frame(120, 40);
    assert!(frame.contains("disconnected: changes are disabled"), "{frame}");
    assert!(!frame.contains("waiting for the gateway"), "{frame}");
    story.key(Key::Esc);
    story.press("deMR");
    story.press("a");
    assert_eq!(story.effects, []);
    assert!(story.frame(120, 40).contains("changes disabled"));
}

#[test]
fn stale_figures_are_marked_and_nothing_is_sent() {
    let mut story = on_backends();
    story.wait(Duration::from_secs(7));
    story.press("d");
    assert_eq!((story.model.dialog.as_ref(), &story.effects[..]), (None, &[][..]));
    assert!(story.frame(120, 40).contains("~2,310"));
    story.watch();
    assert!(!story.frame(120, 40).contains("~2,310"));
}

#[test]
fn a_restarted_gateway_is_told_and_its_events_are_its_own() {
    let mut story = on_backends();
    story.lose();
    story.tell(Msg::Link(crate::tui::message::LinkEvent::Up));
    story.happen(|gateway| gateway.instance = "two".into());
    let frame = story.frame(120, 40);
    assert!(frame.contains("gatewayd was restarted"), "{frame}");
    let lost = frame.to_lowercase();
    assert!(!lost.contains("disconnected") && !lost.contains("reconnect"));
    assert!(story.model.live.events.is_empty());
}

#[test]
fn a_paused_screen_says_so_and_stays() {
    let mut story = on_backends();
    story.press("p");
    story.happen(|gateway| gateway.backends[0].rps = 9_999.0);
    let frame = story.frame(120, 40);
    assert!(frame.contains("PAUSED") && frame.contains("(+1)") && !frame.contains("9,999"));
    story.press("p");
    assert!(story.frame(120, 40).contains("9,999"));
}

#[test]
fn a_paste_outside_a_field_runs_nothing() {
    let mut story = on_backends();
    story.tell(Msg::Paste("dyR".into()));
    assert_eq!((story.model.dialog.as_ref(), &story.effects[..]), (None, &[][..]));
    assert!(story.frame(120, 40).contains("a paste outside a field is refused"));
}

#[test]
fn a_filter_narrows_the_rows_and_a_bad_one_says_why() {
    let mut story = on_backends();
    story.press("/state=down");
    let frame = story.frame(120, 40);
    assert!(frame.contains("app-5") && !frame.contains("auth-1"), "{frame}");
    story.press(" nonsense");
    assert!(story.frame(120, 40).contains("filter: expected"), "{}", story.frame(120, 40));
    story.key(Key::Esc);
    assert!(story.frame(120, 40).contains("auth-1"));
}

#[test]
fn a_row_of_overview_leads_to_what_it_is_about_and_esc_back() {
    let mut story = Story::watching(ascii());
    story.key(Key::Enter);
    assert_eq!(story.model.screen, Screen::Backends);
    assert_eq!(story.model.backends.list.selected(), Some("app-5"));
    story.key(Key::Esc);
    assert_eq!(story.model.screen, Screen::Overview);
    story.key(Key::Tab);
    story.press("j");
    story.key(Key::Enter);
    let frame = story.frame(120, 40);
    assert!(frame.contains("filter: pool=auth") && !frame.contains("app-1"), "{frame}");
}

#[test]
fn enter_goes_deeper_down_to_the_requests_of_a_backend_and_esc_comes_back_step_by_step() {
    let mut story = Story::watching(ascii());
    story.model.traffic.list.filter.edit(TRAFFIC, |input| input.paste("status>=500"));
    story.key(Key::Enter);
    assert_eq!(story.model.backends.list.selected(), Some("app-5"));
    story.key(Key::Enter);
    assert!(story.model.backends.is_zoomed);
    for (width, height) in [(120, 40), (80, 24), (40, 12)] {
        let frame = story.frame(width, height);
        assert!(frame.contains("app-5  10.0") && !frame.contains("auth-1"), "{frame}");
    }
    story.key(Key::Enter);
    assert_eq!(story.model.screen, Screen::Traffic);
    let asked = story.tail().and_then(|tail| tail.asked).unwrap();
    let filter = Filter::parse("backend=app-5", &TRAFFIC_FIELDS).unwrap();
    assert_eq!(asked.filter, Some(filter));
    let frame = story.frame(120, 40);
    assert!(frame.contains("filter: backend=app-5") && frame.contains("window live"), "{frame}");

    story.key(Key::Esc);
    assert_eq!(story.model.screen, Screen::Backends);
    assert!(story.model.backends.is_zoomed, "as it was left");
    assert_eq!(story.model.traffic.list.filter.input().text(), "status>=500", "as it was before");
    story.key(Key::Esc);
    assert!(!story.model.backends.is_zoomed);
    assert_eq!(story.model.screen, Screen::Backends);
    story.key(Key::Esc);
    assert_eq!(story.model.screen, Screen::Overview);
    story.key(Key::Esc);
    assert_eq!(story.model.screen, Screen::Overview, "there is nothing further back");
}

#[test]
fn a_filter_that_was_typed_since_is_dropped_before_the_step_back() {
    let mut story = Story::watching(ascii());
    story.key(Key::Tab);
    story.key(Key::Enter);
    assert_eq!(story.model.screen, Screen::Backends);
    story.press("/ and rps>0");
    story.key(Key::Enter);
    story.key(Key::Esc);
    assert_eq!(story.model.screen, Screen::Backends);
    assert!(story.model.backends.list.filter.is_empty());
    story.key(Key::Esc);
    assert_eq!(story.model.screen, Screen::Overview);

    story.key(Key::Enter);
    story.press("2");
    story.key(Key::Esc);
    assert!(
        story.model.backends.list.filter.is_empty(),
        "no way leads back: it is a filter as any"
    );
    assert_eq!(story.model.screen, Screen::Backends);
}

#[test]
fn charts_look_back_as_far_as_something_was_seen_unless_told() {
    let mut story = Story::begin(ascii());
    story.happen(|_| ());
    assert!(story.frame(120, 40).contains("window 1m"));
    assert!(Story::watching(ascii()).frame(120, 40).contains("window 5m"));
    story.press("]");
    assert!(story.frame(120, 40).contains("window 5m"));
    story.press("[[[");
    assert!(story.frame(120, 40).contains("window 1m"));
}

#[test]
fn quitting_with_staged_weights_asks_once() {
    let mut story = on_backends();
    story.press("+q");
    assert_eq!(story.effects, []);
    story.press("q");
    assert_eq!(story.effects, [Effect::Quit]);
}

#[test]
fn a_read_only_dashboard_changes_nothing() {
    let mut story = on_backends();
    story.model.settings.care.protect = Protect::ReadOnly;
    story.press("da");
    assert_eq!((story.model.dialog.as_ref(), &story.effects[..]), (None, &[][..]));
    assert!(story.frame(120, 40).contains("read-only"));
}

#[test]
fn an_answer_of_another_dialog_is_not_taken_for_this_ones() {
    let mut story = on_backends();
    story.press("d");
    let first = story.effects.clone();
    story.key(Key::Esc);
    story.press("jd");
    let Some(Effect::Preview(old)) = first.last() else { panic!("{first:?}") };
    let answer = crate::tui::message::Answer {
        ticket: old.ticket,
        is_preview: true,
        result: Ok(drain_plan()),
    };
    story.tell(Msg::Answer(Box::new(answer)));
    story.press("y");
    assert_eq!(story.sent().len(), 0);
}
