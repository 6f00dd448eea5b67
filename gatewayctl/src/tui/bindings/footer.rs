//! The footer: the keys of the place one is at, as many as fit.

use ratatui::text::Span;
use unicode_width::UnicodeWidthStr as _;

use super::{Keymap, Scope};
use crate::tui::{look::Look, theme::Role};

/// Below this width keys stand without their words.
const WORDS: usize = 60;

/// Keys, and the word for what they do.
type Entry = (String, &'static str);

/// The keys of `scopes` in at most `width` cells. The last ones, help and quit, are always there.
pub(crate) fn footer(
    look: Look,
    keymap: &Keymap,
    scopes: &[Scope],
    width: usize,
) -> Vec<Span<'static>> {
    let mut entries = entries(keymap, scopes);
    let has_words = width >= WORDS;
    let last = entries.split_off(entries.len().saturating_sub(2));
    let mut used = 1 + last.iter().map(|entry| cells(entry, has_words)).sum::<usize>();
    let fitting = entries.into_iter().take_while(|entry| {
        used += cells(entry, has_words);
        used <= width
    });
    let mut spans = vec![Span::raw(" ")];
    for (keys, word) in fitting.collect::<Vec<_>>().into_iter().chain(last) {
        spans.push(Span::styled(keys, look.style(Role::Accent)));
        spans.push(Span::raw(if has_words { format!(" {word}  ") } else { " ".to_owned() }));
    }
    spans
}

/// The first key of each action; actions with one word, as up and down, share it.
fn entries(keymap: &Keymap, scopes: &[Scope]) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for scope in scopes {
        for (binding, keys) in keymap.rows().filter(|(binding, _)| binding.scope == *scope) {
            let (Some((_, word)), Some(key)) = (binding.footer, keys.first()) else { continue };
            match entries.last_mut() {
                Some((keys, same)) if *same == word => *keys += &format!("/{key}"),
                _ => entries.push((key.to_string(), word)),
            }
        }
    }
    entries
}

fn cells((keys, word): &Entry, has_words: bool) -> usize {
    keys.width() + if has_words { word.width() + 3 } else { 1 }
}
