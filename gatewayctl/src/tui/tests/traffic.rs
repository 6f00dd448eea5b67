//! Traffic: what is asked of the gateway, what stands still, and where its keys lead.

use std::time::Duration;

use super::fixture::{NOON, Story, ascii, unicode};
use crate::{
    client::{Error, ErrorCode},
    model::{Query, Served, TrafficBatch, Tried},
    tui::{
        effect::Effect,
        key::Key,
        screens::{Screen, traffic::News},
        tailing::Tail,
    },
};

/// What a second of trouble looks like: app-3 fails, a limit refuses, the rest is well.
pub(super) fn batch() -> TrafficBatch {
    #[rustfmt::skip]
    let requests = [
        served(1, 902, "203.0.113.44", "POST", "/v1/search", 429, 0.1, "", "per-ip"),
        served(2, 918, "192.0.2.15", "GET", "/v1/users/81723/orders", 502, 31.0, "app-3", ""),
        served(3, 944, "2001:db8:7::a1", "GET", "/v1/feed", 429, 0.1, "", "per-ip"),
        served(4, 951, "192.0.2.201", "GET", "/v1/items/0f3a", 404, 3.9, "app-2", ""),
        served(5, 977, "198.51.100.9", "POST", "/login", 429, 0.1, "", "login"),
        served(6, 1010, "192.0.2.18", "POST", "/v1/cart/checkout", 504, 2000.0, "app-3", ""),
        served(7, 1031, "192.0.2.40", "GET", "/v1/feed", 200, 1.2, "app-1", ""),
        served(8, 1071, "192.0.2.93", "GET", "/v1/users/me", 502, 12.4, "app-3", ""),
        served(9, 1090, "192.0.2.94", "GET", "/v1/users/me", 503, 12.4, "app-3", ""),
        served(10, 1102, "2001:db8:7::7f", "GET", "/v1/\u{1b}[2J\u{202e}feed", 502, 12.4, "app-3", ""),
        served(11, 1140, "192.0.2.18", "POST", "/v1/cart/checkout", 200, 20.0, "app-1", ""),
    ];
    let mut batch = TrafficBatch {
        time_ms: NOON + 1_200,
        interval: Duration::from_secs(1),
        matched: 412,
        dropped: 3,
        requests: requests.into(),
    };
    if let Some(retried) = batch.requests.last_mut() {
        let first = tried("app-3", "upstream_broken", 8.4);
        retried.attempts = vec![first, tried("app-1", "200", 11.0)];
        retried.query = Query::Masked;
        retried.trace_id = "9f2c1be0".into();
        retried.agent = "app/4.2".into();
    }
    batch
}

#[expect(clippy::too_many_arguments, reason = "a row of a table")]
fn served(
    id: u64,
    after_ms: i64,
    client: &str,
    method: &str,
    path: &str,
    status: u32,
    total_ms: f64,
    backend: &str,
    rule: &str,
) -> Served {
    let attempts = match backend {
        "" => Vec::new(),
        backend => vec![tried(backend, &status.to_string(), total_ms - 0.4)],
    };
    Served {
        id,
        time_ms: NOON + after_ms - 900,
        client: client.into(),
        method: method.into(),
        host: "shop.example".into(),
        path: path.into(),
        protocol: "HTTP/2.0".into(),
        tls: "1.3".into(),
        status: Some(status),
        refused: if rule.is_empty() { String::new() } else { "limit".into() },
        rule: rule.into(),
        route: "everything".into(),
        pool: "app".into(),
        backend: backend.into(),
        total_ms,
        queue_ms: (!backend.is_empty()).then_some(0.0),
        connect_ms: None,
        ttfb_ms: (!backend.is_empty()).then_some(total_ms - 0.5),
        in_bytes: 1_229,
        out_bytes: 180,
        attempts,
        ..Served::default()
    }
}

fn tried(backend: &str, ended: &str, took_ms: f64) -> Tried {
    Tried { backend: backend.into(), ended: ended.into(), took_ms, reused: true }
}

fn on_traffic() -> Story {
    Story::watching(ascii()).on(Screen::Traffic)
}

fn asked(story: &Story) -> Option<(Option<String>, u32)> {
    let Tail { asked, .. } = story.tail()?;
    let asked = asked?;
    Some((asked.filter.map(|filter| format!("{filter:?}")), asked.sample))
}

#[test]
fn traffic_is_told_only_while_it_is_on_the_screen() {
    let mut story = Story::watching(ascii());
    assert_eq!(story.tail(), None, "nobody looks");
    story.press("5");
    assert_eq!(asked(&story), Some((None, 1)));
    story.press("2");
    assert_eq!(story.tail().map(|tail| tail.asked), Some(None), "it ends with the screen");
    story.press("5");
    story.lose();
    assert_eq!(story.tail().map(|tail| tail.asked), Some(None), "and with the link");
    story.watch();
    assert_eq!(asked(&story), Some((None, 1)), "and begins with it");
}

#[test]
fn a_filter_is_asked_for_once_it_is_typed_and_a_bad_one_changes_nothing() {
    let mut story = on_traffic();
    let before = story.tail();
    story.press("/status>=500");
    assert_eq!(story.tail(), before, "nothing is asked with each letter");
    story.watch();
    story.key(Key::Enter);
    let (filter, _) = asked(&story).unwrap();
    assert!(filter.is_some_and(|filter| filter.contains("AtLeast")));
    assert!(story.frame(120, 40).contains("no request fits yet: status>=500"));
    let good = story.tail();
    story.watch();
    story.press("/ and ");
    story.watch();
    story.press("colour=red");
    story.watch();
    story.key(Key::Enter);
    assert_eq!(story.tail(), good);
    let frame = story.frame(120, 40);
    assert!(
        frame.contains("no field `colour`") && frame.contains("filter: status>=500"),
        "{frame}"
    );
    story.key(Key::Esc);
    story.key(Key::Esc);
    assert_eq!(asked(&story), Some((None, 1)), "Esc shows all again");
}

#[test]
fn words_are_looked_for_where_operators_mean_them() {
    let mut story = on_traffic();
    story.press("/checkout");
    story.watch();
    story.key(Key::Enter);
    let (filter, _) = asked(&story).unwrap();
    let filter = filter.unwrap();
    for field in ["client", "path", "backend", "rule", "host"] {
        assert!(filter.contains(&format!("field: \"{field}\"")), "{field}: {filter}");
    }
}

#[test]
fn what_an_earlier_stream_still_says_is_not_heard() {
    let mut story = on_traffic();
    let Some(Tail { stream, .. }) = story.tail() else { panic!("nothing is asked") };
    story.press("S");
    assert_eq!(asked(&story), Some((None, 10)));
    story.tell(crate::tui::message::Msg::traffic(stream, News::Batch(batch())));
    assert!(!story.frame(120, 40).contains("/v1/cart/checkout"));
    story.flow(News::Batch(batch()));
    assert!(story.frame(120, 40).contains("/v1/cart/checkout"));
}

#[test]
fn scrolling_up_stands_still_and_f_goes_on_with_the_newest() {
    let mut story = on_traffic();
    assert!(story.frame(120, 40).contains("FOLLOWING"));
    story.press("kk");
    let mut more = batch();
    more.requests.iter_mut().for_each(|it| {
        it.id += 100;
        it.path = "/later".into();
    });
    story.flow(News::Batch(more));
    let frame = story.frame(120, 40);
    assert!(frame.contains("PAUSED +11") && !frame.contains("/later"), "{frame}");
    story.press("F");
    let frame = story.frame(120, 40);
    assert!(frame.contains("FOLLOWING") && frame.contains("/later"), "{frame}");
}

#[test]
fn a_pinned_request_stays_while_others_come() {
    let mut story = on_traffic();
    story.key(Key::Enter);
    story.flow(News::Batch(TrafficBatch {
        requests: vec![served(50, 5_000, "192.0.2.1", "GET", "/new", 200, 1.0, "app-1", "")],
        ..batch()
    }));
    let frame = story.frame(120, 40);
    assert!(frame.contains("PINNED") && frame.contains("attempt 2 app-1 200"), "{frame}");
    assert!(frame.contains("FOLLOWING"), "the list goes on: {frame}");
    story.key(Key::Esc);
    assert!(!story.frame(120, 40).contains("PINNED"));
}

#[test]
fn keys_lead_to_the_backend_and_to_the_client_and_back() {
    let mut story = on_traffic();
    story.press("b");
    assert_eq!(story.model.screen, Screen::Backends);
    assert_eq!(story.model.backends.list.selected(), Some("app-1"));
    story.key(Key::Esc);
    assert_eq!(story.model.screen, Screen::Traffic);
    story.press("i");
    assert_eq!(story.model.screen, Screen::Limits);
    assert_eq!(story.model.limits.offenders.selected(), Some("192.0.2.18"));
}

#[test]
fn a_client_that_limits_refuse_is_inspected() {
    let mut story = Story::watching(ascii()).on(Screen::Limits);
    story.press("i");
    assert_eq!(story.model.screen, Screen::Traffic);
    let client = story.model.limits.offenders.selected().unwrap().to_owned();
    let (filter, _) = asked(&story).unwrap();
    assert!(filter.is_some_and(|filter| filter.contains(&client)));
    story.inform();
    assert!(story.frame(120, 40).contains(&format!("filter: client={client}")));
}

#[test]
fn what_clients_wrote_is_spelled_out() {
    for wraps in [false, true] {
        let mut story = on_traffic();
        if wraps {
            story.press("w");
        }
        for (width, height) in [(120, 40), (80, 24), (40, 12)] {
            let frame = story.frame(width, height);
            assert!(!frame.contains('\u{1b}') && !frame.contains('\u{202e}'), "{frame}");
        }
        assert!(story.frame(120, 40).contains("/v1/\\x1b[2J<U+202E>feed"));
    }
}

#[test]
fn a_stream_that_was_refused_says_why_and_is_tried_again_where_that_may_help() {
    let mut story = on_traffic();
    let refused = Error::new(ErrorCode::Failed, "16 watch traffic already, which is the most")
        .hint("end one of them and try again");
    story.flow(News::Ended(refused));
    let frame = story.frame(120, 40);
    assert!(frame.contains("16 watch traffic already") && frame.contains("tried again"), "{frame}");
    let before = story.effects.len();
    story.watch();
    let again = |effect: &Effect| matches!(effect, Effect::Tail(_));
    assert!(!story.effects[before..].iter().any(again), "not at once");
    story.watch();
    story.watch();
    assert!(story.effects[before..].iter().any(again));
    story.flow(News::Ended(Error::new(ErrorCode::Denied, "this role may not")));
    let before = story.effects.len();
    (0..9).for_each(|_| drop(story.watch()));
    assert!(!story.effects[before..].iter().any(again), "a refusal stays one");
}

#[test]
fn a_backend_that_fails_most_is_named_with_the_way_to_drain_it() {
    let story = on_traffic();
    let frame = story.frame(120, 40);
    assert!(frame.contains("100% of 5xx come from app-3"), "{frame}");
    assert!(frame.contains(": backend drain app-3"), "{frame}");
}

#[test]
fn states_that_have_no_golden_of_their_own_look_right() {
    let mut story = Story::watching(unicode()).on(Screen::Traffic);
    story.press("kw");
    insta::assert_snapshot!("traffic_wrapped_80x24", story.frame(80, 24));
    story.press("wGG");
    insta::assert_snapshot!("traffic_by_client_120x40", story.frame(120, 40));
    story.flow(News::Ended(Error::new(ErrorCode::Failed, "this reader has taken nothing for 5s")));
    insta::assert_snapshot!("traffic_ended_80x24", story.frame(80, 24));
    story.watch();
    story.press("/status>=500");
    story.watch();
    insta::assert_snapshot!("traffic_filtering_120x40", story.frame(120, 40));
    story.key(Key::Enter);
    insta::assert_snapshot!("traffic_nothing_fits_80x24", story.frame(80, 24));
}
