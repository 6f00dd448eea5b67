//! Callgrind: how many instructions does one run of a case take?

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// What to do without it.
pub(crate) const MISSING: &str =
    "valgrind is missing. Install it: apt-get install valgrind (or the like)";

/// Which valgrind there is, if there is one.
pub(crate) fn version() -> Option<String> {
    let told = Command::new("valgrind").arg("--version").output().ok()?;
    told.status.success().then(|| String::from_utf8_lossy(&told.stdout).trim().to_owned())
}

/// Where the profiles are left, for whoever wants to know which function it is.
pub(crate) fn directory() -> PathBuf {
    let program = std::env::current_exe().unwrap_or_default();
    program.parent().map(|it| it.join("callgrind")).unwrap_or_default()
}

/// Instructions for one run of `case`, from what twice `times` runs take more than `times`.
pub(crate) fn count(case: &str, times: u64) -> Result<u64> {
    let (once, twice) = (collect(case, times)?, collect(case, 2 * times)?);
    ensure!(twice > once, "{case} takes nothing: the compiler has left it out");
    Ok((twice - once).div_ceil(times))
}

/// Instructions of a whole process that runs `case` so often.
fn collect(case: &str, times: u64) -> Result<u64> {
    std::fs::create_dir_all(directory()).context("cannot make room for profiles")?;
    let profile = directory().join(format!("{case}.out"));
    let ran = Command::new("valgrind")
        .arg("--tool=callgrind")
        .arg(format!("--callgrind-out-file={}", profile.display()))
        .arg(std::env::current_exe().context("cannot find the program itself")?)
        .args(["run", case, &times.to_string()])
        .output()
        .context("cannot start valgrind")?;
    let told = String::from_utf8_lossy(&ran.stderr);
    ensure!(ran.status.success(), "{case} failed under valgrind: {told}");
    let collected = told.lines().find_map(|line| line.split_once("Collected : "));
    let (_, number) = collected.with_context(|| format!("callgrind counted nothing: {told}"))?;
    number.trim().parse().with_context(|| format!("callgrind counted {number:?}"))
}
