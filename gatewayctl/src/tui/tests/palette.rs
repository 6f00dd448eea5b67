//! Stories of the palette: what is typed, what it leads to, and what it looks like.

use std::time::Duration;

use super::fixture::{Story, ascii, drain_plan};
use crate::{
    client::TlsFiles,
    config::Context,
    model::{Edit, Intent, Protect, Terms},
    tui::{
        Candidate, Care, Order,
        effect::Effect,
        key::Key,
        message::Msg,
        palette::{Completed, Read},
        screens::Screen,
    },
};

fn typing(text: &str) -> Story {
    let mut story = Story::watching(ascii()).on(Screen::Backends);
    story.effects.clear();
    story.press(":");
    story.tell(Msg::Paste(text.into()));
    story
}

fn drain() -> Order {
    let names = vec!["app-3".to_owned()];
    let edit = Edit::Drain { names, order: None };
    let intent = Intent { reason: "new disk".into(), ..Intent::default() };
    Order { edit, rest: Vec::new(), intent, is_grave: false }
}

fn read(story: &mut Story, text: &str, result: Result<Order, String>) -> Vec<Effect> {
    story.tell(Msg::Read(Box::new(Read { text: text.into(), result })))
}

#[test]
fn a_command_shows_its_plan_and_is_sent_only_after_a_yes() {
    let mut story = typing("rain app-3 -m 'new disk'");
    story.key(Key::Home);
    story.press("d");
    assert_eq!(story.effects, [], "while a command is typed no key acts");
    let asked = story.key(Key::Enter);
    let [Effect::Read(line)] = &asked[..] else { panic!("{asked:?}") };
    assert_eq!((&*line.text, line.here.as_deref()), ("drain app-3 -m 'new disk'", Some("app-1")));
    let wanted = read(&mut story, "drain app-3 -m 'new disk'", Ok(drain()));
    let [Effect::Preview(request), Effect::Remember(lines)] = &wanted[..] else {
        panic!("{wanted:?}")
    };
    assert_eq!((request.edit.clone(), &*request.intent.reason), (drain().edit, "new disk"));
    assert_eq!(lines, &["drain app-3 -m 'new disk'"]);
    story.answer(Ok(drain_plan()));
    story.wait(Duration::from_millis(300));
    story.key(Key::Enter);
    assert_eq!(story.sent().len(), 0, "the Enter that ended the line is no yes");
    story.press("y");
    assert_eq!(story.sent().len(), 1);
}

#[test]
fn a_protected_context_wants_the_name_of_what_a_command_changes() {
    let mut story = typing("drain app-3");
    story.model.settings.care = Care { protect: Protect::TypeName, ..Care::default() };
    story.key(Key::Enter);
    read(&mut story, "drain app-3", Ok(drain()));
    story.answer(Ok(drain_plan()));
    story.wait(Duration::from_millis(300));
    story.press("y");
    assert_eq!(story.sent().len(), 0);
    assert!(story.frame(120, 40).contains("type app-3"));
}

#[test]
fn a_line_that_asks_for_nothing_says_why_and_stays() {
    let mut story = typing("drian app-3");
    story.key(Key::Enter);
    read(&mut story, "drian app-3", Err("no such command".into()));
    for (columns, rows) in [(120, 40), (80, 24), (40, 12)] {
        let frame = story.frame(columns, rows);
        assert!(frame.contains(": drian app-3   no such command"), "{frame}");
    }
    story.key(Key::Backspace);
    assert!(!story.frame(120, 40).contains("no such command"));
    story.key(Key::Esc);
    assert_eq!(story.model.palette, None);
}

#[test]
fn an_answer_to_another_line_is_not_taken() {
    let mut story = typing("drain app-3");
    story.key(Key::Enter);
    assert_eq!(read(&mut story, "drain app-2", Ok(drain())), []);
    story.key(Key::Esc);
    assert_eq!(read(&mut story, "drain app-3", Ok(drain())), []);
    assert_eq!(story.model.dialog, None);
}

#[test]
fn nothing_is_read_where_nothing_may_be_changed() {
    let mut story = typing("drain app-3");
    story.lose();
    assert_eq!(story.key(Key::Enter), []);
    assert!(story.frame(120, 40).contains("disconnected"));
    let mut story = typing("drain app-3");
    story.model.settings.care = Care { protect: Protect::ReadOnly, ..Care::default() };
    assert_eq!(story.key(Key::Enter), []);
}

#[test]
fn screens_are_shown_by_their_names_with_a_filter_behind() {
    let mut story = typing("limits");
    story.key(Key::Enter);
    assert_eq!((story.model.screen, &story.model.palette), (Screen::Limits, &None));
    story.press(":");
    story.tell(Msg::Paste("backends /pool=app and weight>1".into()));
    story.key(Key::Enter);
    assert_eq!(story.model.screen, Screen::Backends);
    assert_eq!(story.model.backends.list.filter.input().text(), "pool=app and weight>1");
    story.press(":help");
    story.key(Key::Enter);
    assert_eq!(story.model.help, Some(0));
    story.key(Key::Esc);
    story.press(":q");
    assert_eq!(story.key(Key::Enter), [Effect::Quit]);
}

#[test]
fn lines_typed_before_come_back() {
    let mut story = typing("");
    story.model.lines = vec!["drain app-1".into(), "undrain app-1".into()];
    let text = |story: &Story| story.model.palette.as_ref().unwrap().input.text().to_owned();
    for (key, line) in [
        (Key::Up, "undrain app-1"),
        (Key::Up, "drain app-1"),
        (Key::Up, "drain app-1"),
        (Key::Down, "undrain app-1"),
        (Key::Down, ""),
        (Key::Down, ""),
    ] {
        story.key(key);
        assert_eq!(text(&story), line, "{key:?}");
    }
}

#[test]
fn tab_completes_as_far_as_there_is_one_way() {
    let mut story = typing("drain a");
    assert_eq!(story.key(Key::Tab), [Effect::Complete("drain a".into())]);
    let candidate = |value: &str| Candidate { value: value.into(), help: "UP".into() };
    let complete = |story: &mut Story, text: &str, values: &[&str]| {
        let candidates = values.iter().map(|value| candidate(value)).collect();
        story.tell(Msg::Completed(Completed { text: text.into(), candidates }));
        story.model.palette.as_ref().unwrap().input.text().to_owned()
    };
    assert_eq!(complete(&mut story, "drain a", &["app-1", "app-2"]), "drain app-");
    let frame = story.frame(120, 40);
    assert!(frame.contains("app-1 UP  app-2 UP"), "{frame}");
    assert!(story.frame(40, 12).contains(": drain app-"));
    assert_eq!(complete(&mut story, "drain app-", &["app-2"]), "drain app-2 ");
    assert_eq!(complete(&mut story, "drain", &["app-9"]), "drain app-2 ", "of another line");
    assert_eq!(complete(&mut story, "drain app-2 ", &[]), "drain app-2 ");
}

#[test]
fn a_context_is_completed_behind_its_sign_and_a_screen_as_a_word() {
    let text = |story: &Story| story.model.palette.as_ref().unwrap().input.text().to_owned();
    let mut story = typing("backends /pool=app @pr");
    let context = |name: &str| Context {
        name: name.into(),
        address: "unix:///run/gatewayd/admin.sock".parse().unwrap(),
        tls: TlsFiles::default(),
        protect: Protect::Confirm,
        header_color: None,
        require_reason: false,
    };
    story.model.settings.contexts = vec![context("prod-eu"), context("prod-us"), context("dev")];
    assert_eq!(story.key(Key::Tab), [], "no grammar is asked for it");
    assert_eq!(text(&story), "backends /pool=app @prod-");
    let frame = story.frame(120, 40);
    assert!(frame.contains("@prod-eu unix:///run") && !frame.contains("@dev"), "{frame}");
    story.press("u");
    story.key(Key::Tab);
    assert_eq!(text(&story), "backends /pool=app @prod-us ");

    let mut story = typing("ev");
    story.key(Key::Tab);
    let candidates = vec![Candidate { value: "event".into(), help: String::new() }];
    story.tell(Msg::Completed(Completed { text: "ev".into(), candidates }));
    assert_eq!(text(&story), "event");
    let frame = story.frame(120, 40);
    assert!(frame.contains("event  events the screen"), "{frame}");
}

#[test]
fn the_conditions_of_a_command_go_with_its_change() {
    let mut story = typing("drain app-3");
    story.key(Key::Enter);
    let mut order = drain();
    let terms = Terms { ttl: Some(Duration::from_secs(1800)), ..Terms::default() };
    order.intent = Intent { expected_revision: Some(3), terms, ..order.intent };
    read(&mut story, "drain app-3", Ok(order));
    story.answer(Ok(drain_plan()));
    story.wait(Duration::from_millis(300));
    assert!(story.frame(120, 40).contains("taken back after 30m00s"));
    story.press("y");
    assert_eq!(story.sent()[0].intent.expected_revision, Some(3));
    assert_eq!(story.sent()[0].intent.reason, "new disk");
    assert_eq!(story.sent()[0].intent.terms.ttl, Some(Duration::from_secs(1800)));

    let mut story = typing("drain app-3 --force");
    story.key(Key::Enter);
    let mut order = drain();
    order.intent.force = true;
    read(&mut story, "drain app-3 --force", Ok(order));
    story.answer(Ok(drain_plan()));
    story.wait(Duration::from_millis(300));
    assert!(story.frame(120, 40).contains("type app-3"), "a guard is overruled by name");
}
