//! How far may the size move at once? The most generous policy of each direction says.

use crate::model::{Amount, Inputs, RatePolicy, ScalingRules};

/// The size within what the policies allow, and the policy that stopped it.
pub(super) fn rate(
    wanted: u32,
    from: u32,
    inputs: &Inputs,
    rules: &ScalingRules,
) -> (u32, Option<RatePolicy>) {
    if wanted > from {
        let policies = rules.scale_up.policies.iter().zip(&inputs.added);
        let most = policies.map(|(policy, added)| (highest(policy, from, *added), *policy));
        match most.max_by_key(|(size, _)| *size) {
            Some((most, policy)) if most < wanted => (most.max(from), Some(policy)),
            _ => (wanted, None),
        }
    } else {
        let policies = rules.scale_down.policies.iter().zip(&inputs.removed);
        let least = policies.map(|(policy, removed)| (lowest(policy, from, *removed), *policy));
        match least.min_by_key(|(size, _)| *size) {
            Some((least, policy)) if least > wanted => (least.min(from), Some(policy)),
            _ => (wanted, None),
        }
    }
}

/// The largest size that `policy` allows when `added` of `from` came within its period.
fn highest(policy: &RatePolicy, from: u32, added: u32) -> u32 {
    let base = u64::from(from.saturating_sub(added));
    let most = match policy.amount {
        Amount::Percent(percent) => base + (base * u64::from(percent)).div_ceil(100),
        Amount::Servers(servers) => base + u64::from(servers),
    };
    u32::try_from(most).unwrap_or(u32::MAX)
}

/// The smallest size that `policy` allows when `removed` went within its period; a part of a
/// server is a whole one, so that small fleets shrink too.
fn lowest(policy: &RatePolicy, from: u32, removed: u32) -> u32 {
    let base = u64::from(from) + u64::from(removed);
    let fewer = match policy.amount {
        Amount::Percent(percent) => (base * u64::from(percent)).div_ceil(100),
        Amount::Servers(servers) => u64::from(servers),
    };
    u32::try_from(base.saturating_sub(fewer)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(wanted: u32, from: u32, added: u32, removed: u32) -> (u32, Option<String>) {
        let inputs = Inputs { added: vec![added; 2], removed: vec![removed], ..Inputs::default() };
        let (to, policy) = rate(wanted, from, &inputs, &ScalingRules::within(1, 1000));
        (to, policy.map(|policy| policy.to_string()))
    }

    #[test]
    fn a_fleet_at_most_doubles_or_grows_by_four() {
        assert_eq!(ask(25, 12, 0, 0), (24, Some("100%/15s".into())));
        assert_eq!(ask(25, 24, 12, 0), (24, Some("100%/15s".into())));
        assert_eq!(ask(9, 2, 0, 0), (6, Some("4/15s".into())));
        assert_eq!(ask(5, 2, 0, 0), (5, None));
        assert_eq!(ask(25, 30, 30, 0), (27, Some("10%/1m".into())));
    }

    #[test]
    fn a_fleet_loses_a_tenth_per_minute_and_a_small_one_at_least_a_server() {
        assert_eq!(ask(10, 24, 0, 0), (21, Some("10%/1m".into())));
        assert_eq!(ask(10, 21, 0, 3), (21, Some("10%/1m".into())));
        assert_eq!(ask(1, 3, 0, 0), (2, Some("10%/1m".into())));
        assert_eq!(ask(1, 2, 0, 1), (2, Some("10%/1m".into())));
    }
}
