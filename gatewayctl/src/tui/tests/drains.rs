//! Stories of drains: how they are to go, several in turns, and the keys while they go.

use std::time::Duration;

use super::fixture::{NOON, Story, ascii, done, drain_plan};
use crate::{
    client::{Error, ErrorCode},
    model::{Drain, DrainOrder, Edit, Event, OnDeadline, Standing, Then},
    tui::{
        effect::Effect,
        farewell::farewell,
        key::Key,
        message::{LinkEvent, Msg},
        screens::Screen,
    },
};

fn on_backends() -> Story {
    Story::watching(ascii()).on(Screen::Backends)
}

fn drain(names: &[&str], order: Option<DrainOrder>) -> Edit {
    Edit::Drain { names: names.iter().map(|name| (*name).to_owned()).collect(), order }
}

/// The next snapshot comes, the gateway answers what it is asked, and the question is put.
fn put(story: &mut Story) {
    story.watch();
    story.answer(Ok(drain_plan()));
    story.wait(Duration::from_millis(300));
}

/// The gateway drains these, and says so.
fn begin(story: &mut Story, names: &[&str]) {
    let edit = story.sent().last().unwrap().edit.clone();
    story.answer(Ok(done(&edit)));
    story.watch();
    story.gateway.revision = 42;
    set(story, names, |it| {
        it.standing = Standing::Draining;
        it.drain = Some(Drain { op: "8f31".into(), ..Drain::default() });
    });
}

fn set(
    story: &mut Story,
    names: &[&str],
    change: impl Fn(&mut crate::model::Backend),
) -> Vec<Effect> {
    story.happen(|gateway| {
        gateway.backends.iter_mut().filter(|it| names.contains(&it.name.as_str())).for_each(change);
    })
}

fn end(story: &mut Story, names: &[&str]) -> Vec<Effect> {
    set(story, names, |it| {
        it.drain.as_mut().unwrap().drained_ms = Some(NOON);
        it.in_flight = 0;
    })
}

#[test]
fn what_is_typed_into_the_question_is_asked_about_shown_as_a_command_and_sent() {
    let mut story = on_backends();
    story.press("d");
    put(&mut story);
    story.key(Key::Tab);
    story.key(Key::Tab);
    let asked = story.press("2m");
    assert!(matches!(&asked[..], [Effect::Preview(_)]), "one question at a time: {asked:?}");
    story.press("y");
    assert_eq!(story.sent().len(), 0, "y goes into the field");
    story.key(Key::Backspace);
    story.key(Key::Enter);
    story.key(Key::Right);
    story.key(Key::Enter);
    story.key(Key::Left);
    story.key(Key::Tab);
    story.press("1h");
    // The answers to what was typed before mean nothing any more.
    for _ in 0..9 {
        put(&mut story);
    }
    let frame = story.frame(120, 40);
    let line = "backend drain app-1 --streams 2m --on-deadline kill --then ";
    assert!(frame.contains(line) && frame.contains("| enable-after=1h "), "{frame}");
    story.key(Key::Tab);
    story.tell(Msg::Paste("patch".into()));
    story.key(Key::Enter);
    story.press("y");
    let order = DrainOrder {
        streams: Some(Duration::from_secs(120)),
        on_deadline: OnDeadline::Kill,
        then: Then::EnableAfter(Duration::from_secs(3600)),
        ..DrainOrder::default()
    };
    assert_eq!(story.sent()[0].edit, drain(&["app-1"], Some(order)));
    assert_eq!(story.sent()[0].intent.reason, "patch");
}

#[test]
fn nothing_is_sent_while_an_option_is_wrong_or_its_answer_is_out() {
    let mut story = on_backends();
    story.press("d");
    put(&mut story);
    story.key(Key::Tab);
    story.press("soon");
    story.key(Key::BackTab);
    story.press("y");
    assert_eq!(story.sent().len(), 0);
    assert!(story.frame(120, 40).contains("request: such as 30s"), "{}", story.frame(120, 40));
    story.key(Key::Tab);
    story.key(Key::Ctrl('U'));
    story.press("9s");
    story.key(Key::BackTab);
    story.press("y");
    assert_eq!(story.sent().len(), 0, "the gateway has not said what this would do");
    for _ in 0..3 {
        put(&mut story);
    }
    story.press("y");
    assert_eq!(story.sent().len(), 1);
}

#[test]
fn a_drain_that_removes_wants_the_name() {
    let mut story = on_backends();
    story.press("d");
    put(&mut story);
    (0..4).for_each(|_| drop(story.key(Key::Tab)));
    story.key(Key::Right);
    put(&mut story);
    story.press("y");
    assert_eq!(story.sent().len(), 0);
    assert!(story.frame(120, 40).contains("type app-1"), "{}", story.frame(120, 40));
    story.key(Key::Left);
    put(&mut story);
    story.press("y");
    assert_eq!(story.sent()[0].edit, drain(&["app-1"], None), "as it was, and by a key");
}

#[test]
fn several_are_drained_in_turns_and_the_next_only_once_those_before_are() {
    let mut story = on_backends();
    story.press("   d");
    put(&mut story);
    (0..5).for_each(|_| drop(story.key(Key::Tab)));
    story.press("1");
    put(&mut story);
    let frame = story.frame(120, 40);
    assert!(frame.contains("Drain app-1, app-2, app-3 ?"), "{frame}");
    assert!(frame.contains("drain app-1 app-2 app-3 --max-parallel 1"), "{frame}");
    story.key(Key::Enter);
    story.key(Key::Enter);
    story.press("y");
    assert_eq!(story.sent()[0].edit, drain(&["app-1"], None));
    begin(&mut story, &["app-1"]);
    story.watch();
    assert_eq!(story.sent().len(), 1, "app-1 is not drained yet");
    assert!(story.frame(120, 40).contains("then drains: app-2, app-3"));
    story.lose();
    end(&mut story, &["app-1"]);
    assert_eq!(story.sent().len(), 2, "the picture is fresh again");
    assert_eq!(story.sent()[1].edit, drain(&["app-2"], None));
    assert_eq!(story.sent()[1].intent.expected_revision, None);
    begin(&mut story, &["app-2"]);
    set(&mut story, &["app-2"], |it| {
        it.standing = Standing::Active;
        it.drain = None;
    });
    assert_eq!(story.sent().len(), 2);
    let frame = story.frame(120, 40);
    assert!(frame.contains("app-2 takes requests again before it was drained; not begun: app-3"));
}

#[test]
fn turns_stop_where_the_gateway_refuses_or_somebody_changed_what_is_next() {
    let rolling = || {
        let mut story = on_backends();
        story.press("  d");
        put(&mut story);
        (0..5).for_each(|_| drop(story.key(Key::Tab)));
        story.press("1");
        put(&mut story);
        story.key(Key::Enter);
        story.key(Key::Enter);
        story.press("y");
        story
    };
    let mut story = rolling();
    story.answer(Err(Error::new(ErrorCode::Guard, "the last one")));
    assert!(story.frame(120, 40).contains("the last one; not begun: app-2"));
    let mut story = rolling();
    begin(&mut story, &["app-1"]);
    set(&mut story, &["app-2"], |it| it.revision = 99);
    end(&mut story, &["app-1"]);
    assert_eq!(story.sent().len(), 1);
    assert!(story.frame(120, 40).contains("app-2 changed"), "{}", story.frame(120, 40));
    let mut story = rolling();
    begin(&mut story, &["app-1"]);
    assert!(story.press("q").is_empty(), "quitting ends the turns, so it asks");
    story.key(Key::Esc);
    assert!(story.frame(120, 40).contains("not begun: app-2"), "{}", story.frame(120, 40));
    end(&mut story, &["app-1"]);
    assert_eq!(story.sent().len(), 1);
}

#[test]
fn a_target_that_moved_says_who_moved_it() {
    let mut story = on_backends();
    story.press("d");
    put(&mut story);
    story.tell(Msg::Link(LinkEvent::Event(Event {
        id: 9,
        time_ms: NOON - 1_000,
        who: "op2".into(),
        target: "backend/app-9, backend/app-1".into(),
        ..Event::default()
    })));
    set(&mut story, &["app-1"], |it| {
        it.revision = 42;
        it.weight = 80;
    });
    let frame = story.frame(120, 40);
    assert!(frame.contains("active weight 100, healthy, 141 in flight > active weight"), "{frame}");
    assert!(frame.contains("80, healthy, 141 in flight, by op2 2s ago; r looks again"), "{frame}");
}

#[test]
fn a_drain_is_given_a_minute_more_and_goes_on_as_it_did() {
    let mut story = on_backends();
    story.press("t");
    assert!(story.frame(120, 40).contains("it does not drain"));
    story.press("jjjt");
    put(&mut story);
    assert!(story.frame(120, 40).contains("the deadlines of app-4 are 1m00s later"));
    story.press("y");
    let seconds = |s| Some(Duration::from_secs(s));
    let order = DrainOrder {
        requests: seconds(60),
        streams: seconds(319),
        on_deadline: OnDeadline::Kill,
        ..DrainOrder::default()
    };
    assert_eq!(story.sent()[0].edit, drain(&["app-4"], Some(order)));
}

#[test]
fn a_server_from_which_all_is_gone_is_empty() {
    let mut story = on_backends();
    let shows = |story: &Story, word: &str| {
        let frame = story.frame(120, 40);
        frame.lines().any(|row| row.contains(word) && row.contains("app-2"))
    };
    story.press("jd");
    put(&mut story);
    story.press("y");
    begin(&mut story, &["app-2"]);
    assert!(shows(&story, "DRAIN") && !shows(&story, "EMPTY"), "{}", story.frame(120, 40));
    end(&mut story, &["app-2"]);
    assert!(shows(&story, "EMPTY") && !shows(&story, "DRAIN"), "{}", story.frame(120, 40));
}

#[test]
fn a_bell_rings_once_when_the_drain_is_over() {
    let mut story = on_backends();
    story.press("jjjb");
    assert!(story.frame(120, 40).contains("a bell when drained"));
    assert_eq!(story.watch(), []);
    assert_eq!(end(&mut story, &["app-4"]), [Effect::Bell]);
    assert!(story.frame(120, 40).contains("the drain of app-4 is over"));
    assert_eq!(story.watch(), []);
    let mut story = on_backends();
    story.press("jjjbb");
    assert_eq!(end(&mut story, &["app-4"]), [], "b again takes the bell away");
}

#[test]
fn what_goes_on_is_told_when_the_dashboard_ends() {
    let mut story = on_backends();
    assert_eq!(farewell(&story.model), "", "nobody drained app-4 here");
    story.press("d");
    put(&mut story);
    story.press("y");
    begin(&mut story, &["app-1"]);
    let told = "drain app-1 continues (op 8f31), 141 in flight. Follow: gatewayctl op watch 8f31\n";
    assert_eq!(farewell(&story.model), told);
    end(&mut story, &["app-1"]);
    assert_eq!(farewell(&story.model), "");
}
