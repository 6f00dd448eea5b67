//! The paths that routes match under one host.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::HashMap;

use crate::model::PathPattern;

use super::super::canonical;
use super::Taker;
use super::template::Templates;

/// The routes of one host, by path.
#[derive(Debug, Default)]
pub(super) struct Paths {
    exact: HashMap<Box<str>, Vec<Taker>>,
    templates: Templates,
    prefixes: HashMap<Box<str>, Vec<Taker>>,
    /// The lengths that prefixes have, the longest first: a long path costs no more lookups than
    /// there are of these.
    prefix_lengths: Vec<usize>,
}

impl Paths {
    /// Adds a route; to be followed by [`Paths::arrange`].
    pub(super) fn add(&mut self, pattern: &PathPattern, taker: Taker) {
        match pattern {
            PathPattern::Exact(path) => {
                self.exact.entry(spelled(path).into()).or_default().push(taker);
            }
            PathPattern::Prefix(prefix) => {
                let prefix = spelled(prefix);
                self.prefix_lengths.push(prefix.len());
                self.prefixes.entry(prefix.into()).or_default().push(taker);
            }
            PathPattern::Template(segments) => self.templates.add(segments, taker),
        }
    }

    /// Puts in order what was added.
    pub(super) fn arrange(&mut self) {
        self.prefix_lengths.sort_unstable_by_key(|length| Reverse(*length));
        self.prefix_lengths.dedup();
        self.templates.arrange();
        let takers = self.exact.values_mut().chain(self.prefixes.values_mut());
        takers.for_each(|takers| named_methods_first(takers));
    }

    /// The routes that match `path`, the most specific first.
    pub(super) fn matching<'a>(&'a self, path: &'a str) -> impl Iterator<Item = &'a Taker> {
        let exact = self.exact.get(path);
        let lengths = self.prefix_lengths.iter();
        let prefixes = lengths.filter_map(|length| self.prefixes.get(path.get(..*length)?));
        exact.into_iter().chain(self.templates.matching(path)).chain(prefixes).flatten()
    }
}

/// Stable, so the order of the file decides among equals.
pub(super) fn named_methods_first(takers: &mut [Taker]) {
    takers.sort_by_key(|taker| taker.methods.is_empty());
}

/// A pattern's text as canonical paths spell it. A text without such a form matches nothing.
pub(super) fn spelled(text: &str) -> Cow<'_, str> {
    canonical(text).unwrap_or(Cow::Borrowed(text))
}
