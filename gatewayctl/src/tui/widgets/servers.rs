//! Servers and what drives their number: two areas on the left scale, and a line with its target on
//! the right one, in percent.

use ratatui::{buffer::Buffer, layout::Rect};

use super::chart::{Axes, draw_area};
use crate::tui::{look::Look, marks::Mark, series::Series, theme::Role, timeline::Timeline};

/// Cells right of the plot for the scale in percent.
const RIGHT: u16 = 5;
/// What the line is drawn with.
pub(crate) const LINE: char = 'c';

/// What is drawn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Servers<'a> {
    /// Servers that take requests.
    pub(crate) ready: &'a Series,
    /// Those, and the ones on their way.
    pub(crate) with_starting: &'a Series,
    /// CPU use, 0..=1.
    pub(crate) cpu: &'a Series,
    /// Percent of CPU that is aimed at.
    pub(crate) target: Option<u32>,
    /// Which part of the past is shown.
    pub(crate) timeline: Timeline,
    /// What happened, on the axis.
    pub(crate) marks: &'a [Mark],
}

impl Servers<'_> {
    /// Draws it.
    pub(crate) fn draw(&self, look: Look, buffer: &mut Buffer, area: Rect) {
        let inner = Rect { width: area.width.saturating_sub(RIGHT), ..area };
        let Some(axes) = Axes::of(inner) else { return };
        let plot = axes.plot;
        let columns = |series: &Series| {
            series.columns(self.timeline.end_ms, self.timeline.window, plot.width.into())
        };
        let (ready, all) = (columns(self.ready), columns(self.with_starting));
        let top = even_above(all.iter().chain(&ready).flatten().copied().fold(0.0, f64::max));
        axes.draw(look, buffer, top, self.timeline);
        let (muted, plain) = (look.style(Role::Muted), look.style(Role::Accent));
        draw_area(buffer, plot, &all, top, &look.glyphs.behind, muted);
        draw_area(buffer, plot, &ready, top, &look.glyphs.area, plain);
        self.draw_scale(look, buffer, plot);
        for (x, cpu) in (plot.x..plot.right()).zip(columns(self.cpu)) {
            let Some(cpu) = cpu else { continue };
            let y = row(cpu, plot);
            buffer.set_string(x, y, LINE.to_string(), look.style(Role::Warn));
        }
        axes.draw_marks(look, buffer, self.marks, self.timeline);
    }

    /// The scale in percent, and the target as a rule where nothing else is.
    fn draw_scale(&self, look: Look, buffer: &mut Buffer, plot: Rect) {
        let style = look.style(Role::Muted);
        let x = plot.right();
        for y in plot.y..plot.bottom() {
            buffer.set_string(x, y, look.glyphs.bar.to_string(), style);
        }
        buffer.set_string(x + 1, plot.y, "100%", style);
        buffer.set_string(x + 1, plot.bottom(), "0%", style);
        let Some(target) = self.target else { return };
        let y = row(f64::from(target) / 100.0, plot);
        if y > plot.y {
            buffer.set_string(x + 1, y, format!("{target}%"), look.style(Role::Plain));
        }
        for x in plot.x..plot.right() {
            if buffer[(x, y)].symbol() == " " {
                buffer.set_string(x, y, look.glyphs.rule.to_string(), style);
            }
        }
    }
}

/// The next even number above: half of the scale is a number of servers too, and room is left.
fn even_above(most: f64) -> f64 {
    ((most / 2.0).floor() + 1.0) * 2.0
}

/// The row of a part of all.
fn row(part: f64, plot: Rect) -> u16 {
    let rows = f64::from(plot.height);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "held to 0..=rows")]
    let above = (part.clamp(0.0, 1.0) * rows).ceil() as u16;
    plot.bottom() - above.clamp(1, plot.height.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::window::Window;

    #[test]
    fn servers_and_their_cpu_each_have_their_scale() {
        let (mut ready, mut all, mut cpu) =
            (Series::default(), Series::default(), Series::default());
        for s in 0..60_i64 {
            ready.note(s * 1_000, Some(2.0));
            all.note(s * 1_000, Some(if s < 30 { 2.0 } else { 4.0 }));
            cpu.note(s * 1_000, Some(if s < 30 { 0.25 } else { 1.0 }));
        }
        let servers = Servers {
            ready: &ready,
            with_starting: &all,
            cpu: &cpu,
            target: Some(50),
            timeline: Timeline {
                end_ms: 59_000,
                window: Window::Minute,
                is_newest: true,
                cursor_ms: None,
            },
            marks: &[],
        };
        let mut buffer = Buffer::empty(Rect::new(0, 0, 72, 12));
        let area = buffer.area;
        servers.draw(Look::new(true, false), &mut buffer, area);
        let row = |y| (0..72).map(|x| buffer[(x, y)].symbol().to_owned()).collect::<String>();
        assert_eq!(row(0), format!("    6|{}{}|100% ", " ".repeat(30), "c".repeat(30)));
        assert!(row(5).ends_with("|50%  "), "{}", row(5));
        assert_eq!(&row(5)[6..36], "-".repeat(30));
        assert_eq!(&row(7)[6..36], "c".repeat(30));
        assert_eq!(&row(8)[36..66], ":".repeat(30));
    }
}
