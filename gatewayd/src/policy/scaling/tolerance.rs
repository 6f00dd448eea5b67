//! Does the need differ enough from the capacity to move?

use crate::model::ScalingRules;

use super::fleet::Fleet;

/// The size for `need`, or the present one when it is near enough.
pub(super) fn tolerance(need: f64, fleet: &Fleet, rules: &ScalingRules) -> u32 {
    let capacity = f64::from(fleet.capacity());
    let most = capacity * (1.0 + f64::from(rules.scale_up.tolerance) / 100.0);
    let least = capacity * (1.0 - f64::from(rules.scale_down.tolerance) / 100.0);
    if need > most + 1e-9 || need < least - 1e-9 { fleet.size_for(need) } else { fleet.size }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_percent_out_and_ten_in_are_near_enough() {
        let rules = ScalingRules::within(1, 100);
        let fleet = Fleet { size: 20, serving: 20, ..Fleet::default() };
        for (need, size) in
            [(20.0, 20), (21.0, 20), (21.01, 22), (18.0, 20), (17.99, 18), (0.0, 0), (18.5, 20)]
        {
            assert_eq!(tolerance(need, &fleet, &rules), size, "{need}");
        }
    }
}
