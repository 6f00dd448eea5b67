//! `gatewayd simulate` as people and scripts run it: names and files, exit codes, what is printed where.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;
use std::process::Command;

use gateway_tests::gatewayd;
use serde_json::Value;

/// Forty seconds of little load on two servers.
const SMALL: &str = r#"
about = "A small one"
[load]
phases = [{ for = "40s", rps = 50 }]
[server]
work = "10ms"
[pool]
servers = 2
[autoscale]
min = 2
max = 6
"#;

struct Said {
    code: i32,
    out: String,
    err: String,
}

fn simulate(directory: &Path, line: &str) -> Said {
    let arguments = line.split(' ').filter(|word| !word.is_empty());
    let mut command = Command::new(gatewayd());
    let output = command.arg("simulate").args(arguments).current_dir(directory).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Said { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

fn with_small() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("small.toml"), SMALL).unwrap();
    directory
}

#[test]
fn a_scenario_of_ones_own_is_told_as_a_table_without_colours_or_progress_off_a_terminal() {
    let directory = with_small();
    let said = simulate(directory.path(), "small.toml");
    assert_eq!((said.code, &*said.err), (0, ""), "{}", said.out);
    for told in ["small, seed 1", "A small one", "requests/s", "app-2", "all checks held"] {
        assert!(said.out.contains(told), "{told}: {}", said.out);
    }
    assert!(!said.out.contains('\u{1b}'), "{}", said.out);
    assert_eq!(said.out, simulate(directory.path(), "small.toml --seed 1").out);
    assert_ne!(said.out, simulate(directory.path(), "small.toml --seed 2").out);
}

#[test]
fn json_tells_every_second_and_a_chart_is_drawn_beside_it() {
    let directory = with_small();
    let said = simulate(directory.path(), "small.toml --compare hpa,work -o json --svg chart.svg");
    let told: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!((said.code, told["runs"].as_array().unwrap().len()), (0, 2));
    let run = &told["runs"][1];
    assert_eq!((run["policy"].as_str(), run["seconds"].as_u64()), (Some("work"), Some(40)));
    assert_eq!(run["series"].as_array().unwrap().len(), 40);
    assert_eq!(run["checks"]["held"], true);
    let drawn = fs::read_to_string(directory.path().join("chart.svg")).unwrap();
    assert!(drawn.starts_with("<svg ") && drawn.contains("hpa serving"), "{drawn}");
}

#[test]
fn one_that_comes_along_is_run_by_its_name() {
    let directory = tempfile::tempdir().unwrap();
    let said = simulate(directory.path(), "doubling-step --until 20s --compare plus-one,work");
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.out.contains("POLICY") && said.out.contains("plus-one"), "{}", said.out);
    let seeds = simulate(directory.path(), "random-faults --until 30s --seeds 3");
    assert_eq!(
        (seeds.code, &*seeds.out),
        (0, "random-faults: all promises held with 3 of 3 seeds\n")
    );
}

#[test]
fn what_is_wrong_is_told_and_nothing_is_run() {
    let directory = with_small();
    let misspelt = SMALL.replace("servers = 2", "servors = 2");
    fs::write(directory.path().join("wrong.toml"), misspelt).unwrap();
    fs::write(directory.path().join("fixed.toml"), SMALL.split("[autoscale]").next().unwrap())
        .unwrap();
    for (line, code, told) in [
        ("wrong.toml", 78, "wrong.toml:8:1: error: unknown key `servors` in [pool]"),
        ("missing.toml", 78, "cannot be read"),
        ("doubling", 78, "there are doubling-step, million"),
        ("fixed.toml --compare hpa", 78, "without [autoscale] there is nothing to compare"),
        ("small.toml --svg no/where.svg", 1, "no/where.svg: cannot be written"),
        ("small.toml --compare best", 2, "plus-one"),
        ("small.toml --until 0s", 2, "write it as 90s, 5m or 1h"),
    ] {
        let said = simulate(directory.path(), line);
        assert_eq!(said.code, code, "{line}: {}", said.err);
        assert!(said.err.contains(told), "{line}: {}", said.err);
        assert!(code == 1 || said.out.is_empty(), "{line}: {}", said.out);
    }
}
