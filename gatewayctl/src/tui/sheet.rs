//! A sheet: the rows of the screen as programs get them, whole and in raw units.

use super::{
    model::Model,
    screens::{self, Screen},
};
use crate::{
    model::Snapshot,
    output::{
        Column, Format, Listing, Meta, Selection, Style,
        columns::{BACKEND, CERTIFICATE, DECISION, EVENT, LIMIT, POOL, TRAFFIC},
        write_listing,
    },
};

/// A text that can be copied, and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Copied {
    /// What it is: name, address, command, row.
    pub(crate) what: &'static str,
    /// The text.
    pub(crate) text: String,
}

/// All rows that the list of the screen shows, in its order; none before the first snapshot.
pub(crate) fn rows(model: &Model, format: Format) -> Option<Vec<u8>> {
    let picture = model.shown();
    let snapshot = picture.snapshot.as_ref()?;
    let now_ms = snapshot.time_ms;
    match model.screen {
        Screen::Overview => write(model, snapshot, ("PoolList", POOL), &snapshot.pools, format),
        Screen::Backends => {
            let table = &screens::backends::columns::TABLE;
            let shown = table.rows(&snapshot.backends, &model.backends.list, now_ms);
            let shown: Vec<_> = shown.into_iter().cloned().collect();
            write(model, snapshot, ("BackendList", BACKEND), &shown, format)
        }
        Screen::Limits => {
            let table = &screens::limits::columns::TABLE;
            let shown = table.rows(&snapshot.limits, &model.limits.list, now_ms);
            let shown: Vec<_> = shown.into_iter().cloned().collect();
            write(model, snapshot, ("LimitList", LIMIT), &shown, format)
        }
        Screen::Scaler => {
            let told = picture.lore.decisions.as_ref().map_or(&[][..], |(_, told)| told);
            let shown: Vec<_> = told.iter().map(|it| it.decision.clone()).collect();
            write(model, snapshot, ("DecisionList", DECISION), &shown, format)
        }
        Screen::Traffic => {
            let shown = model.traffic.requests();
            write(model, snapshot, ("TrafficList", TRAFFIC), &shown, format)
        }
        Screen::Events => {
            let shown = model.events.shown(picture);
            write(model, snapshot, ("EventList", EVENT), &shown, format)
        }
        Screen::Tls => {
            let shown = picture.lore.certificates.as_deref().unwrap_or_default();
            write(model, snapshot, ("CertificateList", CERTIFICATE), shown, format)
        }
    }
}

fn write<T: Clone>(
    model: &Model,
    snapshot: &Snapshot,
    (kind, columns): (&'static str, &'static [Column<T>]),
    items: &[T],
    format: Format,
) -> Option<Vec<u8>> {
    // Ages are told from the picture's own time: what is exported does not depend on when.
    let meta = Meta {
        context: model.settings.context.clone(),
        server_time_ms: Some(snapshot.time_ms),
        ..Meta::default()
    };
    let selection = Selection::everything(columns);
    let list = Listing { kind, meta: &meta, items, selection: &selection };
    let mut bytes = Vec::new();
    write_listing(&mut bytes, format, &Style::plain(), &list).ok()?;
    Some(bytes)
}

/// What can be copied of the chosen row: its name first.
pub(crate) fn chosen(model: &Model) -> Vec<Copied> {
    let picture = model.shown();
    let Some(snapshot) = &picture.snapshot else { return Vec::new() };
    let here = here(model);
    let mut copied = Vec::new();
    let mut say = |what, text: String| copied.push(Copied { what, text });
    match model.screen {
        Screen::Overview => {
            say("name", model.settings.context.clone());
            say("address", model.settings.address.clone());
            say("command", format!("gatewayctl {here}status"));
        }
        Screen::Backends => {
            let Some(it) = model.backends.selected(picture) else { return copied };
            say("name", it.name.clone());
            say("address", it.address.clone());
            say("command", format!("gatewayctl {here}backend show {}", quoted(&it.name)));
            say("row", row(model, snapshot, ("BackendList", BACKEND), it));
        }
        Screen::Limits => {
            let Some(it) = model.limits.selected(picture) else { return copied };
            say("name", it.name.clone());
            say("command", format!("gatewayctl {here}limit show {}", quoted(&it.name)));
            say("row", row(model, snapshot, ("LimitList", LIMIT), it));
        }
        Screen::Scaler => {
            let Some(it) = model.scaler.selected(picture) else { return copied };
            say("name", it.pool.clone());
            say("command", format!("gatewayctl {here}scaler show {}", quoted(&it.pool)));
        }
        Screen::Traffic => {
            let Some(it) = model.traffic.shown() else { return copied };
            say("name", it.path.clone());
            say("address", it.client.clone());
            say("command", format!("gatewayctl {here}client show {}", quoted(&it.client)));
            say("row", row(model, snapshot, ("TrafficList", TRAFFIC), it));
        }
        Screen::Events => {
            let Some(it) = model.events.chosen(picture) else { return copied };
            if it.op.is_empty() {
                say("name", it.target.clone());
            } else {
                say("name", it.op.clone());
                say("command", format!("gatewayctl {here}op show {}", it.op));
            }
            say("row", row(model, snapshot, ("EventList", EVENT), it));
        }
        Screen::Tls => {
            let Some(it) = model.tls.selected(picture) else { return copied };
            say("name", it.id.clone());
            say("command", format!("gatewayctl {here}cert list"));
            say("row", row(model, snapshot, ("CertificateList", CERTIFICATE), it));
        }
    }
    copied
}

/// One row as a line of JSON.
fn row<T: Clone>(
    model: &Model,
    snapshot: &Snapshot,
    kind: (&'static str, &'static [Column<T>]),
    it: &T,
) -> String {
    let line = write(model, snapshot, kind, std::slice::from_ref(it), Format::Jsonl);
    String::from_utf8_lossy(&line.unwrap_or_default()).trim_end().to_owned()
}

/// The flag that leads to this gateway from anywhere.
fn here(model: &Model) -> String {
    let name = &model.settings.context;
    if model.settings.contexts.iter().any(|context| context.name == *name) {
        return format!("--context {name} ");
    }
    format!("--addr {} ", quoted(&model.settings.address))
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    shlex::try_quote(word).map_or_else(|_| String::new(), std::borrow::Cow::into_owned)
}
