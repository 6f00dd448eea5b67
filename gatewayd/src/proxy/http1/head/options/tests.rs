//! Connection's options, one row each.

use crate::model::Refusal;
use crate::proxy::http1::tests::request;

use super::*;

fn options(lines: &str) -> Options {
    request(format!("GET / HTTP/1.1\r\nHost: a\r\n{lines}\r\n")).complete().options
}

#[test]
fn all_lines_are_one_list() {
    let seen = options("Connection: Keep-Alive,, \t close ,\r\nConnection: UPGRADE\r\n");
    assert!(seen.close && seen.keep_alive && seen.upgrade && !seen.nominates);
    assert!(!options("Connection: closed, keep, x-close\r\n").close);
}

#[test]
fn only_what_would_go_on_is_nominated() {
    assert!(!options("Connection: TE, HTTP2-Settings, keep-alive\r\n").nominates);
    assert!(options("Connection: close, X-Secret\r\n").nominates);
}

#[test]
fn a_list_has_a_hundred_options_at_most() {
    let list = |count: usize| format!("Connection: {}\r\n", vec!["x"; count].join(","));
    options(&list(100));
    let more = format!("GET / HTTP/1.1\r\nHost: a\r\n{}\r\n", list(101));
    assert_eq!(request(more).refused(), Refusal::HeaderInvalid);
}
