//! How Overview looks on a small terminal: figures, problems, then backends, worst first.

use ratatui::{buffer::Buffer, layout::Rect, text::Span};

use super::{
    figures_row::figures_row,
    panels::{nothing, problem_row},
};
use crate::{
    model::{Backend, State as Condition},
    tui::{
        column::Lens,
        figures,
        list::List,
        screens::{
            Scene,
            backends::columns::{TABLE, words},
        },
        theme::Role,
        widgets::panel,
    },
};

/// Problems shown; the backends below tell the rest.
const PROBLEMS: usize = 3;

/// Draws the screen.
pub(crate) fn view_small(scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) {
    let look = scene.look;
    look.row(buffer, area, 0, figures_row(scene, usize::from(area.width)));
    let mut below = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    let mut room = panel::panel(look, buffer, below, "");
    for problem in scene.snapshot.problems.iter().take(PROBLEMS) {
        let mut row = vec![Span::raw(" ")];
        row.extend(problem_row(problem, scene, usize::from(area.width)));
        look.row(buffer, room, 0, row);
        below = Rect { y: room.y + 1, height: room.height.saturating_sub(1), ..room };
        room = below;
    }
    let mut backends: Vec<&Backend> = scene.snapshot.backends.iter().collect();
    backends.sort_by_key(|backend| std::cmp::Reverse(badness(backend)));
    if backends.is_empty() {
        let (screen, add) =
            (scene.keymap.label("screen.backends"), scene.keymap.label("backend.add"));
        let words =
            format!("No backends: requests are answered 503. {screen} then {add} adds one.");
        return nothing(&words, scene, buffer, room);
    }
    TABLE.draw(buffer, room, &backends, &List::default(), &scene.lens());
}

/// The gateway in one line: its figures, and its worst backend.
pub(crate) fn line(scene: &Scene<'_>) -> Vec<Span<'static>> {
    let (snapshot, look) = (scene.snapshot, scene.look);
    let totals = &snapshot.totals;
    let mut spans = vec![
        look.text(Role::Title, format!("{} ", look.cut_middle(&snapshot.host, 12))),
        look.label("rps "),
        look.figure(Role::Plain, &figures::rate(totals.rps, 5)),
        look.label(" p99 "),
        look.figure(Role::Plain, &figures::latency(totals.p99_ms)),
        look.label(" 5xx "),
        look.figure(Role::Plain, &figures::percent(totals.error_ratio)),
        Span::raw("% "),
    ];
    let worst = snapshot.backends.iter().max_by_key(|backend| badness(backend));
    if let Some(backend) = worst.filter(|backend| badness(backend) > 0) {
        let lens: Lens<'_> = scene.lens();
        let (role, state) = crate::tui::screens::backends::columns::state_words(backend, &lens);
        let words = words(backend, snapshot.time_ms);
        spans.push(look.text(role, format!("{state} {} {words}", backend.name)));
    }
    spans
}

/// Worse backends are greater.
fn badness(backend: &Backend) -> u8 {
    match backend.state() {
        Condition::Up => u8::from(backend.error_ratio.is_some_and(|ratio| ratio > 0.01)),
        Condition::New => 2,
        Condition::Maint => 3,
        Condition::Drain => 4,
        Condition::Ejected => 5,
        Condition::Down => 6,
    }
}
