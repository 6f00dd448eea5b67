//! A chart: one or two figures over time as areas, with their axes.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use crate::tui::{
    figures, look::Look, marks::Mark, scales::ceiling, series::Series, theme::Role,
    timeline::Timeline, window::Window,
};

/// Cells left of a chart for its scale.
const SCALE: u16 = 6;
/// Below this many rows a chart has no axes.
const LEAST_ROWS: u16 = 4;

/// One figure over time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Layer<'a> {
    /// The figure.
    pub(crate) series: &'a Series,
    /// How it looks.
    pub(crate) role: Role,
}

/// What a chart shows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chart<'a> {
    /// The figure in front.
    pub(crate) front: Layer<'a>,
    /// A figure that is never smaller, behind it.
    pub(crate) behind: Option<Layer<'a>>,
    /// Which part of the past it shows.
    pub(crate) timeline: Timeline,
    /// The greatest value on its scale; none, what fits.
    pub(crate) top: Option<f64>,
    /// What happened, on the axis.
    pub(crate) marks: &'a [Mark],
}

impl Chart<'_> {
    /// Draws it.
    pub(crate) fn draw(&self, look: Look, buffer: &mut Buffer, area: Rect) {
        let Some(axes) = Axes::of(area) else { return };
        let plot = axes.plot;
        let Timeline { end_ms, window, .. } = self.timeline;
        let columns = |layer: &Layer<'_>| layer.series.columns(end_ms, window, plot.width.into());
        let front = columns(&self.front);
        let behind = self.behind.as_ref().map(columns).unwrap_or_default();
        let greatest = front.iter().chain(&behind).flatten().copied().fold(0.0, f64::max);
        let top = self.top.unwrap_or_else(|| ceiling(greatest));
        axes.draw(look, buffer, top, self.timeline);
        if let Some(layer) = self.behind {
            let glyphs = &look.glyphs.behind;
            draw_area(buffer, plot, &behind, top, glyphs, look.style(layer.role));
        }
        draw_area(buffer, plot, &front, top, &look.glyphs.area, look.style(self.front.role));
        axes.draw_marks(look, buffer, self.marks, self.timeline);
    }
}

pub(super) fn draw_area(
    buffer: &mut Buffer,
    plot: Rect,
    values: &[Option<f64>],
    top: f64,
    glyphs: &[char; 9],
    style: Style,
) {
    for (x, value) in (plot.x..plot.right()).zip(values) {
        let Some(value) = value else { continue };
        let eighths = eighths(value / top, plot.height);
        for row in 0..plot.height {
            let level = usize::from(eighths.saturating_sub(row * 8).min(8));
            if level == 0 {
                break;
            }
            buffer.set_string(x, plot.bottom() - 1 - row, glyphs[level].to_string(), style);
        }
    }
}

/// The height of a value in eighths of a cell; what is known is never invisible.
fn eighths(part: f64, rows: u16) -> u16 {
    let most = rows.saturating_mul(8);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "held to 1..=most")]
    let height = (part.clamp(0.0, 1.0) * f64::from(most)).round() as u16;
    height.clamp(1, most.max(1))
}

/// The axes of a chart, and the room for its figures.
#[derive(Debug, Clone, Copy)]
pub(super) struct Axes {
    area: Rect,
    /// Where the figures are drawn.
    pub(super) plot: Rect,
}

impl Axes {
    /// The axes that fit into `area`; none when nothing would be left for a figure.
    pub(super) fn of(area: Rect) -> Option<Self> {
        if area.height < LEAST_ROWS || area.width < SCALE + 10 {
            return None;
        }
        // An even number of rows, so that half of the scale is a row.
        let height = (area.height - 2) / 2 * 2;
        let plot = Rect {
            x: area.x + SCALE,
            y: area.y + area.height - 2 - height,
            width: area.width - SCALE - 1,
            height,
        };
        Some(Self { area, plot })
    }

    /// Draws them, with `top` as the greatest value.
    pub(super) fn draw(self, look: Look, buffer: &mut Buffer, top: f64, timeline: Timeline) {
        let Self { area, plot } = self;
        let style = look.style(Role::Muted);
        for row in 0..plot.height {
            let value = match row {
                0 => Some(top),
                _ if plot.height >= 6 && row * 2 == plot.height => Some(top / 2.0),
                _ => None,
            };
            let label = value.map_or(String::new(), figures::scale);
            let glyph = if value.is_some() { look.glyphs.tick } else { look.glyphs.bar };
            buffer.set_string(area.x, plot.y + row, format!("{label:>5}{glyph}"), style);
        }
        let rule: String = std::iter::repeat_n(look.glyphs.rule, usize::from(plot.width)).collect();
        let axis = format!("{:>5}{}{rule}", 0, look.glyphs.origin);
        buffer.set_string(area.x, plot.bottom(), axis, style);
        draw_times(buffer, plot, timeline, style);
    }

    /// Draws what happened onto the time axis, the newest of a column over the others, and the cursor
    /// through everything.
    pub(super) fn draw_marks(
        self,
        look: Look,
        buffer: &mut Buffer,
        marks: &[Mark],
        timeline: Timeline,
    ) {
        for mark in marks {
            if let Some(column) = timeline.column(mark.time_ms, self.plot.width) {
                let (x, y) = (self.plot.x + column, self.plot.bottom());
                buffer.set_string(x, y, mark.letter.to_string(), look.style(mark.role));
            }
        }
        if let Some(column) = timeline.cursor(self.plot.width) {
            let place = Rect { x: self.plot.x + column, width: 1, ..self.plot };
            for y in place.top()..place.bottom() {
                if buffer[(place.x, y)].symbol() == " " {
                    buffer.set_string(place.x, y, look.glyphs.bar.to_string(), Style::new());
                }
            }
            buffer.set_style(place, look.style(Role::Selected));
        }
    }
}

/// Below the axis: round times where they lie, and the time of the right edge.
fn draw_times(buffer: &mut Buffer, plot: Rect, timeline: Timeline, style: Style) {
    let y = plot.bottom() + 1;
    let clock = |time_ms| match timeline.window {
        Window::Minute => figures::time_of_day(time_ms),
        _ => figures::hour_and_minute(time_ms),
    };
    let edge =
        if timeline.is_newest { "now".to_owned() } else { figures::time_of_day(timeline.end_ms) };
    let cells = |text: &str| u16::try_from(text.len()).unwrap_or(u16::MAX);
    let mut free = plot.right().saturating_sub(cells(&edge));
    buffer.set_string(free, y, edge, style);
    for tick in timeline.ticks() {
        let Some(column) = timeline.column(tick, plot.width) else { continue };
        let (x, label) = (plot.x + column, clock(tick));
        if x + cells(&label) < free {
            buffer.set_string(x, y, label, style);
            free = x;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_visible_and_what_is_not_is_blank() {
        let mut series = Series::default();
        for (s, value) in [(40, 0.0), (50, 100.0), (59, 50.0)] {
            series.note(s * 1_000, Some(value));
        }
        let layer = Layer { series: &series, role: Role::Plain };
        let chart = Chart {
            front: layer,
            behind: None,
            timeline: Timeline {
                end_ms: 59_000,
                window: Window::Minute,
                is_newest: true,
                cursor_ms: None,
            },
            top: None,
            marks: &[],
        };
        let mut buffer = Buffer::empty(Rect::new(0, 0, 67, 6));
        let area = buffer.area;
        chart.draw(Look::new(true, false), &mut buffer, area);
        let rows: Vec<String> =
            (0..6).map(|y| (0..67).map(|x| buffer[(x, y)].symbol().to_owned()).collect()).collect();
        assert_eq!(&rows[0][..10], "  100|    ");
        assert_eq!(rows[0].chars().nth(6 + 50), Some(':'));
        assert_eq!(rows[3].chars().nth(6 + 40), Some('.'));
        assert_eq!(rows[3].chars().nth(6 + 41), Some(' '));
        assert_eq!(rows[2].chars().nth(6 + 59), Some(':'));
        assert_eq!(rows[1].chars().nth(6 + 59), Some(' '));
    }
}
