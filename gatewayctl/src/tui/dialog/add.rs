//! The form of a new backend.

use std::net::SocketAddr;

use super::{
    Around, Confirm, Level, Step,
    add_trial::{self, AddressTrial},
    form::{Field, Form, Purpose, Verdict},
};
use crate::{
    model::{Edit, Snapshot, Standing},
    tui::{key::Key, screens::staged::HEAVIEST},
};

/// The weight of a backend for which none is told.
const USUAL_WEIGHT: u32 = 100;
/// The longest name.
const LONGEST_NAME: usize = 63;

/// Asks for a new backend, in the pool `pool` unless its operator chooses another.
pub(crate) fn add(snapshot: &Snapshot, pool: Option<&str>) -> Form {
    let pools: Vec<String> = snapshot.pools.iter().map(|pool| pool.name.clone()).collect();
    let at = pools.iter().position(|name| Some(name.as_str()) == pool).unwrap_or(0);
    let starts = vec!["up when healthy".to_owned(), "drained".to_owned()];
    let fields = vec![
        Field::text("name", &next_name(snapshot, pool), "unique in the gateway"),
        Field::text("address", "", "10.0.0.13:9000"),
        Field::choice("pool", pools, at),
        Field::text("weight", &USUAL_WEIGHT.to_string(), "0..1000"),
        Field::choice("start", starts, 0),
    ];
    Form::new(Purpose::Add(Box::default()), "Add a backend".to_owned(), fields)
}

/// What is thought of a field.
pub(super) fn verdict(field: &Field, snapshot: &Snapshot) -> Verdict {
    let value = field.value();
    match field.label {
        "name" => name(value, snapshot),
        "address" => address(value, snapshot),
        "weight" => match value.parse::<u32>() {
            Ok(weight) if weight <= HEAVIEST => Verdict::Good(String::new()),
            _ => Verdict::Bad(format!("0..{HEAVIEST}")),
        },
        _ if value.is_empty() => Verdict::Bad("nothing to choose".to_owned()),
        _ => Verdict::Good(String::new()),
    }
}

/// The pool and the address as typed; none while the latter is none.
pub(super) fn typed(form: &Form) -> Option<(String, String)> {
    let (pool, address) = (form.value("pool"), form.value("address"));
    (!pool.is_empty() && has_port(address)).then(|| (pool.to_owned(), address.to_owned()))
}

/// The question the form leads to.
pub(super) fn submit(form: &Form, trial: &AddressTrial, key: Key, around: &Around<'_>) -> Step {
    let is_drained = form.value("start") == "drained";
    let answer = typed(form).and_then(|typed| trial.answer(&typed).cloned());
    let (address, probed) = match add_trial::verdict(answer.as_ref(), is_drained) {
        Ok((address, probed)) => {
            (address.unwrap_or_else(|| form.value("address").to_owned()), probed)
        }
        Err(why) => return Step::Refuse(why),
    };
    let standing = match form.value("start") {
        "drained" => Standing::Draining,
        _ => Standing::Active,
    };
    let edit = Edit::AddBackend {
        pool: form.value("pool").to_owned(),
        name: form.value("name").to_owned(),
        address: address.clone(),
        weight: form.value("weight").parse().ok(),
        standing,
    };
    let note = format!(
        "{address} to pool {}, weight {}, starts {}",
        form.value("pool"),
        form.value("weight"),
        form.value("start")
    );
    let confirm = Confirm::new(edit, Level::Key, around.snapshot, around.now, key).note(note);
    let confirm = confirm.note(probed);
    Step::Become(Box::new(confirm.back_to(form.clone()).into()))
}

fn name(value: &str, snapshot: &Snapshot) -> Verdict {
    let legal = |character: char| character.is_ascii_alphanumeric() || "-_.".contains(character);
    if value.is_empty() {
        return Verdict::Bad("needed".to_owned());
    }
    if value.len() > LONGEST_NAME || !value.chars().all(legal) {
        return Verdict::Bad(format!("1..{LONGEST_NAME} of a-z A-Z 0-9 . _ -"));
    }
    match snapshot.backends.iter().find(|backend| backend.name == value) {
        Some(taken) => {
            Verdict::Bad(format!("exists in pool {} (rev {})", taken.pool, taken.revision))
        }
        None => Verdict::Good(String::new()),
    }
}

fn address(value: &str, snapshot: &Snapshot) -> Verdict {
    if value.is_empty() {
        return Verdict::Bad("10.0.0.13:9000 or [2001:db8::1]:9000".to_owned());
    }
    match value.parse::<SocketAddr>() {
        Err(_) if has_port(value) => Verdict::Good("a name: the gateway resolves it".to_owned()),
        Err(_) => Verdict::Bad("not as 10.0.0.13:9000 or [::1]:9000".to_owned()),
        Ok(address) if address.port() == 0 => Verdict::Bad("port 1..65535".to_owned()),
        Ok(_) => match snapshot.backends.iter().find(|backend| backend.address == value) {
            Some(taken) => Verdict::Good(format!("also of {}", taken.name)),
            None => Verdict::Good(String::new()),
        },
    }
}

/// Whether it is an address or a name, with a port. The gateway has the last word.
fn has_port(text: &str) -> bool {
    let is_name = |it: char| it.is_ascii_alphanumeric() || "-._".contains(it);
    let named = text.rsplit_once(':').is_some_and(|(host, port)| {
        let is_address = host.parse::<std::net::IpAddr>().is_ok();
        let looks_so = host.chars().all(|it| it.is_ascii_digit() || it == '.');
        let is_host = !host.is_empty() && host.chars().all(is_name) && (is_address || !looks_so);
        is_host && port.parse::<u16>().is_ok_and(|port| port > 0)
    });
    named || text.parse::<SocketAddr>().is_ok_and(|it| it.port() > 0)
}

/// `app-4` where the pool has `app-1` to `app-3`; empty where names do not count.
fn next_name(snapshot: &Snapshot, pool: Option<&str>) -> String {
    let counted = snapshot
        .backends
        .iter()
        .filter(|backend| pool.is_none_or(|pool| backend.pool == pool))
        .filter_map(|backend| backend.name.rsplit_once('-'))
        .filter_map(|(stem, number)| Some((stem, number.parse::<u32>().ok()?)));
    let last = counted.max_by_key(|(_, number)| *number);
    last.and_then(|(stem, number)| Some(format!("{stem}-{}", number.checked_add(1)?)))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Backend;

    fn snapshot() -> Snapshot {
        let backend = |name: &str| Backend {
            name: name.to_owned(),
            pool: "app".to_owned(),
            address: "127.0.0.1:9001".to_owned(),
            ..Backend::default()
        };
        Snapshot { backends: vec![backend("app-1"), backend("app-9")], ..Snapshot::default() }
    }

    #[test]
    fn each_key_is_judged() {
        let snapshot = snapshot();
        let good = |label, text: &str| {
            let verdict = verdict(&Field::text(label, text, ""), &snapshot);
            matches!(verdict, Verdict::Good(_))
        };
        for (label, text, wanted) in [
            ("name", "app-2", true),
            ("name", "app-1", false),
            ("name", "a b", false),
            ("name", "", false),
            ("address", "10.0.0.1:80", true),
            ("address", "[2001:db8::1]:80", true),
            ("address", "10.0.0.1", false),
            ("address", "10.0.0.1:0", false),
            ("address", "10.0.0:80", false),
            ("address", "app-9.internal:80", true),
            ("address", "app-9.internal", false),
            ("weight", "0", true),
            ("weight", "1001", false),
            ("weight", "-1", false),
        ] {
            assert_eq!(good(label, text), wanted, "{label} {text}");
        }
    }

    #[test]
    fn the_next_name_is_proposed() {
        assert_eq!(next_name(&snapshot(), Some("app")), "app-10");
        assert_eq!(next_name(&snapshot(), Some("web")), "");
    }
}
