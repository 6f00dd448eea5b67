//! What does the text of the file say? All of it, or everything that is wrong with it.

use std::{env, path::PathBuf};

use toml_edit::{Document, Item, TableLike, TomlError};
use toml_parser::lexer::TokenKind;

use super::{
    Ascii, Config, Context, Mistake, ThemeName, Ui, check_name,
    columns::layouts,
    fields::{Fields, Placed, Reading},
    keys::rebindings,
};
use crate::{
    client::{Address, TlsFiles},
    duration,
    model::{Hue, Protect},
};

/// The deepest a key may be nested by dots: the parser bounds the nesting of values, not of keys.
const DEEPEST_KEY: usize = 16;

const ADDRESS: &str = "\"unix:///run/gatewayd/admin.sock\" or \"https://edge-1.example:9901\"";

/// Reads the text of the file.
///
/// # Errors
/// With everything that is wrong with it, in the order of the file; at least one mistake.
pub(super) fn read(text: &str) -> Result<Config, Vec<Mistake>> {
    let reading = Reading::new(text);
    if let Some(span) = too_deep(text) {
        let message = format!("a key nested deeper than {DEEPEST_KEY} levels");
        reading.report(Some(span), message, "nothing is nested that deep");
        return Err(reading.finish());
    }
    let document = match Document::parse(text) {
        Ok(document) => document,
        Err(error) => return Err(vec![not_toml(text, &error)]),
    };
    let config = whole(document.as_table(), &reading);
    match reading.finish() {
        found if found.is_empty() => Ok(config),
        found => Err(found),
    }
}

/// What the parser did not understand.
pub(super) fn not_toml(text: &str, error: &TomlError) -> Mistake {
    let at = error.span().unwrap_or(text.len()..text.len());
    let message = format!("not TOML: {}", error.message().lines().next().unwrap_or(""));
    let remedy = "write key = value, text in double quotes, and each key and [table] once";
    Mistake::at(text, Some(at), message, remedy)
}

fn whole<'a>(table: &'a dyn TableLike, reading: &'a Reading<'a>) -> Config {
    let mut fields = Fields::new("the file", table, reading);
    let current = fields.value("current");
    let ui = fields.value("ui").and_then(|it| ui(it, reading)).unwrap_or_default();
    let keys = fields.value("keys").map(|it| rebindings(it, reading)).unwrap_or_default();
    let named = fields.value("contexts");
    fields.refuse_the_rest();
    let contexts = named.map(|it| contexts(it, reading)).unwrap_or_default();
    let names = table.get("contexts").and_then(Item::as_table_like);
    // One whose keys are wrong is there all the same.
    let names = names.map(|it| it.iter().map(|(name, _)| name).collect()).unwrap_or_default();
    let current = current.and_then(|it| chosen(it, names));
    Config { current, ui, keys, contexts }
}

/// The context in use, one of `names`.
fn chosen(value: Placed<'_>, names: Vec<&str>) -> Option<String> {
    let name = value.text()?;
    if names.contains(&name) {
        return Some(name.to_owned());
    }
    let known = if names.is_empty() { "none is there".to_owned() } else { names.join(", ") };
    let remedy = format!("name one of [contexts.NAME]: {known}");
    value.refuse(format!("there is no context `{name}`"), remedy)
}

fn ui<'a>(value: Placed<'a>, reading: &'a Reading<'a>) -> Option<Ui> {
    let mut fields = Fields::new("[ui]", value.table("[ui]")?, reading);
    let theme = fields.value("theme").and_then(|it| it.parsed(str::parse::<ThemeName>));
    let refresh = fields.value("refresh").and_then(|it| it.parsed(duration::parse));
    let ascii = fields.value("ascii").and_then(|it| {
        it.one_of(&[("auto", Ascii::Auto), ("always", Ascii::Always), ("never", Ascii::Never)])
    });
    let mouse = fields.value("mouse").and_then(Placed::flag).unwrap_or_default();
    if let Some(quit) = fields.value("confirm_quit") {
        quit.one_of(&[("staged", ())]);
    }
    let columns = fields.value("columns").map(|it| layouts(it, reading)).unwrap_or_default();
    fields.refuse_the_rest();
    Some(Ui { theme, refresh, ascii: ascii.unwrap_or_default(), mouse, columns })
}

fn contexts<'a>(value: Placed<'a>, reading: &'a Reading<'a>) -> Vec<Context> {
    let Some(table) = value.table("[contexts.NAME]") else { return Vec::new() };
    let mut contexts = Vec::new();
    for (name, _) in table.iter() {
        let Some((key, item)) = table.get_key_value(name) else { continue };
        if let Err(expected) = check_name(name) {
            reading.report(key.span(), expected, "choose another name");
            continue;
        }
        contexts.extend(context(name, Placed::new(item, reading), reading));
    }
    contexts
}

fn context<'a>(name: &str, value: Placed<'a>, reading: &'a Reading<'a>) -> Option<Context> {
    let what = format!("[contexts.{name}]");
    let mut fields = Fields::new(&what, value.table(&what)?, reading);
    let address = fields.required("addr", value.span(), ADDRESS);
    let address = address.and_then(|it| it.parsed(str::parse::<Address>));
    let mut file = |key| fields.value(key).and_then(path);
    let tls = TlsFiles { ca: file("ca"), cert: file("cert"), key: file("key") };
    let protect = fields
        .value("protect")
        .and_then(|it| it.one_of(&Protect::ALL.map(|protect| (protect.word(), protect))));
    let header_color = fields
        .value("header_color")
        .and_then(|it| it.one_of(&Hue::ALL.map(|hue| (hue.word(), hue))));
    let require_reason = fields.value("require_reason").and_then(Placed::flag);
    fields.refuse_the_rest();
    let context = Context {
        name: name.to_owned(),
        address: address?,
        tls,
        protect: protect.unwrap_or_default(),
        header_color,
        require_reason: require_reason.unwrap_or_default(),
    };
    is_consistent(&context, value).then_some(context)
}

/// Whether the address and the files of TLS fit one another.
fn is_consistent(context: &Context, value: Placed<'_>) -> bool {
    let TlsFiles { ca, cert, key } = &context.tls;
    let wrong = match &context.address {
        Address::Unix(_) if ca.is_some() || cert.is_some() || key.is_some() => {
            Some(("a unix socket speaks no TLS", "take out ca, cert and key, or write https://"))
        }
        Address::Https(_) if cert.is_some() != key.is_some() => {
            Some(("a certificate needs its key, and a key its certificate", "write cert and key"))
        }
        _ => None,
    };
    if let Some((message, remedy)) = wrong {
        value.refuse::<()>(message, remedy);
    }
    wrong.is_none()
}

/// A path; `~/` is the home directory.
fn path(value: Placed<'_>) -> Option<PathBuf> {
    let text = value.text()?;
    let path = match (text.strip_prefix("~/"), env::home_dir()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(text),
    };
    if path.is_absolute() {
        return Some(path);
    }
    value.refuse("this is no absolute path", "begin it with / or ~/")
}

/// Where a key is nested too deep. Such tables take the parser's stack to drop.
pub(super) fn too_deep(text: &str) -> Option<std::ops::Range<usize>> {
    let (mut dots, mut start) = (0, 0);
    for token in toml_parser::Source::new(text).lex() {
        match token.kind() {
            TokenKind::Dot => dots += 1,
            TokenKind::Atom
            | TokenKind::Whitespace
            | TokenKind::BasicString
            | TokenKind::LiteralString
            | TokenKind::MlBasicString
            | TokenKind::MlLiteralString => {}
            _ => (dots, start) = (0, token.span().end()),
        }
        if dots >= DEEPEST_KEY {
            return Some(start..token.span().end());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WHOLE: &str = r#"
current = "prod-eu"
[ui]
theme = "ansi16"
refresh = "2s"
mouse = false
ascii = "auto"
confirm_quit = "staged"
columns.backends = ["ST", "NAME"]
columns."overview.pools" = ["POOL"]
[contexts.prod-eu]
addr = "https://edge-1.ops:9901"
ca = "/pki/ops-ca.pem"
cert = "/pki/ops-1.pem"
key = "/pki/ops-1.key"
protect = "type-name"
header_color = "red"
require_reason = true
[contexts.dev]
addr = "unix:///run/gatewayd/admin.sock"
"#;

    #[test]
    fn a_file_says_which_gateways_there_are() {
        let config = read(WHOLE).unwrap();
        assert_eq!(config.current.as_deref(), Some("prod-eu"));
        assert_eq!(config.ui.refresh, Some(std::time::Duration::from_secs(2)));
        let layouts: Vec<_> = config.ui.columns.iter().map(|it| &*it.table.text).collect();
        assert_eq!(layouts, ["backends", "overview.pools"]);
        let names: Vec<_> = config.contexts.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["prod-eu", "dev"]);
        let prod = config.context("prod-eu").unwrap();
        assert_eq!(prod.protect, Protect::TypeName);
        assert_eq!(prod.header_color, Some(Hue::Red));
        assert!(prod.require_reason);
        assert_eq!(prod.tls.key.as_deref(), Some(std::path::Path::new("/pki/ops-1.key")));
        assert_eq!(config.context("dev").unwrap().protect, Protect::Confirm);
        assert_eq!(read(""), Ok(Config::default()));
    }

    #[test]
    fn every_mistake_is_told_with_its_line_and_a_remedy() {
        for (from, to, line, message, remedy) in [
            ("current = \"prod-eu\"", "current = \"prod\"", 2, "no context `prod`", "prod-eu, dev"),
            ("theme = \"ansi16\"", "theme = \"drak\"", 4, "mean `dark`?", "as expected"),
            ("theme = \"ansi16\"", "theme = 7", 4, "expected a text", "quotes"),
            ("refresh = \"2s\"", "refresh = \"2\"", 5, "length of time", "as expected"),
            ("mouse = false", "mouse = 1", 6, "true or false", "quotes"),
            ("addr = \"https", "adr = \"https", 11, "has no `addr`", "add addr ="),
            ("addr = \"https://", "addr = \"http://", 12, "expected unix:///", "as expected"),
            ("ca = \"/pki", "ca = \"pki", 13, "no absolute path", "~/"),
            ("key = \"/pki/ops-1.key\"\n", "", 11, "needs its key", "cert and key"),
            ("\"type-name\"", "\"typename\"", 16, "none of confirm", "`type-name`"),
            ("\"red\"", "\"pink\"", 17, "none of red", "known here"),
            ("require_reason = true", "require_reason = \"yes\"", 18, "true or false", "quotes"),
            ("[contexts.dev]", "[contexts.\"d v\"]", 19, "letters", "another name"),
            ("[contexts.dev]", "[contexts.prod-eu]", 19, "not TOML", "once"),
            (
                "[contexts.dev]",
                "[contexts]\ndev = 1\n[x]",
                20,
                "expected a table",
                "[contexts.dev]",
            ),
            ("[ui]", "[keys]\nx = \"d\"\n[ui]", 4, "expected a list of keys", "[\"d\""),
            ("[ui]", "[keys]\nx = [\"d\", 1]\n[ui]", 4, "expected a key, found", "list"),
            ("[ui]", "keys = 1\n[ui]", 3, "expected a table", "[keys]"),
            ("[\"ST\", \"NAME\"]", "7", 9, "a list of titles, found integer", "[\"ST\""),
            ("[\"POOL\"]", "[true]", 10, "expected a title, found boolean", "list of titles"),
            ("mouse = false", "mouze = false", 6, "unknown key `mouze` in [ui]", "`mouse`"),
        ] {
            let text = WHOLE.replacen(from, to, 1);
            let found = read(&text).unwrap_err();
            let told = found.iter().find(|it| it.message.contains(message));
            let told = told.unwrap_or_else(|| panic!("{to}: {found:?}"));
            assert_eq!(told.place.as_ref().map(|place| place.line), Some(line), "{to}: {told:?}");
            assert!(told.remedy.contains(remedy), "{to}: {told:?}");
        }
    }

    #[test]
    fn all_mistakes_are_told_at_once() {
        let text = WHOLE.replace("\"red\"", "\"pink\"").replace("mouse = false", "mouze = 1");
        let lines: Vec<_> = read(&text)
            .unwrap_err()
            .into_iter()
            .filter_map(|it| it.place)
            .map(|it| it.line)
            .collect();
        assert_eq!(lines, [6, 17]);
        let found = read("current = \"a\"\n[contexts.a]\nadr = \"unix:///a\"\n").unwrap_err();
        let told: Vec<_> = found.iter().map(|it| &*it.message).collect();
        assert_eq!(told, ["[contexts.a] has no `addr`", "unknown key `adr` in [contexts.a]"]);
    }

    #[test]
    fn keys_nested_by_dots_are_refused_before_they_take_the_stack() {
        let key = vec!["a"; 100_000].join(".");
        for text in [format!("{key} = 1"), format!("[{key}]"), format!("x = {{ {key} = 1 }}")] {
            assert!(read(&text).unwrap_err()[0].message.contains("deeper"));
        }
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in any::<String>()) {
            let _ = read(&text);
        }

        #[test]
        fn a_file_cut_anywhere_is_read_or_refused(at in 0..WHOLE.len()) {
            let _ = read(&WHOLE[..at]);
        }
    }
}
