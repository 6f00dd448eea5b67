//! The library: scenarios that come with gatewayd, known by name.

/// A scenario as its file has it.
const SCENARIOS: [(&str, &str); 9] = [
    ("doubling-step", include_str!("../../../scenarios/doubling-step.toml")),
    ("million", include_str!("../../../scenarios/million.toml")),
    ("outage-and-retry-storm", include_str!("../../../scenarios/outage-and-retry-storm.toml")),
    ("slow-boot", include_str!("../../../scenarios/slow-boot.toml")),
    ("metrics-lost", include_str!("../../../scenarios/metrics-lost.toml")),
    ("scale-in-under-load", include_str!("../../../scenarios/scale-in-under-load.toml")),
    ("never-recovers", include_str!("../../../scenarios/never-recovers.toml")),
    ("bad-server", include_str!("../../../scenarios/bad-server.toml")),
    ("random-faults", include_str!("../../../scenarios/random-faults.toml")),
];

/// The text of the scenario called `name`, with or without its ending.
#[must_use]
pub(in crate::simulate) fn named(name: &str) -> Option<&'static str> {
    let name = name.strip_suffix(".toml").unwrap_or(name);
    SCENARIOS.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// What they are called.
#[must_use]
pub(in crate::simulate) fn names() -> Vec<&'static str> {
    SCENARIOS.iter().map(|(name, _)| *name).collect()
}
