//! Whole runs, and what is known of them.

mod balancing;
mod bounds;
mod chaos;
mod ejection;
mod goldens;
mod ordering;
mod overlaps;
mod planted;
mod scenarios;
mod silence;
mod theory;

use std::sync::LazyLock;

use super::engine::{Engine, Outcome, Planted};
use super::policies::{Policy, Rival};
use super::report::Report;
use super::run::run;
use super::scenario::{self, Scenario};

/// The scenario that comes with gatewayd under this name.
fn library(name: &str) -> Scenario {
    let text = scenario::named(name).unwrap();
    scenario::parse(name, text).unwrap_or_else(|wrong| panic!("{wrong}"))
}

/// The doubling step under each policy.
static DOUBLING_STEP: LazyLock<[Report; 4]> = LazyLock::new(|| {
    let scenario = library("doubling-step");
    let rivals = [Rival::PlusOne, Rival::Hpa, Rival::Aws, Rival::Work];
    rivals.map(|rival| report(&scenario, 1, rival))
});

/// The outage under the policy of production.
static OUTAGE: LazyLock<Report> =
    LazyLock::new(|| report(&library("outage-and-retry-storm"), 1, Rival::Work));

/// The scenario that `text` tells.
fn told(text: &str) -> Scenario {
    scenario::parse("test.toml", text).unwrap_or_else(|wrong| panic!("{wrong}"))
}

fn report(scenario: &Scenario, seed: u64, rival: Rival) -> Report {
    run(scenario, seed, rival, |_| {})
}

fn outcome(scenario: &Scenario, policy: Option<Box<dyn Policy>>, planted: Planted) -> Outcome {
    Engine::new(scenario, 1, policy, planted).run(|_| {})
}
