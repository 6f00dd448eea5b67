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
            let most = match table.adjusted(rule, tier)? {
                Rule::Max(max) => max.requests(),
                Rule::Concurrent(most) => most.get(),
                Rule::Rate(_) => return None,
            };
            let survey = self.limiter.survey(seat, most, innocent, now_us);
            sum.keys += survey.keys;
            sum.above += survey.above;
        }
        Some(sum)
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
