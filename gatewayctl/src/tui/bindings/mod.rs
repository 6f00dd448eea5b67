//! The bindings: one table says which key does what where. Dispatch, footer and help read it.

mod footer;
mod help;
mod table;
mod text;

pub(crate) use footer::footer;
pub(crate) use help::view as help;
pub(crate) use table::TABLE;
pub use text::text;

use super::{key::Key, message::Action};

/// One row of the table.
#[derive(Debug)]
pub(crate) struct Binding {
    /// Where it holds.
    pub(crate) scope: Scope,
    /// The keys that do it.
    pub(crate) keys: &'static [Key],
    /// What they do.
    pub(crate) action: Action,
    /// The action's name, for configuration and docs.
    pub(crate) name: &'static str,
    /// What the help says.
    pub(crate) help: &'static str,
    /// How the footer shows it: the keys and a word; none keeps it out.
    pub(crate) footer: Option<(&'static str, &'static str)>,
}

/// Where a binding holds. The innermost scope is asked first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Everywhere but in dialogs.
    Global,
    /// Where there are rows.
    List,
    /// On screens with a table that sorts and filters.
    Table,
    /// On Overview.
    Overview,
    /// On Backends.
    Backends,
    /// On Limits.
    Limits,
    /// On Scaler.
    Scaler,
    /// On Events.
    Events,
    /// In a dialog.
    Dialog,
}

impl Scope {
    /// All of them, as the help tells them.
    pub(crate) const ALL: [Self; 9] = [
        Self::Global,
        Self::List,
        Self::Table,
        Self::Overview,
        Self::Backends,
        Self::Limits,
        Self::Scaler,
        Self::Events,
        Self::Dialog,
    ];

    /// Its heading in the help.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Global => "Everywhere",
            Self::List => "Rows",
            Self::Table => "Tables",
            Self::Overview => "Overview",
            Self::Backends => "Backends",
            Self::Limits => "Limits",
            Self::Scaler => "Scaler",
            Self::Events => "Events",
            Self::Dialog => "Dialogs",
        }
    }
}

/// What `key` does where `scopes` hold, the innermost first.
pub(crate) fn find(scopes: &[Scope], key: Key) -> Option<Action> {
    scopes.iter().find_map(|scope| {
        let in_scope = |binding: &&Binding| binding.scope == *scope && binding.keys.contains(&key);
        TABLE.iter().find(in_scope).map(|binding| binding.action)
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// Every way in which scopes hold together.
    const STACKS: [&[Scope]; 6] = [
        &[Scope::Overview, Scope::List, Scope::Global],
        &[Scope::Backends, Scope::Table, Scope::List, Scope::Global],
        &[Scope::Limits, Scope::Table, Scope::List, Scope::Global],
        &[Scope::Scaler, Scope::List, Scope::Global],
        &[Scope::Events, Scope::List, Scope::Global],
        &[Scope::Dialog],
    ];

    #[test]
    fn no_key_means_two_things_in_one_place() {
        for stack in STACKS {
            let mut seen = HashSet::new();
            for binding in TABLE.iter().filter(|binding| stack.contains(&binding.scope)) {
                for key in binding.keys {
                    assert!(seen.insert(*key), "{key} twice in {stack:?}: {}", binding.name);
                }
            }
        }
    }

    #[test]
    fn every_action_has_a_name_of_its_own_and_a_key() {
        let mut seen = HashSet::new();
        for binding in TABLE {
            assert!(seen.insert(binding.name), "{} twice", binding.name);
            assert!(!binding.keys.is_empty(), "{} has no key", binding.name);
        }
    }

    #[test]
    fn keys_that_terminals_keep_for_themselves_are_not_bound() {
        for key in TABLE.iter().flat_map(|binding| binding.keys) {
            assert!(!matches!(key, Key::Ctrl('A' | 'B' | 'H' | 'I' | 'M' | 'Q' | 'S')), "{key}");
        }
    }
}
