//! The corpus keeps its word: every seed is judged as the beginning of its name tells, here without
//! a fuzzer, in every run of the tests.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

use gateway_fuzz::{Verdict, chunked_body, request_head, response_head};

/// Judges all seeds of `target`, whole and cut off anywhere.
fn replay(target: &str, judge: fn(&[u8]) -> Verdict) {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    let mut count = 0;
    for seed in fs::read_dir(directory).unwrap() {
        let path = seed.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let expected = match name.split('-').next() {
            Some("ok") => Verdict::Accepted,
            Some("bad") => Verdict::Refused,
            Some("more") => Verdict::Incomplete,
            _ => panic!("{name} begins with neither ok-, bad- nor more-"),
        };
        let bytes = fs::read(&path).unwrap();
        assert_eq!(judge(&bytes), expected, "{target}/{name}");
        for end in 0..bytes.len() {
            judge(&bytes[..end]);
        }
        count += 1;
    }
    assert!(count >= 30, "{count} seeds of {target}");
}

#[test]
fn every_request_head_is_judged_as_its_name_tells() {
    replay("request_head", request_head);
}

#[test]
fn every_response_head_is_judged_as_its_name_tells() {
    replay("response_head", response_head);
}

#[test]
fn every_chunked_body_is_judged_as_its_name_tells() {
    replay("chunked_body", chunked_body);
}
