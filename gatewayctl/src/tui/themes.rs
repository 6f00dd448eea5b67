//! The themes one can choose from, and the one that is chosen.

use super::{depth::Depth, theme::Theme};
use crate::model::{self, Scheme};

/// All themes: those that are built in, and one of the operator's own.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Themes {
    all: Vec<model::Theme>,
    /// The one that the operator's file, or a flag, wants.
    wanted: model::Theme,
    at: usize,
    depth: Depth,
}

impl Themes {
    /// All themes, of which `chosen` is.
    pub(crate) fn new(chosen: model::Theme, depth: Depth) -> Self {
        let mut all: Vec<model::Theme> = Scheme::ALL.map(Into::into).to_vec();
        let at = all.iter().position(|theme| *theme == chosen).unwrap_or_else(|| {
            all.push(chosen.clone());
            all.len() - 1
        });
        Self { all, wanted: chosen, at, depth }
    }

    /// What the chosen one is called.
    pub(crate) fn name(&self) -> &str {
        &self.all[self.at].name
    }

    /// What all are called.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.all.iter().map(|theme| theme.name.as_str()).collect()
    }

    /// The chosen one on this terminal.
    pub(crate) fn theme(&self) -> Theme {
        Theme::new(&self.all[self.at], self.depth)
    }

    /// Chooses the next one, round and round.
    pub(crate) fn choose_next(&mut self) {
        self.at = (self.at + 1) % self.all.len();
    }

    /// Chooses this one; that of one's own as it stands in its file now. Whoever looks at another
    /// one meanwhile goes on doing so, unless the file wants another.
    pub(crate) fn renew(&mut self, chosen: model::Theme) {
        if self.wanted != chosen {
            *self = Self::new(chosen, self.depth);
        }
    }

    /// Chooses the one called `name`; `false` when there is none.
    pub(crate) fn choose(&mut self, name: &str) -> bool {
        let found = self.all.iter().position(|theme| theme.name == name);
        self.at = found.unwrap_or(self.at);
        found.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn themes_go_round_and_ones_own_is_among_them() {
        let own = model::Theme { name: "mine".to_owned(), ..model::Theme::default() };
        let mut themes = Themes::new(own, Depth::Full);
        assert_eq!(themes.name(), "mine");
        let seen: Vec<String> = (0..6)
            .map(|_| {
                themes.choose_next();
                themes.name().to_owned()
            })
            .collect();
        assert_eq!(seen, ["ansi16", "dark", "light", "mono", "cb-safe", "mine"]);
        assert!(themes.choose("mono") && !themes.choose("nonsense"));
        assert_eq!(themes.name(), "mono");
    }
}
