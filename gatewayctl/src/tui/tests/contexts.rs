//! Another gateway without a restart: nothing of the old one stays, and nothing is lost unsaid.

use std::time::Duration;

use super::fixture::{NOON, Story, unicode};
use crate::{
    client::{Error, ErrorCode, TlsFiles},
    config::Context,
    model::{Drain, Hue, Protect, Scheme, Snapshot},
    tui::{
        Depth, Keymap, Wishes,
        contexts::{Reach, Reached},
        effect::Effect,
        farewell::farewell,
        key::Key,
        message::{LinkEvent, Msg},
        screens::Screen,
        theme::Role,
        themes::Themes,
    },
};

fn context(name: &str, protect: Protect) -> Context {
    Context {
        name: name.to_owned(),
        address: format!("unix:///run/{name}.sock").parse().unwrap(),
        tls: TlsFiles::default(),
        protect,
        header_color: Some(Hue::Red),
        require_reason: false,
    }
}

fn contexts() -> Vec<Context> {
    let local = Context {
        address: "unix:///run/gatewayd/admin.sock".parse().unwrap(),
        header_color: None,
        ..context("local", Protect::Confirm)
    };
    vec![local, context("prod-eu", Protect::TypeName), context("prod-us", Protect::ReadOnly)]
}

fn watching() -> Story {
    let mut story = Story::watching(unicode()).on(Screen::Backends);
    story.model.settings.contexts = contexts();
    story
}

/// What is wanted beside pictures of now.
fn switched(effects: &[Effect]) -> Option<&str> {
    effects.iter().find_map(|effect| match effect {
        Effect::Switch(context) => Some(context.name.as_str()),
        _ => None,
    })
}

#[test]
fn the_chooser_tells_of_each_gateway_whether_it_answers() {
    let mut story = watching();
    let asked = story.press("C");
    let [Effect::Reach(others)] = asked.as_slice() else { panic!("{asked:?}") };
    assert_eq!(others.len(), 2, "the one that is shown is known");
    let reached = Ok(Reached { version: "0.1.0".into(), took_ms: 4 });
    story.tell(Msg::Reached(Reach { name: "prod-eu".into(), result: reached }));
    let error = Error::new(ErrorCode::Unreachable, "connection refused");
    story.tell(Msg::Reached(Reach { name: "prod-us".into(), result: Err(error) }));
    for (width, height) in [(120, 40), (80, 24), (40, 12)] {
        insta::assert_snapshot!(format!("contexts_{width}x{height}"), story.frame(width, height));
    }
    story.key(Key::Esc);
    assert!(story.model.chooser.is_none());
}

#[test]
fn nothing_of_the_old_gateway_stays_and_what_was_staged_is_told() {
    let mut story = watching();
    story.press("+C");
    story.press("j");
    let effects = story.key(Key::Enter);
    assert_eq!(switched(&effects), Some("prod-eu"));
    let frame = story.frame(120, 40);
    for gone in ["app-1", "edge-1", "admin.sock", "staged: 1"] {
        assert!(!frame.contains(gone), "{gone}\n{frame}");
    }
    assert!(frame.starts_with(" prod-eu type-name  connecting"), "{frame}");
    assert!(frame.contains("prod-eu from now on; staged weights of local dropped: 1"), "{frame}");
    assert!(frame.contains("unix:///run/prod-eu.sock"));
    let mut other = Snapshot { host: "edge-9".into(), time_ms: NOON, ..Snapshot::default() };
    other.instance = "other".into();
    story.tell(Msg::Link(LinkEvent::Up));
    story.tell(Msg::Link(LinkEvent::Snapshot(Box::new(other))));
    let frame = story.frame(120, 40);
    assert!(frame.contains("edge-9") && !frame.contains("restarted"), "{frame}");
    assert!(story.model.backends.staged.is_empty());
}

#[test]
fn an_answer_of_the_old_gateway_finds_no_dialog_of_the_new_one() {
    let mut story = watching();
    story.press("d");
    let old = story.model.tickets;
    story.key(Key::Esc);
    story.press(":@prod-eu");
    story.key(Key::Enter);
    let gateway = story.gateway.clone();
    story.tell(Msg::Link(LinkEvent::Snapshot(Box::new(gateway))));
    story.press("d");
    assert!(story.model.tickets > old);
}

#[test]
fn a_drain_that_goes_on_there_is_told_and_remembered() {
    let mut story = watching();
    story.model.drains.push("app-4".into());
    story.happen(|gateway| {
        let drain = Drain { op: "8f31".into(), ..Drain::default() };
        gateway.backends[3].drain = Some(drain);
    });
    story.press(":@prod-us");
    story.key(Key::Enter);
    let frame = story.frame(120, 40);
    assert!(frame.contains("drains that go on at local: 1"), "{frame}");
    let told = farewell(&story.model);
    assert!(told.contains("Follow: gatewayctl --context local op watch 8f31"), "{told}");
    assert!(story.frame(120, 40).starts_with(" prod-us read-only"));
}

#[test]
fn the_palette_turns_to_a_gateway_with_or_without_a_screen() {
    let mut story = watching();
    story.press(":limits /mode=enforce @prod-eu");
    let effects = story.key(Key::Enter);
    assert_eq!(switched(&effects), Some("prod-eu"));
    assert_eq!(story.model.screen, Screen::Limits);
    assert_eq!(story.model.limits.list.filter.input().text(), "mode=enforce");
    story.press(":@prod-ue");
    assert_eq!(switched(&story.key(Key::Enter)), None);
    let frame = story.frame(120, 40);
    assert!(frame.contains("no context \"prod-ue\"; did you mean `prod-eu`?"), "{frame}");
    story.key(Key::Esc);
    story.press(":@prod-eu");
    assert_eq!(switched(&story.key(Key::Enter)), None, "it is there already");
}

#[test]
fn each_gateway_is_looked_at_as_it_was_last() {
    let mut story = watching();
    story.press("sS]");
    let sorted = story.model.backends.list.clone();
    let window = story.model.wanted_window;
    story.press(":@prod-eu");
    story.key(Key::Enter);
    assert_eq!(story.model.backends.list.sort, None, "of the new one nothing is remembered");
    story.press("[[3");
    let kept = story.press(":@local");
    assert!(kept.is_empty());
    let effects = story.key(Key::Enter);
    assert!(matches!(effects[0], Effect::Keep(_)));
    assert_eq!(story.model.screen, Screen::Backends);
    assert_eq!(story.model.wanted_window, window);
    let list = &story.model.backends.list;
    assert_eq!((list.sort, list.descending), (sorted.sort, sorted.descending));
}

#[test]
fn a_read_only_dashboard_stays_so_everywhere() {
    let mut story = watching();
    story.model.settings.read_only = true;
    story.press(":@prod-eu");
    story.key(Key::Enter);
    assert!(story.frame(120, 40).starts_with(" prod-eu read-only"));
}

fn wishes(story: &Story) -> Wishes {
    Wishes {
        theme: Scheme::Ansi16.into(),
        keymap: Keymap::default(),
        layouts: crate::tui::Layouts::default(),
        refresh: story.model.settings.refresh,
        contexts: contexts(),
        files: Vec::new(),
    }
}

#[test]
fn a_file_that_was_saved_holds_at_once_and_a_broken_one_changes_nothing() {
    let mut story = watching();
    let mut wanted = wishes(&story);
    wanted.theme = Scheme::Mono.into();
    wanted.refresh = Duration::from_secs(5);
    wanted.contexts[0].protect = Protect::ReadOnly;
    let effects = story.tell(Msg::Wishes(Ok(Box::new(wanted))));
    assert!(effects.contains(&Effect::Pace(Duration::from_secs(5))), "{effects:?}");
    assert_eq!(story.model.settings.look.style(Role::Ok).fg, None);
    let frame = story.frame(120, 40);
    assert!(frame.starts_with(" local read-only"), "{frame}");
    assert!(frame.contains("your file was saved, and holds from now on"), "{frame}");
    let before = story.model.settings.clone();
    story.tell(Msg::Wishes(Err("config.toml:3:1: unknown key `x` in [ui]".into())));
    assert_eq!(story.model.settings, before);
    let frame = story.frame(120, 40);
    assert!(frame.contains("error config.toml:3:1: unknown key `x` in [ui]; until"), "{frame}");
}

#[test]
fn a_theme_that_was_chosen_by_key_survives_a_save_that_is_about_something_else() {
    let mut story = watching();
    story.model.settings.themes = Themes::new(Scheme::Ansi16.into(), Depth::Sixteen);
    story.press("TTT");
    assert_eq!(story.model.settings.themes.name(), "mono");
    let wanted = wishes(&story);
    story.tell(Msg::Wishes(Ok(Box::new(wanted))));
    assert_eq!(story.model.settings.themes.name(), "mono");
}
