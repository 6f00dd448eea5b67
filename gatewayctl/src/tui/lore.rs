//! The lore: what was asked for beside the snapshots, and when it is to be asked again.
//!
//! A question is asked only while its answer is drawn and the gateway answers, one of a kind at a
//! time, and no key waits for it.

use std::time::Duration;

use super::moment::Moment;
use crate::{
    client,
    model::{
        Certificate, Decision, Field, Grouping, Operation, ProbeReport, Rejection, RuleEdit,
        Scaler, Simulation, WhatIf, WhatIfRules,
    },
};

/// Answers older than this are asked for anew.
const RHYTHM: Duration = Duration::from_millis(1_900);
/// Whom limits refused is told of this last while, by whole minutes.
pub(crate) const REFUSED_WITHIN: Duration = Duration::from_secs(60);
/// So many are listed at most, over all limits.
pub(crate) const OFFENDERS: u32 = 300;
/// A new rule is tried on this last while.
pub(crate) const TRIED_ON: Duration = Duration::from_secs(300);
/// Other rules of a scaler are tried on this last while, which is all that is kept.
pub(crate) const REPLAYED: Duration = Duration::from_secs(3_600);
/// So many decisions are listed.
pub(crate) const DECISIONS: u32 = 200;
/// Of so many operations it is known whether they can be undone.
pub(crate) const OPERATIONS: u32 = 200;

/// A question to the gateway that changes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Inquiry {
    /// Whom do limits refuse?
    Rejections(Grouping),
    /// What would this rule have done?
    Simulation {
        /// The limit.
        limit: String,
        /// The rule.
        rule: RuleEdit,
    },
    /// How are pools scaled?
    Scalers,
    /// What was decided of a pool?
    Decisions {
        /// The pool.
        pool: String,
        /// Only of these kinds; all when there are none.
        kinds: &'static [&'static str],
    },
    /// What was decided of a pool last?
    Latest {
        /// The pool.
        pool: String,
    },
    /// What was a decision made from?
    Explanation {
        /// The decision.
        id: u64,
    },
    /// What would other rules have made of the load?
    WhatIf(Tried),
    /// What was done, and can it be undone?
    Operations,
    /// What is said of everything, and what does the file say?
    Fields,
    /// Which certificates are served?
    Certificates,
    /// Is an address well, before it is a backend's?
    Probe {
        /// The pool it would join.
        pool: String,
        /// Where it listens.
        address: String,
    },
}

/// Rules that are tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tried {
    /// The pool.
    pub(crate) pool: String,
    /// The rules.
    pub(crate) rules: WhatIfRules,
    /// Percent of the load that there was.
    pub(crate) load_percent: u32,
}

/// What the gateway answered.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Finding {
    /// Whom limits refuse, most first.
    Rejections(Vec<Rejection>),
    /// What a rule would have done.
    Simulation(Box<Simulation>),
    /// How pools are scaled.
    Scalers(Vec<Scaler>),
    /// What was decided, newest first.
    Decisions(Vec<Decision>),
    /// The latest decision of a pool.
    Latest(Box<Decision>),
    /// One decision with what it was made from.
    Explanation(Box<Decision>),
    /// The rules there are beside others.
    WhatIf(Box<WhatIf>),
    /// What was done, newest first.
    Operations(Vec<Operation>),
    /// What is said of everything.
    Fields(Vec<Field>),
    /// Which certificates are served, by listener.
    Certificates(Vec<Certificate>),
    /// How an address was found.
    Probe(ProbeReport),
}

/// A question and its answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Found {
    /// What was asked.
    pub(crate) inquiry: Inquiry,
    /// What was answered.
    pub(crate) result: Result<Finding, client::Error>,
}

/// A decision, and the id that its row is known by.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Told {
    /// The id as a text.
    pub(crate) id: String,
    /// The decision.
    pub(crate) decision: Decision,
}

/// What was found so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Lore {
    /// Whom limits refuse, and what it is added up by.
    pub(crate) rejections: Option<(Grouping, Vec<Rejection>)>,
    /// How pools are scaled; none before it is known.
    pub(crate) scalers: Option<Vec<Scaler>>,
    /// What was decided of a pool, newest first.
    pub(crate) decisions: Option<(String, Vec<Told>)>,
    /// The latest decision of the pool that was asked about, whichever decisions are listed.
    pub(crate) latest: Option<Decision>,
    /// The decision that was explained last.
    pub(crate) explanation: Option<Decision>,
    /// What was done of late, newest first; none before it is known.
    pub(crate) operations: Option<Vec<Operation>>,
    /// What is said of everything, and what the file says; none before it is known.
    pub(crate) fields: Option<Vec<Field>>,
    /// Which certificates are served, by listener; none before it is known.
    pub(crate) certificates: Option<Vec<Certificate>>,
    /// Why the last question was not answered; none when it was.
    pub(crate) trouble: Option<client::Error>,
}

impl Lore {
    /// The operation called `id`, if it is known.
    pub(crate) fn operation(&self, id: &str) -> Option<&Operation> {
        self.operations.iter().flatten().find(|it| it.id == id)
    }

    /// Takes an answer. One that failed leaves what was known.
    pub(crate) fn learn(&mut self, found: Found) {
        self.trouble = None;
        match (found.inquiry, found.result) {
            (Inquiry::Rejections(by), Ok(Finding::Rejections(found))) => {
                self.rejections = Some((by, found));
            }
            (_, Ok(Finding::Scalers(found))) => self.scalers = Some(found),
            (Inquiry::Decisions { pool, .. }, Ok(Finding::Decisions(found))) => {
                let told = |decision: Decision| Told { id: decision.id.to_string(), decision };
                self.decisions = Some((pool, found.into_iter().map(told).collect()));
            }
            (_, Ok(Finding::Latest(found))) => self.latest = Some(*found),
            (_, Ok(Finding::Explanation(found))) => self.explanation = Some(*found),
            (_, Ok(Finding::Operations(found))) => self.operations = Some(found),
            (_, Ok(Finding::Fields(found))) => self.fields = Some(found),
            (_, Ok(Finding::Certificates(found))) => self.certificates = Some(found),
            (_, Err(error)) => self.trouble = Some(error),
            (_, Ok(_)) => {}
        }
    }
}

/// What is under way, and when each kind was asked last.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Asked {
    kinds: Vec<Kind>,
}

#[derive(Debug, Clone, PartialEq)]
struct Kind {
    /// The last of its kind.
    inquiry: Inquiry,
    at: Moment,
    waits: bool,
    /// How long its answer stays good.
    good: Duration,
}

impl Asked {
    /// Whether it is time to ask: nothing of its kind is under way, and it is another question or
    /// the last answer is old. Notes it as asked when it is.
    pub(crate) fn is_due(&mut self, inquiry: &Inquiry, now: Moment) -> bool {
        let same = |kind: &&mut Kind| is_of_a_kind(&kind.inquiry, inquiry);
        let good = rhythm(inquiry);
        let asked = Kind { inquiry: inquiry.clone(), at: now, waits: true, good };
        match self.kinds.iter_mut().find(same) {
            None => self.kinds.push(asked),
            Some(kind) if kind.waits => return false,
            Some(kind) if kind.inquiry == *inquiry && now.since(kind.at) < kind.good => {
                return false;
            }
            Some(kind) => *kind = asked,
        }
        true
    }

    /// The answer came; if it `failed`, it is asked for again soon.
    pub(crate) fn answered(&mut self, inquiry: &Inquiry, failed: bool) {
        for kind in self.kinds.iter_mut().filter(|kind| kind.inquiry == *inquiry) {
            kind.waits = false;
            kind.good = if failed { kind.good.min(RHYTHM) } else { kind.good };
        }
    }

    /// The link is new: nothing asked before is waited for, and all is asked anew.
    pub(crate) fn forget(&mut self) {
        self.kinds.clear();
    }
}

/// How long an answer stays good. That of what was does not change.
fn rhythm(inquiry: &Inquiry) -> Duration {
    match inquiry {
        Inquiry::Explanation { .. } => Duration::from_secs(10),
        Inquiry::Simulation { .. } | Inquiry::Probe { .. } => Duration::from_secs(5),
        // It may take the gateway a second of a core.
        Inquiry::WhatIf(_) => Duration::from_secs(60),
        _ => RHYTHM,
    }
}

fn is_of_a_kind(one: &Inquiry, other: &Inquiry) -> bool {
    std::mem::discriminant(one) == std::mem::discriminant(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Moment {
        Moment(Duration::from_millis(ms))
    }

    #[test]
    fn one_of_a_kind_is_asked_at_a_time_and_not_too_often() {
        let mut asked = Asked::default();
        let (client, path) =
            (Inquiry::Rejections(Grouping::Client), Inquiry::Rejections(Grouping::Path));
        assert!(asked.is_due(&client, at(0)));
        assert!(asked.is_due(&Inquiry::Scalers, at(0)));
        assert!(!asked.is_due(&client, at(60_000)), "it waits for the first");
        assert!(!asked.is_due(&path, at(60_000)));
        asked.answered(&client, false);
        assert!(!asked.is_due(&client, at(1_000)));
        assert!(asked.is_due(&path, at(1_000)), "another question does not wait");
        asked.answered(&client, false);
        assert!(!asked.is_due(&path, at(9_000)), "the answer to another is none");
        asked.answered(&path, false);
        assert!(asked.is_due(&path, at(9_000)));
        asked.forget();
        assert!(asked.is_due(&path, at(9_000)));
    }

    #[test]
    fn what_failed_is_asked_again_sooner() {
        let mut asked = Asked::default();
        let long = Inquiry::Explanation { id: 7 };
        assert!(asked.is_due(&long, at(0)));
        asked.answered(&long, false);
        assert!(!asked.is_due(&long, at(9_000)));
        assert!(asked.is_due(&long, at(10_000)));
        asked.answered(&long, true);
        assert!(asked.is_due(&long, at(12_000)));
    }

    #[test]
    fn an_answer_that_failed_leaves_what_was_known() {
        let mut lore = Lore::default();
        let result = Ok(Finding::Scalers(vec![Scaler::default()]));
        lore.learn(Found { inquiry: Inquiry::Scalers, result });
        let error = client::Error::new(client::ErrorCode::Timeout, "no answer");
        lore.learn(Found { inquiry: Inquiry::Scalers, result: Err(error.clone()) });
        assert_eq!((lore.scalers.map(|it| it.len()), lore.trouble), (Some(1), Some(error)));
    }
}
