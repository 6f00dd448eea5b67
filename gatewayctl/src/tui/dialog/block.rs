//! The form that refuses the clients of a network for a while.

use std::net::IpAddr;

use super::{
    Around, Confirm, Level, Step,
    form::{Field, Form, Purpose, Verdict},
    limit::length,
};
use crate::{
    duration,
    model::{Edit, Snapshot},
    tui::key::Key,
};

/// How long a block holds unless its operator says otherwise.
const USUAL: &str = "1h";
/// The word for no end.
const ALWAYS: &str = "always";

/// Asks for a block of `network`, told by its operator when empty.
pub(crate) fn block(network: &str) -> Form {
    let mut form = Form::new(
        Purpose::Block,
        "Block the clients of a network".to_owned(),
        vec![
            Field::text("network", network, "192.0.2.7 or 192.0.2.0/24"),
            Field::suggestion("for", USUAL, format!("30m, 2h, 1d, or {ALWAYS}")),
            Field::text("reason", "", "for those after you"),
        ],
    );
    // A network that is known needs no typing, and is not changed by a slip.
    form.focus = usize::from(!network.is_empty());
    form
}

/// What is thought of a field.
pub(super) fn verdict(field: &Field, snapshot: &Snapshot) -> Verdict {
    match (field.label, field.value()) {
        ("network", text) if !is_network(text) => {
            Verdict::Bad("an address, or a network: 192.0.2.0/24".to_owned())
        }
        ("network", text) => match snapshot.blocks.iter().find(|it| it.network == text) {
            Some(block) => Verdict::Good(format!("blocked already by {}: renewed", block.owner)),
            None => Verdict::Good(String::new()),
        },
        ("for", ALWAYS) => Verdict::Good("until somebody removes it".to_owned()),
        ("for", text) => length(text),
        _ => Verdict::Good(String::new()),
    }
}

/// The question the form leads to.
pub(super) fn submit(form: &Form, key: Key, around: &Around<'_>) -> Step {
    let network = form.value("network").to_owned();
    let ttl = duration::parse(form.value("for")).ok();
    let note = match ttl {
        Some(ttl) => format!("its clients get 403 for {}", duration::short(ttl)),
        None => "its clients get 403 until somebody removes the block".to_owned(),
    };
    let edit = Edit::AddBlock { network, ttl, own_address: around.own_address.to_owned() };
    let confirm = Confirm::new(edit, Level::Key, around.snapshot, around.now, key).note(note);
    let confirm = confirm.because(form.value("reason"));
    Step::Become(Box::new(confirm.back_to(form.clone()).into()))
}

/// Whether it is an address, or one with a prefix that it can have. The gateway has the last word.
fn is_network(text: &str) -> bool {
    let (address, prefix) =
        text.split_once('/').map_or((text, None), |(it, bits)| (it, Some(bits)));
    let most = match address.parse::<IpAddr>() {
        Ok(IpAddr::V4(_)) => 32,
        Ok(IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    prefix.is_none_or(|bits| bits.parse::<u8>().is_ok_and(|bits| bits <= most))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_or_a_network_is_taken() {
        for text in ["192.0.2.7", "192.0.2.0/24", "2001:db8:7::/64", "::1"] {
            assert!(is_network(text), "{text}");
        }
        for text in ["", "app-1", "192.0.2.0/33", "192.0.2.0/", "192.0.2", "2001:db8::/129"] {
            assert!(!is_network(text), "{text}");
        }
    }
}
