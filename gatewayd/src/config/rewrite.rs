//! Rewriting: a file's text comes to say what is wanted now, and keeps its comments and its order.
//!
//! Only what operators change is rewritten: rules and modes of limits, weights, scaling rules, and
//! which backends there are. Everything else is the file's own already.

use toml_edit::{DocumentMut, InlineTable, Item, Table, TableLike, Value};

use crate::model::{Autoscale, Backend, Gateway, Limit, LimitMode, Name, Pool, Rule, Weight};

/// Why a text cannot be rewritten.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RewriteError {
    /// It is no TOML.
    #[error("it is not TOML: {0}")]
    Syntax(String),
    /// What is to be changed is not in it.
    #[error("{0} is not in it")]
    Missing(String),
}

/// The `text` of a file that describes `file`, describing `wanted` instead.
///
/// # Errors
/// When the text does not describe `file`.
pub fn rewrite(text: &str, file: &Gateway, wanted: &Gateway) -> Result<String, RewriteError> {
    let mut document: DocumentMut = text
        .parse()
        .map_err(|error: toml_edit::TomlError| RewriteError::Syntax(error.message().to_owned()))?;
    for limit in &wanted.limits {
        if let Some(was) = file.limit(limit.name.as_str()).filter(|was| *was != limit) {
            rewrite_limit(named(document.get_mut("limit"), "limit", &limit.name)?, was, limit);
        }
    }
    for pool in &wanted.pools {
        if let Some(was) = file.pool(pool.name.as_str()).filter(|was| *was != pool) {
            rewrite_pool(named(document.get_mut("pool"), "pool", &pool.name)?, was, pool)?;
        }
    }
    Ok(document.to_string())
}

fn rewrite_limit(table: &mut dyn TableLike, was: &Limit, limit: &Limit) {
    if was.rule != limit.rule {
        let said = said(limit.rule);
        for key in ["max", "rate", "burst", "concurrent"] {
            if said.iter().all(|(said, _)| *said != key) {
                table.remove(key);
            }
        }
        said.into_iter().for_each(|(key, value)| set(table, key, value));
    }
    if was.mode != limit.mode {
        match limit.mode {
            LimitMode::Enforce => drop(table.remove("mode")),
            LimitMode::Shadow => set(table, "mode", limit.mode.to_string()),
        }
    }
}

/// The keys of a rule.
fn said(rule: Rule) -> Vec<(&'static str, Value)> {
    match rule {
        Rule::Max(max) => vec![("max", max.to_string().into())],
        Rule::Rate(rate) => vec![
            ("rate", rate.pace().to_string().into()),
            ("burst", i64::from(rate.burst().get()).into()),
        ],
        Rule::Concurrent(most) => vec![("concurrent", i64::from(most.get()).into())],
    }
}

fn rewrite_pool(table: &mut dyn TableLike, was: &Pool, pool: &Pool) -> Result<(), RewriteError> {
    if let (Some(was), Some(autoscale)) = (&was.autoscale, &pool.autoscale) {
        let missing = || RewriteError::Missing(format!("the autoscale of pool {}", pool.name));
        let table = table.get_mut("autoscale").and_then(Item::as_table_like_mut);
        rewrite_autoscale(table.ok_or_else(missing)?, was, autoscale);
    }
    for backend in &pool.backends {
        match was.backend(backend.name.as_str()) {
            None => add(table, backend),
            Some(was) if was.weight != backend.weight => {
                let backends = table.get_mut("backend");
                set(named(backends, "backend", &backend.name)?, "weight", weight(backend.weight));
            }
            Some(_) => {}
        }
    }
    let gone = |name: &str| was.backend(name).is_some() && pool.backend(name).is_none();
    if let Some(backends) = table.get_mut("backend") {
        retain(backends, |name| !gone(name));
    }
    Ok(())
}

fn rewrite_autoscale(table: &mut dyn TableLike, was: &Autoscale, autoscale: &Autoscale) {
    for ((key, value), (_, was)) in autoscale.rules.numbers().into_iter().zip(was.rules.numbers()) {
        if let Some(value) = value.filter(|value| was != Some(*value)) {
            set(table, key, i64::from(value));
        }
    }
    if was.mode != autoscale.mode {
        set(table, "mode", autoscale.mode.to_string());
    }
}

/// Adds a backend after those that there are, in the way in which they are written.
fn add(pool: &mut dyn TableLike, backend: &Backend) {
    let (name, address) = (backend.name.to_string(), backend.address.to_string());
    let heavy = (backend.weight != Weight::DEFAULT).then(|| weight(backend.weight));
    if let Some(array) = pool.get_mut("backend").and_then(Item::as_array_mut) {
        let mut entry = InlineTable::new();
        entry.insert("name", name.into());
        entry.insert("address", address.into());
        heavy.map(|weight| entry.insert("weight", weight.into()));
        return array.push(entry);
    }
    let mut entry = Table::new();
    entry.insert("name", Item::Value(name.into()));
    entry.insert("address", Item::Value(address.into()));
    heavy.map(|weight| entry.insert("weight", Item::Value(weight.into())));
    let tables = pool.entry("backend").or_insert_with(|| Item::ArrayOfTables(Default::default()));
    if let Some(tables) = tables.as_array_of_tables_mut() {
        tables.push(entry);
    }
}

fn weight(weight: Weight) -> i64 {
    weight.get().into()
}

/// The entry called `name` of those of which there are many.
fn named<'a>(
    many: Option<&'a mut Item>,
    noun: &str,
    name: &Name,
) -> Result<&'a mut dyn TableLike, RewriteError> {
    let found = entries(many).into_iter().find(|it| name_of(*it) == Some(name.as_str()));
    found.ok_or_else(|| RewriteError::Missing(format!("{noun} {name}")))
}

/// The entries, however they are written.
fn entries(many: Option<&mut Item>) -> Vec<&mut dyn TableLike> {
    match many {
        Some(Item::ArrayOfTables(tables)) => {
            tables.iter_mut().map(|it| it as &mut dyn TableLike).collect()
        }
        Some(Item::Value(Value::Array(array))) => array
            .iter_mut()
            .filter_map(Value::as_inline_table_mut)
            .map(|it| it as &mut dyn TableLike)
            .collect(),
        _ => Vec::new(),
    }
}

fn retain(many: &mut Item, stays: impl Fn(&str) -> bool) {
    let stays = |table: &dyn TableLike| name_of(table).is_none_or(&stays);
    match many {
        Item::ArrayOfTables(tables) => tables.retain(|it| stays(it)),
        Item::Value(Value::Array(array)) => {
            array.retain(|it| it.as_inline_table().is_none_or(|it| stays(it)));
        }
        _ => {}
    }
}

fn name_of(table: &dyn TableLike) -> Option<&str> {
    table.get("name").and_then(Item::as_str)
}

/// Sets a value; what stands around the one before stays.
fn set(table: &mut dyn TableLike, key: &str, value: impl Into<Value>) {
    let mut value = value.into();
    match table.get_mut(key).and_then(Item::as_value_mut) {
        Some(was) => {
            *value.decor_mut() = was.decor().clone();
            *was = value;
        }
        None => drop(table.insert(key, Item::Value(value))),
    }
}

#[cfg(test)]
mod tests;
