//! Names: which a file gives, which it uses, and whether those fit.

use std::collections::{HashMap, HashSet};
use std::fmt;

use super::diagnostic::Diagnostic;
use super::diagnostics::MOST_SHOWN;
use super::source::{Placed, Span};
use super::value::Value;
use super::words::nearest;
use crate::model::Name;

/// What a name can be of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Noun {
    Listener,
    Route,
    Limit,
    Pool,
    Backend,
}

/// The names of one file.
#[derive(Debug, Default)]
pub(super) struct Names {
    given: Vec<(Noun, Placed<Name>)>,
    used: Vec<(Noun, Placed<Name>)>,
    /// Listeners that clients are sent to.
    targets: Vec<Placed<Name>>,
    speaks_tls: HashSet<Name>,
}

impl Value<'_> {
    /// The name given to a `noun`.
    pub(super) fn new_name(self, noun: Noun) -> Option<Name> {
        let name = self.placed(Value::parsed::<Name>)?;
        self.reading.names.borrow_mut().given.push((noun, name.clone()));
        Some(name.value)
    }

    /// The name of a `noun` that is somewhere in the file.
    pub(super) fn name_of(self, noun: Noun) -> Option<Name> {
        let name = self.placed(Value::parsed::<Name>)?;
        self.reading.names.borrow_mut().used.push((noun, name.clone()));
        Some(name.value)
    }

    /// The name of the TLS listener that clients are sent to.
    pub(super) fn redirect_target(self) -> Option<Name> {
        let name = self.name_of(Noun::Listener)?;
        let target = Placed { value: name.clone(), span: self.span };
        self.reading.names.borrow_mut().targets.push(target);
        Some(name)
    }
}

impl Names {
    /// Remembers that the listener `name` speaks TLS.
    pub(super) fn speaks_tls(&mut self, name: &Name) {
        self.speaks_tls.insert(name.clone());
    }

    /// What does not fit.
    pub(super) fn judge(&self) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        let mut first: HashMap<(Noun, &Name), Span> = HashMap::new();
        for (noun, Placed { value, span }) in &self.given {
            match first.get(&(*noun, value)) {
                Some(before) => found.push(double(*noun, value, *span, *before)),
                None => {
                    first.insert((*noun, value), *span);
                }
            }
        }
        let unknown =
            |(noun, name): &&(Noun, Placed<Name>)| !first.contains_key(&(*noun, &name.value));
        for (at, (noun, name)) in self.used.iter().filter(unknown).enumerate() {
            // Comparing each with each would take long for many, and only few are shown.
            let meant = if at < MOST_SHOWN { self.nearest(*noun, &name.value) } else { None };
            found.push(dangling(*noun, name, meant));
        }
        let plain = |target: &&Placed<Name>| {
            first.contains_key(&(Noun::Listener, &target.value))
                && !self.speaks_tls.contains(&target.value)
        };
        found.extend(self.targets.iter().filter(plain).map(not_tls));
        found
    }

    fn nearest(&self, noun: Noun, name: &Name) -> Option<&str> {
        let given = self.given.iter().filter(|(given, _)| *given == noun);
        nearest(name.as_str(), given.map(|(_, name)| name.value.as_str()))
    }
}

fn double(noun: Noun, name: &Name, span: Span, before: Span) -> Diagnostic {
    let where_unique = if noun == Noun::Backend { ", over all pools" } else { "" };
    Diagnostic::at(span, format!("two {noun}s are called {name:?}"))
        .other(before, "the other is at")
        .remedy(format!("give each {noun} a name of its own{where_unique}"))
}

fn dangling(noun: Noun, name: &Placed<Name>, meant: Option<&str>) -> Diagnostic {
    let wrong = Diagnostic::at(name.span, format!("no {noun} is called {:?}", name.value));
    wrong.by_absence().remedy(match meant {
        Some(meant) => format!("did you mean {meant:?}?"),
        None => format!("add a [[{noun}]] with this name, or use one that is there"),
    })
}

fn not_tls(target: &Placed<Name>) -> Diagnostic {
    let message = format!("the listener {:?} does not speak TLS", target.value);
    let remedy = "name a listener with a `tls` key, or give that one certificates";
    Diagnostic::at(target.span, message).remedy(remedy).by_absence()
}

impl fmt::Display for Noun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Noun::Listener => "listener",
            Noun::Route => "route",
            Noun::Limit => "limit",
            Noun::Pool => "pool",
            Noun::Backend => "backend",
        })
    }
}
