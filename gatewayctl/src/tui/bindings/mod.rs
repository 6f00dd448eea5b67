//! The bindings: one table says which key does what where. Dispatch, footer and help read it,
//! through the keymap with the keys that the operator wants instead.

mod footer;
mod help;
mod keymap;
mod table;
mod text;

pub(crate) use footer::footer;
pub(crate) use help::view as help;
pub use keymap::Keymap;
pub(crate) use keymap::Label;
pub(crate) use table::TABLE;
pub use text::text;

use super::{key::Key, message::Action, screens::Screen};

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
    /// On Backends of a demo.
    Demo,
    /// On Limits.
    Limits,
    /// On Scaler.
    Scaler,
    /// Where the list ends with its last row.
    Ends,
    /// On Traffic.
    Traffic,
    /// On Events.
    Events,
    /// On TLS.
    Tls,
    /// While a moment is read from charts; before those of the screen.
    Cursor,
    /// While the link is lost; before all others.
    Lost,
    /// In a dialog.
    Dialog,
}

impl Scope {
    /// All of them, as the help tells them.
    pub(crate) const ALL: [Self; 15] = [
        Self::Global,
        Self::List,
        Self::Ends,
        Self::Table,
        Self::Overview,
        Self::Backends,
        Self::Demo,
        Self::Limits,
        Self::Scaler,
        Self::Traffic,
        Self::Events,
        Self::Tls,
        Self::Cursor,
        Self::Lost,
        Self::Dialog,
    ];

    /// Its heading in the help.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Global => "Everywhere",
            Self::List => "Rows",
            Self::Ends => "First and last row",
            Self::Table => "Tables",
            Self::Overview => "Overview",
            Self::Backends => "Backends",
            Self::Demo => "Backends of a demo, to practise on",
            Self::Limits => "Limits",
            Self::Scaler => "Scaler",
            Self::Traffic => "Traffic",
            Self::Events => "Events",
            Self::Tls => "TLS",
            Self::Cursor => "While charts are read",
            Self::Lost => "While the link is lost",
            Self::Dialog => "Dialogs",
        }
    }
}

/// What holds together in a dialog.
pub(crate) const DIALOG: &[Scope] = &[Scope::Dialog];

/// What holds before a screen's own while charts are read.
pub(crate) const CURSOR: &[Scope] = &[Scope::Cursor];

/// What holds before all else while the link is lost.
pub(crate) const LOST: &[Scope] = &[Scope::Lost];

/// What holds together on a screen, the innermost first.
pub(crate) const fn stack(screen: Screen) -> &'static [Scope] {
    match screen {
        Screen::Overview => &[Scope::Overview, Scope::List, Scope::Ends, Scope::Global],
        Screen::Backends => {
            &[Scope::Backends, Scope::Demo, Scope::Table, Scope::List, Scope::Ends, Scope::Global]
        }
        Screen::Limits => &[Scope::Limits, Scope::Table, Scope::List, Scope::Ends, Scope::Global],
        Screen::Scaler => &[Scope::Scaler, Scope::List, Scope::Ends, Scope::Global],
        Screen::Traffic => &[Scope::Traffic, Scope::List, Scope::Global],
        Screen::Events => &[Scope::Events, Scope::List, Scope::Ends, Scope::Global],
        Screen::Tls => &[Scope::Tls, Scope::Table, Scope::List, Scope::Ends, Scope::Global],
    }
}

/// What holds together on a screen of a gateway that is no demo.
pub(crate) const fn stack_without_demo(screen: Screen) -> &'static [Scope] {
    match screen {
        Screen::Backends => {
            &[Scope::Backends, Scope::Table, Scope::List, Scope::Ends, Scope::Global]
        }
        screen => stack(screen),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_key_means_two_things_in_one_place() {
        for stack in Screen::ALL.into_iter().map(stack).chain([DIALOG]) {
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
            let shown = binding.footer.map(|(key, _)| key.to_owned());
            assert!(shown.is_none_or(|it| it == binding.keys[0].to_string()), "{}", binding.name);
        }
    }

    #[test]
    fn keys_that_terminals_keep_for_themselves_are_not_bound() {
        for key in TABLE.iter().flat_map(|binding| binding.keys) {
            assert_eq!(key.to_string().parse(), Ok(*key));
        }
    }
}
