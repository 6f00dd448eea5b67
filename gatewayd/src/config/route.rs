//! `[[route]]`: which requests it matches and what becomes of them.

use http::Method;

use super::limit_uses::Place;
use super::matchers::Matcher;
use super::names::Noun;
use super::value::Value;
use crate::model::{PathPattern, Route, Segment};

/// The most methods, hosts and limits one route may name.
const MOST_METHODS: usize = 16;
const MOST_HOSTS: usize = 256;
const MOST_LIMITS: usize = 100;

const METHODS: [Method; 7] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
    Method::OPTIONS,
];

/// Reads one `[[route]]`.
pub(super) fn route(value: Value<'_>) -> Option<Route> {
    value.table("[[route]]", &[], |fields| {
        let name = fields.required("name", "\"everything\"", |value| value.new_name(Noun::Route));
        let matcher = fields.required("match", "{ path = \"/*\" }", matcher);
        let pool = fields.required("pool", "\"app\"", |value| value.name_of(Noun::Pool));
        let limit = |value: Value<'_>| value.limit_at(Place::Route);
        let limits = fields.defaulted("limits", Vec::new(), |value| value.set(MOST_LIMITS, limit));
        let max_body_bytes =
            fields.defaulted("max_body_bytes", Route::DEFAULT_MAX_BODY_BYTES, Value::bytes);
        let Matcher { hosts, path, methods, .. } = matcher?;
        Some(Route {
            name: name?,
            hosts,
            path,
            methods,
            pool: pool?,
            limits: limits?,
            max_body_bytes: max_body_bytes?,
        })
    })
}

fn matcher(value: Value<'_>) -> Option<Matcher> {
    let matcher = value.table("match", &[], |fields| {
        let path = fields.required("path", "\"/*\"", path);
        let hosts =
            fields.defaulted("hosts", Vec::new(), |value| named(value, MOST_HOSTS, Value::parsed));
        let methods =
            fields.defaulted("methods", Vec::new(), |value| named(value, MOST_METHODS, method));
        Some(Matcher { hosts: hosts?, path: path?, methods: methods?, span: value.span })
    })?;
    value.reading.matchers.borrow_mut().add(matcher.clone());
    Some(matcher)
}

fn path(value: Value<'_>) -> Option<PathPattern> {
    let path: PathPattern = value.parsed()?;
    let PathPattern::Template(segments) = &path else { return Some(path) };
    let mut seen = Vec::new();
    for segment in segments {
        let Segment::Parameter(name) = segment else { continue };
        if seen.contains(&name) {
            let message = format!("the path has two parameters {{{name}}}");
            return value.refuse(message, "give each parameter a name of its own");
        }
        seen.push(name);
    }
    Some(path)
}

/// The parts of a list that, were it empty, would match nothing.
fn named<'a, T: PartialEq>(
    value: Value<'a>,
    most: usize,
    read: impl Fn(Value<'a>) -> Option<T>,
) -> Option<Vec<T>> {
    let named = value.set(most, read)?;
    if named.is_empty() {
        return value.refuse("an empty list matches nothing", "leave it out to match all");
    }
    Some(named)
}

fn method(value: Value<'_>) -> Option<Method> {
    let text = value.text()?;
    let Ok(method) = Method::from_bytes(text.as_bytes()) else {
        let message = format!("{text:?} is not a method");
        return value.refuse(message, "write a method, as \"GET\" or \"POST\"");
    };
    if matches!(method, Method::CONNECT | Method::TRACE) {
        let message = format!("{method} never reaches a route: the gateway refuses it");
        return value.refuse(message, "leave it out");
    }
    let slip = |known: &&Method| {
        text != known.as_str()
            && strsim::damerau_levenshtein(&text.to_uppercase(), known.as_str()) <= 1
    };
    match METHODS.iter().find(slip) {
        Some(meant) => {
            let message = format!("{text:?} is not a method that is known");
            value.refuse(message, &format!("did you mean \"{meant}\"?"))
        }
        None => Some(method),
    }
}
