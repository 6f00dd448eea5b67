//! A canvas: the box a dialog is drawn in. Where rows are few, the least important go first.

use ratatui::{Frame, text::Span};
use unicode_width::UnicodeWidthStr as _;

use super::input::Input;
use crate::{
    safe_text::safe_text,
    tui::{look::Look, theme::Role, widgets::panel},
};

/// The widest a dialog is.
const WIDEST: u16 = 76;

/// One row of a dialog.
pub(super) struct Row<'a> {
    /// The greatest rank goes first where rows are few.
    rank: u8,
    spans: Vec<Span<'a>>,
    /// Cells before the cursor.
    cursor: Option<usize>,
}

impl<'a> Row<'a> {
    /// A row of spans.
    pub(super) fn new(rank: u8, spans: Vec<Span<'a>>) -> Self {
        Self { rank, spans, cursor: None }
    }

    /// A text on as many rows as it needs in a dialog that is `width` cells wide inside.
    pub(super) fn words(look: Look, rank: u8, role: Role, text: &str, width: usize) -> Vec<Self> {
        let rows = panel::wrapped(&safe_text(text), width.saturating_sub(2));
        rows.into_iter()
            .map(|row| Self::new(rank, vec![look.text(role, format!(" {row}"))]))
            .collect()
    }

    /// A field: its label, what stands in it, and what is said of it.
    pub(super) fn field(
        look: Look,
        (label, input): (&str, &Input),
        width: usize,
        is_under_cursor: bool,
        said: Span<'a>,
    ) -> Self {
        let (text, cursor) = scrolled(input, width);
        let padding = width.saturating_sub(text.width());
        let role = if is_under_cursor { Role::Accent } else { Role::Muted };
        let spans = vec![
            Span::styled(format!(" {label:<8}[ "), look.style(role)),
            look.text(Role::Plain, text),
            Span::styled(format!("{} ] ", " ".repeat(padding)), look.style(role)),
            said,
        ];
        Self { rank: 0, spans, cursor: is_under_cursor.then_some(11 + cursor) }
    }

    /// The same row, gone early where rows are few.
    pub(super) fn dispensable(mut self) -> Self {
        self.rank = 4;
        self
    }

    /// A choice: its label, the options, and what is said of it.
    pub(super) fn choice(
        look: Look,
        label: &str,
        (options, at): (&'a [String], usize),
        is_under_cursor: bool,
        said: Span<'a>,
    ) -> Self {
        let role = if is_under_cursor { Role::Accent } else { Role::Muted };
        let mut spans = vec![Span::styled(format!(" {label:<8}"), look.style(role))];
        for (index, option) in options.iter().enumerate() {
            let sign = if index == at { "(o) " } else { "( ) " };
            spans.push(Span::styled(sign, look.style(role)));
            spans.push(look.text(Role::Plain, option.as_str()));
            spans.push(Span::raw("  "));
        }
        spans.push(said);
        Self { rank: 0, spans, cursor: is_under_cursor.then_some(10) }
    }
}

/// Cells inside a dialog on this frame.
pub(super) fn inner_width(frame: &Frame<'_>) -> usize {
    usize::from(frame.area().width.min(WIDEST).saturating_sub(2))
}

/// Draws the rows in a box in the middle of the frame.
pub(super) fn draw(look: Look, frame: &mut Frame<'_>, title: &str, rows: Vec<Row<'_>>) {
    let area = frame.area();
    let most = usize::from(area.height.saturating_sub(2));
    let rows = fitting(rows, most);
    let height = u16::try_from(rows.len()).unwrap_or(area.height).saturating_add(2);
    let place = panel::middle(area, WIDEST, height);
    let room = panel::boxed(look, frame.buffer_mut(), place, title);
    for (line, row) in (0..).zip(rows) {
        if let Some(cells) = row.cursor {
            let x = room.x.saturating_add(u16::try_from(cells).unwrap_or(u16::MAX));
            if x < room.right() {
                frame.set_cursor_position((x, room.y + line));
            }
        }
        look.row(frame.buffer_mut(), room, line, row.spans);
    }
}

fn fitting(mut rows: Vec<Row<'_>>, most: usize) -> Vec<Row<'_>> {
    while rows.len() > most {
        let worst = rows.iter().map(|row| row.rank).max().unwrap_or(0);
        let Some(at) = rows.iter().rposition(|row| row.rank == worst) else { break };
        rows.remove(at);
    }
    rows
}

/// What of a field is seen, and where its cursor is in that.
fn scrolled(input: &Input, width: usize) -> (String, usize) {
    let skipped = input.cursor().saturating_sub(width.saturating_sub(1));
    let text: String = input.text().chars().skip(skipped).take(width).collect();
    let before: String = text.chars().take(input.cursor() - skipped).collect();
    (text, before.width())
}
