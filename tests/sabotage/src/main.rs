//! Plants defects in gatewayd, one after the other, and sees that a test turns red for each.
//!
//! The sources stay clean: what is sabotaged is a copy under `target/sabotage`, with build products
//! of its own. A defect is a few lines of a file in another reading; if they are not there any more,
//! that is told, here and by `cargo test`.

#![allow(clippy::print_stdout, reason = "a program for the terminal")]

mod copy;
mod defects;
mod suite;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, ensure};
use clap::Parser;

use copy::Copy;
use defects::{DEFECTS, Defect};
use suite::Verdict;

/// Plant defects in a copy of gatewayd and see whether the tests find them. It builds gatewayd anew
/// for each, which takes a quarter of an hour for all.
#[derive(Parser)]
#[command(name = "sabotage")]
struct Arguments {
    /// Only these defects; by default all.
    names: Vec<String>,
    /// Name the defects and the tests that have to find them.
    #[arg(long)]
    list: bool,
}

fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    let chosen = chosen(&arguments.names)?;
    if arguments.list {
        for defect in chosen {
            println!("{:<26} {:<28} {}", defect.name, defect.case.file, defect.case.test);
        }
        return Ok(ExitCode::SUCCESS);
    }
    let copy = Copy::make(&workspace())?;
    println!("the tests without any defect");
    for defect in &chosen {
        let verdict = suite::run(&copy, &defect.case)?;
        ensure!(verdict == Verdict::Green, "{} is red without a defect", defect.case.test);
    }
    let mut detected = 0;
    for defect in &chosen {
        let sound = copy.plant(defect)?;
        let verdict = suite::run(&copy, &defect.case);
        copy.restore(defect, &sound)?;
        let found = verdict? == Verdict::Red;
        detected += usize::from(found);
        println!("{:<26} {}", defect.name, if found { "detected" } else { "NOT DETECTED" });
    }
    println!("detected/planted: {detected}/{}", chosen.len());
    Ok(if detected == chosen.len() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn chosen(names: &[String]) -> Result<Vec<&'static Defect>> {
    for name in names {
        let known = DEFECTS.iter().any(|defect| defect.name == name);
        ensure!(known, "no defect is called {name:?}: `--list` names them");
    }
    let asked = |defect: &&Defect| names.is_empty() || names.iter().any(|it| it == defect.name);
    Ok(DEFECTS.iter().filter(asked).collect())
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_defect_can_still_be_planted() {
        let mut names = HashSet::new();
        for defect in &DEFECTS {
            let text = std::fs::read_to_string(workspace().join(defect.file)).unwrap();
            assert!(defect.planted(&text).is_ok(), "{:?}", defect.planted(&text));
            assert!(names.insert(defect.name), "two defects are called {}", defect.name);
        }
    }

    #[test]
    fn every_test_that_has_to_find_one_is_there() {
        for defect in &DEFECTS {
            let text = std::fs::read_to_string(workspace().join(defect.case.file)).unwrap();
            let name = defect.case.test.rsplit("::").next().unwrap();
            assert!(text.contains(&format!("fn {name}()")), "{} has no {name}", defect.case.file);
        }
    }
}
