//! A table of texts: a row for each scenario, a column for each proxy.

use std::fmt::Write;

use crate::proxies::Proxy;

/// What stands where nothing was measured.
const NOTHING: &str = "–";

/// A table.
pub(crate) struct Grid {
    title: &'static str,
    /// The first row is the head, the first cell of a row its name.
    rows: Vec<Vec<String>>,
}

impl Grid {
    /// One with a column for each of `proxies`.
    pub(super) fn new(title: &'static str, proxies: &[Proxy]) -> Grid {
        let names = proxies.iter().map(|proxy| proxy.name().to_owned());
        Grid { title, rows: vec![std::iter::once(String::new()).chain(names).collect()] }
    }

    /// Adds a row.
    pub(super) fn row(
        &mut self,
        name: &str,
        proxies: &[Proxy],
        cell: impl Fn(Proxy) -> Option<String>,
    ) {
        let cells = proxies.iter().map(|proxy| cell(*proxy).unwrap_or_else(|| NOTHING.to_owned()));
        self.rows.push(std::iter::once(name.to_owned()).chain(cells).collect());
    }

    /// For a terminal.
    pub(crate) fn text(&self) -> String {
        let mut text = format!("{}\n", self.title);
        let widths = self.widths();
        for row in &self.rows {
            let mut line = String::new();
            for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
                let space = " ".repeat(width - cell.chars().count());
                let told =
                    if column == 0 { format!("{cell}{space}") } else { format!("  {space}{cell}") };
                line.push_str(&told);
            }
            let _ = writeln!(text, "{}", line.trim_end());
        }
        text
    }

    /// For a page.
    pub(crate) fn markdown(&self) -> String {
        let mut text = format!("{}\n\n", self.title);
        for (place, row) in self.rows.iter().enumerate() {
            let _ = writeln!(text, "| {} |", row.join(" | "));
            if place == 0 {
                let _ = writeln!(text, "|{}", "---|".repeat(row.len()));
            }
        }
        text
    }

    fn widths(&self) -> Vec<usize> {
        let columns = self.rows.first().map_or(0, Vec::len);
        let width = |column: usize| self.rows.iter().map(|row| row[column].chars().count()).max();
        (0..columns).map(|column| width(column).unwrap_or(0)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Grid;
    use crate::proxies::Proxy;

    fn grid() -> Grid {
        let proxies = [Proxy::Gatewayd, Proxy::Nginx];
        let mut grid = Grid::new("Cost", &proxies);
        grid.row("small", &proxies, |proxy| (proxy == Proxy::Nginx).then(|| "1.00".to_owned()));
        grid
    }

    #[test]
    fn columns_stand_under_their_names() {
        assert_eq!(grid().text(), "Cost\n       gatewayd  nginx\nsmall         –   1.00\n");
    }

    #[test]
    fn markdown_has_a_rule_under_its_head() {
        let expected = "Cost\n\n|  | gatewayd | nginx |\n|---|---|---|\n| small | – | 1.00 |\n";
        assert_eq!(grid().markdown(), expected);
    }
}
