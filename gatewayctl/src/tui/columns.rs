//! A table is a list of columns.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::{Modifier, Style},
    text::Span,
};
use unicode_width::UnicodeWidthStr as _;

use super::{
    choice::Choice,
    column::{Column, EXTRA, Lens, Width},
    list::List,
    look::Look,
    theme::Role,
};
use crate::{model::Value, output};

/// Extra columns are shown by themselves in windows of so many cells.
const ROOMY: u16 = 140;

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
        let plan = self.fit(rows, area.width - 1, list, lens);
        self.draw_titles(buffer, area, &plan, list, lens.look);
        for (line, row) in (1..).zip(shown) {
            let at = Rect { y: area.y + line, height: 1, ..area };
            let id = (self.id)(row);
            draw_row(buffer, at, &plan.columns, row, lens);
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

    /// The titles of the columns that are shown only where there is much room, or by choice.
    pub(crate) fn extras(&self) -> Vec<&'static str> {
        let extras = self.columns.iter().filter(|column| column.rank >= EXTRA);
        extras.map(|column| column.title).collect()
    }

    /// The titles of all columns.
    pub(crate) fn titles(&self) -> Vec<&'static str> {
        self.columns.iter().map(|column| column.title).collect()
    }

    /// How many columns one may scroll past: one stays beside those that never go.
    pub(crate) fn reach(&self, choice: &Choice) -> usize {
        let columns = self.chosen(choice);
        (columns.len() - fixed(&columns)).saturating_sub(1)
    }

    /// The columns that are chosen.
    fn chosen(&self, choice: &Choice) -> Vec<&'static Column<R>> {
        let titles = choice.titles().unwrap_or_default().iter();
        let named = titles.filter_map(|it| self.columns.iter().find(|column| column.title == *it));
        let chosen: Vec<_> = named.collect();
        if chosen.is_empty() { self.columns.iter().collect() } else { chosen }
    }

    /// The titles of those that sort.
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

    /// Which columns fit into `width`, and how wide each is: those of the least rank. Scrolled, what
    /// names a row stays, and the columns that found no room follow the others.
    fn fit(&self, rows: &[&R], width: u16, list: &List, lens: &Lens<'_>) -> Plan<R> {
        let columns = self.chosen(&list.choice);
        let mut widths: Vec<u16> = columns.iter().map(|column| least(column, rows, lens)).collect();
        let kept = keep(&columns, &widths, width, list.choice.titles().is_some());
        let fixed = fixed(&columns);
        // Tables of narrow windows may have fewer that move.
        let scroll = list.choice.scroll().min((columns.len() - fixed).saturating_sub(1));
        let (first, last): (Vec<usize>, Vec<usize>) =
            (fixed..columns.len()).partition(|at| kept.contains(at));
        let moving: Vec<usize> = first.into_iter().chain(last).collect();
        let shown: Vec<usize> = if scroll == 0 {
            kept
        } else {
            let order = (0..fixed).chain(moving.iter().skip(scroll).copied());
            // The next one is shown, cut if it must be: one looks for it.
            let names: u16 = widths.iter().take(fixed).map(|it| it + 1).sum();
            let room = width.saturating_sub(names + 1);
            if let Some(at) = moving.get(scroll) {
                widths[*at] = widths[*at].min(room);
            }
            within(order, &widths, width)
        };
        let used: u16 = shown.iter().map(|at| widths[*at] + 1).sum();
        let after = (fixed + moving.len()).saturating_sub(scroll + shown.len());
        let widen = |at: usize| match columns[at].width {
            Width::Rest(_) => (columns[at], widths[at] + width - used),
            _ => (columns[at], widths[at]),
        };
        Plan { columns: shown.into_iter().map(widen).collect(), before: scroll, after }
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
        for (column, width) in &plan.columns {
            let mut title = column.title.to_owned();
            if sorted == Some(column.title) {
                title.push(look.glyphs.sorted[usize::from(!list.descending)]);
            }
            let span = Span::styled(title, look.style(Role::Title));
            put(buffer, x, area.y, *width, column, &span);
            x += width + 1;
        }
        // Where keys act on the rows, they lead to the columns that found no room.
        if list.selected().is_some() {
            draw_more(buffer, area, plan, look);
        }
    }
}

/// The columns that are shown.
struct Plan<R: 'static> {
    columns: Fitting<R>,
    /// How many were scrolled past.
    before: usize,
    /// How many found no room.
    after: usize,
}

type Fitting<R> = Vec<(&'static Column<R>, u16)>;

/// How many columns at the left name a row, and stay.
fn fixed<R>(columns: &[&'static Column<R>]) -> usize {
    let names = |it: &&&Column<R>| it.rank <= 1 && !matches!(it.width, Width::Rest(_));
    columns.iter().take_while(names).count().min(columns.len().saturating_sub(1))
}

/// The columns of the least rank that fit, from left to right. One that its operator chose is worth
/// as much as its rank, however wide the window is.
fn keep<R>(
    columns: &[&'static Column<R>],
    widths: &[u16],
    width: u16,
    is_chosen: bool,
) -> Vec<usize> {
    let is_usual = |at: &usize| is_chosen || width >= ROOMY - 1 || columns[*at].rank < EXTRA;
    let mut by_rank: Vec<usize> = (0..columns.len()).filter(is_usual).collect();
    by_rank.sort_by_key(|at| columns[*at].rank);
    let mut kept = within(by_rank.into_iter(), widths, width);
    kept.sort_unstable();
    kept
}

/// As many of the first as fit into `width`.
fn within(order: impl Iterator<Item = usize>, widths: &[u16], width: u16) -> Vec<usize> {
    let mut used = 0;
    let fits = |at: &usize| {
        used += widths[*at] + 1;
        used <= width
    };
    order.take_while(fits).collect()
}

/// Signs that there is more: `<` what was scrolled past, `+4 >` what comes.
fn draw_more<R>(buffer: &mut Buffer, area: Rect, plan: &Plan<R>, look: Look) {
    let style = look.style(Role::Accent);
    if plan.before > 0 {
        buffer.set_string(area.x, area.y, "<", style);
    }
    if plan.after > 0 {
        let words = format!(" +{} >", plan.after);
        let cells = u16::try_from(words.len()).unwrap_or(0).min(area.width);
        let is_blank = (area.right() - cells..area.right())
            .all(|x| buffer[(x, area.y)].symbol().trim().is_empty());
        let words = if is_blank { words.as_str() } else { ">" };
        let cells = u16::try_from(words.len()).unwrap_or(0);
        buffer.set_string(area.right() - cells, area.y, words, style);
    }
}

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

fn draw_row<R>(buffer: &mut Buffer, area: Rect, plan: &Fitting<R>, row: &R, lens: &Lens<'_>) {
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
