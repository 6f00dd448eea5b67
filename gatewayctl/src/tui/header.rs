//! The head of the screen: which gateway, how fresh, who asks, and the tabs with their problems.

use std::time::Duration;

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

use super::{connection::Freshness, figures, model::Model, screens::Screen, theme::Role};
use crate::{
    duration,
    model::{Protect, Severity},
};

/// Draws the first row: context, instance, freshness, caller, time of the sample.
pub(crate) fn header(model: &Model, buffer: &mut Buffer, area: Rect) {
    let (look, care) = (model.settings.look, model.settings.care);
    let wide = area.width >= 100;
    let most = match area.width {
        100.. => 36,
        60.. => 20,
        _ => 10,
    };
    let context = look.cut_middle(&model.settings.context, most);
    let mut name = look.text(Role::Title, context);
    name.style = look.theme.badge(care.hue);
    let mut left = vec![Span::raw(" "), name];
    match care.protect {
        Protect::ReadOnly => left.push(look.text(Role::Accent, " read-only")),
        Protect::TypeName if area.width >= 60 => left.push(look.text(Role::Warn, " type-name")),
        Protect::TypeName => left.push(look.text(Role::Warn, "!")),
        Protect::Confirm => {}
    }
    let snapshot = model.shown().snapshot.as_ref();
    if let Some(snapshot) = snapshot {
        let host = look.cut_middle(&snapshot.host, most);
        left.push(look.text(Role::Plain, format!("  {host}")));
        if wide {
            let uptime = Duration::try_from_secs_f64(snapshot.uptime_s).unwrap_or_default();
            let words = format!(" {}  up {}", snapshot.version, whole(uptime));
            left.push(look.text(Role::Muted, words));
        }
    }
    left.push(Span::raw("  "));
    left.push(freshness(model, area.width >= 60));
    let mut right = Vec::new();
    if let Some(snapshot) = snapshot {
        if area.width >= 60 {
            right.push(
                look.text(Role::Muted, format!("{}  ", look.cut_middle(&snapshot.caller, 16))),
            );
        }
        let time = if wide {
            figures::date_time(snapshot.time_ms)
        } else {
            format!("{}Z", figures::time_of_day(snapshot.time_ms))
        };
        right.push(look.figure(Role::Plain, &time));
        right.push(Span::raw(" "));
    }
    let used = Line::from(left.clone()).width() + Line::from(right.clone()).width();
    look.row(buffer, area, 0, left);
    if used < usize::from(area.width) {
        let width = u16::try_from(Line::from(right.clone()).width()).unwrap_or(0);
        let place = Rect { x: area.right() - width, width, ..area };
        look.row(buffer, place, 0, right);
    }
}

/// Draws the second row: the tabs with their problems, and the window of the charts.
pub(crate) fn tabs(model: &Model, buffer: &mut Buffer, area: Rect) {
    let look = model.settings.look;
    let long = area.width >= 100;
    let mut spans = vec![Span::raw(" ")];
    for screen in Screen::ALL {
        let at = screen.number();
        let title = screen.titles()[usize::from(!long)];
        let here = screen == model.screen;
        let (open, close) = if here { ("[", "]") } else { (" ", " ") };
        let role = if here { Role::Accent } else { Role::Plain };
        let name = format!("{open}{at} {title}");
        spans.push(Span::styled(name, look.style(role)));
        let problems = problems(model, screen);
        if problems > 0 {
            spans.push(Span::styled(format!("!{problems}"), look.style(Role::Bad)));
        }
        let unseen = model.events.unseen(model.shown());
        if screen == Screen::Events && unseen > 0 {
            spans.push(Span::styled(format!("+{unseen}"), look.style(Role::Muted)));
        }
        spans.push(Span::styled(format!("{close} "), look.style(role)));
    }
    look.row(buffer, area, 0, spans);
    let (shorter, longer) = (model.key("window.shorter"), model.key("window.longer"));
    let timeline = model.timeline();
    let words = match timeline.is_newest {
        // What is told there is of now alone, or has a time of its own.
        _ if model.screen == Screen::Traffic => "window live ".to_owned(),
        _ if matches!(model.screen, Screen::Events | Screen::Tls) => String::new(),
        true => format!("window {} {shorter} {longer} ", model.window().word()),
        false => {
            let until = figures::time_of_day(timeline.end_ms);
            let newest = model.key("window.newest");
            format!("{} until {until}  {newest} newest ", model.window().word())
        }
    };
    let width = u16::try_from(words.len()).unwrap_or(0).min(area.width);
    let place = Rect { x: area.right() - width, width, ..area };
    look.row(buffer, place, 0, vec![look.text(Role::Muted, words)]);
}

/// How fresh the figures are, in the word of its state.
pub(crate) fn freshness(model: &Model, is_wide: bool) -> Span<'static> {
    let look = model.settings.look;
    let (role, words) = match (model.freshness(), &model.paused) {
        (Freshness::Lost { since, attempt, retry_in }, _) => (
            Role::Alarm,
            if is_wide {
                format!("DISCONNECTED {} try {} in {}", whole(since), attempt + 1, whole(retry_in))
            } else {
                format!("DISCONNECTED {}", whole(since))
            },
        ),
        (Freshness::Stale(age), _) => (Role::Alarm, format!("STALE {}", whole(age))),
        (_, Some(pause)) => (
            Role::Alarm,
            format!("PAUSED {} (+{})", whole(model.now.since(pause.since)), pause.missed),
        ),
        (Freshness::Slow(age), _) => (Role::Selected, format!("SLOW {}", whole(age))),
        (Freshness::Live(age), _) => (Role::Ok, format!("LIVE {:.1}s", age.as_secs_f64())),
        (Freshness::Connecting(length), _) => {
            (Role::Accent, format!("connecting {}", whole(length)))
        }
    };
    Span::styled(words, look.style(role))
}

/// Whole seconds, so that a countdown is not restless.
fn whole(length: Duration) -> String {
    duration::short(Duration::from_secs(length.as_secs()))
}

fn problems(model: &Model, screen: Screen) -> usize {
    let Some(snapshot) = &model.shown().snapshot else { return 0 };
    let concerns = |target: &str| screen.concerns().iter().any(|start| target.starts_with(start));
    snapshot
        .problems
        .iter()
        .filter(|problem| problem.severity > Severity::Info && concerns(&problem.target))
        .count()
}
