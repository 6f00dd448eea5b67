//! An edit of the file: a new text of the old, in which comments and order stay.

use toml_edit::{DocumentMut, Item, Table, Value, value};

use super::{Context, check_name};
use crate::model::Protect;

/// Why the file cannot be changed in this way.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// No context of this name.
    #[error("there is no context `{0}`")]
    NoSuch(String),
    /// A context of this name is there already.
    #[error("there is a context `{0}` already")]
    Exists(String),
    /// A name that no context can have.
    #[error("{0}")]
    Name(String),
    /// Its contexts are not written as tables that could be changed.
    #[error("the contexts of the file are not written as [contexts.NAME]")]
    Form,
}

impl EditError {
    /// What to do next.
    pub(super) const fn remedy(&self) -> &'static str {
        match self {
            Self::NoSuch(_) => "`gatewayctl context list` shows all",
            Self::Exists(_) => "choose another name, or remove it: `gatewayctl context remove`",
            Self::Name(_) => "choose another name",
            Self::Form => "write them so, or change the file by hand",
        }
    }
}

/// The text with the context `name` as that of commands which name none.
///
/// # Errors
/// When there is no such context.
pub fn use_context(text: &str, name: &str) -> Result<String, EditError> {
    let mut document = parse(text)?;
    if contexts(&mut document)?.get(name).is_none() {
        return Err(EditError::NoSuch(name.to_owned()));
    }
    set_current(&mut document, name);
    Ok(document.to_string())
}

/// The text with one more context.
///
/// # Errors
/// When there is one of its name, or its name cannot be one.
pub fn add(text: &str, context: &Context) -> Result<String, EditError> {
    check_name(&context.name).map_err(EditError::Name)?;
    let mut document = parse(text)?;
    let contexts = contexts(&mut document)?;
    if contexts.get(&context.name).is_some() {
        return Err(EditError::Exists(context.name.clone()));
    }
    contexts.insert(&context.name, Item::Table(table(context)));
    Ok(document.to_string())
}

/// The text without these contexts; the one of commands that name none may be among them.
///
/// # Errors
/// When one of them is not there.
pub fn remove(text: &str, names: &[String]) -> Result<String, EditError> {
    let mut document = parse(text)?;
    let mut above = String::new();
    for name in names {
        if contexts(&mut document)?.remove(name).is_none() {
            return Err(EditError::NoSuch(name.clone()));
        }
        if current(&document) == Some(name) {
            above = comment_above_current(&document);
            document.remove("current");
        }
    }
    Ok(format!("{above}{document}"))
}

/// What stands above `current`: it is no part of it, and stays when it goes.
fn comment_above_current(document: &DocumentMut) -> String {
    let decor = document.key("current").map(toml_edit::Key::leaf_decor);
    let above = decor.and_then(toml_edit::Decor::prefix).and_then(toml_edit::RawString::as_str);
    above.unwrap_or_default().to_owned()
}

/// The text with the context `from` called `to`.
///
/// # Errors
/// When `from` is not there, `to` is, or cannot be a name.
pub fn rename(text: &str, from: &str, to: &str) -> Result<String, EditError> {
    check_name(to).map_err(EditError::Name)?;
    let mut document = parse(text)?;
    let contexts = contexts(&mut document)?;
    if contexts.get(to).is_some() {
        return Err(EditError::Exists(to.to_owned()));
    }
    // A table knows its place in the file, whatever it is called.
    let Some(item) = contexts.remove(from) else {
        return Err(EditError::NoSuch(from.to_owned()));
    };
    contexts.insert(to, item);
    if current(&document) == Some(from) {
        set_current(&mut document, to);
    }
    Ok(document.to_string())
}

fn parse(text: &str) -> Result<DocumentMut, EditError> {
    // A text with mistakes was refused before.
    text.parse().map_err(|_| EditError::Form)
}

fn contexts(document: &mut DocumentMut) -> Result<&mut Table, EditError> {
    let implicit = || {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    };
    let item = document.entry("contexts").or_insert_with(implicit);
    item.as_table_mut().ok_or(EditError::Form)
}

fn current(document: &DocumentMut) -> Option<&str> {
    document.get("current").and_then(Item::as_str)
}

fn set_current(document: &mut DocumentMut, name: &str) {
    match document.get_mut("current").and_then(Item::as_value_mut) {
        Some(current) => {
            let decor = current.decor().clone();
            *current = Value::from(name);
            *current.decor_mut() = decor;
        }
        None => {
            document.insert("current", value(name));
        }
    }
}

fn table(context: &Context) -> Table {
    let mut table = Table::new();
    table.decor_mut().set_prefix("\n");
    table.insert("addr", value(context.address.to_string()));
    let tls = &context.tls;
    for (key, path) in [("ca", &tls.ca), ("cert", &tls.cert), ("key", &tls.key)] {
        if let Some(path) = path {
            table.insert(key, value(path.display().to_string()));
        }
    }
    if context.protect != Protect::default() {
        table.insert("protect", value(context.protect.word()));
    }
    if let Some(hue) = context.header_color {
        table.insert("header_color", value(hue.word()));
    }
    if context.require_reason {
        table.insert("require_reason", value(true));
    }
    table
}

#[cfg(test)]
mod tests {
    use super::{super::read::read, *};
    use crate::client::TlsFiles;

    const FILE: &str = "\
# my gateways
current = \"dev\" # not prod!

# the one that matters
[contexts.prod] # careful
addr = \"https://edge-1:9901\"
# why: inc-4412
protect = \"type-name\"

[contexts.dev]
addr = \"unix:///run/a.sock\"
";

    fn context(name: &str) -> Context {
        Context {
            name: name.to_owned(),
            address: "unix:///run/b.sock".parse().unwrap(),
            tls: TlsFiles::default(),
            protect: Protect::ReadOnly,
            header_color: Some(crate::model::Hue::Red),
            require_reason: true,
        }
    }

    #[test]
    fn comments_stay_where_they_are() {
        let used = use_context(FILE, "prod").unwrap();
        assert_eq!(used, FILE.replace("\"dev\" #", "\"prod\" #"));
        let renamed = rename(FILE, "prod", "prod-eu").unwrap();
        assert_eq!(renamed, FILE.replace("contexts.prod", "contexts.prod-eu"));
        let removed = remove(FILE, &["dev".to_owned()]).unwrap();
        assert!(removed.starts_with("# my gateways\n"), "{removed}");
        assert!(removed.contains("# why: inc-4412") && !removed.contains("dev"), "{removed}");
    }

    #[test]
    fn what_was_added_is_what_is_read() {
        for text in ["", FILE, "[ui]\nrefresh = \"2s\"\n"] {
            let added = add(text, &context("new")).unwrap();
            let config = read(&added).unwrap();
            assert_eq!(config.context("new"), Some(&context("new")), "{added}");
            let used = use_context(&added, "new").unwrap();
            assert_eq!(read(&used).unwrap().current.as_deref(), Some("new"), "{used}");
        }
    }

    #[test]
    fn the_context_in_use_goes_along_when_it_is_renamed_or_removed() {
        let current = |text: &str| read(text).unwrap().current;
        assert_eq!(current(&rename(FILE, "dev", "home").unwrap()).as_deref(), Some("home"));
        assert_eq!(current(&remove(FILE, &["dev".to_owned()]).unwrap()), None);
        assert_eq!(current(&remove(FILE, &["prod".to_owned()]).unwrap()).as_deref(), Some("dev"));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        assert_eq!(use_context(FILE, "no"), Err(EditError::NoSuch("no".into())));
        assert_eq!(remove(FILE, &["no".into()]), Err(EditError::NoSuch("no".into())));
        assert_eq!(rename(FILE, "no", "x"), Err(EditError::NoSuch("no".into())));
        assert_eq!(rename(FILE, "dev", "prod"), Err(EditError::Exists("prod".into())));
        assert_eq!(add(FILE, &context("dev")), Err(EditError::Exists("dev".into())));
        assert!(matches!(add(FILE, &context("a b")), Err(EditError::Name(_))));
        assert!(matches!(rename(FILE, "dev", ""), Err(EditError::Name(_))));
        assert_eq!(add("contexts = 1", &context("x")), Err(EditError::Form));
    }
}
