//! What is said of the gateway, by whom, and what of it belongs into the file?

use std::collections::HashMap;

use crate::model::{
    Autoscale, Backend, Block, Desired, Entity, FieldView, Gateway, Limit, Mark, Name, Operation,
    Provenance, Source, Standing,
};

/// Everything that operators may say, thing by thing, and what the file says of it.
#[must_use]
pub fn fields(desired: &Desired) -> Vec<FieldView> {
    let Desired { gateway, file, .. } = desired;
    let mut fields = Vec::new();
    for limit in &gateway.limits {
        of_limit(limit, file.limit(limit.name.as_str()), &mut fields);
    }
    for pool in &gateway.pools {
        let said = file.pool(pool.name.as_str());
        if let Some(autoscale) = &pool.autoscale {
            let said = said.and_then(|it| it.autoscale.as_ref());
            of_scaler(&format!("scaler/{}", pool.name), autoscale, said, &mut fields);
        }
        for backend in &pool.backends {
            let said = file.backend(backend.name.as_str()).map(|(_, it)| it);
            of_backend(&pool.name, backend, said, &mut fields);
        }
    }
    let gone = file.backends().filter(|(_, it)| gateway.backend(it.name.as_str()).is_none());
    fields.extend(gone.map(|(pool, it)| FieldView {
        target: format!("backend/{}", it.name),
        field: "address",
        value: None,
        file: Some(place(&pool.name, it)),
        provenance: Provenance::Operator,
        mark: None,
        op: None,
        line: None,
        persists: true,
    }));
    fields.extend(gateway.blocks.iter().map(of_block));
    fields
}

/// Tells by which of `operations`, newest first, each field was last said: what differs from the file by
/// any, what does not by those of the file.
pub fn attribute<'a>(fields: &mut [FieldView], operations: impl Iterator<Item = &'a Operation>) {
    let mut open: HashMap<String, Vec<&mut FieldView>> = HashMap::new();
    for field in fields {
        open.entry(field.target.clone()).or_default().push(field);
    }
    for operation in operations {
        if open.is_empty() {
            return;
        }
        for it in &operation.touched {
            let Some(left) = open.get_mut(&it.target) else { continue };
            let (before, after) = (said_of(it.before.as_ref()), said_of(it.after.as_ref()));
            left.retain_mut(|field| {
                let says = |all: &Said| all.iter().find(|(name, _)| *name == field.field).cloned();
                let sets = says(&before) != says(&after);
                if sets && (field.differs() || operation.what == "config") {
                    credit(field, operation);
                }
                !sets
            });
            if left.is_empty() {
                open.remove(&it.target);
            }
        }
    }
}

fn credit(field: &mut FieldView, operation: &Operation) {
    field.op = Some(operation.id.clone());
    field.mark.get_or_insert_with(|| Mark {
        owner: operation.actor.clone(),
        reason: operation.reason.clone(),
        since_ms: operation.time_ms,
        drain: None,
    });
}

/// The fields of a thing and what they are.
type Said = Vec<(&'static str, Option<String>)>;

fn said_of(entity: Option<&Entity>) -> Said {
    let mut fields = Vec::new();
    match entity {
        Some(Entity::Backend { pool, backend, .. }) => of_backend(pool, backend, None, &mut fields),
        Some(Entity::Limit { limit, .. }) => of_limit(limit, None, &mut fields),
        Some(Entity::Block { block, .. }) => fields.push(of_block(block)),
        Some(Entity::Scaler(scaler)) => of_scaler("", scaler, None, &mut fields),
        Some(Entity::Frame(_)) | None => {}
    }
    fields.into_iter().map(|it| (it.field, it.value)).collect()
}

/// The gateway that the file would describe if it said what operators did, as far as a file can.
#[must_use]
pub fn persistable(desired: &Desired) -> Gateway {
    let (now, mut wanted) = (&desired.gateway, desired.file.clone());
    for limit in &mut wanted.limits {
        if let Some(now) = now.limit(limit.name.as_str()) {
            (limit.rule, limit.mode) = now.left(i64::MAX);
        }
    }
    for pool in &mut wanted.pools {
        let Some(live) = now.pool(pool.name.as_str()) else { continue };
        if let (Some(wanted), Some(live)) = (&mut pool.autoscale, &live.autoscale) {
            (wanted.rules, wanted.mode) = (live.rules.clone(), live.mode);
        }
        pool.backends.retain(|it| now.backend(it.name.as_str()).is_some());
        for backend in &live.backends {
            match pool.backends.iter_mut().find(|it| it.name == backend.name) {
                Some(wanted) => wanted.weight = backend.weight,
                None if backend.source == Source::Hand => pool.backends.push(bare(backend)),
                None => {}
            }
        }
    }
    wanted
}

/// A backend as a file describes it.
fn bare(backend: &Backend) -> Backend {
    Backend { standing: Standing::Active, mark: None, ramp: None, ..backend.clone() }
}

fn of_limit(limit: &Limit, said: Option<&Limit>, fields: &mut Vec<FieldView>) {
    let target = format!("limit/{}", limit.name);
    let (rule, mode) = limit.left(i64::MAX);
    let persists = said.is_some_and(|said| said.rule != rule);
    fields.push(FieldView {
        persists,
        ..field(&target, "rule", limit.rule, said.map(|it| it.rule.to_string()))
    });
    let persists = said.is_some_and(|said| said.mode != mode);
    fields.push(FieldView {
        persists,
        ..field(&target, "mode", limit.mode, said.map(|it| it.mode.to_string()))
    });
    if let Some(candidate) = limit.candidate {
        fields.push(FieldView { persists: false, ..field(&target, "candidate", candidate, None) });
    }
}

fn of_scaler(target: &str, now: &Autoscale, said: Option<&Autoscale>, fields: &mut Vec<FieldView>) {
    let said_numbers = said.map(|it| it.rules.numbers());
    for (number, (name, value)) in now.rules.numbers().into_iter().enumerate() {
        let said = said_numbers.and_then(|it| it[number].1).map(|it| it.to_string());
        if let Some(value) = value {
            fields.push(field(target, name, value, said));
        }
    }
    let mode = |it: &Autoscale| it.mode.to_string();
    fields.push(field(target, "mode", mode(now), said.map(mode)));
    if let Some(order) = &now.order {
        let what = order.desired.map_or("paused".to_owned(), |it| format!("{it} servers"));
        let mark = Some(order.mark.clone());
        fields.push(FieldView { persists: false, mark, ..field(target, "order", what, None) });
    }
}

fn of_backend(pool: &Name, backend: &Backend, said: Option<&Backend>, fields: &mut Vec<FieldView>) {
    let target = format!("backend/{}", backend.name);
    let scaled = backend.source == Source::Autoscaler;
    let provenance = |it: FieldView| match scaled {
        true => FieldView { provenance: Provenance::Autoscaler, persists: false, ..it },
        false => it,
    };
    let (address, weight) = (place(pool, backend), backend.weight);
    let in_file = said.map(|it| place(pool, it));
    fields.push(provenance(field(&target, "address", address, in_file)));
    let in_file = said.map(|it| it.weight.to_string());
    fields.push(provenance(field(&target, "weight", weight, in_file)));
    let in_file = Some(Standing::Active.to_string());
    let mark = backend.mark.clone().filter(|_| backend.standing != Standing::Active);
    let standing = field(&target, "standing", backend.standing, in_file);
    fields.push(FieldView { persists: false, mark, ..standing });
}

fn of_block(block: &Block) -> FieldView {
    let target = format!("block/{}", block.network);
    let mark = Some(block.mark.clone());
    FieldView { persists: false, mark, ..field(&target, "network", "refused", None) }
}

fn place(pool: &Name, backend: &Backend) -> String {
    format!("{} in pool {pool}", backend.address)
}

/// A field that a file can say: where it differs, an operator spoke.
fn field(
    target: &str,
    name: &'static str,
    value: impl ToString,
    file: Option<String>,
) -> FieldView {
    let value = Some(value.to_string());
    let differs = value != file;
    let provenance = if differs { Provenance::Operator } else { Provenance::File };
    let target = target.to_owned();
    let (mark, op, line) = (None, None, None);
    FieldView { target, field: name, value, file, provenance, mark, op, line, persists: differs }
}

#[cfg(test)]
mod tests;
