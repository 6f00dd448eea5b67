//! Stories of charts: moving in the past, and reading a moment from all of them.

use super::fixture::{NOON, Story, ascii};
use crate::{
    model::Snapshot,
    tui::{key::Key, screens::Screen},
};

#[test]
fn going_back_in_time_freezes_the_screen_and_following_ends_it() {
    let mut story = Story::watching(ascii());
    story.press("[{");
    assert!(story.model.paused.is_some());
    let frame = story.frame(120, 40);
    assert!(frame.contains("1m until 14:02:52  0 newest"), "{frame}");
    assert!(frame.contains("14:02:52") && !frame.contains(" now"), "{frame}");
    story.press("{");
    assert!(story.frame(120, 40).contains("until 14:02:22"));
    story.press("}");
    assert!(story.frame(120, 40).contains("until 14:02:52"));
    story.press("0");
    assert!(story.frame(120, 40).contains("window 1m") && story.model.paused.is_some());
    story.press("{p");
    assert!(story.model.paused.is_none() && story.frame(120, 40).contains("window 1m"));
}

#[test]
fn a_moment_is_read_from_all_charts_of_the_screen() {
    let mut story = Story::watching(ascii());
    story.press("[c");
    let newest = format!("14:03:22Z   req/s {}", "7,909");
    assert!(story.frame(120, 40).contains(&newest), "{}", story.frame(120, 40));
    for _ in 0..41 {
        story.key(Key::Left);
    }
    assert_eq!(story.model.screen, Screen::Overview, "the key moves the cursor");
    let frame = story.frame(120, 40);
    assert!(frame.contains("14:02:41Z   req/s") && frame.contains("app-4 drained"), "{frame}");
    assert!(story.frame(80, 24).contains("14:02:41Z"), "{}", story.frame(80, 24));
    story.press("2");
    assert!(story.frame(120, 40).contains("14:02:41Z   req/s"), "the same moment of a backend");
    story.press("6");
    assert!(!story.frame(120, 40).contains("14:02:41Z   req/s"));
    story.press("1");
    story.key(Key::Esc);
    assert!(!story.frame(120, 40).contains("14:02:41Z   req/s"));
    story.key(Key::Right);
    let frame = story.frame(120, 40);
    assert!(frame.contains("this panel has no columns"), "the key is the tables' again: {frame}");
}

#[test]
fn a_screen_without_charts_says_so() {
    let mut story = Story::watching(ascii()).on(Screen::Events);
    story.press("c");
    assert!(story.frame(120, 40).contains("there is no chart on this screen"));
}

#[test]
fn the_scale_stays_until_it_is_exceeded_or_almost_empty() {
    let mut story = Story::begin(ascii());
    let top = |story: &Story| story.model.charts.scales.top("rps").unwrap();
    let at = |story: &mut Story, rps: f64| {
        story.happen(|gateway: &mut Snapshot| gateway.totals.rps = rps);
        top(story)
    };
    assert!((at(&mut story, 900.0) - 1_000.0).abs() < 1e-9);
    assert!((at(&mut story, 1_100.0) - 2_000.0).abs() < 1e-9);
    // A minute without the peak.
    story.press("[");
    let falls: Vec<f64> = (0..70).map(|_| at(&mut story, 500.0)).collect();
    assert!(falls.iter().all(|top| (top - 2_000.0).abs() < 1e-9), "{falls:?}");
    assert!((at(&mut story, 2_100.0) - 5_000.0).abs() < 1e-9);
    assert_eq!(story.gateway.time_ms, NOON + 73_000);
}
