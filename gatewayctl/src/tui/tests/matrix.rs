//! Every screen in every state at every size: text and style in one picture for each screen.

use std::time::Duration;

use super::{
    fixture::{Story, backend, unicode},
    themes::styled,
};
use crate::{
    client::{Error, ErrorCode},
    model::{Grouping, Health, Standing},
    tui::{
        lore::{Found, Inquiry},
        message::Msg,
        notice::Notice,
        screens::{Screen, traffic::News},
    },
};

const SIZES: [(u16, u16); 3] = [(120, 40), (80, 24), (40, 12)];

/// A state's name, and how a screen gets into it.
type State = (&'static str, fn(Screen) -> Story);

/// The states that a screen is looked at in.
const STATES: [State; 5] =
    [("live", live), ("stale", stale), ("empty", empty), ("error", failed), ("1000", many)];

fn live(screen: Screen) -> Story {
    Story::watching(unicode()).on(screen)
}

fn stale(screen: Screen) -> Story {
    let mut story = live(screen);
    story.wait(Duration::from_secs(7));
    story
}

fn empty(screen: Screen) -> Story {
    let mut story = Story::begin(unicode());
    story.model.screen = screen;
    story.happen(|gateway| {
        gateway.backends.clear();
        gateway.pools.clear();
        gateway.limits.clear();
        gateway.problems.clear();
    });
    story
}

/// What the screen asks for is not answered yet.
fn unanswered(screen: Screen) -> Story {
    let mut story = Story::watching(unicode());
    story.model.screen = screen;
    story.tell(Msg::Tick);
    story
}

/// What the screen asks for is refused; where it asks for nothing, a change was.
fn failed(screen: Screen) -> Story {
    let error = Error::new(ErrorCode::Timeout, "no answer from the gateway in 10s");
    let mut story = unanswered(screen);
    let inquiry = match screen {
        Screen::Limits => Some(Inquiry::Rejections(Grouping::Client)),
        Screen::Scaler => Some(Inquiry::Scalers),
        Screen::Tls => Some(Inquiry::Certificates),
        _ => None,
    };
    match (inquiry, screen) {
        (Some(inquiry), _) => drop(story.find(Found { inquiry, result: Err(error) })),
        (None, Screen::Traffic) => drop(story.flow(News::Ended(error))),
        (None, _) => story.model.say(Notice::error(error.message)),
    }
    story
}

fn many(screen: Screen) -> Story {
    let mut story = live(screen);
    story.happen(|gateway| {
        gateway.backends = (0..1_000_u32)
            .map(|at| {
                let health = if at % 97 == 5 { Health::Unhealthy } else { Health::Healthy };
                let name = format!("app-{at:04}");
                backend(&name, health, Standing::Active, f64::from(at), u64::from(at % 211))
            })
            .collect();
    });
    story
}

#[test]
fn every_screen_in_every_state_at_every_size() {
    for screen in Screen::ALL {
        let mut told = String::new();
        for (state, story) in STATES {
            let story = story(screen);
            for (width, height) in SIZES {
                told += &format!("=== {state} {width}x{height}\n");
                told += &styled(&story.buffer(width, height));
            }
        }
        insta::assert_snapshot!(format!("matrix_{}", screen.titles()[0].to_lowercase()), told);
    }
}

/// Whatever is wrong is told by a word or a sign, and not by its colour alone.
#[test]
fn every_state_is_told_without_colours_too() {
    let frame = |screen, story: fn(Screen) -> Story| {
        let story = story(screen);
        SIZES.map(|(width, height)| story.frame(width, height))
    };
    for screen in Screen::ALL {
        for (state, story) in &STATES[1..4] {
            let good = frame(screen, if *state == "error" { unanswered } else { live });
            let told = frame(screen, *story);
            // The smallest has room for rules alone, which do not need what was not answered.
            let sizes = if (screen, *state) == (Screen::Limits, "error") { 2 } else { 3 };
            assert!((0..sizes).all(|size| told[size] != good[size]), "{screen:?} {state}");
        }
    }
}
