//! May a change be made? What it would do is known here, and what traffic is now.

use crate::model::{AbortIf, Change, Desired, Health, Intent, Name, Rejection};
use crate::policy::{self, Applied, Seen};

use super::Room;

impl Room {
    /// What `change` makes of what is desired, or why nothing is made of it.
    pub(super) fn judge(
        &self,
        desired: &Desired,
        change: &Change,
        intent: &Intent,
    ) -> Result<Applied, Rejection> {
        if let Some(expected) = intent.expected_revision.filter(|it| *it != desired.revision) {
            return Err(self.stale(expected, desired.revision));
        }
        let mut applied = policy::apply(desired, change, intent, self.clock.wall_ms())?;
        if matches!(change, Change::RampWeights { .. }) {
            self.look_back(&mut applied.desired)?;
        }
        let (before, after) = (&desired.gateway, &applied.desired.gateway);
        let rates = self.observatory.rates();
        let seen = |name: &str| Seen {
            healthy: self.table.backend(name).is_some_and(|it| it.health() == Health::Healthy),
            rps: rates.get(name).copied(),
        };
        if !matches!(change, Change::ApplyFile(_)) {
            match policy::guard(before, after, seen) {
                Err(Rejection::Guard { what }) if intent.force => {
                    applied.operation.warnings.push(format!("forced: {what}"));
                }
                verdict => verdict?,
            }
        }
        applied.operation.shares = policy::shares(before, after, seen);
        match change {
            Change::SetLimit { name, .. } => {
                self.judge_limit(name, desired, &mut applied, intent)?
            }
            Change::ResetLimit(target) => {
                let counted = self.inquiry.counted(&self.table, target);
                applied.operation.before = counted.unwrap_or(applied.operation.before);
            }
            _ => {}
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
        let Some(table) = self.table.limit(name) else { return Ok(()) };
        let opinion = self.inquiry.opinion(table, before, after);
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

    fn stale(&self, expected: u64, actual: u64) -> Rejection {
        let newer = self.operations.iter().rev().take_while(|it| it.revision > expected).take(5);
        let told = newer.map(|it| format!("{} {} by {}", it.what, it.target, it.actor));
        Rejection::Stale { expected, actual, changes: told.collect() }
    }
}
