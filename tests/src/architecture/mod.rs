//! The floor plan, executed: which part of the sources may know which.

mod plan;
mod source;

use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

pub use plan::{GATEWAYCTL, GATEWAYD, Plan, Room};
pub use source::Source;

/// The most lines a file has before its tests.
pub const LONGEST_FILE: usize = 400;

/// A place where the sources leave the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The file, and the line where one is to blame.
    pub place: String,
    /// What is wrong and what the plan says.
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

/// Every way in which `sources` (of one crate) leave `plan`.
pub fn violations(plan: &Plan, sources: &[Source]) -> Vec<Violation> {
    sources.iter().flat_map(|source| source_violations(plan, source)).collect()
}

fn source_violations(plan: &Plan, source: &Source) -> Vec<Violation> {
    let mut found = Vec::new();
    let lines = source.lines_before_tests();
    if lines > LONGEST_FILE {
        let what = format!(
            "{lines} lines before its tests; at most {LONGEST_FILE}: which two things is it doing?"
        );
        found.push(Violation { place: source.path.clone(), what });
    }
    if !source.opens_with_a_sentence() {
        let what = "opens without a `//!` line that defines its noun or states its question".into();
        found.push(Violation { place: source.path.clone(), what });
    }
    let Some(room) = plan.room(source.room()) else {
        let what = format!("module `{}` has no room in the floor plan", source.room());
        found.push(Violation { place: source.path.clone(), what });
        return found;
    };
    for (line, module) in source.imports() {
        if module != room.name && !room.may_import(&module) && plan.room(&module).is_some() {
            let what = format!("`{}` may not import `{module}`", room.name);
            found.push(Violation { place: format!("{}:{line}", source.path), what });
        }
    }
    for (line, word) in source.words(room.must_not_contain) {
        let what = format!("`{}` must not contain `{word}`", room.name);
        found.push(Violation { place: format!("{}:{line}", source.path), what });
    }
    if !plan.speaks_wire.contains(&room.name) {
        for (line, _) in source.words(&["gateway_proto"]) {
            let what = format!("the wire types belong to {:?} only", plan.speaks_wire);
            found.push(Violation { place: format!("{}:{line}", source.path), what });
        }
    }
    found
}

/// All Rust sources under `root`, their paths told from there.
pub fn read_sources(root: &Path) -> io::Result<Vec<Source>> {
    let mut sources = Vec::new();
    let mut directories = vec![root.to_owned()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory)? {
            let path = entry?.path();
            if path.is_dir() {
                directories.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let told = path.strip_prefix(root).expect("found under root");
                sources.push(Source::new(&told.to_string_lossy(), &fs::read_to_string(&path)?));
            }
        }
    }
    sources.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(sources)
}
