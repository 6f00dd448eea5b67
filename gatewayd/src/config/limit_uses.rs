//! Uses of limits: what each counts, and whether that can be counted there.

use std::collections::HashMap;

use super::diagnostic::Diagnostic;
use super::names::Noun;
use super::source::{Placed, Span};
use super::value::Value;
use crate::model::{Limit, LimitKey, LimitKeys, Name};

/// Where a limit is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// For requests of one route.
    Route,
    /// For all requests.
    All,
    /// For connections of one listener.
    Listener,
}

/// The limits of one file and where they are asked.
#[derive(Debug, Default)]
pub(super) struct LimitUses {
    keys: HashMap<Name, LimitKeys>,
    counts: usize,
    /// The limit that is one too many.
    surplus: Option<Span>,
    uses: Vec<(Place, Placed<Name>)>,
}

impl Value<'_> {
    /// The name of a limit that is asked at `place`.
    pub(super) fn limit_at(self, place: Place) -> Option<Name> {
        let name = self.name_of(Noun::Limit)?;
        let used = Placed { value: name.clone(), span: self.span };
        self.reading.limit_uses.borrow_mut().uses.push((place, used));
        Some(name)
    }
}

impl LimitUses {
    /// Remembers a limit that stands at `span`.
    pub(super) fn defined(&mut self, limit: &Limit, span: Span) {
        self.counts += limit.counts();
        if self.counts > Limit::MOST_COUNTS && self.surplus.is_none() {
            self.surplus = Some(span);
        }
        self.keys.insert(limit.name.clone(), limit.key.clone());
    }

    /// What does not fit.
    pub(super) fn judge(&self) -> Vec<Diagnostic> {
        let of_all = self.uses.iter().filter(|(place, _)| *place == Place::All);
        let of_all: HashMap<&Name, Span> =
            of_all.map(|(_, name)| (&name.value, name.span)).collect();
        let wrong =
            |it| self.unknowable(it).or_else(|| self.mixed(it)).or_else(|| twice(it, &of_all));
        let mut found: Vec<Diagnostic> = self.uses.iter().filter_map(wrong).collect();
        found.extend(self.surplus.map(|span| {
            let message = format!(
                "{} counts, expected {} at most: one for each [[limit]], each `v6_wide` and each \
                 multiplier",
                self.counts,
                Limit::MOST_COUNTS
            );
            Diagnostic::at(span, message)
                .remedy("let routes share limits: a key may have the route as a part")
        }));
        found
    }

    /// A part of a key that is not known where the limit is asked.
    fn unknowable(&self, (place, name): &(Place, Placed<Name>)) -> Option<Diagnostic> {
        let parts = self.keys.get(&name.value)?.parts();
        let known = |part: &&LimitKey| match (place, part) {
            (_, LimitKey::ClientIp | LimitKey::Global) | (Place::Route, _) => true,
            (Place::All, part) => **part != LimitKey::Route,
            (Place::Listener, _) => false,
        };
        let unknown = parts.iter().find(|part| !known(part))?;
        let (what, remedy) = match place {
            Place::Listener => ("a connection", "use a limit by \"client-ip\" or \"global\""),
            _ => ("a request without a route", "name it on routes, or count by \"global\""),
        };
        let message =
            format!("the limit {:?} counts by {unknown}, which {what} has not", name.value);
        Some(Diagnostic::at(name.span, message).remedy(remedy))
    }

    /// A limit of connections that is one of requests too.
    fn mixed(&self, (place, name): &(Place, Placed<Name>)) -> Option<Diagnostic> {
        let same =
            |(other, it): &&(Place, Placed<Name>)| *other != *place && it.value == name.value;
        if *place != Place::Listener {
            return None;
        }
        let other = self.uses.iter().find(same)?;
        let message =
            format!("the limit {:?} would count connections and requests together", name.value);
        Some(
            Diagnostic::at(name.span, message)
                .other(other.1.span, "it counts requests at")
                .remedy("make two limits of it"),
        )
    }
}

/// A limit of a route that all requests are counted by already.
fn twice(
    (place, name): &(Place, Placed<Name>),
    of_all: &HashMap<&Name, Span>,
) -> Option<Diagnostic> {
    let before = of_all.get(&name.value).filter(|_| *place == Place::Route)?;
    let message =
        format!("the limit {:?} would count each request of this route twice", name.value);
    Some(
        Diagnostic::at(name.span, message)
            .other(*before, "it counts all requests at")
            .remedy("take it out here, or out of [data_plane]"),
    )
}
