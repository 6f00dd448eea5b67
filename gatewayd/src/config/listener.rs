//! `[[listener]]`: an address clients connect to.

use super::fields::{Fields, LaterKey};
use super::limit_uses::Place;
use super::names::Noun;
use super::tls::tls;
use super::value::Value;
use crate::model::{Listener, ListenerKind};

const LATER: [LaterKey; 1] = [LaterKey {
    key: "proxy_protocol",
    instead: "take the client from X-Forwarded-For, with `trusted_proxies`",
}];

/// The most limits of one listener.
const MOST_LIMITS: usize = 100;

/// Reads one `[[listener]]`.
pub(super) fn listener(value: Value<'_>) -> Option<Listener> {
    value.table("[[listener]]", &LATER, |fields| {
        let name = fields.required("name", "\"https\"", |value| value.new_name(Noun::Listener));
        let address = fields.required("address", "\"0.0.0.0:8443\"", Value::listener_address);
        if let Some(name) = name.as_ref().filter(|_| fields.place("tls").is_some()) {
            value.reading.names.borrow_mut().speaks_tls(name);
        }
        let kind = kind(fields);
        let limit = |value: Value<'_>| value.limit_at(Place::Listener);
        let limits = fields.defaulted("limits", Vec::new(), |value| value.set(MOST_LIMITS, limit));
        Some(Listener { name: name?, address: address?, kind: kind?, limits: limits? })
    })
}

fn kind(fields: &mut Fields<'_>) -> Option<ListenerKind> {
    let tls = fields.optional("tls", tls);
    let target = fields.optional("redirect_to", Value::redirect_target);
    match (fields.place("tls"), fields.place("redirect_to")) {
        (None, None) => Some(ListenerKind::Plain),
        (Some(_), None) => tls.map(ListenerKind::Tls),
        (None, Some(_)) => target.map(ListenerKind::Redirect),
        (Some(_), Some(_)) => {
            let message = "a listener that speaks TLS does not redirect";
            fields.refuse("redirect_to", message, "keep `tls` or `redirect_to`");
            None
        }
    }
}
