//! An input: one line of text under the cursor.

use crate::tui::key::Key;

/// The longest text a field takes; the gateway's longest reason.
const LONGEST: usize = 500;

/// One line of text with a cursor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Input {
    text: String,
    /// Characters before the cursor.
    cursor: usize,
    /// Whether it holds a suggestion: the first character typed takes its place.
    is_suggested: bool,
}

impl Input {
    /// A field that holds `text`, the cursor at its end.
    pub(crate) fn of(text: &str) -> Self {
        Self { text: text.to_owned(), cursor: text.chars().count(), is_suggested: false }
    }

    /// A field that suggests `text`: typing replaces it, any other key keeps it to be edited.
    pub(crate) fn suggesting(text: &str) -> Self {
        Self { is_suggested: true, ..Self::of(text) }
    }

    /// What it holds.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Characters before the cursor.
    pub(crate) fn cursor(&self) -> usize {
        self.cursor
    }

    /// Takes a key; `false` when the key means nothing to a field.
    pub(crate) fn press(&mut self, key: Key) -> bool {
        if self.is_suggested && matches!(key, Key::Char(_)) {
            *self = Self::default();
        }
        let length = self.text.chars().count();
        match key {
            Key::Char(character) => self.insert(character),
            Key::Backspace if self.cursor > 0 => {
                self.cursor -= 1;
                self.remove();
            }
            Key::Delete if self.cursor < length => self.remove(),
            Key::Backspace | Key::Delete => {}
            Key::Left => self.cursor = self.cursor.saturating_sub(1),
            Key::Right => self.cursor = (self.cursor + 1).min(length),
            Key::Home => self.cursor = 0,
            Key::End => self.cursor = length,
            Key::Ctrl('U') => *self = Self::default(),
            Key::Ctrl('W') => self.erase_word(),
            _ => return false,
        }
        self.is_suggested = false;
        true
    }

    /// Takes a pasted text; line ends become spaces.
    pub(crate) fn paste(&mut self, text: &str) {
        if std::mem::take(&mut self.is_suggested) {
            *self = Self::default();
        }
        for character in text.trim_end_matches(['\r', '\n']).chars() {
            self.insert(if character.is_control() { ' ' } else { character });
        }
    }

    fn insert(&mut self, character: char) {
        if self.text.chars().count() < LONGEST {
            let at = self.byte(self.cursor);
            self.text.insert(at, character);
            self.cursor += 1;
        }
    }

    fn remove(&mut self) {
        let at = self.byte(self.cursor);
        self.text.remove(at);
    }

    fn erase_word(&mut self) {
        let before: Vec<char> = self.text.chars().take(self.cursor).collect();
        let kept = before.iter().rposition(|it| !it.is_whitespace()).map_or(0, |end| {
            before[..end].iter().rposition(|it| it.is_whitespace()).map_or(0, |space| space + 1)
        });
        let (from, to) = (self.byte(kept), self.byte(self.cursor));
        self.text.replace_range(from..to, "");
        self.cursor = kept;
    }

    fn byte(&self, characters: usize) -> usize {
        self.text.char_indices().nth(characters).map_or(self.text.len(), |(at, _)| at)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn keys_edit_where_the_cursor_is() {
        let mut input = Input::of("app");
        for key in [Key::Home, Key::Char('x'), Key::Right, Key::Delete, Key::End, Key::Char('é')] {
            input.press(key);
        }
        assert_eq!(input.text(), "xapé");
        input.press(Key::Backspace);
        assert_eq!(input.text(), "xap");
        input = Input::of("kernel patch");
        input.press(Key::Ctrl('W'));
        assert_eq!(input.text(), "kernel ");
        input.paste("up\ndate\n");
        assert_eq!(input.text(), "kernel up date");
    }

    #[test]
    fn a_suggestion_is_replaced_by_typing_and_edited_by_other_keys() {
        let mut input = Input::suggesting("30m");
        input.press(Key::Char('5'));
        input.press(Key::Char('m'));
        assert_eq!(input.text(), "5m");
        let mut input = Input::suggesting("30m");
        input.press(Key::Left);
        input.press(Key::Char('s'));
        assert_eq!(input.text(), "30sm");
        let mut input = Input::suggesting("30m");
        assert!(!input.press(Key::Enter));
        input.paste("2h");
        assert_eq!(input.text(), "2h");
    }

    proptest! {
        #[test]
        fn any_keys_leave_the_cursor_within_the_text(
            keys in prop::collection::vec(prop_oneof![
                any::<char>().prop_map(Key::Char),
                Just(Key::Backspace), Just(Key::Delete), Just(Key::Left), Just(Key::Right),
                Just(Key::Home), Just(Key::End), Just(Key::Ctrl('W')), Just(Key::Ctrl('U')),
            ], 0..60),
        ) {
            let mut input = Input::default();
            for key in keys {
                input.press(key);
                prop_assert!(input.cursor() <= input.text().chars().count());
            }
        }
    }
}
