//! Scenario files: those that come with gatewayd are right, and mistakes are told with their place.

use std::time::Duration;

use super::*;

#[test]
fn all_that_come_with_gatewayd_are_right_and_named_in_the_help() {
    use clap::Args;
    let command = crate::simulate::SimulateArgs::augment_args(clap::Command::new("simulate"));
    let help = command.get_after_help().unwrap().to_string();
    for name in scenario::names() {
        assert!(!library(name).about.is_empty(), "{name}");
        assert!(help.contains(&format!("  {name} ")), "{name} is not in the help");
    }
    let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios")).unwrap();
    assert_eq!(files.count(), scenario::names().len(), "a file is not in the library");
    assert!(scenario::named("doubling-step.toml").is_some());
    assert!(scenario::named("doubling").is_none());
}

#[test]
fn the_scenario_in_the_help_is_right() {
    use clap::Args;
    let command = crate::simulate::SimulateArgs::augment_args(clap::Command::new("simulate"));
    let help = command.get_after_help().unwrap().to_string();
    let begin = help.find("  about = ").unwrap();
    let end = help.find("Rates move").unwrap();
    let scenario = told(&help[begin..end]);
    assert_eq!((scenario.faults.len(), scenario.load.phases.len()), (1, 3));
}

#[test]
fn every_mistake_is_told_with_its_place_and_its_remedy() {
    const GOOD: &str = "\
[load]
phases = [{ for = \"10m\", rps = 600 }]
[server]
work = \"14ms\"
[pool]
servers = 12
[autoscale]
min = 2
max = 60
";
    assert!(scenario::parse("x.toml", GOOD).is_ok());
    for (good, bad, expected) in [
        ("work =", "worc =", "x.toml:4:1: error: unknown key `worc` in [server]"),
        ("work =", "worc =", "did you mean `work`?"),
        ("rps = 600", "rps = 2_000_000", "the number is out of range, expected 0 to 1000000"),
        ("rps = 600", "rps = nan", "the number is out of range, expected 0 to 1000000"),
        ("rps = 600", "rps = \"600\"", "found a text, expected a number"),
        ("rps = 600", "rsp = 600", "a phase has no `rps`"),
        ("rps = 600", "rps = 600, period = \"1h\"", "a period without a swing"),
        ("servers = 12", "servers = 80", "80 servers, outside of min and max of [autoscale]"),
        ("servers = 12", "servers = \"12\"", "take off the quotes"),
        ("min = 2", "min = 2\nfault = 3", "unknown key `fault` in [autoscale]"),
        (
            "[pool]",
            "[[fault]]\nat = \"1m\"\nfor = \"1m\"\nkind = \"crush\"\n[pool]",
            "did you mean `crash`?",
        ),
        (
            "[pool]",
            "[[fault]]\nat = \"1m\"\nfor = \"1m\"\nkind = \"crash\"\nfactor = 2\n[pool]",
            "unknown key `factor` in [[fault]]",
        ),
        ("[pool]", "[[limit]]\nname = \"a\"\nmax = \"9\"\n[pool]", "\"9\" is not an allowance"),
        ("[load]", "[load]\nretries = { most = 0 }", "0 is out of range, expected 1 to 20"),
        ("phases = [{ for = \"10m\", rps = 600 }]", "phases = []", "an empty list"),
        (
            "work = \"14ms\"",
            "work = \"14ms\"\ncold = { factor = 0.5, for = \"9s\" }",
            "expected 1 to 100",
        ),
    ] {
        assert!(GOOD.contains(good), "{good}");
        let wrong = scenario::parse("x.toml", &GOOD.replace(good, bad)).unwrap_err().to_string();
        assert!(wrong.contains(expected), "{bad}: {wrong}");
    }
}

#[test]
fn a_run_can_be_cut_short() {
    let scenario = told(
        "load = { phases = [{ for = \"1m\", rps = 0, to = 60 }, { for = \"1m\", rps = 9 }] }\n\
         server = { work = \"1ms\" }\npool = { servers = 1 }",
    );
    let cut = scenario.until(Duration::from_secs(30));
    assert_eq!(cut.duration().as_secs(), 30);
    assert_eq!(cut.load.rps_at(Duration::from_secs(20)), 20.0);
}

#[test]
fn a_run_that_is_cut_short_is_the_beginning_of_the_whole() {
    let scenario = told(
        "load = { phases = [{ for = \"1h\", rps = 60, to = 90, swing = 50, period = \"20m\" },\
                            { for = \"1h\", rps = 9 }] }\n\
         server = { work = \"1ms\" }\npool = { servers = 1 }",
    );
    let end = 1500;
    let cut = scenario.clone().until(Duration::from_secs(end));
    let [whole, cut] = [&scenario, &cut].map(|it| report(it, 1, Rival::Work));
    assert_eq!(cut.seconds, end);
    let offered = |report: &Report| -> Vec<u32> {
        report.series.iter().take(end as usize - 1).map(|second| second.offered).collect()
    };
    assert!(offered(&whole) == offered(&cut), "the load is another one");
}
