//! The decision: the stages one after the other, each with what came in, what went out and why.

use crate::model::{Decision, Inputs, Name, ScalingRules, Stage, What};

use super::actions::{actions, endable, reclaimable};
use super::bounds::{Bound, bounds};
use super::conditions::conditions;
use super::fleet::Fleet;
use super::interlocks::interlocks;
use super::lost::{lost, may_go};
use super::missing::missing;
use super::panic::{Surge, panic};
use super::rate::rate;
use super::required::required;
use super::sentence::{self, duration, sentence};
use super::stabilization::stabilization;
use super::starts::{Starts, starts};
use super::tolerance::tolerance;

/// What the stages found, for the words about it.
pub(super) struct Findings {
    pub(super) fleet: Fleet,
    pub(super) surge: Option<Surge>,
    pub(super) bound: Option<Bound>,
    pub(super) starts: Starts,
    pub(super) stages: Vec<Stage>,
    /// Whether the lost servers may be taken out.
    pub(super) lost_may_go: bool,
}

/// Decides from `inputs` by `rules`: the same inputs and rules give the same decision.
#[must_use]
pub fn decide(inputs: Inputs, rules: &ScalingRules) -> Decision {
    let fleet = Fleet::count(&inputs, rules);
    let mut chain = Chain { inputs: &inputs, rules, found: Findings::new(fleet), locked: false };
    chain.without_the_lost();
    let (wanted, to) = match inputs.order {
        None => chain.by_the_rules(),
        Some(desired) => chain.by_order(desired),
    };
    chain.replaced(to);
    let found = chain.found;
    let from = fleet.size;
    let held = inputs.order == Some(None);
    let actions =
        if held { Vec::new() } else { actions(to, &fleet, &inputs, rules, found.lost_may_go) };
    let what = what(from, to, &found.stages);
    Decision {
        from,
        to,
        what,
        wanted,
        need: found.surge.map(|surge| surge.need),
        panic: found.surge.is_some_and(|surge| surge.panic),
        surge: found.surge.is_some_and(|surge| surge.now),
        sentence: sentence(from, to, &inputs, &found),
        conditions: conditions(&inputs, rules, &found),
        stages: found.stages,
        actions,
        rules: rules.clone(),
        inputs,
    }
}

/// The stages so far.
struct Chain<'a> {
    inputs: &'a Inputs,
    rules: &'a ScalingRules,
    found: Findings,
    /// Something forbids to take servers away.
    locked: bool,
}

impl Chain<'_> {
    /// Servers that have been ill for too long do not count.
    fn without_the_lost(&mut self) {
        let size = self.found.fleet.size;
        let lost = lost(self.inputs, self.rules);
        self.note("lost", size + self.found.fleet.lost, size, || {
            let (have, do_not) = if lost.len() == 1 { ("has", "does") } else { ("have", "do") };
            let after = duration(self.rules.replace_after.unwrap_or_default());
            format!("{} {have} been ill for {after} and {do_not} not count", listed(&lost))
        });
    }

    /// The size wanted, and the size to go to now.
    fn by_the_rules(&mut self) -> (u32, u32) {
        let from = self.found.fleet.size;
        let wanted = self.wanted();
        let mut to = stabilization(wanted, from, self.inputs);
        self.note("stabilization", wanted, to, || {
            let window = match wanted > from {
                true => self.rules.scale_up.stabilization_window,
                false => self.rules.scale_down.stabilization_window,
            };
            format!("{to} was wanted within {}", duration(window))
        });
        to = self.rated(to);
        to = self.unlocked(to);
        to = self.bounded(to);
        to = self.started(to);
        (wanted, self.owned(to))
    }

    /// What an operator wants goes without delay; only what cannot be is held back.
    fn by_order(&mut self, desired: Option<u32>) -> (u32, u32) {
        let from = self.found.fleet.size;
        let wanted = desired.unwrap_or(from);
        let said = || if desired.is_some() { "desired by hand" } else { "paused" }.to_owned();
        let stage = Stage {
            name: "order",
            before: f64::from(from),
            after: f64::from(wanted),
            reason: said(),
        };
        self.found.stages.push(stage);
        if desired.is_none() {
            return (from, from);
        }
        let bounded = self.bounded(wanted);
        let started = self.started(bounded);
        (wanted, self.owned(started))
    }

    /// The size that the load wants.
    fn wanted(&mut self) -> u32 {
        let Chain { inputs, rules, .. } = *self;
        let fleet = self.found.fleet;
        let stable = required(inputs, rules, inputs.offered_rps);
        let Some((stable, short)) = stable.zip(required(inputs, rules, inputs.surge_rps)) else {
            // As many as before: what is lost is made good.
            let before = inputs.last_size.unwrap_or(fleet.size);
            let wanted = before.clamp(fleet.size, fleet.size + fleet.lost);
            self.note("required", fleet.size, wanted, || format!("there were {before}"));
            return wanted;
        };
        let surge = panic(inputs, rules, &fleet, stable, short);
        self.found.surge = Some(surge);
        let size = f64::from(fleet.capacity());
        self.note_exact("required", size, stable.need, sentence::required(&stable));
        let reason = match surge {
            Surge { panic: false, .. } => String::new(),
            Surge { now: true, .. } => format!("surge, {}", sentence::required(&surge.by)),
            Surge { .. } => format!("the most that this surge needed: {:.1}", surge.need),
        };
        self.note_exact("panic", stable.need, surge.need, reason);
        let tolerated = tolerance(surge.need, &fleet, rules);
        self.note_exact(
            "tolerance",
            surge.need,
            f64::from(tolerated),
            if tolerated == fleet.size && fleet.size_for(surge.need) != fleet.size {
                format!("{:.1} is near enough to {}", surge.need, fleet.capacity())
            } else {
                String::new()
            },
        );
        let by_load = surge.need * surge.by.known_part(inputs);
        let wanted = missing(surge.need, by_load, tolerated, &fleet, rules);
        self.note("missing-metrics", tolerated, wanted, || {
            format!("{} of {} do not report", fleet.warm - fleet.reporting, fleet.warm)
        });
        wanted
    }

    fn rated(&mut self, size: u32) -> u32 {
        let (to, policy) = rate(size, self.found.fleet.size, self.inputs, self.rules);
        self.note("rate", size, to, || {
            let sign = if to < size { "+" } else { "-" };
            policy.map_or_else(String::new, |policy| format!("{sign}{policy} allows {to}"))
        });
        to
    }

    /// No server is taken away while something forbids it, though the maximum be lower.
    fn unlocked(&mut self, size: u32) -> u32 {
        let Findings { fleet, surge, .. } = self.found;
        let aim = size.min(self.rules.max);
        if aim >= fleet.size {
            self.note("interlocks", size, size, String::new);
            return size;
        }
        let panic = surge.is_some_and(|surge| surge.panic);
        let reasons = interlocks(self.inputs, self.rules, &fleet, panic);
        self.locked = !reasons.is_empty();
        let to = if self.locked { fleet.size } else { size };
        let aim = if self.locked { aim } else { to };
        self.note("interlocks", aim, to, || format!("no scale-in: {}", reasons.join(", ")));
        to
    }

    fn bounded(&mut self, size: u32) -> u32 {
        let Chain { inputs, rules, .. } = *self;
        let from = self.found.fleet.size;
        // What may not be taken away stays above the maximum.
        let max = if self.locked { rules.max.max(from) } else { rules.max };
        let useless = self.found.fleet.useless;
        let room = inputs.room.map(|room| room.saturating_sub(useless).max(from));
        let (to, bound) = bounds(size, rules.min, max, room);
        let reason = match bound {
            Some(Bound::Min) if to != size => format!("at least {}", rules.min),
            Some(Bound::Max) if to != size => format!("at most {}", rules.max),
            // Told as well where the minimum would be more.
            Some(Bound::Room) => format!("the driver has room for {to}"),
            _ => String::new(),
        };
        self.note_exact("bounds", f64::from(size), f64::from(to), reason);
        self.found.bound = bound;
        self.found.lost_may_go = may_go(to, &self.found.fleet);
        to
    }

    fn started(&mut self, size: u32) -> u32 {
        let fleet = self.found.fleet;
        let starts = starts(self.inputs, fleet.coming);
        self.found.starts = starts;
        let kept = fleet.size + reclaimable(self.inputs);
        let to = match starts {
            Starts::Free => size,
            Starts::Trial => size.min(kept + 1),
            Starts::Paused { .. } => size.min(kept),
        };
        let failed = self.inputs.failed_starts;
        self.note("starts", size, to, || match starts {
            Starts::Free | Starts::Trial => format!("{failed} starts failed; one is tried"),
            Starts::Paused { left_s: 0 } => format!("{failed} starts failed; one is tried"),
            Starts::Paused { left_s } => format!("{failed} starts failed; next in {left_s} s"),
        });
        to
    }

    /// Only what the driver started can be ended.
    fn owned(&mut self, size: u32) -> u32 {
        let from = self.found.fleet.size;
        let endable = endable(self.inputs, &self.found.fleet);
        let to = size.max(from.saturating_sub(endable));
        self.note("victims", size, to, || format!("only {endable} can be ended"));
        to
    }

    /// Lost servers go once others serve in their place.
    fn replaced(&mut self, size: u32) {
        let lost = lost(self.inputs, self.rules);
        if self.found.lost_may_go && !lost.is_empty() {
            let size = f64::from(size);
            self.note_exact("replaced", size, size, format!("{} may go", listed(&lost)));
        }
    }

    fn note(&mut self, name: &'static str, before: u32, after: u32, why: impl FnOnce() -> String) {
        let reason = if before == after { String::new() } else { why() };
        self.note_exact(name, f64::from(before), f64::from(after), reason);
    }

    fn note_exact(&mut self, name: &'static str, before: f64, after: f64, reason: String) {
        self.found.stages.push(Stage { name, before, after, reason });
    }
}

impl Findings {
    fn new(fleet: Fleet) -> Findings {
        Findings {
            fleet,
            surge: None,
            bound: None,
            starts: Starts::Free,
            stages: Vec::new(),
            lost_may_go: false,
        }
    }

    /// The reason that the stage `name` gave, if it changed something.
    pub(super) fn reason(&self, name: &str) -> Option<&str> {
        let stage = self.stages.iter().find(|stage| stage.name == name)?;
        Some(stage.reason.as_str()).filter(|reason| !reason.is_empty())
    }
}

fn listed(names: &[&Name]) -> String {
    names.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// A move that was stopped altogether is refused; one that was not due is a hold.
fn what(from: u32, to: u32, stages: &[Stage]) -> What {
    const STOPPING: [&str; 5] = ["rate", "interlocks", "bounds", "starts", "victims"];
    let stopped =
        stages.iter().any(|stage| STOPPING.contains(&stage.name) && !stage.reason.is_empty());
    match to.cmp(&from) {
        std::cmp::Ordering::Greater => What::Out,
        std::cmp::Ordering::Less => What::In,
        std::cmp::Ordering::Equal if stopped => What::Refused,
        std::cmp::Ordering::Equal => What::Hold,
    }
}
