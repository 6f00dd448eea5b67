//! What is a client told of a limit? The items of the fields `RateLimit-Policy` and `RateLimit`
//! (draft-ietf-httpapi-ratelimit-headers, sections 3 and 4).

use crate::model::{Name, Rule};

/// A limit as a policy: its name, how much in how many seconds. A rate is told as its burst in the
/// time that fills it; what is counted while it lasts has no time.
#[must_use]
pub fn quota_policy(name: &Name, rule: Rule) -> String {
    match rule {
        Rule::Max(max) => format!("\"{name}\";q={};w={}", max.requests(), max.period().as_secs()),
        Rule::Rate(rate) => {
            let (pace, burst) = (rate.pace(), rate.burst().get());
            let filled = pace.period().as_secs() * u64::from(burst);
            format!("\"{name}\";q={burst};w={}", filled.div_ceil(pace.requests().into()))
        }
        Rule::Concurrent(most) => format!("\"{name}\";q={most};qu=\"concurrent-requests\""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Rate, RuleEdit};

    #[test]
    fn a_policy_tells_how_much_in_how_many_seconds() {
        let name: Name = "create-per-ip".parse().unwrap();
        let max = Rule::Max("100/minute".parse().unwrap());
        assert_eq!(quota_policy(&name, max), r#""create-per-ip";q=100;w=60"#);
        let rate = Rule::Rate(Rate::of("10/second".parse().unwrap()).unwrap());
        let burst = RuleEdit::Burst(25.try_into().unwrap());
        let rate = rate.edited(burst).unwrap();
        assert_eq!(quota_policy(&name, rate), r#""create-per-ip";q=25;w=3"#);
    }
}
