//! The memory: how each gateway was looked at last, kept from one dashboard to the next.

use std::{collections::BTreeMap, io};

use serde::{Deserialize, Serialize};

use super::{keepsake, list::List, model::Model, screens::Screen, tables};

const NAME: &str = "views.json";
/// Gateways that are remembered; of more, one is forgotten.
const MOST_GATEWAYS: usize = 200;

/// How each gateway was looked at last.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Memory {
    /// By the name of its context.
    contexts: BTreeMap<String, View>,
}

/// How a gateway was looked at.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct View {
    /// The screen.
    screen: String,
    /// How far back charts looked; empty when that was left to the dashboard.
    window: String,
    /// How the rows of each screen were shown.
    lists: BTreeMap<String, Order>,
}

/// How rows were shown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Order {
    /// The title of the column that sorts; empty for the gateway's order.
    sort: String,
    /// From high to low.
    descending: bool,
    /// The columns that were chosen, from left to right; empty when that was left to the file.
    columns: Vec<String>,
}

/// What is to be kept: how the gateway of this context was looked at.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Kept {
    context: String,
    view: View,
}

/// How the gateway is looked at now.
pub(crate) fn keep(model: &mut Model) -> Kept {
    let word = |window: super::Window| window.word().to_owned();
    let mut view = View {
        screen: model.screen.titles()[0].to_lowercase(),
        window: model.wanted_window.map(word).unwrap_or_default(),
        lists: BTreeMap::new(),
    };
    for (name, titles, list) in lists(model) {
        view.lists.insert(name.to_owned(), order(&titles, list));
    }
    for place in tables::all(model) {
        if let Some(chosen) = place.choice.chosen() {
            view.lists.entry(place.name.to_owned()).or_default().columns = chosen.to_vec();
        }
    }
    let context = model.settings.context.clone();
    model.memory.contexts.insert(context.clone(), view.clone());
    Kept { context, view }
}

/// Looks at the gateway as it was looked at last.
pub(crate) fn recall(model: &mut Model) {
    let Some(view) = model.memory.contexts.get(&model.settings.context).cloned() else { return };
    if let Some(screen) = Screen::named(&view.screen) {
        model.screen = screen;
    }
    if let Ok(window) = view.window.parse() {
        model.wanted_window = Some(window);
    }
    for (name, titles, list) in lists(model) {
        let Some(order) = view.lists.get(name) else { continue };
        list.sort = titles.iter().position(|title| *title == order.sort);
        list.descending = order.descending;
    }
    for place in tables::all(model) {
        let titles = place.titles();
        let kept = view.lists.get(place.name).map_or(&[][..], |order| &order.columns);
        // Another version may have had others.
        let known = kept.iter().filter(|it| titles.contains(&it.as_str())).cloned();
        let known: Vec<String> = known.collect();
        place.choice.choose((!known.is_empty()).then_some(known));
    }
}

type Rows<'a> = (&'static str, Vec<&'static str>, &'a mut List);

/// The lists whose rows sort, with the titles of the columns that do it.
fn lists(model: &mut Model) -> [Rows<'_>; 2] {
    use super::screens::{backends, limits};
    [
        ("backends", backends::columns::TABLE.sorting_titles(), &mut model.backends.list),
        ("limits", limits::columns::TABLE.sorting_titles(), &mut model.limits.list),
    ]
}

fn order(titles: &[&'static str], list: &List) -> Order {
    let sort = list.sort.and_then(|at| titles.get(at)).copied().unwrap_or_default();
    Order { sort: sort.to_owned(), descending: list.descending, ..Order::default() }
}

/// What was kept; nothing where there is nothing.
///
/// # Errors
/// When there is something that is not understood.
pub(crate) fn load() -> Result<Memory, String> {
    let told = |why: String| {
        let path = keepsake::path(NAME).unwrap_or_default();
        format!("{} is left aside: {why}", path.display())
    };
    match keepsake::load(NAME) {
        Ok(None) => Ok(Memory::default()),
        Ok(Some(text)) => serde_json::from_str(&text).map_err(|error| told(error.to_string())),
        Err(error) => Err(told(error.to_string())),
    }
}

/// Keeps how one gateway was looked at, beside what other dashboards kept meanwhile.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn store(kept: &Kept) -> io::Result<()> {
    let mut memory = load().unwrap_or_default();
    memory.contexts.insert(kept.context.clone(), kept.view.clone());
    while memory.contexts.len() > MOST_GATEWAYS {
        let other = memory.contexts.keys().find(|name| **name != kept.context).cloned();
        other.map(|name| memory.contexts.remove(&name));
    }
    keepsake::store(NAME, &serde_json::to_string_pretty(&memory)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_memory_of_another_version_is_read_as_far_as_it_is_understood() {
        let text = r#"{"contexts":{"a":{"screen":"events","later":1},"b":{}},"v":9}"#;
        let memory: Memory = serde_json::from_str(text).unwrap();
        assert_eq!(memory.contexts["a"].screen, "events");
        assert_eq!(memory.contexts["b"], View::default());
        let again: Memory = serde_json::from_str(&serde_json::to_string(&memory).unwrap()).unwrap();
        assert_eq!(again, memory);
        for broken in ["", "[]", "{\"contexts\":7}", "{\"contexts\":{\"a\":{\"screen\":[]}}}"] {
            assert!(serde_json::from_str::<Memory>(broken).is_err(), "{broken}");
        }
    }
}
