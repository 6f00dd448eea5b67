//! Requests that ask one thing of the gateway and another of the backend: targets, hosts, methods.

use std::collections::BTreeSet;

use gateway_tests::{Call, Protocol, Stage};

use super::{bad, verdict};

fn get(target: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: a.example\r\n\r\n")
}

#[test]
fn case_11_a_target_with_an_authority_agrees_with_host() {
    let mut stage = Stage::open();
    for (target, host, reason) in [
        ("http://a.example/", "b.example", "host_invalid"),
        ("http://a.example:8080/", "a.example", "host_invalid"),
        ("http://u@a.example/", "a.example", "host_invalid"),
        ("http://u:p@a.example/", "u:p@a.example", "host_invalid"),
        ("http:///x", "a.example", "host_invalid"),
        ("https://a.example/", "a.example", "target_invalid"),
        ("ftp://a.example/", "a.example", "target_invalid"),
        ("http:/a.example/", "a.example", "target_invalid"),
        ("//a.example", "a.example:99999", "host_invalid"),
    ] {
        let input = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n");
        stage.assert_refused(&format!("{target} for {host}"), input, bad(reason));
    }
    let input = "GET http://A.example:80/x?y HTTP/1.1\r\nHost: a.example:80\r\n\r\n";
    let (answer, seen) = stage.relayed("agreeing", input);
    assert_eq!((answer.status(), seen.target()), (200, "/x?y"));
    assert_eq!(seen.all("host"), ["A.example:80"]);

    let bytes = stage.backend.bytes();
    let mut client = stage.gateway.client(Protocol::Http2).with("host", "b.example");
    assert_eq!(client.get("/target").status, 400);
    stage.assert_counted(":authority and host of HTTP/2", &["host_invalid"]);
    stage.assert_serves(":authority and host of HTTP/2", bytes);
}

#[test]
fn case_12_methods_and_forms_that_are_not_relayed() {
    let mut stage = Stage::open();
    let of = |line: &str| format!("{line}\r\nHost: a.example\r\n\r\n");
    for (line, expected) in [
        ("GET * HTTP/1.1", bad("target_invalid")),
        ("GET a:80 HTTP/1.1", bad("target_invalid")),
        ("GET a.example/x HTTP/1.1", bad("target_invalid")),
        ("GET ?x HTTP/1.1", bad("target_invalid")),
        ("CONNECT a:80 HTTP/1.1", verdict(405, "method_refused")),
        ("CONNECT /x HTTP/1.1", verdict(405, "method_refused")),
        ("TRACE / HTTP/1.1", verdict(405, "method_refused")),
        ("PRI * HTTP/2.0", verdict(505, "version_unsupported")),
        ("G=\":<>\" / HTTP/1.1", bad("request_line_invalid")),
        ("G(T / HTTP/1.1", bad("request_line_invalid")),
        ("G\u{c9}T / HTTP/1.1", bad("request_line_invalid")),
        (" / HTTP/1.1", bad("request_line_invalid")),
    ] {
        let answer = stage.assert_refused(line, of(line), expected);
        // RFC 9110, section 15.5.6.
        let allowed = answer.field("allow");
        assert_eq!(
            allowed.contains("GET, HEAD, POST"),
            expected.status == 405,
            "{line}: {allowed}"
        );
        assert!(!allowed.contains("CONNECT") && !allowed.contains("TRACE"), "{allowed}");
    }
    let long = format!("{} / HTTP/1.1", "M".repeat(1024));
    stage.assert_refused("a method of 1 KiB", of(&long), verdict(405, "method_refused"));
    let (answer, seen) = stage.relayed("OPTIONS *", of("OPTIONS * HTTP/1.1"));
    assert_eq!((answer.status(), seen.start.as_str()), (200, "OPTIONS * HTTP/1.1"));
    let (answer, seen) = stage.relayed("a method of somebody's own", of("PROPFIND /x HTTP/1.1"));
    assert_eq!((answer.status(), seen.start.as_str()), (200, "PROPFIND /x HTTP/1.1"));
}

/// Spellings that some server reads as `/admin`.
fn spellings() -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let mut add = |text: String| all.insert(text);
    for tail in
        ["admin", "%61dmin", "a%64min", "%61%64%6d%69%6e", "%61%64%6D%69%6E", "ADMIN", "adm%69n"]
    {
        for lead in [
            "/",
            "//",
            "///",
            "/./",
            "/.//",
            "/x/../",
            "/x/y/../../",
            "/../",
            "/../../",
            "/%2e/",
            "/%2E%2E/",
            "/x/%2e%2e/",
            "/x/.%2e/",
            "/x/..;/",
            "/x/..;a=b/",
            "/;/",
            "/%2f",
            "/%5c",
            "/\\",
        ] {
            add(format!("{lead}{tail}"));
        }
    }
    for text in [
        "/admin/",
        "/admin/.",
        "/admin/x/..",
        "/admin;p",
        "/admin;p=1",
        "/admin%2f",
        "/admin%5c",
        "/admin%00",
        "/admin%00.html",
        "/admin%20",
        "/admin%09",
        "/admin.",
        "/admin..",
        "/admin?x",
        "/admin?",
        "/admin//",
        "/admin%3f",
        "/admin%23",
        "\\admin",
        "/admin\\",
        "/adm\\in",
        "/%252fadmin",
        "/%u0061dmin",
        "/%c0%afadmin",
        "/admin%",
        "/admin%2",
        "/admin%zz",
        "/admin%0a",
        "/admin%c3%a9",
    ] {
        add(text.to_owned());
    }
    all
}

/// Whether a careless server could take `path` for `/admin`, parameters and upper case aside.
fn reads_as_admin(target: &str) -> bool {
    let path = target.split('?').next().unwrap();
    path.trim_end_matches('/') == "/admin"
}

#[test]
fn case_13_all_spellings_of_a_path_are_one_to_router_limiter_and_backend() {
    const ADMITTED: usize = 5;
    let routes = r#"
[[route]]
name = "admin"
match = { path = "/admin" }
pool = "app"
limits = ["admin"]

[[route]]
name = "everything"
match = { path = "/*" }
pool = "app"

[[limit]]
name = "admin"
key = "client-ip"
max = "5/hour"

"#;
    let mut stage = Stage::playing(routes, Call::answer_all);
    let spellings = spellings();
    assert!(spellings.len() >= 100, "{} spellings", spellings.len());
    let (mut limited, mut refused) = (0, 0);
    for spelling in &spellings {
        let seen = stage.backend.requests().len();
        let mut wire = stage.wire();
        wire.send(get(spelling));
        let status = wire.answer().status();
        let requests = stage.backend.requests();
        match status {
            200 => {
                let target = requests[seen].target();
                let path = target.split('?').next().unwrap();
                for trick in
                    ["//", "/.", "\\", "%2f", "%2F", "%5c", "%5C", "%00", "%2e", "%61", "#"]
                {
                    assert!(!path.contains(trick), "{spelling} reached the backend as {target}");
                }
                stage.assert_counted(spelling, &[]);
            }
            400 => {
                refused += 1;
                let reason =
                    if spelling.starts_with('\\') { "target_invalid" } else { "path_invalid" };
                stage.assert_counted(spelling, &[reason]);
            }
            429 => {
                limited += 1;
                stage.assert_counted(spelling, &["limit"]);
            }
            other => panic!("{spelling}: {other}"),
        }
        if status != 200 {
            assert_eq!(requests.len(), seen, "{spelling} was answered {status} and forwarded");
        }
    }
    let requests = stage.backend.requests();
    let exact =
        requests.iter().filter(|it| it.target().split('?').next() == Some("/admin")).count();
    println!(
        "{} spellings: {exact} admitted, {limited} limited, {refused} refused",
        spellings.len()
    );
    assert_eq!(exact, ADMITTED, "what the limit admits, however it is spelt");
    assert!(limited >= 20 && refused >= 40, "{limited} limited, {refused} refused");
    let slashed = requests.iter().filter(|it| reads_as_admin(it.target())).count() - exact;
    println!("{slashed} were `/admin/`, which is a path of its own");
}

#[test]
fn case_14_what_is_forwarded_is_what_was_matched() {
    let mut stage = Stage::open();
    for (target, reason) in [
        ("/ok#/admin", "path_invalid"),
        ("/a?b#c", "target_invalid"),
        ("/#", "path_invalid"),
        ("http://a.example/#x", "path_invalid"),
        ("/caf\u{e9}", "path_invalid"),
        ("/a?caf\u{e9}", "target_invalid"),
        ("/\u{202e}", "path_invalid"),
    ] {
        stage.assert_refused(target, get(target), bad(reason));
    }
    for byte in (0..0x20).chain([0x7f, 0x80, 0xc3, 0xff]) {
        for (before, place) in [("/a", "path"), ("/a?b", "query")] {
            let input =
                [b"GET ", before.as_bytes(), &[byte], b"c HTTP/1.1\r\nHost: a.example\r\n\r\n"];
            stage.assert_refused(
                &format!("{byte:#04x} in a {place}"),
                input.concat(),
                bad("target_invalid"),
            );
        }
    }
    for (asked, forwarded) in [
        ("/a/%7euser?q=%2F%23#", None),
        ("/a/%7euser?q=%2F%23", Some("/a/~user?q=%2F%23")),
        ("/a?b=/../c", Some("/a?b=/../c")),
        ("/a%c3%a9", Some("/a%C3%A9")),
    ] {
        let Some(forwarded) = forwarded else {
            stage.assert_refused(asked, get(asked), bad("target_invalid"));
            continue;
        };
        let (answer, seen) = stage.relayed(asked, get(asked));
        assert_eq!((answer.status(), seen.target()), (200, forwarded));
    }
}
