//! Is this a surge? Then its largest need holds until a whole stable window has passed without.

use crate::model::{Inputs, ScalingRules};

use super::fleet::Fleet;
use super::required::Required;

/// Whether a surge is on, and what is needed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Surge {
    /// It is on at this moment.
    pub(super) now: bool,
    /// It is on, or was within the stable window.
    pub(super) panic: bool,
    /// What the answer rests on.
    pub(super) by: Required,
    /// Servers needed.
    pub(super) need: f64,
}

/// Compares what the panic window needs with what ready servers can take.
pub(super) fn panic(
    inputs: &Inputs,
    rules: &ScalingRules,
    fleet: &Fleet,
    stable: Required,
    short: Required,
) -> Surge {
    let threshold = f64::from(rules.panic_threshold) / 100.0;
    // Without a ready server there is nothing to compare with.
    let now = fleet.serving > 0 && short.need >= f64::from(fleet.serving) * threshold;
    let panic = now || inputs.panic_left_ms.is_some_and(|left| left > 0);
    if !panic {
        return Surge { now, panic, by: stable, need: stable.need };
    }
    let by = if short.need > stable.need { short } else { stable };
    Surge { now, panic, by, need: by.need.max(inputs.panic_need) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::scaling::required::Target;

    fn need(need: f64) -> Required {
        Required { target: Target::Rps(1), offered_rps: need, need }
    }

    #[test]
    fn a_panic_begins_at_the_threshold_and_lasts_a_stable_window() {
        let rules = ScalingRules::within(1, 100);
        let fleet = Fleet { size: 12, serving: 12, ..Fleet::default() };
        let calm = Inputs::default();
        let after = Inputs { panic_left_ms: Some(1), panic_need: 24.0, ..Inputs::default() };
        for (inputs, short, now, panic, wanted) in [
            (&calm, 14.9, false, false, 10.0),
            (&calm, 15.0, true, true, 15.0),
            (&after, 11.0, false, true, 24.0),
            (&after, 30.0, true, true, 30.0),
        ] {
            let surge = super::panic(inputs, &rules, &fleet, need(10.0), need(short));
            assert_eq!((surge.now, surge.panic, surge.need), (now, panic, wanted), "{short}");
        }
    }
}
