//! The suite: what does a test say of the copy as it is now?

use anyhow::{Context, Result, bail};

use crate::copy::Copy;
use crate::defects::Case;

/// What a test says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It passes.
    Green,
    /// It fails.
    Red,
}

/// Runs `case` on the copy.
///
/// # Errors
/// When it does not come to run, because the copy does not build or there is no such test.
pub(crate) fn run(copy: &Copy, case: &Case) -> Result<Verdict> {
    let mut cargo = copy.cargo();
    cargo.args(["test", "--quiet", "--package", case.package]);
    match case.target {
        Some(target) => cargo.args(["--test", target]),
        None => cargo.arg("--lib"),
    };
    // Without a backtrace the name of the failing test is among the last lines.
    let ran = cargo
        .args(["--", "--exact", case.test])
        .env("RUST_BACKTRACE", "0")
        .output()
        .context("cannot start cargo")?;
    let told = String::from_utf8_lossy(&ran.stdout);
    if ran.status.success() && told.contains("test result: ok. 1 passed") {
        return Ok(Verdict::Green);
    }
    if told.contains("test result: FAILED. 0 passed; 1 failed") {
        return Ok(Verdict::Red);
    }
    bail!("{} did not run:\n{told}{}", case.test, String::from_utf8_lossy(&ran.stderr))
}
