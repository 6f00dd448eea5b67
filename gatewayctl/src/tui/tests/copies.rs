//! What can be taken along: a text in the clipboard, rows and the screen in a file.

use super::fixture::{Story, unicode};
use crate::{
    client::TlsFiles,
    config::Context,
    model::Protect,
    tui::{effect::Effect, export::Form, key::Key, screens::Screen},
};

fn copied(effects: &[Effect]) -> Option<&str> {
    effects.iter().find_map(|effect| match effect {
        Effect::Copy(text) => Some(text.as_str()),
        _ => None,
    })
}

#[test]
fn of_a_row_its_name_address_command_and_all_of_it_can_be_copied() {
    let mut story = Story::watching(unicode()).on(Screen::Backends);
    story.model.settings.contexts.push(Context {
        name: "local".into(),
        address: "unix:///run/gatewayd/admin.sock".parse().unwrap(),
        tls: TlsFiles::default(),
        protect: Protect::Confirm,
        header_color: None,
        require_reason: false,
    });
    story.press("jy");
    for (width, height) in [(120, 40), (80, 24), (40, 12)] {
        insta::assert_snapshot!(format!("copy_{width}x{height}"), story.frame(width, height));
    }
    assert_eq!(copied(&story.press("n")), Some("app-2"));
    assert!(story.model.menu.is_none());
    assert!(story.frame(120, 40).contains("copied by the terminal"), "{}", story.frame(120, 40));
    assert_eq!(copied(&story.press("ya")), Some("10.0.4.13:8443"));
    assert_eq!(copied(&story.press("yc")), Some("gatewayctl --context local backend show app-2"));
    let row = story.press("yj");
    let row: serde_json::Value = serde_json::from_str(copied(&row).unwrap()).unwrap();
    assert_eq!((&row["name"], &row["weight"]), (&"app-2".into(), &100.into()));
    assert_eq!(copied(&story.press("yd")), None, "another key closes the menu and does nothing");
    assert!(story.model.menu.is_none() && story.model.dialog.is_none());
}

#[test]
fn no_control_character_of_somebody_else_is_copied() {
    let mut story = Story::watching(unicode()).on(Screen::Backends);
    story.happen(|gateway| {
        gateway.backends[0].name = "a\u{1b}[2J\r\u{202e};rm -rf".into();
    });
    for key in ["yn", "yc", "yj"] {
        let effects = story.press(key);
        let text = copied(&effects).unwrap();
        let is_bad = |it: char| it.is_control() || it == '\u{202e}';
        assert!(!text.chars().any(is_bad), "{key}: {text:?}");
    }
    let command = story.press("yc");
    assert!(
        copied(&command).unwrap().ends_with('\''),
        "a shell takes it for one word: {command:?}"
    );
}

#[test]
fn every_screen_exports_its_rows_in_raw_units() {
    for screen in Screen::ALL {
        let mut story = Story::watching(unicode()).on(screen);
        story.press("x");
        let effects = story.press("j");
        let Some(Effect::Export(export)) = effects.last() else {
            panic!("{screen:?}: {effects:?}")
        };
        assert_eq!((export.form, &*export.context), (Form::Jsonl, "local"));
        let rows = String::from_utf8(export.rows.clone().unwrap()).unwrap();
        assert!(!rows.is_empty(), "{screen:?}");
        for row in rows.lines() {
            serde_json::from_str::<serde_json::Value>(row).unwrap();
        }
        story.press("y");
        story.key(Key::Esc);
    }
    let mut story = Story::watching(unicode()).on(Screen::Backends);
    story.press("/state=up");
    story.key(Key::Enter);
    story.press("x");
    let effects = story.press("c");
    let Some(Effect::Export(export)) = effects.last() else { panic!("{effects:?}") };
    let csv = String::from_utf8(export.rows.clone().unwrap()).unwrap();
    assert!(csv.starts_with("name,pool,"), "{csv}");
    assert!(csv.contains("app-1") && !csv.contains("app-5"), "the filter holds: {csv}");
    assert!(!csv.contains('%') && !csv.contains("2,310"), "raw units: {csv}");
}
