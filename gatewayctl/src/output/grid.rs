//! A grid: titles and cells, fitted to a terminal or written whole.

use std::io::{self, Write};

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::{Rank, Style, Tone};
use crate::safe_text::safe_text;

/// Spaces between columns on a terminal.
const GAP: usize = 2;
/// A text column keeps this much while others can still leave.
const COMFORTABLE: usize = 24;
/// A text column keeps this much in any case.
const NARROWEST: usize = 8;

/// The head of a column.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head {
    pub(super) title: &'static str,
    pub(super) rank: Rank,
    /// Cells line up at their right end.
    pub(super) figure: bool,
    /// Cells may be cut.
    pub(super) text: bool,
}

/// Titles and cells.
#[derive(Debug)]
pub(super) struct Grid {
    pub(super) heads: Vec<Head>,
    pub(super) rows: Vec<Vec<(String, Tone)>>,
}

impl Grid {
    /// A grid whose cells can be shown safely.
    pub(super) fn new(heads: Vec<Head>, mut rows: Vec<Vec<(String, Tone)>>) -> Self {
        for (cell, _) in rows.iter_mut().flatten() {
            *cell = safe_text(cell).into_owned();
        }
        Self { heads, rows }
    }

    /// Writes it, fitted to the terminal; off a terminal whole, with tabs between the cells.
    pub(super) fn write(&self, out: &mut impl Write, style: &Style) -> io::Result<()> {
        match style.width {
            Some(width) => self.write_fitted(out, style, width),
            None => self.write_whole(out, style),
        }
    }

    fn write_whole(&self, out: &mut impl Write, style: &Style) -> io::Result<()> {
        if style.headers {
            let titles: Vec<_> = self.heads.iter().map(|head| head.title).collect();
            writeln!(out, "{}", titles.join("\t"))?;
        }
        for row in &self.rows {
            let cells: Vec<_> = row.iter().map(|(cell, tone)| style.paint(cell, *tone)).collect();
            writeln!(out, "{}", cells.join("\t"))?;
        }
        Ok(())
    }

    fn write_fitted(&self, out: &mut impl Write, style: &Style, width: usize) -> io::Result<()> {
        let columns = self.fit(width, style.headers);
        if style.headers {
            let titles = self.heads.iter().map(|head| (head.title, Tone::Strong)).collect();
            self.write_line(out, style, &columns, titles)?;
        }
        for row in &self.rows {
            let cells = row.iter().map(|(cell, tone)| (cell.as_str(), *tone)).collect();
            self.write_line(out, style, &columns, cells)?;
        }
        Ok(())
    }

    fn write_line(
        &self,
        out: &mut impl Write,
        style: &Style,
        columns: &[(usize, usize)],
        cells: Vec<(&str, Tone)>,
    ) -> io::Result<()> {
        for (position, (column, width)) in columns.iter().enumerate() {
            let (text, tone) = cells[*column];
            let text = cut(text, *width, style.ascii);
            let padding = " ".repeat(width.saturating_sub(text.width()));
            let painted = style.paint(&text, tone);
            let last = position + 1 == columns.len();
            match (self.heads[*column].figure, last) {
                (true, _) => write!(out, "{padding}{painted}")?,
                (false, true) => write!(out, "{painted}")?,
                (false, false) => write!(out, "{painted}{padding}")?,
            }
            if !last {
                write!(out, "{:GAP$}", "")?;
            }
        }
        writeln!(out)
    }

    /// The columns that fit, each with its width.
    fn fit(&self, width: usize, headers: bool) -> Vec<(usize, usize)> {
        let natural: Vec<_> = (0..self.heads.len())
            .map(|column| {
                let cells = self.rows.iter().map(|row| row[column].0.width());
                let title = if headers { self.heads[column].title.width() } else { 0 };
                cells.max().unwrap_or(0).max(title)
            })
            .collect();
        let mut columns: Vec<usize> = (0..self.heads.len()).collect();
        let narrow = |column: usize, floor: usize| {
            if self.heads[column].text { natural[column].min(floor) } else { natural[column] }
        };
        let least = |columns: &[usize], floor: usize| {
            let cells: usize = columns.iter().map(|column| narrow(*column, floor)).sum();
            cells + GAP * columns.len().saturating_sub(1)
        };
        for (leaving, floor) in
            [(Rank::Extra, COMFORTABLE), (Rank::Words, NARROWEST), (Rank::Main, NARROWEST)]
        {
            while least(&columns, floor) > width {
                let last = columns.iter().rposition(|column| self.heads[*column].rank == leaving);
                let Some(last) = last else { break };
                columns.remove(last);
            }
        }
        let mut floor = COMFORTABLE.max(width);
        while least(&columns, floor) > width && floor > NARROWEST {
            floor -= 1;
        }
        columns.into_iter().map(|column| (column, narrow(column, floor))).collect()
    }
}

/// `text` in at most `width` cells of a terminal.
pub(super) fn cut(text: &str, width: usize, ascii: bool) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut used = 0;
    let mut kept = String::new();
    for character in text.chars() {
        used += character.width().unwrap_or(0);
        if used >= width {
            break;
        }
        kept.push(character);
    }
    if width > 0 {
        kept.push(if ascii { '~' } else { '…' });
    }
    kept
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn grid() -> Grid {
        let head = |title, rank, figure, text| Head { title, rank, figure, text };
        let heads = vec![
            head("NAME", Rank::Key, false, false),
            head("ADDRESS", Rank::Extra, false, true),
            head("RPS", Rank::Main, true, false),
            head("NOTE", Rank::Words, false, true),
        ];
        let row = |cells: [&str; 4]| cells.map(|cell| (cell.to_owned(), Tone::Plain)).to_vec();
        Grid::new(
            heads,
            vec![
                row(["api-1", "10.0.0.11:9000", "2,310", ""]),
                row(["api-10", "10.0.0.12:9000", "0", "ops-1: kernel patch of the whole row"]),
            ],
        )
    }

    fn written(grid: &Grid, width: Option<usize>) -> String {
        let mut out = Vec::new();
        grid.write(&mut out, &Style { width, ..Style::plain() }).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_wide_terminal_shows_everything_lined_up() {
        assert_eq!(
            written(&grid(), Some(100)),
            "NAME    ADDRESS           RPS  NOTE\n\
             api-1   10.0.0.11:9000  2,310  \n\
             api-10  10.0.0.12:9000      0  ops-1: kernel patch of the whole row\n"
        );
    }

    #[test]
    fn a_narrow_terminal_cuts_words_then_drops_columns() {
        assert_eq!(
            written(&grid(), Some(60)),
            "NAME    ADDRESS           RPS  NOTE\n\
             api-1   10.0.0.11:9000  2,310  \n\
             api-10  10.0.0.12:9000      0  ops-1: kernel patch of the w~\n"
        );
        assert_eq!(
            written(&grid(), Some(30)),
            "NAME      RPS  NOTE\n\
             api-1   2,310  \n\
             api-10      0  ops-1: kernel ~\n"
        );
        assert_eq!(written(&grid(), Some(8)), "NAME\napi-1\napi-10\n");
    }

    #[test]
    fn off_a_terminal_cells_are_whole_and_separated_by_tabs() {
        assert_eq!(
            written(&grid(), None),
            "NAME\tADDRESS\tRPS\tNOTE\n\
             api-1\t10.0.0.11:9000\t2,310\t\n\
             api-10\t10.0.0.12:9000\t0\tops-1: kernel patch of the whole row\n"
        );
    }

    #[test]
    fn a_foreign_text_cannot_break_a_row_or_move_the_cursor() {
        let mut grid = grid();
        grid = Grid::new(grid.heads, vec![vec![("a\tb\n\x1b[2J".to_owned(), Tone::Plain); 4]]);
        let text = written(&grid, None);
        assert_eq!(text.lines().count(), 2);
        assert!(text.lines().last().unwrap().starts_with("a\\tb\\n\\x1b[2J\t"), "{text}");
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_a_terminal_that_can_hold_the_names(
            width in 8_usize..120, address in ".{0,30}", note in "\\PC{0,60}"
        ) {
            let mut grid = grid();
            grid.rows[0][1].0 = safe_text(&address).into_owned();
            grid.rows[1][3].0 = safe_text(&note).into_owned();
            for line in written(&grid, Some(width)).lines() {
                prop_assert!(line.width() <= width, "{line:?} in {width}");
            }
        }
    }
}
