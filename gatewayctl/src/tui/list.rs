//! A list: which row keys act on, how rows are sorted, which are marked. Rows are known by their id.

use std::collections::BTreeSet;

use super::{choice::Choice, filter::Filter};

/// Rows a page key moves.
const PAGE: usize = 10;

/// What a list remembers between two pictures.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct List {
    /// The id of the row that keys act on.
    selected: Option<String>,
    /// Where it stood last: when it vanishes, its neighbour takes its place.
    index: usize,
    /// Which column sorts; none keeps the gateway's order.
    pub(crate) sort: Option<usize>,
    /// From high to low.
    pub(crate) descending: bool,
    /// Which rows are shown.
    pub(crate) filter: Filter,
    /// The ids of marked rows.
    pub(crate) marks: BTreeSet<String>,
    /// Which columns are shown.
    pub(crate) choice: Choice,
    /// The row that was marked last, where a range begins.
    marked_last: Option<String>,
}

/// What can be done to a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Msg {
    /// One row up.
    Up,
    /// One row down.
    Down,
    /// To the first row.
    First,
    /// To the last row.
    Last,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// Marks the row, or unmarks it, and goes on to the next.
    Mark,
    /// Marks every row from the one that was marked last to this one.
    MarkRange,
    /// Marks all rows shown.
    MarkAll,
    /// Unmarks all.
    Unmark,
    /// Sorts by the next column.
    NextSort,
    /// Sorts by the column before.
    PreviousSort,
    /// Sorts the other way round.
    Reverse,
    /// Looks at the columns further to the left.
    Left,
    /// Looks at those further to the right.
    Right,
}

impl List {
    /// The id of the row that keys act on.
    pub(crate) fn selected(&self) -> Option<&str> {
        self.selected.as_deref()
    }

    /// The same columns, while keys act on something else.
    pub(crate) fn aside(&self) -> Self {
        Self { choice: self.choice.clone(), ..Self::default() }
    }

    /// Lets keys act on the row called `id`.
    pub(crate) fn select(&mut self, id: &str) {
        self.selected = Some(id.to_owned());
    }

    /// One step back: drops the filter, else the marks; `false` when there was neither.
    pub(crate) fn back(&mut self) -> bool {
        if !self.filter.is_empty() {
            self.filter = Default::default();
        } else if !self.marks.is_empty() {
            self.marks.clear();
        } else {
            return false;
        }
        true
    }

    /// Marked rows that still exist, or else the selected one.
    pub(crate) fn targets(&self, ids: &[&str]) -> Vec<String> {
        let marked: Vec<String> =
            ids.iter().filter(|id| self.marks.contains(**id)).map(|id| (*id).to_owned()).collect();
        if !marked.is_empty() {
            return marked;
        }
        self.selected.iter().filter(|id| ids.contains(&id.as_str())).cloned().collect()
    }

    /// Does `msg` to rows that now stand in the order of `ids`, of which `sorts` columns sort.
    pub(crate) fn update(&mut self, msg: Msg, ids: &[&str], sorts: usize) {
        self.settle(ids);
        let last = ids.len().saturating_sub(1);
        match msg {
            Msg::Up => self.go(self.index.saturating_sub(1), ids),
            Msg::Down => self.go(self.index + 1, ids),
            Msg::First => self.go(0, ids),
            Msg::Last => self.go(last, ids),
            Msg::PageUp => self.go(self.index.saturating_sub(PAGE), ids),
            Msg::PageDown => self.go(self.index + PAGE, ids),
            Msg::Mark => {
                if let Some(id) = self.selected.clone() {
                    self.marked_last = Some(id.clone());
                    if !self.marks.remove(&id) {
                        self.marks.insert(id);
                    }
                    self.go(self.index + 1, ids);
                }
            }
            Msg::MarkRange => self.mark_range(ids),
            Msg::MarkAll => self.marks.extend(ids.iter().map(|id| (*id).to_owned())),
            Msg::Unmark => self.marks.clear(),
            Msg::NextSort => self.sort_by(self.sort.map_or(0, |at| at + 1), sorts),
            Msg::PreviousSort => self.sort_by(self.sort.unwrap_or(sorts).wrapping_sub(1), sorts),
            Msg::Reverse => self.descending = !self.descending,
            // Columns are no matter of rows.
            Msg::Left | Msg::Right => {}
        }
    }

    fn mark_range(&mut self, ids: &[&str]) {
        let from = self.marked_last.as_deref().and_then(|id| ids.iter().position(|it| *it == id));
        let from = from.unwrap_or(self.index);
        let range = from.min(self.index)..=from.max(self.index);
        self.marks.extend(ids.get(range).unwrap_or_default().iter().map(|id| (*id).to_owned()));
        self.marked_last.clone_from(&self.selected);
    }

    /// Finds the selected row among `ids`; where it is gone, its neighbour is selected.
    pub(crate) fn settle(&mut self, ids: &[&str]) {
        let found = self.selected.as_deref().and_then(|id| ids.iter().position(|it| *it == id));
        match found {
            Some(index) => self.index = index,
            None => self.go(self.index, ids),
        }
    }

    fn go(&mut self, index: usize, ids: &[&str]) {
        if ids.is_empty() {
            return;
        }
        self.index = index.min(ids.len() - 1);
        self.selected = Some(ids[self.index].to_owned());
    }

    /// Past either end the gateway's own order comes back.
    fn sort_by(&mut self, column: usize, sorts: usize) {
        self.sort = (column < sorts).then_some(column);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_selection_is_a_row_and_not_a_place() {
        let mut list = List::default();
        list.update(Msg::Down, &["a", "b", "c"], 0);
        assert_eq!(list.selected(), Some("b"));
        list.settle(&["c", "a", "b"]);
        assert_eq!(list.selected(), Some("b"));
        list.update(Msg::Up, &["c", "a", "b"], 0);
        assert_eq!(list.selected(), Some("a"));
    }

    #[test]
    fn a_vanished_rows_neighbour_takes_its_place() {
        let mut list = List::default();
        list.update(Msg::Last, &["a", "b", "c"], 0);
        list.settle(&["a", "b"]);
        assert_eq!(list.selected(), Some("b"));
        list.settle(&[]);
        assert_eq!(list.targets(&[]), Vec::<String>::new());
    }

    #[test]
    fn marks_come_before_the_selection() {
        let mut list = List::default();
        list.settle(&["a", "b", "c"]);
        assert_eq!(list.targets(&["a", "b", "c"]), ["a"]);
        list.update(Msg::Mark, &["a", "b", "c"], 0);
        list.update(Msg::Mark, &["a", "b", "c"], 0);
        assert_eq!(list.targets(&["a", "b", "c"]), ["a", "b"]);
        assert_eq!(list.targets(&["b", "c"]), ["b"]);
    }

    #[test]
    fn a_range_is_marked_from_the_last_mark_to_the_row_in_either_direction() {
        let ids = ["a", "b", "c", "d", "e"];
        let mut list = List::default();
        list.update(Msg::MarkRange, &ids, 0);
        assert_eq!(list.targets(&ids), ["a"], "without a mark, the row itself");
        list.marks.clear();
        list.update(Msg::Last, &ids, 0);
        list.update(Msg::Mark, &ids, 0);
        list.update(Msg::Up, &ids, 0);
        list.update(Msg::Up, &ids, 0);
        list.update(Msg::MarkRange, &ids, 0);
        assert_eq!(list.targets(&ids), ["c", "d", "e"]);
        list.update(Msg::First, &ids, 0);
        list.update(Msg::MarkRange, &["a", "d"], 0);
        assert_eq!(list.targets(&ids), ["a", "c", "d", "e"], "it began at a row that is gone");
    }

    #[test]
    fn a_step_back_drops_the_filter_first_and_then_the_marks() {
        let mut list = List::default();
        list.update(Msg::MarkAll, &["a"], 0);
        list.filter = Filter::of::<()>("a", &[]);
        assert!(list.back() && list.filter.is_empty() && !list.marks.is_empty());
        assert!(list.back() && list.marks.is_empty());
        assert!(!list.back());
    }

    #[test]
    fn sorting_goes_through_the_columns_and_back_to_the_gateways_order() {
        let mut list = List::default();
        let seen: Vec<_> = (0..3)
            .map(|_| {
                list.update(Msg::NextSort, &["a"], 2);
                list.sort
            })
            .collect();
        assert_eq!(seen, [Some(0), Some(1), None]);
        list.update(Msg::PreviousSort, &["a"], 2);
        assert_eq!(list.sort, Some(1));
    }
}
