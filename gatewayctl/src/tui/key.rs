//! A key: what was pressed, in the words of the binding table.

use std::{fmt, str::FromStr};

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use unicode_width::UnicodeWidthChar as _;

/// Letters that terminals keep for themselves with Ctrl, or send for other keys.
pub(crate) const KEPT: &str = "ABHIMQS";

/// Names beside those that are shown.
const ALIASES: [(&str, Key); 7] = [
    ("escape", Key::Esc),
    ("return", Key::Enter),
    ("backtab", Key::BackTab),
    ("shift-tab", Key::BackTab),
    ("delete", Key::Delete),
    ("pageup", Key::PageUp),
    ("pagedown", Key::PageDown),
];

/// Keys that are called by a name.
const NAMED: [Key; 15] = [
    Key::Char(' '),
    Key::Enter,
    Key::Esc,
    Key::Tab,
    Key::BackTab,
    Key::Backspace,
    Key::Delete,
    Key::Up,
    Key::Down,
    Key::Left,
    Key::Right,
    Key::Home,
    Key::End,
    Key::PageUp,
    Key::PageDown,
];

/// A key press.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Key {
    /// A printable character, shift already in it.
    Char(char),
    /// A letter with Ctrl.
    Ctrl(char),
    /// Enter.
    Enter,
    /// Esc.
    Esc,
    /// Tab.
    Tab,
    /// Shift and Tab.
    BackTab,
    /// Backspace.
    Backspace,
    /// Delete.
    Delete,
    /// Arrow up.
    Up,
    /// Arrow down.
    Down,
    /// Arrow left.
    Left,
    /// Arrow right.
    Right,
    /// Home.
    Home,
    /// End.
    End,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
}

impl Key {
    /// The key of a terminal's event; none for what has no meaning here: releases, Alt chords,
    /// function keys.
    pub(crate) fn pressed(event: KeyEvent) -> Option<Self> {
        if event.kind == KeyEventKind::Release || event.modifiers.contains(KeyModifiers::ALT) {
            return None;
        }
        Some(match event.code {
            KeyCode::Char(character) if event.modifiers.contains(KeyModifiers::CONTROL) => {
                Self::Ctrl(character.to_ascii_uppercase())
            }
            KeyCode::Char(character) => Self::Char(character),
            KeyCode::Enter => Self::Enter,
            KeyCode::Esc => Self::Esc,
            KeyCode::Tab => Self::Tab,
            KeyCode::BackTab => Self::BackTab,
            KeyCode::Backspace => Self::Backspace,
            KeyCode::Delete => Self::Delete,
            KeyCode::Up => Self::Up,
            KeyCode::Down => Self::Down,
            KeyCode::Left => Self::Left,
            KeyCode::Right => Self::Right,
            KeyCode::Home => Self::Home,
            KeyCode::End => Self::End,
            KeyCode::PageUp => Self::PageUp,
            KeyCode::PageDown => Self::PageDown,
            _ => return None,
        })
    }

    /// Whether it would write something into a field.
    pub(crate) const fn is_text(self) -> bool {
        matches!(self, Self::Char(_))
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self {
            Self::Char(' ') => "Space",
            Self::Char(character) => return write!(f, "{character}"),
            Self::Ctrl(letter) => return write!(f, "^{letter}"),
            Self::Enter => "Enter",
            Self::Esc => "Esc",
            Self::Tab => "Tab",
            Self::BackTab => "S-Tab",
            Self::Backspace => "Backspace",
            Self::Delete => "Del",
            Self::Up => "Up",
            Self::Down => "Down",
            Self::Left => "Left",
            Self::Right => "Right",
            Self::Home => "Home",
            Self::End => "End",
            Self::PageUp => "PgUp",
            Self::PageDown => "PgDn",
        };
        f.write_str(word)
    }
}

/// Why a text names no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum KeyError {
    /// No key is called so.
    #[error("{0:?} is no key")]
    Unknown(String),
    /// The terminal would not pass it on, or as another.
    #[error("{0} does not come through every terminal")]
    Kept(String),
}

impl KeyError {
    /// What to write instead.
    pub(crate) const fn remedy(&self) -> &'static str {
        match self {
            Self::Unknown(_) => {
                "write one character, ^X with a letter, or Space, Enter, Esc, Tab, S-Tab, Backspace, \
                 Del, Up, Down, Left, Right, Home, End, PgUp, PgDn"
            }
            Self::Kept(_) => {
                "terminals keep function keys, Alt, ^A, ^B, ^Q and ^S, and send ^H, ^I and ^M for \
                 others: choose another"
            }
        }
    }
}

impl FromStr for Key {
    type Err = KeyError;

    /// A key as `Display` writes it, or as other programs call it.
    fn from_str(text: &str) -> Result<Self, KeyError> {
        let mut characters = text.chars();
        if let (Some(character), None) = (characters.next(), characters.next()) {
            let is_shown = character.width() == Some(1);
            return is_shown.then_some(Self::Char(character)).ok_or_else(|| unknown(text));
        }
        let name = text.to_ascii_lowercase();
        let named = NAMED.into_iter().find(|key| key.to_string().eq_ignore_ascii_case(text));
        let known = ALIASES.into_iter().find(|(alias, _)| *alias == name).map(|(_, key)| key);
        if let Some(key) = named.or(known) {
            return Ok(key);
        }
        let letter = ["^", "c-", "ctrl-", "ctrl+"].iter().find_map(|it| name.strip_prefix(it));
        if let Some(letter) = letter.and_then(single).filter(char::is_ascii_alphabetic) {
            let letter = letter.to_ascii_uppercase();
            let key = Self::Ctrl(letter);
            return if KEPT.contains(letter) {
                Err(KeyError::Kept(key.to_string()))
            } else {
                Ok(key)
            };
        }
        let is_function = name.strip_prefix('f').is_some_and(|it| it.parse::<u8>().is_ok());
        let is_alt = ["m-", "a-", "alt-", "alt+"].iter().any(|it| name.starts_with(it));
        if is_function || is_alt { Err(KeyError::Kept(shown(text))) } else { Err(unknown(text)) }
    }
}

fn single(text: &str) -> Option<char> {
    let mut characters = text.chars();
    characters.next().filter(|_| characters.next().is_none())
}

fn unknown(text: &str) -> KeyError {
    KeyError::Unknown(shown(text))
}

/// As much of a text as is told of it.
fn shown(text: &str) -> String {
    text.chars().take(24).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_it_is_shown() {
        let named = NAMED.into_iter();
        let written = "azAZ09/:?*+-()[]{}<>\\^é".chars().map(Key::Char);
        let controlled = ('A'..='Z').filter(|it| !KEPT.contains(*it)).map(Key::Ctrl);
        for key in named.chain(written).chain(controlled) {
            assert_eq!(key.to_string().parse(), Ok(key), "{key}");
        }
        for (text, key) in [
            ("ctrl-l", Key::Ctrl('L')),
            ("C-l", Key::Ctrl('L')),
            ("^l", Key::Ctrl('L')),
            (" ", Key::Char(' ')),
            ("PageUp", Key::PageUp),
            ("esc", Key::Esc),
        ] {
            assert_eq!(text.parse(), Ok(key), "{text}");
        }
    }

    #[test]
    fn what_is_no_key_and_what_does_not_come_through_is_refused() {
        for text in
            ["", "dd", "^", "^1", "^ab", "\u{1b}", "\t", "\u{202e}", "\u{301}", "日", "fx", "F"]
        {
            let read = text.parse::<Key>();
            let fine = ["^", "F"].contains(&text);
            assert_eq!(read.is_ok(), fine, "{text:?}: {read:?}");
        }
        for text in ["F1", "f12", "^S", "C-q", "^M", "Alt-x", "M-x"] {
            assert!(matches!(text.parse::<Key>(), Err(KeyError::Kept(_))), "{text}");
        }
    }
}
