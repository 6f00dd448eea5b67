use super::*;
use crate::{
    model::{Backend, Health, Standing},
    output::columns::BACKEND,
};

fn backends() -> Vec<Backend> {
    vec![
        Backend {
            name: "api-1".to_owned(),
            pool: "api".to_owned(),
            address: "10.0.0.11:9000".to_owned(),
            weight: 100,
            effective_weight: 100,
            health: Health::Healthy,
            health_since_ms: 1_790_000_000_000,
            rps: 2310.4,
            in_flight: 141,
            p50_ms: Some(3.9),
            p99_ms: Some(37.0),
            error_ratio: Some(0.001),
            requests_total: 1_234_567,
            ..Backend::default()
        },
        Backend {
            name: "api-3".to_owned(),
            pool: "api".to_owned(),
            address: "10.0.0.13:9000".to_owned(),
            weight: 100,
            standing: Standing::Draining,
            standing_owner: "ops-1".to_owned(),
            standing_reason: "kernel, \"patch\"\x1b[2J".to_owned(),
            standing_since_ms: Some(1_790_258_350_000),
            health: Health::Healthy,
            health_since_ms: 1_790_000_000_000,
            in_flight: 37,
            ..Backend::default()
        },
    ]
}

fn written(format: Format, width: Option<usize>, sheet: bool) -> String {
    let meta = Meta {
        context: "unix:///run/gatewayd/admin.sock".to_owned(),
        instance: Some("i-1".to_owned()),
        server_time_ms: Some(1_790_258_602_000),
        revision: Some(41),
        age_ms: Some(412),
    };
    let (items, selection) = (backends(), Selection::everything(BACKEND));
    let list = Listing { kind: "BackendList", meta: &meta, items: &items, selection: &selection };
    let style = Style { width, ..Style::plain() };
    let mut out = Vec::new();
    if sheet {
        write_sheet(&mut out, format, &style, &list).unwrap();
    } else {
        write_listing(&mut out, format, &style, &list).unwrap();
    }
    String::from_utf8(out).unwrap()
}

#[test]
fn a_list_for_people_fits_their_terminal() {
    insta::assert_snapshot!("backends_120", written(Format::Table, Some(120), false));
    insta::assert_snapshot!("backends_80", written(Format::Table, Some(80), false));
    insta::assert_snapshot!("backends_40", written(Format::Table, Some(40), false));
}

#[test]
fn a_list_for_a_pipe_is_whole() {
    insta::assert_snapshot!("backends_pipe", written(Format::Table, None, false));
}

#[test]
fn a_list_for_programs_keeps_its_contract() {
    insta::assert_snapshot!("backends_json", written(Format::Json, None, false));
}

#[test]
fn each_line_of_jsonl_is_an_item() {
    let lines = written(Format::Jsonl, None, false);
    let items: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(items.len(), 2);
    assert_eq!(items[1]["standing_reason"], "kernel, \"patch\"\x1b[2J");
    assert_eq!(items[1]["p99_ms"], serde_json::Value::Null);
}

#[test]
fn csv_has_raw_units_and_names_are_bare() {
    insta::assert_snapshot!("backends_csv", written(Format::Csv, None, false));
    assert_eq!(written(Format::Name, Some(80), false), "api-1\napi-3\n");
}

#[test]
fn one_item_is_shown_as_a_sheet() {
    insta::assert_snapshot!("backend_sheet", written(Format::Table, Some(80), true));
}

#[test]
fn a_wide_table_has_every_column_whether_it_fits_or_not() {
    let meta = Meta { server_time_ms: Some(1_790_258_602_000), ..Meta::default() };
    let (items, selection) = (backends(), Selection::everything(BACKEND));
    let list = Listing { kind: "BackendList", meta: &meta, items: &items, selection: &selection };
    let style = Style { width: Some(80), wide: true, ..Style::plain() };
    let mut out = Vec::new();
    write_listing(&mut out, Format::Table, &style, &list).unwrap();
    let text = String::from_utf8(out).unwrap();
    let titles: Vec<&str> = text.lines().next().unwrap().split("  ").map(str::trim).collect();
    for column in BACKEND.iter().filter(|column| column.rank != crate::output::Rank::Named) {
        assert!(titles.contains(&column.title), "{} is missing: {titles:?}", column.title);
    }
    assert!(text.contains("1,234,567"), "{text}");
}
