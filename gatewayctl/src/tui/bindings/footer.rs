//! The footer: the keys of the place one is at, as many as fit.

use ratatui::text::Span;
use unicode_width::UnicodeWidthStr as _;

use super::{Scope, TABLE};
use crate::tui::{look::Look, theme::Role};

/// Below this width keys stand without their words.
const WORDS: usize = 60;

type Entry = (&'static str, &'static str);

/// The keys of `scopes` in at most `width` cells. The last ones, help and quit, are always there.
pub(crate) fn footer(look: Look, scopes: &[Scope], width: usize) -> Vec<Span<'static>> {
    let mut entries: Vec<Entry> = scopes
        .iter()
        .flat_map(|scope| TABLE.iter().filter(move |binding| binding.scope == *scope))
        .filter_map(|binding| binding.footer)
        .collect();
    let has_words = width >= WORDS;
    let last = entries.split_off(entries.len().saturating_sub(2));
    let mut used = 1 + last.iter().map(|entry| cells(*entry, has_words)).sum::<usize>();
    let fitting = entries.into_iter().take_while(|entry| {
        used += cells(*entry, has_words);
        used <= width
    });
    let mut spans = vec![Span::raw(" ")];
    for (keys, word) in fitting.collect::<Vec<_>>().into_iter().chain(last) {
        spans.push(Span::styled(keys, look.style(Role::Accent)));
        spans.push(Span::raw(if has_words { format!(" {word}  ") } else { " ".to_owned() }));
    }
    spans
}

fn cells((keys, word): Entry, has_words: bool) -> usize {
    keys.width() + if has_words { word.width() + 3 } else { 1 }
}
