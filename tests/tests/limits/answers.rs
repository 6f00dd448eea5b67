//! Answers: what a client is told of its limits, whether it passes or not.

use bytes::Bytes;
use gateway_tests::{Fleet, Gateway, Protocol, Reply, Scripted, shortener};
use http::{Method, StatusCode};

use crate::{client, limited, trusting};

const FIVE: &str = "key = \"client-ip\"\nmax = \"5/minute\"";

/// What is told of the limits: policy and what is left.
fn told(reply: &Reply) -> (&str, &str) {
    (reply.header("ratelimit-policy"), reply.header("ratelimit"))
}

#[test]
fn every_answer_tells_what_is_left_and_the_last_one_when_it_comes_back() {
    let fleet = Fleet::start(1);
    let gateway = trusting(&limited(FIVE), &fleet);
    for (protocol, address) in [
        (Protocol::Http, "198.51.100.1"),
        (Protocol::Https, "198.51.100.2"),
        (Protocol::Http2, "198.51.100.3"),
    ] {
        let mut client = gateway.client(protocol).with("x-forwarded-for", address);
        for left in (0..5).rev() {
            let reply = client.get("/healthz");
            let left = format!("\"all\";r={left}");
            assert_eq!(told(&reply), ("\"all\";q=5;w=60", left.as_str()), "{protocol:?}");
        }
        let spent = client.get("/healthz");
        assert_eq!(spent.status, StatusCode::TOO_MANY_REQUESTS);
        let left = format!("\"all\";r=0;t={}", spent.header("retry-after"));
        assert_eq!(told(&spent), ("\"all\";q=5;w=60", left.as_str()), "{protocol:?}");
    }
}

#[test]
fn whoever_has_more_is_told_of_that() {
    let fleet = Fleet::start(1);
    let keys = format!("{FIVE}\nmultipliers = [{{ network = \"198.51.100.0/24\", times = 2 }}]");
    let gateway = trusting(&limited(&keys), &fleet);
    let mut client = client(&gateway, "198.51.100.1");
    for left in (0..10).rev() {
        let left = format!("\"all\";r={left}");
        assert_eq!(told(&client.get("/healthz")), ("\"all\";q=10;w=60", left.as_str()));
    }
    let spent = client.get("/healthz");
    assert_eq!(
        (spent.status, told(&spent).0),
        (StatusCode::TOO_MANY_REQUESTS, "\"all\";q=10;w=60")
    );
}

#[test]
fn a_rejected_head_request_gets_the_fields_and_no_body() {
    let fleet = Fleet::start(1);
    let gateway = trusting(&limited("key = \"client-ip\"\nmax = \"1/minute\""), &fleet);
    for (protocol, address) in [(Protocol::Http, "198.51.100.1"), (Protocol::Http2, "198.51.100.2")]
    {
        let mut client = gateway.client(protocol).with("x-forwarded-for", address);
        for status in [200, 429, 429] {
            let reply = client.ask(Method::HEAD, "/healthz", Bytes::new()).unwrap();
            assert_eq!(reply.status, status, "{protocol:?}");
            assert_eq!(reply.body.len(), 0, "{protocol:?}");
            assert_eq!(reply.headers.contains_key("retry-after"), status == 429);
            assert!(reply.headers.contains_key("ratelimit"), "{protocol:?}");
        }
    }
}

#[test]
fn redirects_tell_nothing_of_limits() {
    let fleet = Fleet::start(1);
    let gateway = trusting(&shortener("100/minute", "2/minute"), &fleet);
    for protocol in [Protocol::Http, Protocol::Http2] {
        let address = format!("198.51.100.{}", protocol as u8);
        let mut client = gateway.client(protocol).with("x-forwarded-for", &address);
        let created = client.shorten("https://example.org/");
        assert_eq!(told(&created).1, "\"create-per-ip\";r=99");
        let short = created.header("location").to_owned();
        let redirected = client.get(&short);
        assert_eq!(redirected.status, 302);
        assert!(!redirected.headers.contains_key("ratelimit"), "{:?}", redirected.headers);
        assert!(!redirected.headers.contains_key("ratelimit-policy"), "{:?}", redirected.headers);
    }
}

#[test]
fn of_two_limits_the_one_that_is_nearer_is_told_and_a_shadow_never() {
    let fleet = Fleet::start(1);
    let rest = limited(FIVE).replace("[\"all\"]", "[\"all\", \"tight\", \"shadow\"]")
        + "[[limit]]\nname = \"tight\"\nkey = \"route\"\nmax = \"3/minute\"\n\n"
        + "[[limit]]\nname = \"shadow\"\nkey = \"route\"\nmax = \"1/minute\"\nmode = \"shadow\"\n\n";
    let gateway = trusting(&rest, &fleet);
    let mut client = client(&gateway, "198.51.100.1");
    assert_eq!(told(&client.get("/healthz")), ("\"tight\";q=3;w=60", "\"tight\";r=2"));
    gateway.ctl.run("limit set tight --max 100/minute -y");
    assert_eq!(told(&client.get("/healthz")), ("\"all\";q=5;w=60", "\"all\";r=3"));
    gateway.ctl.run("limit set all --mode shadow -y");
    gateway.ctl.run("limit set tight --mode shadow -y");
    assert!(!client.get("/healthz").headers.contains_key("ratelimit"));
}

#[test]
fn what_a_backend_tells_of_its_own_limits_stays() {
    let backend = Scripted::saying(
        "HTTP/1.1 200 OK\r\nRateLimit: \"theirs\";r=7\r\nContent-Length: 0\r\n\r\n",
    );
    let rest = limited(FIVE) + &Scripted::pool(&[&backend]);
    let gateway = Gateway::start(&rest);
    for protocol in [Protocol::Http, Protocol::Http2] {
        let reply = gateway.client(protocol).get("/");
        let all: Vec<_> = reply.headers.get_all("ratelimit").iter().collect();
        assert_eq!(all.len(), 2, "{all:?}");
        assert_eq!(all[0], "\"theirs\";r=7");
    }
}
