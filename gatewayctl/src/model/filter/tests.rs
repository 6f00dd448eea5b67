use proptest::prelude::*;

use super::*;

const FIELDS: [&str; 9] =
    ["name", "pool", "state", "in_flight", "p99_ms", "error_ratio", "uptime_s", "ready", "order"];

/// A backend with one field of each kind.
fn fact(field: &str) -> Value {
    match field {
        "name" => Value::text("api-3"),
        "pool" => Value::text("api"),
        "state" => Value::text("up"),
        "in_flight" => Value::Count(37),
        "p99_ms" => Value::Number(44.5),
        "error_ratio" => Value::Number(0.02),
        "ready" => Value::Flag(true),
        "order" => Value::text("or else"),
        _ => Value::Unknown,
    }
}

fn admits(text: &str) -> bool {
    Filter::parse(text, &FIELDS).unwrap_or_else(|error| panic!("{text}: {error}")).admits(fact)
}

#[test]
fn a_filter_admits_what_it_says() {
    for text in [
        "state=up",
        "state = up",
        "state==up",
        "state=down,up",
        "pool=api and p99>40ms",
        "p99_ms>=44.5",
        "p99<1s",
        "error>1%",
        "error_ratio<=2%",
        "not (state=down or in_flight=0)",
        "not state=down and not pool=web",
        "name=api-*",
        "name=*-3",
        "name=a*i*",
        "name=*",
        "name~PI-",
        "name!=api-4",
        "uptime=-",
        "ready=true",
        "order='or else'",
        "order=\"or else\" or state=x",
        "state=down or state=up and pool=api",
    ] {
        assert!(admits(text), "{text}");
    }
}

#[test]
fn a_filter_refuses_everything_else() {
    for text in [
        "state=down",
        "state!=up",
        "state!=down,up",
        "pool=api and p99>2s",
        "error>2%",
        "not state=up",
        "name=api",
        "name=api-*x",
        "name=b*",
        "uptime=5",
        "uptime<100s",
        "uptime>0s",
        "name>3",
        "(state=down or state=up) and pool=web",
    ] {
        assert!(!admits(text), "{text}");
    }
}

#[test]
fn and_binds_closer_than_or() {
    assert!(admits("state=up or state=x and pool=x"));
    assert!(!admits("(state=up or state=x) and pool=x"));
}

#[test]
fn a_text_that_is_no_filter_says_what_was_expected() {
    for (text, said) in [
        ("", "filter: expected a field such as `state`, found the end"),
        ("state", "filter: expected one of = != > >= < <= ~, found the end"),
        ("state=", "filter: expected a value, found the end"),
        ("state=up pool=api", "filter: expected `and`, `or` or the end, found `pool=api`"),
        ("(state=up", "filter: expected `)`, found the end"),
        ("state='up", "filter: expected a closing quote, found `'up`"),
        ("in_flight>many", "filter: expected a number, found `many`"),
        ("in_flight>1%", "filter: `1%` does not fit `in_flight`, which is not a ratio"),
        ("p99>fast", "filter: `fast` does not fit `p99_ms`, which is a time"),
    ] {
        assert_eq!(Filter::parse(text, &FIELDS).unwrap_err().to_string(), said, "{text}");
    }
    let said = Filter::parse("wieght=1", &FIELDS).unwrap_err().to_string();
    assert!(said.starts_with("filter: no field `wieght`; there are name, pool, state"), "{said}");
    let deep = "(".repeat(10_000);
    assert_eq!(Filter::parse(&deep, &FIELDS), Err(FilterError::Depth));
}

proptest! {
    #[test]
    fn reading_never_panics(text in "[a-z=<>!~()'\", 0-9.%*-]{0,60}") {
        if let Ok(filter) = Filter::parse(&text, &FIELDS) {
            filter.admits(fact);
        }
    }

    #[test]
    fn a_star_stands_for_any_text(start in "[ab]{0,3}", any in "[abc*]{0,5}", end in "[ab]{0,3}") {
        let text = format!("{start}{any}{end}");
        let pattern = format!("{start}*{end}");
        prop_assert!(fits(&pattern, &text));
        let stars = format!("*{any}*");
        prop_assert!(fits(&stars, &text));
    }
}
