//! A column: its title, width, cell and sort key in one row. A table is a list of columns.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::{Modifier, Style},
    text::Span,
};
use unicode_width::UnicodeWidthStr as _;

use super::{
    history::History, list::List, look::Look, screens::staged::Staged, theme::Role,
    timeline::Timeline,
};
use crate::{
    model::{Block, Value},
    output,
};

/// One column of a table of `R`.
pub(crate) struct Column<R> {
    /// Its title.
    pub(crate) title: &'static str,
    /// How wide it is.
    pub(crate) width: Width,
    /// How long it is kept while the terminal becomes narrower: the greatest rank goes first.
    pub(crate) rank: u8,
    /// The field it sorts by, as the command line calls it; none when it does not sort.
    pub(crate) key: Option<&'static str>,
    /// What stands in it.
    pub(crate) cell: fn(&R, &Lens<'_>) -> Cell,
}

/// How wide a column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Width {
    /// So many cells, text from the left.
    Text(u16),
    /// So many cells, figures to the right.
    Figure(u16),
    /// As wide as its longest text within these limits.
    Names(u16, u16),
    /// What is left, at least this much.
    Rest(u16),
}

/// What a cell is read through.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lens<'a> {
    /// How texts become cells.
    pub(crate) look: Look,
    /// What was seen before.
    pub(crate) history: &'a History,
    /// The time of the snapshot, milliseconds since the Unix epoch.
    pub(crate) now_ms: i64,
    /// Which part of the past trends show.
    pub(crate) timeline: Timeline,
    /// Weights that were asked for and not yet applied.
    pub(crate) staged: &'a Staged,
    /// Networks whose clients are refused.
    pub(crate) blocked: &'a [Block],
}

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cell {
    text: String,
    role: Role,
    is_figure: bool,
}

impl Cell {
    /// A text.
    pub(crate) fn text(role: Role, text: impl Into<String>) -> Self {
        Self { text: text.into(), role, is_figure: false }
    }

    /// A figure: marked when it is old.
    pub(crate) fn figure(role: Role, text: impl Into<String>) -> Self {
        Self { text: text.into(), role, is_figure: true }
    }
}

/// A table of `R`.
pub(crate) struct Table<R: 'static> {
    /// Its columns from left to right.
    pub(crate) columns: &'static [Column<R>],
    /// The facts that sorting and filters see.
    pub(crate) fields: &'static [output::Column<R>],
    /// What a row is known by.
    pub(crate) id: fn(&R) -> &str,
}

impl<R: 'static> Table<R> {
    /// The rows that the list shows, in its order; equal rows keep the gateway's order.
    pub(crate) fn rows<'a>(&self, all: &'a [R], list: &List, now_ms: i64) -> Vec<&'a R> {
        let mut rows: Vec<&R> =
            all.iter().filter(|row| list.filter.admits(*row, self.fields, now_ms)).collect();
        if let Some(field) = self.sorted(list).and_then(|column| self.field(column)) {
            rows.sort_by_cached_key(|row| Sorted {
                value: (field.value)(row, now_ms),
                descending: list.descending,
            });
        }
        rows
    }

    /// The ids of the rows that the list shows.
    pub(crate) fn ids<'a>(&self, all: &'a [R], list: &List, now_ms: i64) -> Vec<&'a str> {
        self.rows(all, list, now_ms).into_iter().map(self.id).collect()
    }

    /// How many columns sort.
    pub(crate) fn sorts(&self) -> usize {
        self.sorting().count()
    }

    /// "  sort: RPS v", empty for the gateway's order.
    pub(crate) fn sort_words(&self, list: &List, look: Look) -> String {
        let sign = look.glyphs.sorted[usize::from(!list.descending)];
        self.sorted(list).map_or(String::new(), |it| format!("  sort: {} {sign}", it.title))
    }

    /// Draws the titles and as many rows as fit, the selected one among them.
    pub(crate) fn draw(
        &self,
        buffer: &mut Buffer,
        area: Rect,
        rows: &[&R],
        list: &List,
        lens: &Lens<'_>,
    ) {
        if area.height == 0 || area.width < 4 {
            return;
        }
        let selected = rows.iter().position(|row| list.selected() == Some((self.id)(row)));
        let height = usize::from(area.height - 1);
        // The selected row stays near the middle, so its neighbours are always in sight.
        let first = selected
            .map_or(0, |at| at.saturating_sub(height / 2))
            .min(rows.len().saturating_sub(height));
        let shown = &rows[first..rows.len().min(first + height)];
        let plan = self.fit(rows, area.width - 1, lens);
        self.draw_titles(buffer, area, &plan, list, lens.look);
        for (line, row) in (1..).zip(shown) {
            let at = Rect { y: area.y + line, height: 1, ..area };
            let id = (self.id)(row);
            draw_row(buffer, at, &plan, row, lens);
            let here = list.selected() == Some(id);
            let sign = match (here, list.marks.contains(id)) {
                (true, _) => lens.look.glyphs.here,
                (false, true) => lens.look.glyphs.mark,
                (false, false) => ' ',
            };
            buffer.set_string(at.x, at.y, sign.to_string(), Style::new());
            if here {
                buffer.set_style(at, lens.look.style(Role::Selected));
                keep_blocks(buffer, at);
            }
        }
    }

    /// Their titles.
    pub(crate) fn sorting_titles(&self) -> Vec<&'static str> {
        self.sorting().map(|column| column.title).collect()
    }

    fn sorting(&self) -> impl Iterator<Item = &'static Column<R>> {
        self.columns.iter().filter(|column| column.key.is_some())
    }

    fn sorted(&self, list: &List) -> Option<&'static Column<R>> {
        list.sort.and_then(|at| self.sorting().nth(at))
    }

    fn field(&self, column: &Column<R>) -> Option<&'static output::Column<R>> {
        self.fields.iter().find(|field| Some(field.key) == column.key)
    }

    /// Which columns fit into `width`, and how wide each is.
    fn fit(&self, rows: &[&R], width: u16, lens: &Lens<'_>) -> Plan<R> {
        let widths: Vec<u16> =
            self.columns.iter().map(|column| least(column, rows, lens)).collect();
        let mut by_rank: Vec<usize> = (0..self.columns.len()).collect();
        by_rank.sort_by_key(|at| self.columns[*at].rank);
        let (mut kept, mut used) = (vec![false; self.columns.len()], 0);
        for at in by_rank {
            if used + widths[at] + 1 > width {
                break;
            }
            kept[at] = true;
            used += widths[at] + 1;
        }
        let rest = width - used;
        (0..self.columns.len())
            .filter(|at| kept[*at])
            .map(|at| match self.columns[at].width {
                Width::Rest(_) => (&self.columns[at], widths[at] + rest),
                _ => (&self.columns[at], widths[at]),
            })
            .collect()
    }

    fn draw_titles(
        &self,
        buffer: &mut Buffer,
        area: Rect,
        plan: &Plan<R>,
        list: &List,
        look: Look,
    ) {
        let sorted = self.sorted(list).map(|column| column.title);
        let mut x = area.x + 1;
        for (column, width) in plan {
            let mut title = column.title.to_owned();
            if sorted == Some(column.title) {
                title.push(look.glyphs.sorted[usize::from(!list.descending)]);
            }
            let span = Span::styled(title, look.style(Role::Title));
            put(buffer, x, area.y, *width, column, &span);
            x += width + 1;
        }
    }
}

type Plan<R> = Vec<(&'static Column<R>, u16)>;

/// A value in the list's direction; what is not known is last in both.
#[derive(PartialEq)]
struct Sorted {
    value: Value,
    descending: bool,
}

impl Eq for Sorted {}

impl PartialOrd for Sorted {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Sorted {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let order = self.value.order(&other.value);
        let known = self.value != Value::Unknown && other.value != Value::Unknown;
        if self.descending && known { order.reverse() } else { order }
    }
}

fn least<R>(column: &Column<R>, rows: &[&R], lens: &Lens<'_>) -> u16 {
    match column.width {
        Width::Text(width) | Width::Figure(width) | Width::Rest(width) => width,
        Width::Names(least, most) => {
            let longest = rows.iter().map(|row| (column.cell)(row, lens).text.width()).max();
            u16::try_from(longest.unwrap_or(0)).unwrap_or(most).clamp(least, most)
        }
    }
}

/// Blocks that are reversed read as another trend.
fn keep_blocks(buffer: &mut Buffer, row: Rect) {
    for x in row.x..row.right() {
        let cell = &mut buffer[(x, row.y)];
        if cell.symbol().starts_with(|it| ('▁'..='█').contains(&it)) {
            cell.modifier.remove(Modifier::REVERSED);
        }
    }
}

fn draw_row<R>(buffer: &mut Buffer, area: Rect, plan: &Plan<R>, row: &R, lens: &Lens<'_>) {
    let look = lens.look;
    let mut x = area.x + 1;
    for (column, width) in plan {
        let cell = (column.cell)(row, lens);
        let span = if cell.is_figure {
            look.figure(cell.role, &cell.text)
        } else {
            let cells = usize::from(*width);
            let text = match column.width {
                Width::Names(..) => look.cut_middle(&cell.text, cells),
                _ => look.cut_end(&cell.text, cells),
            };
            look.text(cell.role, text)
        };
        put(buffer, x, area.y, *width, column, &span);
        x += width + 1;
    }
}

fn put<R>(buffer: &mut Buffer, x: u16, y: u16, width: u16, column: &Column<R>, span: &Span<'_>) {
    let used = u16::try_from(span.width()).unwrap_or(width).min(width);
    let indent = if matches!(column.width, Width::Figure(_)) { width - used } else { 0 };
    buffer.set_span(x + indent, y, span, width - indent);
}
