//! Bad files: `gatewayd check` and the start agree on each, and tell its place and its remedy.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod corpus;
mod running;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use gateway_tests::{Process, gatewayd};
use tempfile::TempDir;

use corpus::{BAD, GOOD};

/// The exit code of a configuration that is wrong (`EX_CONFIG` of sysexits.h).
const EX_CONFIG: i32 = 78;

fn write(directory: &TempDir, text: impl AsRef<[u8]>) -> PathBuf {
    let path = directory.path().join("gateway.toml");
    fs::write(&path, text).unwrap();
    path
}

fn check(path: &Path, arguments: &[&str]) -> Output {
    Command::new(gatewayd()).arg("check").arg(path).args(arguments).output().unwrap()
}

/// What both `check` and the start say of the file at `path`, which is wrong.
#[track_caller]
fn refusal(path: &Path) -> String {
    let checked = check(path, &[]);
    assert!(checked.stdout.is_empty(), "diagnostics are no output: {checked:?}");
    let told = String::from_utf8(checked.stderr).unwrap();
    assert_eq!(checked.status.code(), Some(EX_CONFIG), "check: {told}");

    let directory = tempfile::tempdir().unwrap();
    let mut command = Command::new(gatewayd());
    command.arg("--config").arg(path);
    let mut started = Process::start("gatewayd", &mut command, &directory.path().join("log"));
    assert_eq!(started.wait().code(), Some(EX_CONFIG), "start: {}", started.log());
    assert_eq!(started.log(), told, "check and the start disagree");
    told
}

#[test]
fn check_and_start_agree_on_each_bad_file_its_place_and_its_remedy() {
    let directory = tempfile::tempdir().unwrap();
    assert!(BAD.len() >= 60);
    let faults: Vec<String> = BAD.iter().filter_map(|case| fault(&directory, case).err()).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n────\n"));
}

/// What is not told of a bad file as it should be.
fn fault(
    directory: &TempDir,
    (good, bad, place, remedy): &(&str, &str, &str, &str),
) -> Result<(), String> {
    assert!(GOOD.contains(good), "the good file has no {good}");
    let path = write(directory, GOOD.replacen(good, bad, 1));
    let told = refusal(&path);
    let first = format!("{}:{place}: error: ", path.display());
    let block = told.split("\n\n").find(|block| block.starts_with(&first));
    let block = block.ok_or_else(|| format!("nothing at {place} of {bad}:\n{told}"))?;
    let quoted = format!("\n{} | ", place.split(':').next().unwrap_or_default());
    match [&quoted, "= help: ", remedy].into_iter().find(|word| !block.contains(*word)) {
        Some(word) => Err(format!("no {word:?} at {place} of {bad}:\n{block}")),
        None => Ok(()),
    }
}

#[test]
fn all_mistakes_of_a_file_are_told_in_one_go() {
    let directory = tempfile::tempdir().unwrap();
    let mut text = GOOD.to_owned();
    for (good, bad) in [("workers", "worker"), ("weight = 100", "weight = 1001"), ("/urls", "urls")]
    {
        text = text.replacen(good, bad, 1);
    }
    let told = refusal(&write(&directory, text));
    for place in ["7:1: ", "22:18: ", "44:10: ", "toml: 3 errors"] {
        assert!(told.contains(place), "{place}: {told}");
    }
}

#[test]
fn what_is_no_file_of_ours_is_refused_without_being_read_through() {
    let directory = tempfile::tempdir().unwrap();
    let huge = directory.path().join("huge.toml");
    File::create(&huge).unwrap().set_len(100 << 20).unwrap();
    assert!(refusal(&huge).contains("huge.toml:1:1: error: larger than 1048576 bytes"));

    let deep = format!("x = {}{}", "[".repeat(10_000), "]".repeat(10_000));
    assert!(refusal(&write(&directory, deep)).contains("nothing in this file is nested that deep"));
    let deep = format!("{}x = 1", "x.".repeat(10_000));
    assert!(refusal(&write(&directory, deep)).contains("deeper than"));
    assert!(refusal(&write(&directory, b"[admin]\n\xff\xfe")).contains(":2:1: error: "));
    assert!(refusal(&write(&directory, "")).contains("add [[listener]]"));
    assert!(refusal(directory.path()).contains("it is a directory"));
    assert!(refusal(&directory.path().join("nowhere.toml")).contains("No such file"));
}

#[test]
fn a_good_file_is_told_what_it_holds() {
    let directory = tempfile::tempdir().unwrap();
    let path = write(&directory, GOOD);
    let checked = check(&path, &[]);
    let expected =
        format!("{}: ok, 2 listeners, 2 routes, 1 limit, 1 pool, 2 backends\n", path.display());
    assert_eq!(String::from_utf8(checked.stdout).unwrap(), expected);
    assert_eq!(checked.status.code(), Some(0));
    assert!(checked.stderr.is_empty());
    assert!(!directory.path().join("state").exists(), "check leaves nothing behind");
}

#[test]
fn colours_come_when_asked_for_and_never_into_a_pipe() {
    let directory = tempfile::tempdir().unwrap();
    let path = write(&directory, GOOD.replace("workers", "worker"));
    let coloured = |arguments: &[&str]| check(&path, arguments).stderr.contains(&0x1b);
    assert!(!coloured(&[]));
    assert!(!coloured(&["--color=never"]));
    assert!(coloured(&["--color=always"]));
}

#[test]
fn without_anything_to_do_it_says_what_it_can_do() {
    let said = Command::new(gatewayd()).output().unwrap();
    assert_eq!(said.status.code(), Some(2));
    let said = String::from_utf8(said.stderr).unwrap();
    for word in ["gatewayd check gateway.toml", "gatewayd demo", "--config"] {
        assert!(said.contains(word), "{said}");
    }
}

#[test]
fn a_certificate_that_cannot_be_used_is_told_where_it_is_named_with_all_else() {
    let directory = tempfile::tempdir().unwrap();
    let [one, other] =
        [(); 2].map(|()| rcgen::generate_simple_self_signed(["a.example".to_owned()]).unwrap());
    fs::write(directory.path().join("site.pem"), one.cert.pem()).unwrap();
    fs::write(directory.path().join("site.key"), one.signing_key.serialize_pem()).unwrap();
    fs::write(directory.path().join("other.key"), other.signing_key.serialize_pem()).unwrap();
    fs::write(directory.path().join("text.pem"), "nothing to see").unwrap();
    let pair = |cert: &str, key: &str| format!("{{ cert = \"{cert}\", key = \"{key}\" }}");
    let file = |pairs: &[String]| {
        let certificates = format!("certificates = [{}]", pairs.join(", "));
        GOOD.replace("self_signed = [\"localhost\"]", &certificates)
    };
    let good = pair("site.pem", "site.key");
    let path = write(&directory, file(std::slice::from_ref(&good)));
    assert_eq!(check(&path, &[]).status.code(), Some(0));

    let bad = [good, pair("site.pem", "other.key"), pair("text.pem", "site.key")];
    let path = write(&directory, file(&bad).replace("workers = 2", "workers = 0"));
    let told = refusal(&path);
    for (place, what) in [
        ("7:11: error: 0 is out of range", "from 1 to 1024"),
        ("13:66: error: the key in", "other.key\" does not belong to the first certificate"),
        ("13:108: error: ", "text.pem\" holds no certificate"),
    ] {
        let line = told.lines().find(|line| line.contains(place));
        assert!(line.is_some() && told.contains(what), "{place}: {told}");
    }
    assert!(told.contains("help: name the key of this certificate"), "{told}");
    assert!(told.contains("3 errors"), "{told}");
}
