//! README does not drift: what it shows works, and what it names is there.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use gateway_tests::gatewayd;

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn readme() -> String {
    fs::read_to_string(workspace().join("README.md")).unwrap()
}

/// The first block of README in this language.
fn block(language: &str) -> String {
    let text = readme();
    let opening = format!("```{language}\n");
    let begin = text.find(&opening).unwrap() + opening.len();
    let len = text[begin..].find("```").unwrap();
    text[begin..begin + len].to_owned()
}

fn check(file: &str) -> Output {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("gateway.toml");
    fs::write(&path, file).unwrap();
    Command::new(gatewayd()).arg("check").arg(path).output().unwrap()
}

#[test]
fn the_file_it_shows_is_right() {
    let output = check(&block("toml"));
    assert!(output.status.success(), "{output:?}");
    let misspelt = block("toml").replace("balance =", "balanse =");
    assert_eq!(check(&misspelt).status.code(), Some(78));
}

#[test]
fn the_scaling_it_shows_is_right_with_every_key_that_may_be_left_out() {
    let text = readme();
    let begin = text.find("[pool.autoscale]\ndriver = \"process\"").unwrap();
    let shown = &text[begin..begin + text[begin..].find("```").unwrap()];
    assert!(shown.matches("\n# ").count() > 3, "{shown}");
    let whole = block("toml") + "\n[[pool]]\nname = \"scaled\"\n" + &shown.replace("\n# ", "\n");
    let output = check(&whole);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(check(&whole.replace("drain_timeout", "drain_time")).status.code(), Some(78));
}

/// The paths of the workspace that `text` names in backquotes.
fn named(text: &str) -> Vec<&str> {
    let rooms = ["gatewayd/", "gatewayctl/", "proto/", "tests/", ".ci/"];
    let quoted = text.split('`').skip(1).step_by(2);
    quoted.filter(|one| rooms.iter().any(|room| one.starts_with(room))).collect()
}

#[test]
fn the_files_it_names_are_there() {
    let text = readme();
    // Blocks of code are no quotations.
    let prose: String = text.split("```").step_by(2).collect();
    let named = named(&prose);
    assert!(named.len() > 10, "{named:?}");
    let missing: Vec<&&str> =
        named.iter().filter(|path| !workspace().join(path).exists()).collect();
    assert!(missing.is_empty(), "README names what is not there: {missing:?}");
}

#[test]
fn the_comparison_it_shows_is_what_comes_out() {
    let goldens = workspace().join("gatewayd/src/simulate/tests/snapshots");
    let golden = "gatewayd__simulate__tests__goldens__doubling-step-compared.snap";
    let golden = fs::read_to_string(goldens.join(golden)).unwrap();
    let text = readme();
    let shown = &text[text.find("```text\ndoubling-step, seed 1").unwrap() + 8..];
    let shown = &shown[..shown.find("```").unwrap()];
    assert!(golden.contains(shown), "{shown}");
}
