//! Columns of tables: chosen, hidden, moved, scrolled, and remembered.

use super::fixture::{Story, ascii, unicode};
use crate::{
    config::{Layout, Word},
    tui::{Layouts, key::Key, memory, screens::Screen, tables},
};

const SIZES: [(u16, u16); 3] = [(120, 40), (80, 24), (40, 12)];

fn on(screen: Screen) -> Story {
    Story::watching(ascii()).on(screen)
}

/// The row of titles that begins so.
fn titles(story: &Story, size: (u16, u16), first: &str) -> String {
    let frame = story.frame(size.0, size.1);
    let row = frame.lines().find(|row| row.trim_start_matches(['<', ' ']).starts_with(first));
    row.unwrap_or_else(|| panic!("no {first}:\n{frame}")).to_owned()
}

#[test]
fn what_finds_no_room_comes_into_sight_sideways_and_names_stay() {
    let mut story = on(Screen::Backends);
    let row = titles(&story, (40, 12), "ST ");
    assert!(row.contains("ERR%") && !row.contains("WEIGHT") && row.ends_with(" >"), "{row}");
    let mut seen: Vec<String> = row.split_whitespace().map(str::to_owned).collect();
    for _ in 0..30 {
        story.press("l");
        let row = titles(&story, (40, 12), "ST ");
        assert!(row.starts_with("<ST") && row.contains("NAME"), "{row}");
        seen.extend(row.split_whitespace().map(str::to_owned));
    }
    for title in tables::titles("backends").unwrap() {
        assert!(
            seen.iter().any(|it| it == title || it.strip_prefix('<') == Some(title)),
            "{title}"
        );
    }
    assert!(!titles(&story, (40, 12), "ST ").ends_with('>'), "there is no more");
    // As many steps back as there were columns, and not as many as keys were pressed.
    let reach = tables::titles("backends").unwrap().len() - 3;
    (0..reach).for_each(|_| drop(story.key(Key::Left)));
    assert_eq!(titles(&story, (40, 12), "ST "), titles(&on(Screen::Backends), (40, 12), "ST "));
}

#[test]
fn every_table_of_every_screen_is_looked_at_sideways() {
    for (screen, first, hidden) in [
        (Screen::Backends, "ST ", "ADDRESS"),
        (Screen::Limits, "RULE", "ROUTES"),
        (Screen::Traffic, "TIME", "TRY"),
        (Screen::Events, "TIME", "UNDO"),
        (Screen::Tls, "ST ", "ALSO FOR"),
    ] {
        let mut story = on(screen);
        assert!(!titles(&story, (40, 12), first).contains(hidden), "{screen:?}");
        (0..20).for_each(|_| drop(story.press("l")));
        let row = titles(&story, (40, 12), first);
        assert!(row.contains(hidden), "{screen:?}: {row}");
    }
    let mut overview = on(Screen::Overview);
    overview.press("l");
    assert!(overview.frame(120, 40).contains("this panel has no columns"));
}

#[test]
fn columns_are_hidden_moved_and_as_ever_again() {
    let mut story = on(Screen::Backends);
    let before = titles(&story, (120, 40), "ST ");
    story.press("|");
    for (width, height) in SIZES {
        let name = format!("columns_{width}x{height}");
        insta::assert_snapshot!(name, story.frame(width, height));
    }
    story.press("jj ");
    story.press("<<<");
    story.key(Key::Esc);
    let row = titles(&story, (120, 40), "WEIGHT");
    let shown: Vec<&str> = row.split_whitespace().collect();
    assert_eq!(&shown[..4], ["WEIGHT", "ST", "NAME", "RPS"], "{row}");
    assert!(!row.contains("POOL") && !row.contains("P90"), "{row}");

    story.press("|\\");
    story.key(Key::Enter);
    assert_eq!(titles(&story, (120, 40), "ST "), before);
    assert_eq!(
        story
            .effects
            .iter()
            .filter(|it| matches!(it, crate::tui::effect::Effect::Apply(_)))
            .count(),
        0
    );
}

#[test]
fn one_column_stays() {
    let mut story = on(Screen::Tls);
    story.press("|");
    (0..8).for_each(|_| drop(story.press(" ")));
    let row = titles(&story, (120, 40), "ALSO FOR");
    assert_eq!(row.trim(), "ALSO FOR");
    assert!(story.frame(120, 40).contains("a table without a column shows nothing"));
}

#[test]
fn a_choice_is_remembered_for_its_gateway_and_goes_before_the_file() {
    let mut story = on(Screen::Backends);
    let word = |text: &str| Word { text: text.to_owned(), place: None };
    let layout = Layout { table: word("backends"), columns: ["name", "rps"].map(word).to_vec() };
    story.model.settings.layouts = Layouts::of(&[layout]).unwrap();
    tables::lay_out(&mut story.model);
    let row = titles(&story, (120, 40), "NAME");
    assert_eq!(row.split_whitespace().collect::<Vec<_>>(), ["NAME", "RPS"]);

    story.press("|j ");
    story.key(Key::Esc);
    let kept = memory::keep(&mut story.model);
    let mut later = on(Screen::Backends);
    later.model.settings.layouts = story.model.settings.layouts.clone();
    tables::lay_out(&mut later.model);
    later.model.memory = story.model.memory.clone();
    memory::recall(&mut later.model);
    assert_eq!(titles(&later, (120, 40), "NAME").trim(), "NAME");
    assert_eq!(kept, memory::keep(&mut later.model), "it is kept as it was");
    later.press("|\\");
    later.key(Key::Esc);
    assert!(titles(&later, (120, 40), "NAME").contains("RPS"), "the file's again");
}

#[test]
fn the_most_important_columns_stay_in_small_windows() {
    let story = Story::watching(unicode()).on(Screen::Backends);
    let row = |width| titles(&story, (width, 24), "ST ");
    for title in ["ST", "NAME", "RPS", "P99", "ERR%"] {
        assert!(row(40).contains(title), "{}", row(40));
    }
    for title in ["WEIGHT", "INFL", "NOTE"] {
        assert!(row(80).contains(title), "{}", row(80));
    }
    assert!(row(180).contains("P90") && !row(120).contains("P90"));
}
