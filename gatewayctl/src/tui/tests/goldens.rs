//! What each screen looks like, at each size and in each state.

use std::time::Duration;

use super::fixture::{Story, ascii, drain_plan, text, unicode};
use crate::{
    client::{Error, ErrorCode},
    model::Grouping,
    tui::{
        key::Key,
        lore::{Finding, Found, Inquiry},
        message::Msg,
        screens::Screen,
    },
};

const SIZES: [(u16, u16); 3] = [(120, 40), (80, 24), (40, 12)];

fn golden(story: &Story, name: &str) {
    for (width, height) in SIZES {
        insta::assert_snapshot!(format!("{name}_{width}x{height}"), story.frame(width, height));
    }
}

fn named(screen: Screen) -> String {
    screen.titles()[0].to_lowercase()
}

#[test]
fn live() {
    for screen in Screen::ALL {
        golden(&Story::watching(unicode()).on(screen), &format!("{}_live", named(screen)));
    }
}

#[test]
fn live_in_ascii() {
    for screen in Screen::ALL {
        let story = Story::watching(ascii()).on(screen);
        golden(&story, &format!("{}_ascii", named(screen)));
        assert!(SIZES.into_iter().all(|(width, height)| story.frame(width, height).is_ascii()));
    }
}

#[test]
fn disconnected() {
    for screen in Screen::ALL {
        let mut story = Story::watching(ascii()).on(screen);
        story.wait(Duration::from_secs(2));
        story.lose();
        story.wait(Duration::from_secs(1));
        golden(&story, &format!("{}_disconnected", named(screen)));
    }
}

#[test]
fn stale() {
    for screen in [
        Screen::Backends,
        Screen::Limits,
        Screen::Scaler,
        Screen::Traffic,
        Screen::Events,
        Screen::Tls,
    ] {
        let mut story = Story::watching(unicode()).on(screen);
        story.wait(Duration::from_secs(7));
        golden(&story, &format!("{}_stale", named(screen)));
    }
}

#[test]
fn empty() {
    for screen in Screen::ALL {
        let mut story = Story::begin(unicode()).on(screen);
        story.happen(|gateway| {
            gateway.backends.clear();
            gateway.pools.clear();
            gateway.limits.clear();
            gateway.problems.clear();
        });
        golden(&story, &format!("{}_empty", named(screen)));
    }
}

#[test]
fn not_yet_connected() {
    let mut story = Story::begin(unicode());
    golden(&story, "connecting");
    story.wait(Duration::from_secs(2));
    story.lose();
    golden(&story, "unreachable");
}

#[test]
fn a_drain_in_detail() {
    let mut story = Story::watching(unicode()).on(Screen::Backends);
    story.press("jjj");
    golden(&story, "backends_drain");
}

#[test]
fn the_drain_dialog() {
    let mut story = Story::watching(unicode()).on(Screen::Backends);
    story.press("jjd");
    story.answer(Ok(drain_plan()));
    story.wait(Duration::from_millis(300));
    golden(&story, "dialog_drain");
}

#[test]
fn the_drain_dialog_of_several_with_its_options() {
    let mut story = Story::watching(unicode()).on(Screen::Backends);
    story.press("   d");
    story.answer(Ok(drain_plan()));
    (0..4).for_each(|_| drop(story.key(Key::Tab)));
    story.key(Key::Left);
    story.watch();
    story.answer(Ok(drain_plan()));
    story.key(Key::Tab);
    story.press("1h");
    story.key(Key::Tab);
    story.press("1");
    story.watch();
    story.answer(Ok(drain_plan()));
    story.watch();
    story.answer(Ok(drain_plan()));
    golden(&story, "dialog_drain_options");
}

#[test]
fn the_dialog_of_a_guarded_change() {
    let mut story = Story::watching(unicode()).on(Screen::Backends);
    story.press("d");
    let error =
        Error::new(ErrorCode::Guard, "this would take the last ready backend of pool app away");
    story.answer(Err(error.hint("--force with a reason (-m) does it all the same")));
    story.press("f");
    golden(&story, "dialog_guard");
}

#[test]
fn the_add_form() {
    let mut story = Story::watching(unicode()).on(Screen::Backends);
    story.press("a");
    story.key(Key::Enter);
    story.tell(Msg::Paste("10.0.0.19:90000".into()));
    golden(&story, "dialog_add");
}

#[test]
fn the_limit_form() {
    let mut story = Story::watching(unicode()).on(Screen::Limits);
    story.press("E");
    golden(&story, "dialog_limit");
}

#[test]
fn the_limit_form_with_its_preview() {
    let mut story = Story::watching(unicode()).on(Screen::Limits);
    story.press("E");
    story.key(Key::Ctrl('U'));
    story.tell(Msg::Paste("80/minute".into()));
    story.wait(Duration::from_millis(300));
    story.inform();
    golden(&story, "dialog_limit_preview");
    for _ in 0..6 {
        story.key(Key::Enter);
    }
    story.answer(Ok(drain_plan()));
    story.wait(Duration::from_millis(300));
    golden(&story, "dialog_limit_confirm");
}

#[test]
fn offenders_and_blocks_are_panels_of_their_own() {
    let mut story = Story::watching(unicode()).on(Screen::Limits);
    story.key(Key::Tab);
    story.press("j");
    golden(&story, "limits_offenders");
    story.press("B");
    golden(&story, "dialog_block");
    story.key(Key::Esc);
    story.key(Key::Tab);
    golden(&story, "limits_blocks");
}

#[test]
fn a_pool_that_is_held() {
    let mut story = Story::watching(unicode()).on(Screen::Scaler);
    story.key(Key::Tab);
    story.inform();
    golden(&story, "scaler_held");
}

#[test]
fn no_pool_is_scaled() {
    let mut story = Story::watching(unicode()).on(Screen::Scaler);
    let result = Ok(Finding::Scalers(Vec::new()));
    story.find(Found { inquiry: Inquiry::Scalers, result });
    golden(&story, "scaler_none");
}

#[test]
fn the_forms_of_a_scaler() {
    for (key, name) in [("H", "hold"), ("M", "desired"), ("A", "rules")] {
        let mut story = Story::watching(unicode()).on(Screen::Scaler);
        story.press(key);
        golden(&story, &format!("dialog_{name}"));
    }
}

#[test]
fn other_rules_tried_and_about_to_be_applied() {
    let mut story = Story::watching(unicode()).on(Screen::Scaler);
    story.press("w");
    golden(&story, "dialog_what_if");
    story.key(Key::Tab);
    story.tell(Msg::Paste("20".into()));
    story.key(Key::BackTab);
    story.key(Key::BackTab);
    story.tell(Msg::Paste("1.5".into()));
    story.wait(Duration::from_millis(300));
    story.inform();
    golden(&story, "dialog_what_if_tried");
    story.press("A");
    story.answer(Ok(drain_plan()));
    story.wait(Duration::from_millis(300));
    golden(&story, "dialog_what_if_confirm");
}

#[test]
fn an_inquiry_that_failed() {
    for (screen, inquiry) in [
        (Screen::Limits, Inquiry::Rejections(Grouping::Client)),
        (Screen::Scaler, Inquiry::Scalers),
        (Screen::Tls, Inquiry::Certificates),
    ] {
        let mut story = Story::watching(unicode());
        story.model.screen = screen;
        story.tell(Msg::Tick);
        let result = Err(Error::new(ErrorCode::Timeout, "no answer from the gateway in 10s"));
        story.find(Found { inquiry, result });
        golden(&story, &format!("{}_error", named(screen)));
    }
}

#[test]
fn a_moment_is_read_from_charts() {
    for screen in [Screen::Overview, Screen::Backends, Screen::Limits, Screen::Scaler] {
        let mut story = Story::watching(unicode()).on(screen);
        story.press("c");
        for _ in 0..8 {
            story.key(Key::Left);
        }
        golden(&story, &format!("{}_cursor", named(screen)));
    }
}

#[test]
fn a_panel_on_the_whole_screen() {
    for screen in [Screen::Overview, Screen::Limits, Screen::Scaler, Screen::Events] {
        let mut story = Story::watching(unicode()).on(screen);
        story.press("z");
        golden(&story, &format!("{}_zoom", named(screen)));
        story.key(Key::Esc);
        let plain = Story::watching(unicode()).on(screen);
        assert_eq!(story.model.screen, screen);
        let tabs = |story: &Story| {
            story.frame(120, 40).lines().skip(2).map(str::to_owned).take(20).collect::<Vec<_>>()
        };
        assert_eq!(tabs(&story), tabs(&plain), "Esc gives the screen back");
    }
    let mut story = Story::watching(unicode());
    story.key(Key::BackTab);
    story.press("z");
    golden(&story, "overview_zoom_charts");
}

#[test]
fn charts_of_an_earlier_time() {
    let mut story = Story::watching(unicode());
    story.press("[{");
    golden(&story, "overview_earlier");
}

#[test]
fn a_certificate_with_its_chain() {
    let mut story = Story::watching(unicode()).on(Screen::Tls);
    story.press("j");
    story.key(Key::Enter);
    golden(&story, "tls_chain");
}

#[test]
fn no_listener_speaks_tls() {
    let mut story = Story::watching(unicode()).on(Screen::Tls);
    let result = Ok(Finding::Certificates(Vec::new()));
    story.find(Found { inquiry: Inquiry::Certificates, result });
    golden(&story, "tls_none");
}

#[test]
fn staged_weights() {
    let mut story = Story::watching(unicode()).on(Screen::Backends);
    story.press("((-j)");
    golden(&story, "backends_staged");
}

#[test]
fn the_help() {
    let mut story = Story::watching(unicode()).on(Screen::Backends);
    story.press("?");
    golden(&story, "help");
}

#[test]
fn every_size_is_drawn() {
    let mut stories = Vec::new();
    for screen in Screen::ALL {
        stories.push(Story::watching(unicode()).on(screen));
        stories.push(Story::begin(unicode()).on(screen));
    }
    let mut dialog = Story::watching(unicode()).on(Screen::Backends);
    dialog.press("jjd");
    dialog.answer(Ok(drain_plan()));
    stories.push(dialog);
    let mut help = Story::watching(unicode());
    help.press("?");
    stories.push(help);
    let mut form = Story::watching(unicode()).on(Screen::Backends);
    form.press("a");
    stories.push(form);
    let mut filter = Story::watching(unicode()).on(Screen::Backends);
    filter.press("/app and");
    stories.push(filter);
    for story in stories {
        for width in (1..=9).chain((10..=130).step_by(11)).chain([300]) {
            for height in (1..=9).chain((10..=45).step_by(7)).chain([100]) {
                story.buffer(width, height);
            }
        }
    }
}

#[test]
fn hostile_names_are_spelled_out() {
    let hostile = "a\u{1b}[2J\u{202e}b";
    for screen in Screen::ALL {
        let mut story = Story::watching(unicode()).on(screen);
        story.happen(|gateway| {
            gateway.host = hostile.into();
            gateway.caller = hostile.into();
            gateway.backends[0].name = hostile.into();
            gateway.backends[0].health_reason = hostile.into();
            gateway.pools[0].name = hostile.into();
            gateway.limits[0].name = hostile.into();
            gateway.limits[0].key = hostile.into();
            gateway.problems[0].what = hostile.into();
            gateway.problems[0].target = format!("backend/{hostile}");
        });
        let frame = text(&story.buffer(120, 40));
        assert!(!frame.contains(['\u{1b}', '\u{202e}']), "{frame}");
        let spelled_out = frame.matches("\\x1b[2J").count();
        assert!(spelled_out > 0 && spelled_out == frame.matches("[2J").count(), "{frame}");
    }
}

#[test]
fn without_colour_the_selected_row_is_reversed_and_nothing_is_coloured() {
    use ratatui::style::{Color, Modifier};
    let story = Story::watching(ascii()).on(Screen::Backends);
    let buffer = story.buffer(120, 40);
    assert!(buffer.content().iter().all(|cell| (cell.fg, cell.bg) == (Color::Reset, Color::Reset)));
    let reversed = |y: u16| buffer[(5, y)].modifier.contains(Modifier::REVERSED);
    assert_eq!((0..40).filter(|y| reversed(*y)).collect::<Vec<_>>(), [4]);
}

#[test]
fn the_chosen_rows_trend_is_not_reversed() {
    use ratatui::style::Modifier;
    let story = Story::watching(unicode()).on(Screen::Backends);
    let buffer = story.buffer(120, 40);
    let reversed = |x: u16| buffer[(x, 4)].modifier.contains(Modifier::REVERSED);
    let is_block =
        |x: &u16| matches!(buffer[(*x, 4)].symbol(), "▁" | "▂" | "▃" | "▄" | "▅" | "▆" | "▇" | "█");
    assert!((0..120).any(|x| is_block(&x)));
    assert!(!(0..120).filter(is_block).any(reversed));
    assert!((0..120).any(reversed));
}
