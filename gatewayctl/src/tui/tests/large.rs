//! A thousand backends: scrolled, sorted, and the chosen one stays chosen.

use super::fixture::{Story, backend, unicode};
use crate::{
    model::{Health, Standing},
    tui::{key::Key, screens::Screen},
};

/// So many, in the gateway's order: by name.
const MANY: u32 = 1_000;

fn many() -> Story {
    let mut story = Story::begin(unicode()).on(Screen::Backends);
    story.happen(|gateway| {
        gateway.backends = (0..MANY)
            .map(|at| {
                let health = if at % 97 == 5 { Health::Unhealthy } else { Health::Healthy };
                let load = f64::from(at * 7_919 % MANY);
                let name = format!("app-{at:04}");
                backend(&name, health, Standing::Active, load, u64::from(at % 211))
            })
            .collect();
    });
    story
}

#[test]
fn a_thousand_backends_are_scrolled_and_sorted() {
    let mut story = many();
    for (width, height) in [(120, 40), (80, 24), (40, 12)] {
        insta::assert_snapshot!(format!("many_{width}x{height}"), story.frame(width, height));
    }
    story.key(Key::End);
    assert_eq!(story.model.backends.list.selected(), Some("app-0999"));
    (0..50).for_each(|_| drop(story.key(Key::PageUp)));
    assert_eq!(story.model.backends.list.selected(), Some("app-0499"));
    story.watch();
    for (width, height) in [(120, 40), (80, 24), (40, 12)] {
        let name = format!("many_middle_{width}x{height}");
        insta::assert_snapshot!(name, story.frame(width, height));
    }
}

#[test]
fn whatever_column_sorts_the_chosen_backend_stays_chosen_and_in_sight() {
    let mut story = many();
    (0..42).for_each(|_| drop(story.key(Key::PageDown)));
    let chosen = story.model.backends.list.selected().unwrap().to_owned();
    assert_eq!(chosen, "app-0420");
    let mut orders = std::collections::HashSet::new();
    for sorted in 0..11 {
        story.press("s");
        assert_eq!(story.model.backends.list.selected(), Some(&*chosen), "sort {sorted}");
        let frame = story.frame(120, 40);
        let row = frame.lines().find(|row| row.starts_with('▶'));
        assert!(row.is_some_and(|row| row.contains(&chosen)), "{frame}");
        story.press("S");
        assert_eq!(story.model.backends.list.selected(), Some(&*chosen), "sort {sorted} reversed");
        orders.insert(story.frame(120, 40));
    }
    assert!(orders.len() >= 5, "they are sorted in {} ways", orders.len());
    // Others come and go; it moves with its figures.
    story.happen(|gateway| {
        gateway.backends.retain(|it| it.name == chosen || it.name.ends_with('7'));
    });
    assert_eq!(story.model.backends.list.selected(), Some(&*chosen));
    story.happen(|gateway| gateway.backends.retain(|it| it.name != chosen));
    assert_ne!(story.model.backends.list.selected(), Some(&*chosen), "it is gone");
}
