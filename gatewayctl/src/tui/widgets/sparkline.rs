//! A sparkline: a figure over time in one row of cells.

use ratatui::text::Span;

use crate::tui::{look::Look, series::Series, theme::Role, timeline::Timeline};

/// A part of the past in `width` cells, scaled to its own greatest value. Gaps are blank.
pub(crate) fn sparkline(look: Look, series: &Series, timeline: Timeline, width: usize) -> String {
    let values = series.columns(timeline.end_ms, timeline.window, width);
    let top = values.iter().flatten().copied().fold(0.0, f64::max);
    values.into_iter().map(|value| glyph(look, value, top)).collect()
}

/// The same as spans, with the moment that is read standing out.
pub(crate) fn trend(
    look: Look,
    role: Role,
    series: &Series,
    timeline: Timeline,
    width: usize,
) -> Vec<Span<'static>> {
    let row: Vec<char> = sparkline(look, series, timeline, width).chars().collect();
    let part =
        |cells: &[char], role| Span::styled(cells.iter().collect::<String>(), look.style(role));
    let at = u16::try_from(width).ok().and_then(|width| timeline.cursor(width)).map(usize::from);
    match at.filter(|at| *at < row.len()) {
        None => vec![part(&row, role)],
        Some(at) => {
            vec![
                part(&row[..at], role),
                part(&row[at..=at], Role::Selected),
                part(&row[at + 1..], role),
            ]
        }
    }
}

fn glyph(look: Look, value: Option<f64>, top: f64) -> char {
    let levels = &look.glyphs.levels;
    let Some(value) = value else { return levels[0] };
    if top <= 0.0 {
        return levels[1];
    }
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a level from one to eight"
    )]
    let level = ((value / top * 8.0).round() as usize).clamp(1, 8);
    levels[level]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::window::Window;

    #[test]
    fn the_moment_that_is_read_stands_out() {
        let mut series = Series::default();
        (0..60).for_each(|s| series.note(s * 1_000, Some(8.0)));
        let (window, is_newest) = (Window::Minute, true);
        let timeline = Timeline { end_ms: 59_000, window, is_newest, cursor_ms: Some(58_000) };
        let spans = trend(Look::new(true, false), Role::Plain, &series, timeline, 60);
        let cells: Vec<usize> = spans.iter().map(|span| span.content.len()).collect();
        assert_eq!(cells, [58, 1, 1]);
    }

    #[test]
    fn a_gap_is_blank_and_zero_is_not() {
        let mut series = Series::default();
        for (s, value) in [(56, 0.0), (57, 4.0), (59, 8.0)] {
            series.note(s * 1_000, Some(value));
        }
        let look = Look::new(true, false);
        let (window, is_newest) = (Window::Minute, true);
        let minute = Timeline { end_ms: 59_000, window, is_newest, cursor_ms: None };
        let row = sparkline(look, &series, minute, 60);
        assert_eq!(&row[54..], "  .==@");
    }
}
