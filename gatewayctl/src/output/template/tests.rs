use proptest::prelude::*;

use super::*;
use crate::{
    model::Backend,
    output::{
        KINDS, Selection,
        columns::{BACKEND, OPERATION},
        schema,
    },
};

fn template(text: &str) -> Template {
    text.parse().unwrap()
}

/// What a template says of a backend called `name`.
fn said(text: &str, name: &str) -> Result<String, TemplateError> {
    let items = [Backend { name: name.to_owned(), weight: 50, ..Backend::default() }];
    let meta = Meta { context: "prod-eu".to_owned(), ..Meta::default() };
    let selection = Selection::everything(BACKEND);
    let list = Listing { kind: "BackendList", meta: &meta, items: &items, selection: &selection };
    Ok(template(text).lines(&list)?.concat())
}

fn refused(text: &str) -> String {
    text.parse::<Template>().unwrap_err().to_string()
}

#[test]
fn each_item_is_told_in_the_words_of_the_template() {
    assert_eq!(said("{{ meta.context }}: {{ name }}={{ weight }}", "a").unwrap(), "prod-eu: a=50");
    let chosen = "{% if weight < 100 %}{{ name|upper }}{% else %}whole{% endif %}";
    assert_eq!(said(chosen, "a").unwrap(), "A");
    assert_eq!(said("{{ weight > 100 }} {{ not drained }}", "a").unwrap(), "false true");
    assert_eq!(said("{% for n in range(3) %}{{ n }}{% endfor %}", "a").unwrap(), "012");
}

#[test]
fn what_is_not_known_is_a_dash_however_many_digits_are_asked_for() {
    assert_eq!(said("{{ p99_ms }} {{ p99_ms|round(1) }}", "a").unwrap(), "- -");
    assert_eq!(said("{{ (p99_ms or 0) * 2 }}", "a").unwrap(), "0");
    assert_eq!(said("{{ 1.26|round(1) }}", "a").unwrap(), "1.3");
}

#[test]
fn tabs_and_new_lines_are_written_as_in_other_tools() {
    assert_eq!(said(r"{{ name }}\t{{ weight }}\n.", "a").unwrap(), "a\t50\n.");
    assert_eq!(said(r"{{ '\\t' }}{# \n #}", "a").unwrap(), r"\t", "in braces they are Jinja's own");
    assert_eq!(unescaped(r"\t{{ a"), "\t{{ a");
}

#[test]
fn a_template_that_cannot_be_read_is_refused_with_its_place() {
    for (text, told) in [
        (" ", "template, column 1: it says nothing"),
        ("{{ name", "template, column 4: unexpected end of input, expected end of variable block"),
        ("a {{ name }", "template, column 11: unexpected `}`, expected end of variable block"),
        ("a\nbé {{ name b }}", "template, line 2, column 12: unexpected identifier"),
        (r"\t\t{{ name b }}", "template, column 13: unexpected identifier"),
        ("{% if ok %}", "template, column 10: unexpected end of input"),
    ] {
        let refused = refused(text);
        assert!(refused.starts_with(told), "{text}: {refused}");
    }
}

#[test]
fn what_no_item_could_fill_in_is_refused_before_there_is_one() {
    let told = |text: &str| template(text).suits(BACKEND).unwrap_err().to_string();
    let field = told("{{ nmae }}");
    assert!(field.starts_with("no field `nmae` for the template; there are name, "), "{field}");
    assert_eq!(told("{{ name|uper }}"), "template, column 9: filter uper is unknown");
    assert_eq!(template("{{ p99_ms * 1000 }}").suits(BACKEND), Ok(()));
    assert_eq!(template("{{ before.weight }} {{ range(2) }}").suits(OPERATION), Ok(()));
}

#[test]
fn an_item_that_does_not_fill_it_in_is_named() {
    let told = said("{{ p99_ms * 2 }}", "api-3").unwrap_err().to_string();
    assert!(told.contains("`p99_ms * 2` of api-3"), "{told}");
}

#[test]
fn what_comes_from_elsewhere_is_shown_as_in_tables() {
    assert_eq!(said("{{ name|upper }}!", "a\u{1b}[2J\u{202e}").unwrap(), "A\\X1B[2J<U+202E>!");
    assert_eq!(
        said("\u{1b}[1m{{ weight }}", "a").unwrap(),
        "\u{1b}[1m50",
        "what is one's own stays"
    );
}

#[test]
fn every_key_of_every_answer_can_be_named() {
    for kind in KINDS.into_iter().filter(|kind| *kind != "Error") {
        let schema = schema(kind).unwrap();
        for key in schema["properties"]["items"]["items"]["properties"].as_object().unwrap().keys()
        {
            assert_eq!(template(&format!("{{{{ {key} }}}}")).0.names, [key.as_str()], "{kind}");
            assert_ne!(key, META, "{kind}");
        }
    }
}

proptest! {
    #[test]
    fn no_name_reaches_a_terminal_as_it_is(name in any::<String>()) {
        let name = format!("{name}\u{1b}[2J\u{202e}\r");
        for text in ["{{ name }}", "{{ name|upper }}", "{{ name[1:] }}", "{{ name|list|join }}"] {
            prop_assert!(!said(text, &name).unwrap().contains(crate::safe_text::is_unsafe));
        }
        prop_assert_eq!(said("{{ name }}", &name).unwrap(), safe_text(&name));
    }

    #[test]
    fn whatever_is_written_as_a_template_is_answered(text in any::<String>()) {
        if let Ok(template) = text.parse::<Template>() {
            let _ = template.suits(BACKEND);
            let _ = said(&text, "a");
        }
    }
}
