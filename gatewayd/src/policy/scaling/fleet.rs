//! The fleet: the servers of a pool, counted by what they mean for its size.

use crate::model::{Inputs, ScalingRules, ServerPhase};

use super::lost::lost;

/// The servers of a pool, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Fleet {
    /// All but those on their way out, and those that are lost.
    pub(super) size: u32,
    /// Those that take requests.
    pub(super) serving: u32,
    /// Those on their way to take requests.
    pub(super) coming: u32,
    /// Those that fail their probes.
    pub(super) unhealthy: u32,
    /// Those that an operator took out.
    pub(super) held: u32,
    /// Those on their way out.
    pub(super) leaving: u32,
    /// Those that are lost: ill for so long that they are replaced.
    pub(super) lost: u32,
    /// Those that take up the driver's room and will not serve again.
    pub(super) useless: u32,
    /// Those whose CPU tells about the load.
    pub(super) warm: u32,
    /// Those of them that reported it of late.
    pub(super) reporting: u32,
}

impl Fleet {
    /// Counts the servers of `inputs`, by `rules` that say which are lost.
    pub(super) fn count(inputs: &Inputs, rules: &ScalingRules) -> Fleet {
        let (mut fleet, lost) = (Fleet::default(), lost(inputs, rules));
        for server in &inputs.servers {
            let draining = server.phase == ServerPhase::Draining;
            fleet.useless += u32::from(draining && !server.may_come_back());
            if lost.contains(&&server.name) {
                (fleet.lost, fleet.useless) = (fleet.lost + 1, fleet.useless + 1);
                continue;
            }
            fleet.size += u32::from(!server.phase.leaves());
            fleet.serving += u32::from(server.phase.serves());
            fleet.coming += u32::from(server.phase.comes());
            fleet.unhealthy += u32::from(server.phase == ServerPhase::Unhealthy);
            fleet.held += u32::from(server.phase == ServerPhase::Held);
            fleet.leaving += u32::from(server.phase.leaves());
            fleet.warm += u32::from(server.warm);
            fleet.reporting += u32::from(server.warm && server.cpu_ratio.is_some());
        }
        fleet
    }

    /// Servers that count for the size and carry no load: others have to carry it.
    ///
    /// Unhealthy ones are such unless they are more than half; then something else is wrong, and
    /// more servers would only be more unhealthy ones.
    pub(super) fn idle(&self) -> u32 {
        let ours = self.size - self.held;
        let lost = if self.unhealthy * 2 <= ours { self.unhealthy } else { 0 };
        self.held + lost
    }

    /// Servers that carry load, or will soon.
    pub(super) fn capacity(&self) -> u32 {
        self.size - self.idle()
    }

    /// The size at which `need` servers carry load.
    pub(super) fn size_for(&self, need: f64) -> u32 {
        // The sum of many rounded numbers may be a hair above a whole one.
        let whole = (need - 1e-9).ceil().clamp(0.0, f64::from(u32::MAX / 2));
        whole as u32 + self.idle()
    }

    /// Warm servers that did not report, as a part of those that should.
    pub(super) fn missing(&self) -> f64 {
        match self.warm {
            0 => 0.0,
            warm => f64::from(warm - self.reporting) / f64::from(warm),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::scaling::tests::{inputs, server};

    #[test]
    fn a_few_unhealthy_servers_must_be_carried_and_an_outage_must_not() {
        let phases = |unhealthy: u32| {
            let phase =
                |index| if index < unhealthy { ServerPhase::Unhealthy } else { ServerPhase::Ready };
            let seen = inputs((0..10).map(|index| server(index, phase(index))));
            Fleet::count(&seen, &ScalingRules::within(1, 100))
        };
        assert_eq!((phases(3).capacity(), phases(3).size_for(6.5)), (7, 10));
        assert_eq!((phases(6).capacity(), phases(6).size_for(6.5)), (10, 7));
    }
}
