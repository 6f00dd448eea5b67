//! Matchers: what the routes of a file match, and which two would match the same.

use std::collections::{BTreeMap, HashMap};

use http::Method;

use super::diagnostic::Diagnostic;
use super::source::Span;
use crate::model::{HostPattern, PathPattern, Segment};

/// What the routes of one file match.
#[derive(Debug, Default)]
pub(super) struct Matchers(Vec<Matcher>);

/// What one route matches.
#[derive(Clone, Debug)]
pub(super) struct Matcher {
    pub(super) hosts: Vec<HostPattern>,
    pub(super) path: PathPattern,
    pub(super) methods: Vec<Method>,
    pub(super) span: Span,
}

/// One path, host and method that a matcher matches, by their numbers, and the matcher's own. Two
/// routes must not have the first three in common: neither would be more specific.
type Cell = (u32, u32, u32, u32);

impl Matchers {
    /// Remembers what one route matches.
    pub(super) fn add(&mut self, matcher: Matcher) {
        self.0.push(matcher);
    }

    /// The routes that match the same as one before them.
    pub(super) fn judge(&self) -> Vec<Diagnostic> {
        let mut cells = self.cells();
        cells.sort_unstable();
        let same = |pair: &&[Cell]| {
            let ((path, host, method, _), (path2, host2, method2, _)) = (pair[0], pair[1]);
            (path, host, method) == (path2, host2, method2)
        };
        let doubles = cells.windows(2).filter(same).map(|pair| (pair[1].3, pair[0].3));
        // One mistake for each route, however much the two have in common.
        let doubles: BTreeMap<u32, u32> = doubles.collect();
        let matcher = |at: u32| &self.0[at as usize];
        doubles.into_iter().map(|(second, first)| double(matcher(second), matcher(first))).collect()
    }

    fn cells(&self) -> Vec<Cell> {
        let (mut paths, mut hosts) = (Numbers::default(), Numbers::default());
        let mut methods = Numbers::default();
        let mut cells = Vec::new();
        for (at, matcher) in (0..).zip(&self.0) {
            let path = paths.of(shape(&matcher.path));
            let methods: Vec<u32> = any_or_each(&matcher.methods, &mut methods);
            for host in any_or_each(&matcher.hosts, &mut hosts) {
                cells.extend(methods.iter().map(|method| (path, host, *method, at)));
            }
        }
        cells
    }
}

/// A number for each text.
#[derive(Default)]
struct Numbers(HashMap<String, u32>);

impl Numbers {
    fn of(&mut self, text: String) -> u32 {
        let next = self.0.len() as u32;
        *self.0.entry(text).or_insert(next)
    }
}

/// The numbers of what is named, or that of everything when nothing is.
fn any_or_each(named: &[impl ToString], numbers: &mut Numbers) -> Vec<u32> {
    if named.is_empty() {
        return vec![u32::MAX];
    }
    named.iter().map(|one| numbers.of(one.to_string())).collect()
}

/// A pattern whose parameters have no names: `/{code}` and `/{id}` match the same.
fn shape(path: &PathPattern) -> String {
    let PathPattern::Template(segments) = path else { return path.to_string() };
    let nameless = segments.iter().map(|segment| match segment {
        Segment::Literal(text) => format!("/{text}"),
        Segment::Parameter(_) => "/{}".to_owned(),
    });
    nameless.collect()
}

fn double(matcher: &Matcher, before: &Matcher) -> Diagnostic {
    let host = matcher.hosts.iter().find(|host| before.hosts.contains(host));
    let method = matcher.methods.iter().find(|method| before.methods.contains(method));
    let host = host.map(|host| format!(" of {host}")).unwrap_or_default();
    let method = method.map(|method| format!("{method} ")).unwrap_or_default();
    let message = format!("two routes match {method}{}{host}", matcher.path);
    Diagnostic::at(matcher.span, message)
        .other(before.span, "the other is at")
        .remedy("tell them apart by path, methods or hosts, or remove one")
}
