//! Replacing: an ill server goes only when it has been ill for long, a few at a time, another first.

use std::time::Duration;

use crate::model::{Action, Name, ScalingRules, ServerPhase};
use crate::policy::scaling::{Observation, SeenServer};
use crate::simulate::policies::Step;
use crate::simulate::server::Server;

/// Of so many servers one may be replaced at once, and one of a smaller fleet.
const ONE_IN: usize = 10;

/// What is wrong with servers that `step` drains without shrinking the fleet.
pub(super) fn wrong(
    now_ms: u64,
    step: &Step,
    seen: &Observation,
    rules: Option<&ScalingRules>,
) -> Option<String> {
    let drains = |action: &'_ Action| match action {
        Action::Drain(names) => names.clone(),
        _ => Vec::new(),
    };
    let drained: Vec<Name> = step.actions.iter().flat_map(drains).collect();
    if drained.is_empty() || step.to < step.from {
        return None;
    }
    let after = rules.and_then(|rules| rules.replace_after);
    let find = |name: &Name| seen.servers.iter().find(|it| it.name == *name);
    if let Some(name) = drained.iter().find(|name| {
        !find(name).is_some_and(|it| is_lost(now_ms, it.phase, it.ill_since_ms, after))
    }) {
        return Some(format!("{name} is replaced, and was not ill for long"));
    }
    let count =
        |wanted: fn(&SeenServer) -> bool| seen.servers.iter().filter(|it| wanted(it)).count();
    let (coming, leaving) = (count(|it| it.phase.comes()), count(|it| it.phase.leaves()));
    if coming + leaving > 0 {
        return Some(format!("servers are replaced while {coming} come and {leaving} leave"));
    }
    if drained.len() > seen.servers.len().div_ceil(ONE_IN) {
        let (several, all) = (drained.len(), seen.servers.len());
        return Some(format!("{several} of {all} servers are replaced at once"));
    }
    let serving = count(|it| it.phase.serves());
    (serving == 0 && step.to > 0).then(|| "the last servers are replaced before others".to_owned())
}

/// Whether `server` is so ill that another may be there in its place.
pub(super) fn may_be_replaced(now_ms: u64, server: &Server, rules: &ScalingRules) -> bool {
    is_lost(now_ms, server.phase, server.ill_since_ms, rules.replace_after)
}

fn is_lost(
    now_ms: u64,
    phase: ServerPhase,
    ill_since_ms: Option<u64>,
    after: Option<Duration>,
) -> bool {
    let ill = ill_since_ms.map(|since_ms| Duration::from_millis(now_ms - since_ms));
    phase == ServerPhase::Unhealthy && ill.zip(after).is_some_and(|(ill, after)| ill >= after)
}
