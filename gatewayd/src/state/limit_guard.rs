//! Would a new rule of a limit hurt clients that the present one refuses nothing?

use std::time::Duration;

use crate::model::{Limit, LimitMode, Rule};

use super::{Inquiry, LimitTable, Survey};

/// How far back a new rule is tried before it is accepted.
const LOOKED_BACK: Duration = Duration::from_secs(5 * 60);
/// One in so many of those that are refused nothing may be refused by a new rule.
const FEW: u64 = 20;

/// What is thought of a new rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Opinion {
    /// Whom it would hurt, in words.
    pub(super) danger: Option<String>,
    /// Why that is not known well, in words.
    pub(super) doubt: Option<String>,
}

impl Inquiry {
    /// What is thought of the step from `before` to `after` of the limit of `table`.
    pub(super) fn opinion(&self, table: &LimitTable, before: &Limit, after: &Limit) -> Opinion {
        let enforced = before.mode == LimitMode::Enforce;
        if after.mode == LimitMode::Shadow || (enforced && before.rule == after.rule) {
            return Opinion::default();
        }
        let rule = after.rule;
        // Shadow mode refuses nobody, whatever it would have done.
        let (replayed, covered) = self.replayed(table, rule, LOOKED_BACK, !enforced);
        let tried = Survey {
            keys: replayed.keys - replayed.keys_were_refused,
            above: replayed.keys_newly_refused,
        };
        let counted = self.surveyed(table, before.rule, rule, enforced);
        let known = [Some(tried).filter(|_| is_replayed(rule)), counted];
        let danger = known.into_iter().flatten().find(|it| it.above * FEW > it.keys);
        Opinion {
            danger: danger.map(|Survey { keys, above }| {
                format!(
                    "{rule} would refuse {above} of the {keys} clients that are refused nothing now"
                )
            }),
            doubt: if counted.is_some() { None } else { doubt(rule, covered) },
        }
    }

    /// How many clients have used more by now than `rule` allows, as far as what is counted under
    /// the rule `was` tells: what is under way, or came in no longer a time.
    fn surveyed(
        &self,
        table: &LimitTable,
        was: Rule,
        rule: Rule,
        innocent: bool,
    ) -> Option<Survey> {
        let comparable = match (was, rule) {
            (Rule::Max(was), Rule::Max(is)) => was.period() <= is.period(),
            (Rule::Concurrent(_), Rule::Concurrent(_)) => true,
            _ => false,
        };
        if !comparable {
            return None;
        }
        let now_us = self.clock.now_us();
        let mut sum = Survey::default();
        for (tier, seat) in table.seats.of_clients() {
            let most = most(table.adjusted(rule, tier)?)?;
            // What shadow mode lets pass beyond its rule is not counted: who has used that up may
            // have used more.
            let capped = !innocent && most <= self::most(table.adjusted(was, tier)?)?;
            let most = if capped { most - 1 } else { most };
            let survey = self.limiter.survey(seat, most, innocent, now_us);
            sum.keys += survey.keys;
            sum.above += survey.above;
        }
        Some(sum)
    }
}

/// The most that a key may have of a rule in its time, or at once.
fn most(rule: Rule) -> Option<u32> {
    match rule {
        Rule::Max(max) => Some(max.requests()),
        Rule::Concurrent(most) => Some(most.get()),
        Rule::Rate(_) => None,
    }
}

/// Whether requests that came tell what a rule would do; when those ended is not remembered.
fn is_replayed(rule: Rule) -> bool {
    !matches!(rule, Rule::Concurrent(_))
}

/// Why it is not known well whom `rule` would refuse, where no more than `covered` is remembered.
fn doubt(rule: Rule, covered: Duration) -> Option<String> {
    let takes = match rule {
        Rule::Max(max) => max.period(),
        Rule::Rate(rate) => {
            let pace = rate.pace();
            pace.period() * rate.burst().get() / pace.requests()
        }
        Rule::Concurrent(_) => {
            let what = "nothing is known of how many requests clients have at once: look at whom \
                        it refuses";
            return Some(what.to_owned());
        }
    };
    let seconds = covered.as_secs();
    (covered < takes.min(LOOKED_BACK)).then(|| {
        format!(
            "only {seconds} s of requests are remembered, too few to tell whom {rule} would \
             refuse: look at whom it does"
        )
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::clock::Clock;
    use crate::model::LimitKey;
    use crate::state::{Cells, Limiter};

    fn limit(max: &str, mode: LimitMode) -> Limit {
        Limit {
            name: "all".parse().unwrap(),
            key: LimitKey::ClientIp.into(),
            rule: Rule::Max(max.parse().unwrap()),
            mode,
            v6: Default::default(),
            adjustments: Vec::new(),
            candidate: None,
            rule_lapse: None,
            mode_lapse: None,
        }
    }

    /// What is thought of the step from one limit to another, where each of these clients has used
    /// so much of the first and no more is remembered.
    fn opinion(before: &Limit, after: &Limit, used: &[u32]) -> Opinion {
        let limiter = Arc::new(Limiter::new(1000, 1, 7));
        let table = LimitTable::compile(before, None, &limiter, 0);
        let (clock, cells) = (Clock::start(), Arc::new(Cells::new(1)));
        let (_, seat) = table.seats.of_clients().next().unwrap();
        for (client, count) in used.iter().enumerate() {
            let key = limiter.key(seat, &client.to_le_bytes());
            (0..*count).for_each(|_| {
                let _ = limiter.admit(0, key, seat, clock.now_us());
            });
        }
        Inquiry { clock, cells, limiter: Arc::clone(&limiter) }.opinion(&table, before, after)
    }

    #[test]
    fn what_is_counted_tells_what_is_not_remembered() {
        use LimitMode::{Enforce, Shadow};
        let now = limit("50/minute", Enforce);
        let told = |after: &Limit, used: &[u32]| opinion(&now, after, used).danger;
        let less = limit("20/minute", Enforce);
        let hurts = told(&less, &[21, 20, 50]).unwrap();
        assert_eq!(hurts, "20/minute would refuse 1 of the 2 clients that are refused nothing now");
        assert_eq!(told(&less, &[20, 20, 50]), None, "who has spent all is refused now as well");
        assert!(told(&limit("20/hour", Enforce), &[21]).is_some());
        assert_eq!(told(&limit("20/second", Enforce), &[21]), None, "they did not come at once");
        assert_eq!(told(&limit("20/minute", Shadow), &[21]), None);
        let shadow = limit("20/minute", Shadow);
        assert!(opinion(&shadow, &less, &[99]).danger.is_some(), "a shadow refused nobody");
    }

    #[test]
    fn too_short_a_memory_is_told() {
        let second = limit("20/second", LimitMode::Enforce);
        let minute = limit("5/minute", LimitMode::Enforce);
        let doubt = opinion(&minute, &second, &[1]).doubt.unwrap();
        assert!(doubt.starts_with("only 0 s of requests are remembered"), "{doubt}");
        assert_eq!(opinion(&second, &minute, &[1]).doubt, None, "it is counted");
        let once = Limit { rule: Rule::Concurrent(2.try_into().unwrap()), ..minute };
        let doubt = opinion(&second, &once, &[1]).doubt.unwrap();
        assert!(doubt.contains("how many requests clients have at once"), "{doubt}");
    }
}
