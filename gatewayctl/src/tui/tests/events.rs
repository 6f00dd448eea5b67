//! Stories of Events: the newest is followed unless one reads, and each leads to what it is about.

use super::fixture::{NOON, Story, ascii};
use crate::{
    model::{Edit, Event, LimitEdit, RuleEdit, Severity, Standing},
    tui::{
        key::Key,
        message::{LinkEvent, Msg},
        screens::Screen,
    },
};

fn on_events() -> Story {
    Story::watching(ascii()).on(Screen::Events)
}

fn happen(story: &mut Story, id: u64, target: &str) {
    let event = Event {
        id,
        time_ms: NOON,
        kind: "limit".into(),
        severity: Severity::Warn,
        who: "gateway".into(),
        target: target.into(),
        what: "refuses 184 requests per second".into(),
        op: String::new(),
    };
    story.tell(Msg::Link(LinkEvent::Event(event)));
}

#[test]
fn the_newest_is_followed_and_the_list_does_not_jump_while_one_reads() {
    let mut story = on_events();
    happen(&mut story, 4, "limit/login-burst");
    assert_eq!(story.model.events.list.selected(), Some("4"));
    story.press("j");
    happen(&mut story, 5, "limit/login-burst");
    happen(&mut story, 6, "limit/login-burst");
    assert_eq!(story.model.events.list.selected(), Some("3"));
    let frame = story.frame(120, 40);
    assert!(frame.contains("3 above, g to see them"), "{frame}");
    story.press("g");
    happen(&mut story, 7, "limit/login-burst");
    assert_eq!(story.model.events.list.selected(), Some("7"));
    assert!(!story.frame(120, 40).contains("above, g"));
}

#[test]
fn events_that_were_not_on_the_screen_are_counted_at_its_tab() {
    let mut story = Story::watching(ascii());
    assert!(story.frame(120, 40).contains("6 Events+3"), "{}", story.frame(120, 40));
    story.press("6");
    assert!(story.frame(120, 40).contains("[6 Events]"), "{}", story.frame(120, 40));
    story.press("1");
    happen(&mut story, 4, "limit/login-burst");
    assert!(story.frame(80, 24).contains("6 Evt+1"), "{}", story.frame(80, 24));
}

#[test]
fn an_event_leads_to_what_it_is_about_and_esc_back() {
    let mut story = on_events();
    story.key(Key::Enter);
    assert_eq!(story.model.screen, Screen::Backends);
    assert_eq!(story.model.backends.list.selected(), Some("app-4"));
    story.key(Key::Esc);
    assert_eq!(story.model.screen, Screen::Events);
    happen(&mut story, 4, "limit/login-burst");
    story.key(Key::Enter);
    assert_eq!(story.model.screen, Screen::Limits);
    assert_eq!(story.model.limits.list.selected(), Some("login-burst"));
    story.key(Key::Esc);
    happen(&mut story, 5, "gateway");
    story.key(Key::Enter);
    assert_eq!(story.model.screen, Screen::Events);
    assert!(story.frame(120, 40).contains("gateway has no screen of its own"));
}

#[test]
fn kinds_and_filters_narrow_the_list() {
    let mut story = on_events();
    happen(&mut story, 4, "limit/login-burst");
    story.press("f");
    let frame = story.frame(120, 40);
    assert!(frame.contains("show: change") && !frame.contains("refuses 184 req"), "{frame}");
    story.key(Key::Esc);
    story.press("/kernel");
    let frame = story.frame(120, 40);
    assert!(frame.contains("drained: kernel patch") && !frame.contains("connection refused"));
    story.key(Key::Esc);
    story.press("/severity=warn");
    let frame = story.frame(120, 40);
    assert!(frame.contains("filter: severity=warn (1)"), "{frame}");
}

#[test]
fn an_event_about_several_names_the_first_and_counts_the_rest() {
    let mut story = on_events();
    happen(&mut story, 4, "backend/app-1, backend/app-2, backend/app-3");
    let frame = story.frame(120, 40);
    assert!(frame.contains("backend/app-1 +2"), "{frame}");
    assert!(frame.contains("target   backend/app-1, backend/app-2, backend/app-3"), "{frame}");
}

#[test]
fn what_differs_from_the_file_is_listed_below_with_who_said_so_and_for_how_long() {
    let mut story = on_events();
    let frame = story.frame(120, 40);
    assert!(frame.contains("Not as in the file: 2"), "{frame}");
    let [rule, standing] = [
        "limit/create-per-ip rule     100/minute 40/minute op2   13:41:55 001c",
        "backend/app-4       standing draining   active    ops-1 14:02:41 002a  kernel patch",
    ];
    assert!(frame.contains(rule) && frame.contains(standing), "{frame}");
    let Some(it) = story.model.live.lore.operations.iter_mut().flatten().next() else { panic!() };
    it.expires_ms = Some(NOON + 1_740_000);
    let frame = story.frame(120, 40);
    assert!(frame.contains("goes back in 29m00s, kernel patch"), "{frame}");
}

#[test]
fn what_differs_is_reverted_one_by_one_or_written_into_the_file() {
    let mut story = on_events();
    story.press("r");
    assert!(story.frame(120, 40).contains("Tab goes to what is not as in the file; r there"));
    story.press("D");
    let frame = story.frame(120, 40);
    assert!(frame.contains("W writes all into it, r reverts one"), "{frame}");
    assert!(!frame.contains("show: all"), "the whole screen: {frame}");
    story.press("r");
    assert!(story.frame(120, 40).contains("rule: is 100/minute, file 40/minute"));
    let rule = RuleEdit { max: Some("40/minute".into()), ..RuleEdit::default() };
    let edit = LimitEdit { rule, ..LimitEdit::default() };
    let limit = Edit::SetLimit { name: "create-per-ip".into(), edit };
    assert_eq!(story.asked().map(|(request, _)| &request.edit), Some(&limit));
    story.key(Key::Esc);
    story.press("jr");
    let (names, standing) = (vec!["app-4".to_owned()], Standing::Active);
    let enable = Edit::SetStanding { names, standing };
    assert_eq!(story.asked().map(|(request, _)| &request.edit), Some(&enable));
    story.key(Key::Esc);
    story.press("W");
    let frame = story.frame(120, 40);
    assert!(frame.contains("limit/create-per-ip rule"), "what is written: {frame}");
    assert!(!frame.contains("backend/app-4 standing,"), "a file has no drains: {frame}");
    assert_eq!(story.asked().map(|(request, _)| &request.edit), Some(&Edit::PersistConfig));
    assert!(story.sent().is_empty(), "nothing without a yes");
    story.key(Key::Esc);
    story.key(Key::Enter);
    assert_eq!(story.model.screen, Screen::Backends, "a difference leads to what it is about");
    for (key, says) in [(Key::Esc, "W writes all"), (Key::Esc, "W writes all")] {
        story.key(key);
        assert!(story.frame(120, 40).contains(says), "{}", story.frame(120, 40));
    }
    story.key(Key::Esc);
    assert!(!story.frame(120, 40).contains("W writes all"));
}

#[test]
fn nothing_is_written_or_reverted_where_nothing_differs_or_there_is_no_link() {
    let mut story = on_events();
    story.lose();
    story.press("DrW");
    assert!(story.asked().is_none());
    let mut story = on_events();
    story.model.live.lore.fields = Some(Vec::new());
    story.press("D");
    assert!(story.frame(120, 40).contains("everything is as the file says"));
    story.press("rW");
    assert!(story.asked().is_none());
}

#[test]
fn what_the_charts_say_of_the_moment_of_an_event_is_a_key_away_and_esc_comes_back() {
    let mut story = on_events();
    story.press("J");
    assert_eq!(story.model.screen, Screen::Overview);
    assert!(story.model.paused.is_some() && story.model.charts.reads());
    let frame = story.frame(120, 40);
    assert!(frame.contains("14:02:41"), "{frame}");
    story.press("c");
    story.key(Key::Esc);
    assert_eq!(story.model.screen, Screen::Events);
    story.press("jj");
    story.press("J");
    assert_eq!(story.model.screen, Screen::Events);
    assert!(story.frame(120, 40).contains("longer ago than what is known"));
}
