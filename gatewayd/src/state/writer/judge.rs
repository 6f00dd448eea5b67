//! May a change be made? What it would do is known here, and what traffic is now.

use std::collections::HashMap;

use crate::model::{AbortIf, Change, Desired, Entity, Health, Intent, Name, Rejection, Touched};
use crate::policy::{self, Allowed, Applied, Seen};

use super::room::Room;

impl Room {
    /// What `change` makes of what is desired, or why nothing is made of it.
    pub(super) fn judge(
        &self,
        desired: &Desired,
        change: &Change,
        intent: &Intent,
    ) -> Result<Applied, Rejection> {
        if let Some(expected) = intent.expected_revision.filter(|it| self.is_stale(*it, desired)) {
            return Err(self.stale(expected, desired.revision));
        }
        if let Some(operation) = self.may_undo(change, intent)? {
            return Ok(Applied { desired: desired.clone(), operation });
        }
        let mut applied = policy::apply(desired, change, intent, self.clock.wall_ms())?;
        self.settle_conflicts(change, &mut applied, intent)?;
        self.tell_lost_ends(change, &mut applied);
        if matches!(change, Change::RampWeights { .. } | Change::All(_)) {
            self.look_back(&mut applied.desired)?;
        }
        if intent.terms.guard.as_ref().is_some_and(AbortIf::looks_back) {
            self.remember(&mut applied)?;
        }
        let (before, after) = (&desired.gateway, &applied.desired.gateway);
        let figures = self.observatory.figures();
        let seen = |name: &str| self.seen(&figures, name);
        // The autoscaler has a pace of its own.
        let allowed =
            Allowed { below_min: intent.allow_below_min, much_at_once: intent.via == "autoscaler" };
        if !matches!(change, Change::ApplyFile(_)) {
            match policy::guard(before, after, seen, allowed) {
                Err(Rejection::Guard { what }) if intent.force => {
                    applied.operation.warnings.push(format!("forced: {what}"));
                }
                verdict => verdict?,
            }
        }
        applied.operation.shares = policy::shares(before, after, seen);
        applied.operation.headrooms = policy::headrooms(&applied.operation.shares);
        for name in limits_of(change, &applied) {
            self.judge_limit(&name, desired, &mut applied, intent)?;
        }
        if let Change::ResetLimit(target) = change {
            let counted = self.inquiry.counted(&self.published.load(), target);
            applied.operation.before = counted.unwrap_or(applied.operation.before);
        }
        Ok(applied)
    }

    /// Refuses a limit that hurts clients who are refused nothing now, unless it is forced.
    fn judge_limit(
        &self,
        name: &Name,
        desired: &Desired,
        applied: &mut Applied,
        intent: &Intent,
    ) -> Result<(), Rejection> {
        let name = name.as_str();
        let (before, after) = (&desired.gateway, &applied.desired.gateway);
        let (Some(before), Some(after)) = (before.limit(name), after.limit(name)) else {
            return Ok(());
        };
        let table = self.published.load();
        let Some(limit) = table.limit(name) else { return Ok(()) };
        let opinion = self.inquiry.opinion(limit, before, after);
        match opinion.danger {
            Some(what) if !intent.force => return Err(Rejection::Guard { what }),
            Some(what) => applied.operation.warnings.push(format!("forced: {what}")),
            None => applied.operation.warnings.extend(opinion.doubt),
        }
        Ok(())
    }

    /// Remembers what latencies are before a ramp that is given up by it.
    fn look_back(&self, desired: &mut Desired) -> Result<(), Rejection> {
        let latencies = self.observatory.p99s_ms();
        for pool in &mut desired.gateway.pools {
            for backend in &mut pool.backends {
                let Some(ramp) = &mut backend.ramp else { continue };
                let looks_back = ramp.abort_if.as_ref().is_some_and(AbortIf::looks_back);
                if !looks_back || ramp.p99_before_us.is_some() {
                    continue;
                }
                let (own, pools) =
                    (format!("backend/{}", backend.name), format!("pool/{}", pool.name));
                let before_ms = latencies.get(&own).or_else(|| latencies.get(&pools));
                let Some(before_ms) = before_ms else {
                    let name = &backend.name;
                    let what = format!(
                        "nothing was answered in the last ten seconds by {name} or its pool, so that \
                         there is no p99 to compare with: write p99>250ms or the like"
                    );
                    return Err(Rejection::Invalid { field: "abort_if", what });
                };
                ramp.p99_before_us = Some((before_ms * 1000.0) as u64);
            }
        }
        Ok(())
    }

    /// Remembers what latencies are before a change that is taken back by it.
    fn remember(&self, applied: &mut Applied) -> Result<(), Rejection> {
        let Some(revert) = applied.desired.reverts.last_mut() else { return Ok(()) };
        let latencies = self.observatory.p99s_ms();
        let pools = policy::guard_scope(&revert.touched);
        let known = match pools.is_empty() {
            true => latencies.get("gateway").copied(),
            false => {
                let each = pools.iter().filter_map(|it| latencies.get(&format!("pool/{it}")));
                each.copied().reduce(f64::max)
            }
        };
        let Some(before_ms) = known else {
            let what = "nothing was answered in the last ten seconds, so that there is no p99 to \
                        compare with: write p99>250ms or the like"
                .to_owned();
            return Err(Rejection::Invalid { field: "guard", what });
        };
        revert.p99_before_us = Some((before_ms * 1000.0) as u64);
        Ok(())
    }

    fn seen(&self, figures: &HashMap<String, (f64, Option<f64>)>, name: &str) -> Seen {
        let health = self.published.load().backend(name).map(|it| it.health());
        let healthy = health == Some(Health::Healthy);
        let coming = matches!(health, None | Some(Health::Checking));
        let figures = figures.get(name);
        Seen { healthy, coming, rps: figures.map(|it| it.0), cpu: figures.and_then(|it| it.1) }
    }

    /// Whether somebody changed something since the revision `expected`. Ends of drains come from one
    /// second to the next, and stop nobody.
    fn is_stale(&self, expected: u64, desired: &Desired) -> bool {
        let newer = self.operations.newer_than(expected);
        let ends = newer.iter().filter(|it| it.is_end_of_drain()).count() as u64;
        expected.checked_add(ends) != Some(desired.revision)
    }

    fn stale(&self, expected: u64, actual: u64) -> Rejection {
        Rejection::Stale { expected, actual, changes: self.operations.since(expected, 5) }
    }
}

/// The limits that an operator sets, or puts back, by name.
fn limits_of(change: &Change, applied: &Applied) -> Vec<Name> {
    let puts_back = matches!(change, Change::Undo(_) | Change::Rollback { .. });
    if !puts_back && !matches!(change, Change::SetLimit { .. } | Change::All(_)) {
        return Vec::new();
    }
    let limit = |it: &Touched| match &it.after {
        Some(Entity::Limit { limit, .. }) => Some(limit.name.clone()),
        _ => None,
    };
    applied.operation.touched.iter().filter_map(limit).collect()
}
