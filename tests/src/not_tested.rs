//! What cannot be tested here, said aloud.

use std::env;
use std::io::Write as _;

/// Says that something is not tested because `need` is missing, and `why` it is needed, whatever is
/// done with what a passing test prints. Where `CI` is `true` that is a failure, unless the words of
/// `GATEWAY_TEST_WITHOUT` admit that `need` is not to be had there.
#[track_caller]
pub fn not_tested(need: &str, why: &str) {
    let is_ci = env::var("CI").is_ok_and(|value| value == "true");
    let without = env::var("GATEWAY_TEST_WITHOUT").unwrap_or_default();
    let is_admitted = without.split_whitespace().any(|it| it == need);
    assert!(is_admitted || !is_ci, "CI needs {need}: {why}");
    // Nobody reads it where it cannot be written.
    let _ = writeln!(std::io::stderr(), "NOT TESTED without {need}: {why}");
}
