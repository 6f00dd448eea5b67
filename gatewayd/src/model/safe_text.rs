//! Which characters of a foreign text may reach a terminal or a log?
//!
//! Names, reasons and errors come from other people and other machines. A terminal obeys what it is
//! sent, so whatever it would obey, and whatever it would hide, is spelled out instead.

use std::borrow::Cow;
use std::fmt::Write as _;

/// `text` with control, bidirectional and invisible characters spelled out: `\x1b`, `\n`, `<U+202E>`.
/// A plain text is borrowed.
#[must_use]
pub fn safe_text(text: &str) -> Cow<'_, str> {
    let Some(first) = text.find(is_unsafe) else { return Cow::Borrowed(text) };
    let (plain, rest) = text.split_at(first);
    let mut safe = String::with_capacity(text.len() + 8);
    safe.push_str(plain);
    for character in rest.chars() {
        if is_unsafe(character) {
            spell_out(character, &mut safe);
        } else {
            safe.push(character);
        }
    }
    Cow::Owned(safe)
}

fn spell_out(character: char, text: &mut String) {
    let written = match character {
        '\n' => text.write_str("\\n"),
        '\r' => text.write_str("\\r"),
        '\t' => text.write_str("\\t"),
        '\0'..='\u{9f}' => write!(text, "\\x{:02x}", u32::from(character)),
        _ => write!(text, "<U+{:04X}>", u32::from(character)),
    };
    written.expect("writing to a string succeeds");
}

/// Obeyed or hidden by a terminal: Unicode's Cc, its bidirectional controls (UAX #9), line and
/// paragraph separators, and the characters without a shape (UTS #39).
#[must_use]
pub fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_plain_text_is_borrowed() {
        for text in ["", "api-3", "Kernel-Patch für Bär", "日本語 🚀", "a\\x1b is only letters"]
        {
            assert!(matches!(safe_text(text), Cow::Borrowed(same) if same == text), "{text}");
        }
    }

    #[test]
    fn what_a_terminal_would_obey_or_hide_is_spelled_out() {
        for (text, safe) in [
            ("\x1b[2Jgone", "\\x1b[2Jgone"),
            ("one\ntwo\r\tthree", "one\\ntwo\\r\\tthree"),
            ("bell\x07 del\x7f csi\u{9b}", "bell\\x07 del\\x7f csi\\x9b"),
            ("evil\u{202e}txt", "evil<U+202E>txt"),
            ("zero\u{200b}width", "zero<U+200B>width"),
            ("tag\u{e0041}", "tag<U+E0041>"),
            ("\u{feff}mark", "<U+FEFF>mark"),
        ] {
            assert_eq!(safe_text(text), safe);
        }
    }

    proptest! {
        #[test]
        fn nothing_unsafe_remains_and_nothing_else_changes(text in any::<String>()) {
            let safe = safe_text(&text);
            prop_assert!(!safe.contains(is_unsafe));
            prop_assert_eq!(safe_text(&safe), safe.clone());
            let kept: String = text.chars().filter(|character| !is_unsafe(*character)).collect();
            if kept == text {
                prop_assert!(matches!(safe, Cow::Borrowed(_)));
            }
            let mut rest = kept.chars().peekable();
            for character in safe.chars() {
                rest.next_if_eq(&character);
            }
            prop_assert_eq!(rest.next(), None);
        }

        #[test]
        fn an_escape_sequence_never_survives(before in ".*", after in ".*") {
            let text = format!("{before}\u{1b}[31m\u{202e}{after}");
            let safe = safe_text(&text);
            prop_assert!(!safe.contains(is_unsafe), "{:?}", safe);
            prop_assert!(safe.contains("\\x1b[31m<U+202E>"));
        }
    }
}
