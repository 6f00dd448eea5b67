//! Lines: several figures over time in one chart, each drawn with a letter of its own.

use ratatui::{buffer::Buffer, layout::Rect};

use super::chart::Axes;
use crate::tui::{
    look::Look, marks::Mark, scales::ceiling, series::Series, theme::Role, timeline::Timeline,
};

/// One figure over time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line<'a> {
    /// The figure.
    pub(crate) series: &'a Series,
    /// What it is drawn with.
    pub(crate) letter: char,
    /// How it looks.
    pub(crate) role: Role,
}

/// What is drawn.
#[derive(Debug, Clone)]
pub(crate) struct Lines<'a> {
    /// The figures; where they meet, the last is seen.
    pub(crate) lines: Vec<Line<'a>>,
    /// Which part of the past is shown.
    pub(crate) timeline: Timeline,
    /// The greatest value on the scale; none, what fits.
    pub(crate) top: Option<f64>,
    /// What happened, on the axis.
    pub(crate) marks: Vec<Mark>,
}

impl Lines<'_> {
    /// Draws them.
    pub(crate) fn draw(&self, look: Look, buffer: &mut Buffer, area: Rect) {
        let Some(axes) = Axes::of(area) else { return };
        let plot = axes.plot;
        let columns: Vec<Vec<Option<f64>>> = self
            .lines
            .iter()
            .map(|line| {
                line.series.columns(self.timeline.end_ms, self.timeline.window, plot.width.into())
            })
            .collect();
        let greatest = columns.iter().flatten().flatten().copied().fold(0.0, f64::max);
        let top = self.top.unwrap_or_else(|| ceiling(greatest));
        axes.draw(look, buffer, top, self.timeline);
        for (line, values) in self.lines.iter().zip(&columns) {
            for (x, value) in (plot.x..plot.right()).zip(values) {
                // Nothing at all lies on the axis, which is drawn already.
                let Some(value) = value.filter(|value| *value > 0.0) else { continue };
                let y = plot.bottom() - 1 - height(value / top, plot.height);
                buffer.set_string(x, y, line.letter.to_string(), look.style(line.role));
            }
        }
        let is_gap = |at: usize| columns.iter().all(|values| values[at].is_none());
        for (x, at) in (plot.x..plot.right()).zip(0..) {
            if is_gap(at) {
                buffer.set_string(x, plot.bottom(), " ", look.style(Role::Muted));
            }
        }
        axes.draw_marks(look, buffer, &self.marks, self.timeline);
    }
}

/// The row of a part of the scale, from the lowest on.
fn height(part: f64, rows: u16) -> u16 {
    let most = rows.saturating_sub(1);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "held to 0..=most")]
    let row = (part.clamp(0.0, 1.0) * f64::from(rows)).ceil() as u16;
    row.saturating_sub(1).min(most)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::window::Window;

    #[test]
    fn each_line_has_its_letter_nothing_lies_on_the_axis_and_a_gap_has_none() {
        let (mut busy, mut idle) = (Series::default(), Series::default());
        for s in 30..60_i64 {
            busy.note(s * 1_000, Some(100.0));
            idle.note(s * 1_000, Some(if s == 59 { 10.0 } else { 0.0 }));
        }
        let lines = Lines {
            lines: vec![
                Line { series: &busy, letter: 'b', role: Role::Plain },
                Line { series: &idle, letter: 'i', role: Role::Plain },
            ],
            timeline: Timeline {
                end_ms: 59_000,
                window: Window::Minute,
                is_newest: true,
                cursor_ms: None,
            },
            top: None,
            marks: Vec::new(),
        };
        let mut buffer = Buffer::empty(Rect::new(0, 0, 67, 6));
        let area = buffer.area;
        lines.draw(Look::new(true, false), &mut buffer, area);
        let row = |y| (6..66).map(|x| buffer[(x, y)].symbol().to_owned()).collect::<String>();
        assert_eq!(row(0), " ".repeat(30) + &"b".repeat(30));
        assert_eq!(row(3), " ".repeat(59) + "i");
        assert_eq!(row(4), " ".repeat(30) + &"-".repeat(30));
    }
}
