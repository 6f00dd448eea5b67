//! What a run never takes more of, and never shows.

use super::*;
use crate::simulate::report::{compare, table};
use crate::simulate::request::Loss;

#[test]
fn a_fleet_that_hangs_has_no_more_requests_open_than_there_is_room_for() {
    let scenario = told(
        r#"
        load = { phases = [{ for = "60s", rps = 1000 }], retries = { most = 9, after = "60s" } }
        server = { work = "1ms", longest_wait = "60s" }
        pool = { servers = 2, answer_timeout = "60s", health = { timeout = "60s" } }
        fault = [{ at = "5s", for = "50s", kind = "hang", servers = 2 }]
        "#,
    );
    let planted = Planted { most_open: Some(300), ..Planted::default() };
    let outcome = outcome(&scenario, None, planted);
    assert!(outcome.checkers.held(), "{:?}", outcome.checkers.broken());
    let open = outcome.tally.most_open;
    assert!((300..=600).contains(&open), "{open}");
    let full = outcome.tally.losses().any(|(loss, count)| loss == Loss::GatewayFull && count > 0);
    assert!(full, "what there is no room for is lost, and told");
}

#[test]
fn what_an_author_wrote_reaches_no_terminal_as_an_order() {
    let text = r#"
        about = "Clear\u001b[2J\u0007\nand go on\u202e"
        load = { phases = [{ for = "30s", rps = 90 }], clients = 1 }
        server = { work = "1ms" }
        pool = { servers = 1 }
        limit = [{ name = "a\u001b]0;b\u0007", max = "20/minute" }]
    "#;
    let scenario = scenario::parse("x\u{1b}[31m.toml", text).unwrap();
    let planted = Planted { generous: true, ..Planted::default() };
    let outcome = outcome(&scenario, None, planted);
    let report = Report::new("fixed", &scenario, &outcome);
    assert!(!report.checks.held, "the limit is named");
    for shown in [table(&scenario, 1, &report), compare(&scenario, 1, &[report])] {
        let obeyed = shown.chars().find(|it| *it != '\n' && (it.is_control() || *it == '\u{202e}'));
        assert_eq!(obeyed, None, "{shown:?}");
        assert!(shown.contains("  Clear\\u{1b}[2J\\u{7}\n  and go on"), "{shown}");
    }
}
