//! A choice: which columns of a table are shown, in which order, and how far one looked sideways.

/// Which columns are shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Choice {
    /// The titles chosen here, from left to right; none leaves it to the file.
    chosen: Option<Vec<String>>,
    /// Those that the file wants; none leaves it to the table.
    pub(crate) wanted: Option<Vec<String>>,
    /// How many columns were scrolled past.
    scroll: usize,
}

impl Choice {
    /// The titles that are shown; none shows as many of the table's as fit.
    pub(crate) fn titles(&self) -> Option<&[String]> {
        self.chosen.as_deref().or(self.wanted.as_deref())
    }

    /// The titles chosen here; none where that is left to the file.
    pub(crate) fn chosen(&self) -> Option<&[String]> {
        self.chosen.as_deref()
    }

    /// Shows these from now on; none shows what the file wants.
    pub(crate) fn choose(&mut self, titles: Option<Vec<String>>) {
        self.chosen = titles;
        self.scroll = 0;
    }

    /// How many columns were scrolled past.
    pub(crate) fn scroll(&self) -> usize {
        self.scroll
    }

    /// Looks one column further to the right, at most `reach` of them, or back to the left.
    pub(crate) fn look(&mut self, right: bool, reach: usize) {
        self.scroll =
            if right { (self.scroll + 1).min(reach) } else { self.scroll.saturating_sub(1) };
    }
}
