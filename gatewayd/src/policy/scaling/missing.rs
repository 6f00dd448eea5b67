//! What if the servers that do not report would speak against the move?

use crate::model::ScalingRules;

use super::fleet::Fleet;
use super::tolerance::tolerance;

/// However many are silent, this part of what is needed is believed.
const LEAST_BELIEVED: f64 = 0.5;

/// The size after the silent servers were taken for idle against growing, and for busy against
/// shrinking. The gateway itself sees what is offered: as much as that needs alone, `by_load`, at a
/// cost that is known, no silence holds back.
pub(super) fn missing(
    need: f64,
    by_load: f64,
    wanted: u32,
    fleet: &Fleet,
    rules: &ScalingRules,
) -> u32 {
    let silent = fleet.missing();
    if silent == 0.0 || wanted == fleet.size {
        return wanted;
    }
    if wanted > fleet.size {
        let idle = need * (1.0 - silent).max(LEAST_BELIEVED);
        return tolerance(idle.max(by_load), fleet, rules).clamp(fleet.size, wanted);
    }
    let busy = need * (1.0 - silent) + f64::from(fleet.warm - fleet.reporting);
    tolerance(busy, fleet, rules).clamp(wanted, fleet.size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silent_servers_speak_against_the_move_and_never_turn_it() {
        let rules = ScalingRules::within(1, 100);
        let fleet =
            |reporting| Fleet { size: 10, serving: 10, warm: 10, reporting, ..Fleet::default() };
        let by_load = |need: f64, by_load, reporting| {
            let fleet = fleet(reporting);
            missing(need, by_load, tolerance(need, &fleet, &rules), &fleet, &rules)
        };
        let ask = |need: f64, reporting| by_load(need, 0.0, reporting);
        assert_eq!(ask(20.0, 10), 20);
        assert_eq!(ask(20.0, 8), 16);
        assert_eq!(ask(12.0, 8), 10, "9.6 would do");
        assert_eq!(ask(40.0, 0), 20, "half is believed at least");
        assert_eq!(by_load(40.0, 40.0, 0), 40, "what is offered is seen without them");
        assert_eq!(by_load(40.0, 30.0, 0), 30, "a cost that rose meanwhile is doubted");
        assert_eq!(by_load(40.0, 15.0, 5), 20);
        assert_eq!(ask(5.0, 10), 5);
        assert_eq!(ask(5.0, 8), 6);
        assert_eq!(by_load(5.0, 5.0, 8), 6, "and they may be busy with what came before");
        assert_eq!(ask(8.0, 5), 10, "the silent half may be full");
    }
}
