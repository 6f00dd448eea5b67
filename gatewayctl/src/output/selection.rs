//! A selection: which items and which columns of a list somebody asked for.

use super::{Column, Rank, find_column};
use crate::model::{Filter, FilterError, Value};

/// Which part of a list to show, in which order.
#[derive(Debug)]
pub struct Selection<T: 'static> {
    all: &'static [Column<T>],
    columns: Option<Vec<&'static Column<T>>>,
    sort: Option<(&'static Column<T>, Direction)>,
    filter: Option<Filter>,
    limit: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    Ascending,
    Descending,
}

/// Why a selection cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SelectionError {
    /// A column that the list does not have.
    #[error("no column `{name}`; there are {known}")]
    Column {
        /// The column asked for.
        name: String,
        /// The columns there are.
        known: String,
    },
    /// A filter that cannot be read.
    #[error(transparent)]
    Filter(#[from] FilterError),
}

impl<T> Selection<T> {
    /// Everything, as it comes.
    #[must_use]
    pub const fn everything(all: &'static [Column<T>]) -> Self {
        Self { all, columns: None, sort: None, filter: None, limit: None }
    }

    /// Only these columns, in this order; all when there is none.
    ///
    /// # Errors
    /// When a column does not exist.
    pub fn columns(mut self, names: &[String]) -> Result<Self, SelectionError> {
        let found =
            names.iter().map(|name| named(self.all, name)).collect::<Result<Vec<_>, _>>()?;
        self.columns = (!found.is_empty()).then_some(found);
        Ok(self)
    }

    /// Sorted by this column; `-` before its name puts the greatest first.
    ///
    /// # Errors
    /// When the column does not exist.
    pub fn sort_by(mut self, name: Option<&str>) -> Result<Self, SelectionError> {
        let Some(name) = name else { return Ok(self) };
        let (name, direction) = match name.strip_prefix('-') {
            Some(name) => (name, Direction::Descending),
            None => (name, Direction::Ascending),
        };
        self.sort = Some((named(self.all, name)?, direction));
        Ok(self)
    }

    /// Only items that fit this filter.
    ///
    /// # Errors
    /// When the filter cannot be read.
    pub fn filter(mut self, text: Option<&str>) -> Result<Self, SelectionError> {
        self.filter = text.map(|text| self.condition(text)).transpose()?;
        Ok(self)
    }

    /// At most this many items.
    #[must_use]
    pub const fn limit(mut self, limit: Option<usize>) -> Self {
        self.limit = limit;
        self
    }

    /// Every column there is.
    #[must_use]
    pub const fn all(&self) -> &'static [Column<T>] {
        self.all
    }

    /// The items asked for, of a picture taken at `now_ms`.
    #[must_use]
    pub fn of(&self, mut items: Vec<T>, now_ms: i64) -> Vec<T> {
        items.retain(|item| self.admits(item, now_ms));
        if let Some((column, direction)) = self.sort {
            items.sort_by(|one, other| {
                let (one, other) = ((column.value)(one, now_ms), (column.value)(other, now_ms));
                match direction {
                    Direction::Ascending => one.order(&other),
                    Direction::Descending => one.reverse_order(&other),
                }
            });
        }
        items.truncate(self.limit.unwrap_or(usize::MAX));
        items
    }

    /// Whether an item of a picture taken at `now_ms` is asked for.
    pub fn admits(&self, item: &T, now_ms: i64) -> bool {
        self.filter.as_ref().is_none_or(|filter| self.fits(filter, item, now_ms))
    }

    /// A filter over this list's fields that selects nothing by itself.
    ///
    /// # Errors
    /// When the filter cannot be read.
    pub fn condition(&self, text: &str) -> Result<Filter, SelectionError> {
        let keys: Vec<_> = self.all.iter().map(|column| column.key).collect();
        Ok(Filter::parse(text, &keys)?)
    }

    /// Whether an item of a picture taken at `now_ms` fits.
    pub fn fits(&self, filter: &Filter, item: &T, now_ms: i64) -> bool {
        filter.admits(|key| {
            let column = self.all.iter().find(|column| column.key == key);
            column.map_or(Value::Unknown, |column| (column.value)(item, now_ms))
        })
    }

    /// The columns of a table.
    #[must_use]
    pub fn for_people(&self) -> Vec<&'static Column<T>> {
        self.or_all(|rank| !matches!(rank, Rank::Detail | Rank::Named))
    }

    /// The columns of a table that has all.
    #[must_use]
    pub fn whole(&self) -> Vec<&'static Column<T>> {
        self.or_all(|rank| rank != Rank::Named)
    }

    /// The columns of a format that programs read.
    #[must_use]
    pub fn for_programs(&self) -> Vec<&'static Column<T>> {
        self.or_all(|rank| !matches!(rank, Rank::Words | Rank::Named))
    }

    /// The column that names an item.
    #[must_use]
    pub fn first_column(&self) -> Option<&'static Column<T>> {
        self.all.first()
    }

    /// True when the columns were named.
    #[must_use]
    pub const fn names_columns(&self) -> bool {
        self.columns.is_some()
    }

    fn or_all(&self, wanted: impl Fn(Rank) -> bool) -> Vec<&'static Column<T>> {
        self.columns
            .clone()
            .unwrap_or_else(|| self.all.iter().filter(|column| wanted(column.rank)).collect())
    }
}

fn named<T>(all: &'static [Column<T>], name: &str) -> Result<&'static Column<T>, SelectionError> {
    find_column(all, name).ok_or_else(|| SelectionError::Column {
        name: name.to_owned(),
        known: all.iter().map(|column| column.key).collect::<Vec<_>>().join(", "),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::Backend, output::columns::BACKEND};

    fn backends() -> Vec<Backend> {
        let named = |name: &str, rps, p99_ms| Backend {
            name: name.to_owned(),
            rps,
            p99_ms,
            ..Backend::default()
        };
        vec![
            named("api-10", 5.0, Some(9.0)),
            named("api-9", 7.0, None),
            named("api-1", 1.0, Some(3.0)),
        ]
    }

    fn names(selection: &Selection<Backend>) -> Vec<String> {
        selection.of(backends(), 0).into_iter().map(|backend| backend.name).collect()
    }

    fn everything() -> Selection<Backend> {
        Selection::everything(BACKEND)
    }

    #[test]
    fn items_are_sorted_filtered_and_cut() {
        assert_eq!(names(&everything()), ["api-10", "api-9", "api-1"]);
        let sorted = |by| everything().sort_by(Some(by)).unwrap();
        assert_eq!(names(&sorted("name")), ["api-1", "api-9", "api-10"]);
        assert_eq!(names(&sorted("-rps")), ["api-9", "api-10", "api-1"]);
        assert_eq!(names(&sorted("p99")), ["api-1", "api-10", "api-9"], "not known comes last");
        assert_eq!(names(&sorted("-p99")), ["api-10", "api-1", "api-9"], "in both directions");
        let filtered = everything().filter(Some("rps>2 and name!=api-9")).unwrap();
        assert_eq!(names(&filtered), ["api-10"]);
        assert_eq!(names(&sorted("rps").limit(Some(2))), ["api-1", "api-10"]);
    }

    #[test]
    fn columns_are_those_named_or_those_of_the_format() {
        let keys = |columns: Vec<&Column<Backend>>| {
            columns.iter().map(|column| column.key).collect::<Vec<_>>()
        };
        let chosen = everything().columns(&["rps".to_owned(), "p99".to_owned()]).unwrap();
        assert_eq!(keys(chosen.for_people()), ["rps", "p99_ms"]);
        assert_eq!(keys(chosen.for_programs()), ["rps", "p99_ms"]);
        assert!(!keys(everything().for_people()).contains(&"standing_expires"));
        assert!(keys(everything().for_programs()).contains(&"standing_expires"));
        assert!(!keys(everything().for_programs()).contains(&"time"));
    }

    #[test]
    fn a_column_that_is_not_there_is_told_with_those_that_are() {
        let error = everything().sort_by(Some("wieght")).unwrap_err().to_string();
        assert!(error.starts_with("no column `wieght`; there are name, pool,"), "{error}");
    }
}
