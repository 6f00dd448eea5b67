//! The two programs under test, built on first use so that a clean checkout needs no other step.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The daemon.
pub fn gatewayd() -> &'static Path {
    &built().0
}

/// The terminal tool.
pub fn gatewayctl() -> &'static Path {
    &built().1
}

fn built() -> &'static (PathBuf, PathBuf) {
    static BUILT: OnceLock<(PathBuf, PathBuf)> = OnceLock::new();
    BUILT.get_or_init(|| {
        let directory = profile_directory();
        build(&directory);
        (directory.join("gatewayd"), directory.join("gatewayctl"))
    })
}

/// `target/debug` when the test runs as `target/debug/deps/shares-…`.
fn profile_directory() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let mut directories = test.ancestors().skip(1);
    directories.find(|directory| !directory.ends_with("deps")).unwrap().to_owned()
}

/// Builds both in the profile of the running test. The whole workspace is named so that features
/// come out as `cargo test --workspace` resolves them, and nothing is compiled twice.
fn build(directory: &Path) {
    let profile = match directory.file_name().and_then(|name| name.to_str()) {
        Some("debug") | None => "dev",
        Some(named) => named,
    };
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["build", "--quiet", "--workspace", "--bins", "--profile", profile])
        .arg("--manifest-path")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml"))
        .arg("--target-dir")
        .arg(directory.parent().unwrap())
        .status()
        .expect("cargo is there, it runs this test");
    assert!(status.success(), "the programs under test do not build");
}
