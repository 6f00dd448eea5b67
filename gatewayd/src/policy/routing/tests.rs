use std::cmp::Reverse;

use proptest::prelude::*;

use super::*;
use crate::model::{PathPattern, Segment};

/// A route named for its place; hosts and methods by spaces.
fn route(hosts: &str, path: &str, methods: &str) -> Route {
    Route {
        name: "route".parse().unwrap(),
        hosts: hosts.split_whitespace().map(|host| host.parse().unwrap()).collect(),
        path: path.parse().unwrap_or_else(|error| panic!("{error}")),
        methods: methods.split_whitespace().map(|method| method.parse().unwrap()).collect(),
        pool: "pool".parse().unwrap(),
        limits: Vec::new(),
        max_body_bytes: 0,
    }
}

/// Where requests `METHOD host/path` go: the route's place, the methods allowed, or nothing.
fn assert_found(routes: &[(&str, &str, &str)], requests: &[(&str, &str)]) {
    let routes: Vec<_> = routes.iter().map(|(host, path, it)| route(host, path, it)).collect();
    let router = Router::compile(&routes);
    for (request, expected) in requests {
        let (method, target) = request.split_once(' ').unwrap();
        let (host, path) = target.split_at(target.find('/').unwrap());
        let told = match router.find(host, path, &method.parse().unwrap()) {
            Found::Route(index) => index.to_string(),
            Found::WrongMethod(methods) => format!("{methods:?}"),
            Found::Nothing => "nothing".to_owned(),
        };
        assert_eq!(told, *expected, "{request}");
    }
}

#[test]
fn the_exact_host_wins_then_the_longest_suffix_then_any() {
    assert_found(
        &[
            ("", "/*", ""),
            ("*.example", "/*", ""),
            ("*.a.example", "/*", ""),
            ("b.a.example", "/*", ""),
        ],
        &[
            ("GET b.a.example/", "3"),
            ("GET c.a.example/", "2"),
            ("GET x.b.a.example/", "2"),
            ("GET a.example/", "1"),
            ("GET example/", "0"),
            ("GET badexample/", "0"),
            ("GET [::1]/", "0"),
        ],
    );
}

#[test]
fn the_exact_path_wins_then_a_template_then_the_longest_prefix() {
    assert_found(
        &[
            ("", "/*", ""),
            ("", "/a/*", ""),
            ("", "/a/b/*", ""),
            ("", "/a/{x}", ""),
            ("", "/a/b", ""),
            ("", "/{x}/b/c", ""),
            ("", "/{x}/{y}/c", ""),
            ("", "/a/{x}/c", ""),
        ],
        &[
            ("GET /a/b", "4"),
            ("GET /a/c", "3"),
            ("GET /a/b/d", "2"),
            ("GET /a/b/", "2"),
            ("GET /a/c/d", "1"),
            ("GET /a/", "1"),
            ("GET /a", "0"),
            ("GET /", "0"),
            // As many literals, the earlier ones win.
            ("GET /a/b/c", "7"),
            ("GET /z/b/c", "5"),
            ("GET /z/z/c", "6"),
        ],
    );
}

#[test]
fn a_template_with_more_literals_wins_wherever_they_are() {
    let routes = [("", "/a/{x}/{y}", ""), ("", "/{x}/b/c", ""), ("", "/{x}/{y}/c", "")];
    assert_found(&routes, &[("GET /a/b/c", "1"), ("GET /a/b/d", "0"), ("GET /b/a/c", "2")]);
}

#[test]
fn a_parameter_is_one_segment_that_is_not_empty() {
    assert_found(
        &[("", "/{code}", ""), ("", "/users/{id}/photo", ""), ("", "/in/{id}/", "")],
        &[
            ("GET /x", "0"),
            ("GET /", "nothing"),
            ("GET /x/", "nothing"),
            ("GET /x/y", "nothing"),
            ("GET /users/7/photo", "1"),
            ("GET /users/7/photos", "nothing"),
            ("GET /users/7/8/photo", "nothing"),
            ("GET /in/7/", "2"),
            ("GET /in/7", "nothing"),
        ],
    );
}

#[test]
fn less_specific_hosts_serve_the_paths_that_the_exact_one_lacks() {
    assert_found(
        &[("", "/any", ""), ("*.example", "/suffix", ""), ("a.example", "/exact", "")],
        &[
            ("GET a.example/exact", "2"),
            ("GET a.example/suffix", "1"),
            ("GET a.example/any", "0"),
            ("GET a.example/none", "nothing"),
            ("GET b.example/exact", "nothing"),
        ],
    );
}

#[test]
fn the_wrong_method_is_told_only_if_no_other_route_takes_it() {
    assert_found(
        &[
            ("", "/urls", "POST"),
            ("", "/{code}", "GET HEAD"),
            ("a.example", "/{code}", "PUT GET"),
            ("b.example", "/urls", ""),
        ],
        &[
            ("POST x/urls", "0"),
            ("GET x/urls", "1"),
            ("PUT a.example/urls", "2"),
            ("DELETE a.example/urls", "[PUT, GET, POST, HEAD]"),
            ("DELETE x/urls", "[POST, GET, HEAD]"),
            ("POST x/other", "[GET, HEAD]"),
            ("POST x/other/more", "nothing"),
            ("DELETE b.example/urls", "3"),
        ],
    );
}

#[test]
fn a_route_that_names_its_methods_wins_over_one_that_takes_all() {
    for path in ["/urls", "/{code}", "/*"] {
        assert_found(
            &[("", path, ""), ("", path, "POST"), ("", path, "POST GET")],
            &[("POST /urls", "1"), ("GET /urls", "2"), ("PUT /urls", "0")],
        );
    }
}

#[test]
fn patterns_match_what_canonical_paths_and_hosts_look_like() {
    assert_found(
        &[("[2001:DB8:0::1]", "/a|b", ""), ("", "/c|d/*", ""), ("", "/e|f/{x}", "")],
        &[("GET [2001:db8::1]/a%7Cb", "0"), ("GET x/c%7Cd/e", "1"), ("GET x/e%7Cf/g", "2")],
    );
}

/// The oracle: holds every route against the request and sorts what matches.
fn naive(routes: &[Route], host: &str, path: &str, method: &Method) -> Found {
    let mut matching: Vec<_> = routes
        .iter()
        .enumerate()
        .filter_map(|(index, route)| {
            let host = route.hosts.iter().filter_map(|it| host_rank(it, host)).max();
            let host = if route.hosts.is_empty() { Some((0, 0)) } else { host };
            let rank = (host?, path_rank(&route.path, path)?, !route.methods.is_empty());
            Some((Reverse(rank), index, route))
        })
        .collect();
    matching.sort_by(|one, other| (&one.0, one.1).cmp(&(&other.0, other.1)));
    let takes = |route: &Route| route.methods.is_empty() || route.methods.contains(method);
    if let Some((_, index, _)) = matching.iter().find(|(_, _, route)| takes(route)) {
        return Found::Route(*index);
    }
    let mut allowed = Vec::new();
    for method in matching.iter().flat_map(|(_, _, route)| &route.methods) {
        if !allowed.contains(method) {
            allowed.push(method.clone());
        }
    }
    if allowed.is_empty() { Found::Nothing } else { Found::WrongMethod(allowed) }
}

fn host_rank(pattern: &HostPattern, host: &str) -> Option<(u8, usize)> {
    match pattern {
        HostPattern::Exact(name) => (name == host).then_some((2, 0)),
        HostPattern::Suffix(suffix) => host.ends_with(suffix).then_some((1, suffix.len())),
    }
}

fn path_rank(pattern: &PathPattern, path: &str) -> Option<(u8, usize, Vec<bool>)> {
    match pattern {
        PathPattern::Exact(text) => (text == path).then_some((2, 0, Vec::new())),
        PathPattern::Prefix(text) => path.starts_with(text).then_some((0, text.len(), Vec::new())),
        PathPattern::Template(segments) => {
            let parts: Vec<_> = path[1..].split('/').collect();
            let matches = parts.len() == segments.len()
                && segments.iter().zip(parts).all(|(segment, part)| match segment {
                    Segment::Literal(text) => text == part,
                    Segment::Parameter(_) => !part.is_empty(),
                });
            let literal: Vec<_> =
                segments.iter().map(|it| matches!(it, Segment::Literal(_))).collect();
            let literals = literal.iter().filter(|literal| **literal).count();
            matches.then_some((1, literals, literal))
        }
    }
}

fn any_route() -> impl Strategy<Value = Route> {
    let host = prop::sample::select(vec!["a", "b.a", "*.a", "*.b.a", "c.b.a", "*.c.b.a"]);
    let hosts = prop::collection::vec(host, 0..3);
    let segment = prop::sample::select(vec!["a", "b", "{x}"]);
    let path = (prop::collection::vec(segment, 0..4), prop::sample::select(vec!["", "/*", "/"]));
    let path = path.prop_filter_map("a pattern", |(segments, end)| {
        let text: String = segments.iter().map(|segment| format!("/{segment}")).collect();
        let text = if text.is_empty() && end.is_empty() { "/".to_owned() } else { text + end };
        text.parse::<PathPattern>().ok().map(|_| text)
    });
    let methods = prop::sample::subsequence(vec!["GET", "PUT", "POST"], 0..3);
    (hosts, path, methods)
        .prop_map(|(hosts, path, methods)| route(&hosts.join(" "), &path, &methods.join(" ")))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn the_router_finds_what_looking_at_every_route_finds(
        routes in prop::collection::vec(any_route(), 0..24),
        requests in prop::collection::vec(
            ("(a|b\\.a|c\\.b\\.a|d\\.c\\.b\\.a|z)", "(/|(/[abz]){1,5}/?)", "(GET|PUT|POST|DELETE)"),
            1..24,
        ),
    ) {
        let router = Router::compile(&routes);
        for (host, path, method) in requests {
            let method = method.parse().unwrap();
            let expected = naive(&routes, &host, &path, &method);
            prop_assert_eq!(router.find(&host, &path, &method), expected, "{} {}", host, path);
        }
    }

    #[test]
    fn anything_has_an_answer(
        routes in prop::collection::vec(any_route(), 0..8), host in any::<String>(),
        path in any::<String>(),
    ) {
        let _ = Router::compile(&routes).find(&host, &path, &Method::GET);
    }
}
