//! A keymap: the keys that do what, after the operator's own wishes.

use std::fmt;

use super::{Binding, CURSOR, DIALOG, Scope, TABLE, stack};
use crate::{
    config::{Mistake, Rebinding, Word, suggestion},
    output::columns::KeyRow,
    tui::{
        key::{Key, KeyError},
        message::Action,
        screens::Screen,
    },
};

/// Actions without which one cannot leave or get help.
const NEEDED: [&str; 4] = ["screen.quit", "screen.help", "screen.back", "dialog.no"];

/// The keys of each row of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap(Vec<Vec<Key>>);

impl Default for Keymap {
    fn default() -> Self {
        Self(TABLE.iter().map(|binding| binding.keys.to_vec()).collect())
    }
}

impl Keymap {
    /// The table's keys, but for these actions.
    ///
    /// # Errors
    /// With everything that is wrong: an action that is none, a key that is none, a key that would
    /// mean two things in one place.
    pub fn of(wishes: &[Rebinding]) -> Result<Self, Vec<Mistake>> {
        let mut keymap = Self::default();
        let mut mistakes = Vec::new();
        let mut wished: Vec<(usize, &Rebinding)> = Vec::new();
        for wish in wishes {
            let Some(at) = TABLE.iter().position(|binding| binding.name == wish.action.text) else {
                mistakes.push(unknown(&wish.action));
                continue;
            };
            let name = TABLE[at].name;
            if wish.keys.is_empty() && NEEDED.contains(&name) {
                let message = format!("without a key for {name} nobody finds the way");
                mistakes.push(wish.action.mistake(message, "give it one"));
                continue;
            }
            keymap.0[at] = wish.keys.iter().filter_map(|it| read(it, &mut mistakes)).collect();
            wished.push((at, wish));
        }
        for (at, wish) in wished {
            mistakes.extend(wish.keys.iter().enumerate().filter_map(|(nth, word)| {
                let key = word.text.parse().ok()?;
                keymap.conflict(at, wish, nth, key).map(|message| {
                    word.mistake(message, "choose another, or give that one another key as well")
                })
            }));
        }
        if mistakes.is_empty() { Ok(keymap) } else { Err(mistakes) }
    }

    /// What `key` would mean beside what is wished, where both hold.
    fn conflict(&self, at: usize, wish: &Rebinding, nth: usize, key: Key) -> Option<String> {
        let earlier = &wish.keys[..nth];
        if earlier.iter().any(|word| word.text.parse() == Ok(key)) {
            return Some(format!("{key} stands twice"));
        }
        let scope = TABLE[at].scope;
        let other = self.rows().enumerate().find(|(other, (binding, keys))| {
            *other != at && keys.contains(&key) && meet(binding.scope, scope)
        });
        other.map(|(_, (binding, _))| {
            format!("{key} is the key of {} there: {}", binding.name, binding.help)
        })
    }

    /// What `key` does where `scopes` hold, the innermost first.
    pub(crate) fn find(&self, scopes: &[Scope], key: Key) -> Option<Action> {
        scopes.iter().find_map(|scope| {
            let found = self.rows().find(|(it, keys)| it.scope == *scope && keys.contains(&key));
            found.map(|(binding, _)| binding.action)
        })
    }

    /// Every row of the table with its keys.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (&'static Binding, &[Key])> {
        TABLE.iter().zip(self.0.iter().map(Vec::as_slice))
    }

    /// The key of the action called `name`, as the screen says it; `-` when it has none.
    pub(crate) fn label(&self, name: &str) -> Label {
        debug_assert!(TABLE.iter().any(|binding| binding.name == name), "{name}");
        let row = self.rows().find(|(binding, _)| binding.name == name);
        Label(row.and_then(|(_, keys)| keys.first().copied()))
    }

    /// Every action with its keys, as lists show them.
    #[must_use]
    pub fn list(&self) -> Vec<KeyRow> {
        let words = |keys: &[Key]| keys.iter().map(Key::to_string).collect();
        self.rows()
            .map(|(binding, keys)| KeyRow {
                action: binding.name,
                keys: words(keys),
                default_keys: words(binding.keys),
                place: binding.scope.title(),
                does: binding.help,
            })
            .collect()
    }
}

/// A key as the screen says it; `-` where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Label(Option<Key>);

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(key) => key.fmt(f),
            None => f.write_str("-"),
        }
    }
}

/// Whether there is a place where both hold.
fn meet(one: Scope, other: Scope) -> bool {
    // What holds while the link is lost goes before all else, and must not shut anybody in.
    let lost: &[Scope] = &[Scope::Lost, Scope::Global];
    let mut stacks = Screen::ALL.into_iter().map(stack).chain([DIALOG, CURSOR, lost]);
    stacks.any(|stack| stack.contains(&one) && stack.contains(&other))
}

fn unknown(action: &Word) -> Mistake {
    let shown: String = action.text.chars().take(64).collect();
    let names: Vec<&str> = TABLE.iter().map(|binding| binding.name).collect();
    let remedy = match suggestion(&shown, &names) {
        near if near.starts_with("did you mean") => near,
        _ => "`gatewayctl config keys` lists every action".to_owned(),
    };
    action.mistake(format!("there is no action `{shown}`"), remedy)
}

fn read(word: &Word, mistakes: &mut Vec<Mistake>) -> Option<Key> {
    let read = word.text.parse().map_err(|error: KeyError| {
        mistakes.push(word.mistake(error.to_string(), error.remedy()));
    });
    read.ok()
}

#[cfg(test)]
mod tests {
    use proptest::{prelude::*, sample::select};

    use super::*;

    fn word(text: &str) -> Word {
        Word { text: text.to_owned(), place: None }
    }

    fn wish(action: &str, keys: &[&str]) -> Rebinding {
        Rebinding { action: word(action), keys: keys.iter().map(|key| word(key)).collect() }
    }

    fn refusals(wishes: &[Rebinding]) -> Vec<String> {
        let mistakes = Keymap::of(wishes).err().unwrap_or_default();
        mistakes.into_iter().map(|it| format!("{}; {}", it.message, it.remedy)).collect()
    }

    #[test]
    fn a_wish_takes_the_place_of_the_tables_keys() {
        let keymap =
            Keymap::of(&[wish("backend.drain", &["D", "^D"]), wish("list.page-down", &["PgDn"])]);
        let keymap = keymap.unwrap();
        let on_backends = stack(Screen::Backends);
        let drain = keymap.find(on_backends, Key::Char('D'));
        assert_eq!(drain, Keymap::default().find(on_backends, Key::Char('d')));
        assert_eq!(keymap.find(on_backends, Key::Ctrl('D')), drain);
        assert_eq!(keymap.find(on_backends, Key::Char('d')), None);
        assert_eq!(keymap.label("backend.drain").to_string(), "D");
        let without = Keymap::of(&[wish("backend.kill", &[])]).unwrap();
        assert_eq!(without.label("backend.kill").to_string(), "-");
    }

    #[test]
    fn keys_that_change_places_are_no_conflict() {
        let keymap = Keymap::of(&[wish("backend.drain", &["e"]), wish("backend.enable", &["d"])]);
        assert!(keymap.is_ok());
    }

    #[test]
    fn what_cannot_be_is_refused_with_a_remedy() {
        for (wish, refusal) in [
            (
                wish("backend.drian", &["D"]),
                "no action `backend.drian`; did you mean `backend.drain`?",
            ),
            (wish("nonsense", &["D"]), "no action `nonsense`; `gatewayctl config keys` lists"),
            (wish("backend.drain", &["dd"]), "\"dd\" is no key; write one character"),
            (wish("backend.drain", &["F5"]), "F5 does not come through"),
            (wish("backend.drain", &["e"]), "e is the key of backend.enable there"),
            (wish("backend.drain", &["p"]), "p is the key of screen.pause there"),
            (wish("screen.pause", &["d"]), "d is the key of backend.drain there"),
            (wish("backend.drain", &["D", "D"]), "D stands twice"),
            (wish("screen.quit", &[]), "without a key for screen.quit"),
            (wish("link.retry", &["q"]), "q is the key of screen.quit there"),
            (wish("dialog.yes", &["n"]), "n is the key of dialog.no there"),
        ] {
            let refusals = refusals(&[wish]);
            assert_eq!(refusals.len(), 1, "{refusals:?}");
            assert!(refusals[0].contains(refusal), "{refusals:?}");
        }
        assert!(
            refusals(&[wish("limit.edit", &["d"])]).is_empty(),
            "other screens have other keys"
        );
    }

    proptest! {
        #[test]
        fn no_wishes_make_a_key_mean_two_things_or_shut_anybody_in(
            wishes in prop::collection::vec(
                (0..TABLE.len(), prop::collection::vec(select(vec!["d", "e", "p", "Esc", "^X", "q", "Tab", "F1", "\u{1b}"]), 0..4)),
                0..6,
            ),
        ) {
            let wishes: Vec<Rebinding> =
                wishes.iter().map(|(at, keys)| wish(TABLE[*at].name, keys)).collect();
            let Ok(keymap) = Keymap::of(&wishes) else { return Ok(()) };
            for stack in Screen::ALL.into_iter().map(stack).chain([DIALOG]) {
                let held = keymap.rows().filter(|(it, _)| stack.contains(&it.scope));
                let mut keys: Vec<Key> = held.flat_map(|(_, keys)| keys.to_vec()).collect();
                let all = keys.len();
                keys.sort_unstable();
                keys.dedup();
                prop_assert_eq!(keys.len(), all);
            }
            for name in NEEDED {
                prop_assert!(keymap.label(name) != Label(None));
            }
        }
    }
}
