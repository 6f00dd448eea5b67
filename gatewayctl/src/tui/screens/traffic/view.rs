//! How Traffic looks: the requests, the chosen one in full, and who fails most.

use ratatui::{buffer::Buffer, layout::Rect};

use super::{Row, SAMPLES, State, columns, detail, groups, wrapped};
use crate::tui::{
    figures,
    screens::Scene,
    theme::Role,
    widgets::panel::{self, Rest},
};

/// Rows of the chosen request and the groups side by side, with their rule.
const BELOW: u16 = 7;
/// The same one above the other.
const BELOW_NARROW: u16 = 5;
/// Cells of the chosen request beside the groups.
const DETAIL: u16 = 72;

/// Draws the screen.
pub(crate) fn view(state: &State, scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) {
    let wide = area.width >= 100;
    let below = match (area.height >= 14, wide) {
        (false, _) => 0,
        (true, true) => BELOW,
        (true, false) => BELOW_NARROW,
    };
    let mut left = Rest(area);
    let table = left.take(area.height - below);
    view_small(state, scene, buffer, table);
    if left.0.height == 0 {
        return;
    }
    let titles = [detail::title(state, scene), groups::title(state)];
    if wide {
        let titles = [titles[0].as_str(), titles[1].as_str()];
        let [one, other] = panel::pair(scene.look, buffer, left.0, DETAIL, titles);
        detail::draw(state, scene, buffer, one);
        groups::draw(state, scene, buffer, other);
        return;
    }
    let room = panel::panel(scene.look, buffer, left.take(3), &titles[0]);
    detail::draw_short(state, scene.look, buffer, room);
    let room = panel::panel(scene.look, buffer, left.0, &titles[1]);
    groups::draw_short(state, scene.look, buffer, room);
}

/// Draws the requests alone.
pub(crate) fn view_small(state: &State, scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) {
    let look = scene.look;
    let mut room = panel::panel(look, buffer, area, &title(state, scene, area.width));
    if let Some((error, again)) = &state.failure {
        let hint = error.hint.as_ref().map_or(String::new(), |hint| format!(" ({hint})"));
        let tried = if again.is_some() { "; tried again in a moment" } else { "" };
        let words = format!(" {} not told: {}{hint}{tried}", look.glyphs.alerts[0], error.message);
        for text in panel::wrapped(&words, usize::from(room.width).saturating_sub(1)) {
            look.row(
                buffer,
                room,
                0,
                vec![look.text(Role::Bad, format!(" {}", text.trim_start()))],
            );
            room = Rect { y: room.y + 1, height: room.height.saturating_sub(1), ..room };
        }
    }
    let rows: Vec<&Row> = state.kept.rows().iter().collect();
    if rows.is_empty() {
        if state.failure.is_none() {
            look.row(buffer, room, 0, vec![look.text(Role::Muted, nothing(state, scene))]);
        }
    } else if state.wraps {
        wrapped::draw(state, look, buffer, room);
    } else {
        columns::of_width(area.width).draw(buffer, room, &rows, &state.list, &scene.lens());
    }
}

/// What is followed, by which filter, and how much of it is told.
fn title(state: &State, scene: &Scene<'_>, width: u16) -> String {
    let missed = state.kept.missed();
    let follows = match (scene.look.stale, state.follows && missed == 0) {
        (true, _) => "STOPPED".to_owned(),
        (false, true) => "FOLLOWING".to_owned(),
        (false, false) => format!("PAUSED +{}", figures::whole(missed, 6)),
    };
    let sample = match SAMPLES[state.sample] {
        1 => String::new(),
        many => format!("  1:{many}"),
    };
    let (matched, told) = state.kept.rates();
    let (matched, told) = (figures::rate(matched, 6), figures::rate(told, 6));
    let dropped = figures::whole(state.kept.dropped(), 6);
    let words = state.words();
    if width >= 100 {
        let sample = if sample.is_empty() { "" } else { &format!("   sample{sample} (server)") };
        return format!(
            "Traffic tail   {follows}   filter: {words}{sample}   {matched}/s match, {told}/s shown, \
             {dropped} dropped"
        );
    }
    let filter = if state.filter.is_some() { format!("  {words}") } else { String::new() };
    if width >= 60 {
        return format!("Traffic {follows}{filter}{sample}  {told}/s  {dropped} dropped");
    }
    format!("{follows}{sample}  {told}/s{filter}")
}

fn nothing(state: &State, scene: &Scene<'_>) -> String {
    match state.filter {
        None => " no request was answered yet".to_owned(),
        Some(_) => {
            let back = scene.keymap.label("screen.back");
            format!(" no request fits yet: {}; {back} shows all", state.words())
        }
    }
}
