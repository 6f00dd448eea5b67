//! A limit: the allowed rate for each key, and its use.

use std::{fmt, str::FromStr, time::Duration};

/// A limit and its use.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Limit {
    /// Its name.
    pub name: String,
    /// What it counts by: "client-ip", "route", "header:NAME", "cookie:NAME".
    pub key: String,
    /// How much it allows, in words: "100/minute", "10/second burst 20".
    pub rule: String,
    /// Its allowance, never more in any such time: "100/minute".
    pub max: Option<String>,
    /// Its rate on average: "10/second".
    pub rate: Option<String>,
    /// How many at once beside `rate`.
    pub burst: Option<u32>,
    /// How many at once, and nothing else.
    pub concurrent: Option<u32>,
    /// What it does.
    pub mode: LimitMode,
    /// The rule the configuration file gives; empty when the file does not name the limit.
    pub configured: String,
    /// Requests it let pass since the start.
    pub passed_total: u64,
    /// Requests it refused since the start.
    pub rejected_total: u64,
    /// Requests it would have refused in shadow mode since the start.
    pub would_reject_total: u64,
    /// Requests exempted from it since the start.
    pub exempted_total: u64,
    /// Keys it counts now.
    pub keys: u64,
    /// Keys it had to forget since the start because the table was full.
    pub evicted_total: u64,
    /// Requests let pass per second.
    pub passed_per_s: f64,
    /// Requests refused per second.
    pub rejected_per_s: f64,
    /// Would-have-refused per second.
    pub would_reject_per_s: f64,
    /// Requests since the start that were counted together with others, for want of room.
    pub overflowed_total: u64,
    /// Networks that it does not concern or that have more.
    pub adjustments: Vec<LimitAdjustment>,
    /// Routes it guards.
    pub routes: Vec<String>,
    /// Listeners whose connections it counts.
    pub listeners: Vec<String>,
    /// Whether it guards all requests.
    pub of_all: bool,
    /// A rule that is tried beside its own; empty when there is none.
    pub candidate: String,
    /// Requests since the start that the candidate would have refused.
    pub candidate_would_reject_total: u64,
    /// The same per second.
    pub candidate_would_reject_per_s: f64,
    /// Clients among the latest that the candidate would have refused.
    pub candidate_clients: u64,
    /// Those of them that it would have refused most, and how often.
    pub candidate_top: Vec<(String, u64)>,
    /// The rule and mode it goes back to; empty when it does not.
    pub then: String,
    /// When it goes back, milliseconds since the Unix epoch.
    pub expires_ms: Option<i64>,
    /// The revision that last touched it.
    pub revision: u64,
}

/// What a limit is for one network.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LimitAdjustment {
    /// The network: "10.0.0.0/8".
    pub network: String,
    /// How many times as much each key may; absent when the limit does not concern it.
    pub times: Option<u32>,
    /// Requests that came from it since the start.
    pub uses_total: u64,
}

/// A new rule of a limit; what is absent stays, and nothing changes when all is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleEdit {
    /// Never more in any such time: "100/minute".
    pub max: Option<String>,
    /// On average: "10/second".
    pub rate: Option<String>,
    /// How many at once beside a rate.
    pub burst: Option<u32>,
    /// So many at once, and nothing else.
    pub concurrent: Option<u32>,
}

/// A change of a limit; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LimitEdit {
    /// The new rule.
    pub rule: RuleEdit,
    /// The new mode.
    pub mode: Option<LimitMode>,
    /// What becomes of its candidate.
    pub candidate: Option<CandidateEdit>,
    /// Rule and mode go back after so long.
    pub ttl: Option<Duration>,
}

/// What becomes of a candidate: a rule that is tried beside the limit's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CandidateEdit {
    /// It is this one.
    Set(RuleEdit),
    /// There is none any more.
    Drop,
    /// It becomes the limit's own rule.
    Promote,
}

impl FromStr for CandidateEdit {
    type Err = &'static str;

    /// Reads a rule, or `none`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "none" => Ok(Self::Drop),
            rule => rule.parse().map(Self::Set),
        }
    }
}

/// What a limit does with a request over it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LimitMode {
    /// Refuses it.
    #[default]
    Enforce,
    /// Counts it and lets it pass.
    Shadow,
}

impl RuleEdit {
    /// Whether it changes nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl fmt::Display for RuleEdit {
    /// As it is read; what is told in part is shown in part.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let burst = self.burst.map(|burst| format!("burst {burst}"));
        let most = self.concurrent.map(|most| format!("{most} at once"));
        let parts = [self.max.clone(), self.rate.clone(), burst, most];
        f.write_str(&parts.into_iter().flatten().collect::<Vec<_>>().join(" "))
    }
}

impl FromStr for RuleEdit {
    type Err = &'static str;

    /// Reads a rule as it is shown: `100/minute`, `10/second burst 20` or `20 at once`. The gateway has the last
    /// word.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WRONG: &str =
            "requests/period: 100/minute, 100/10s, 10/second burst 20, or 20 at once";
        let words: Vec<_> = text.split_whitespace().collect();
        match words[..] {
            [max] if is_pace(max) => Ok(Self { max: Some(max.to_owned()), ..Self::default() }),
            [rate, "burst", burst] if is_pace(rate) => {
                let burst = burst.parse().ok().filter(|burst| *burst > 0).ok_or(WRONG)?;
                let rate = Some(rate.to_owned());
                Ok(Self { rate, burst: Some(burst), ..Self::default() })
            }
            [most, "at", "once"] => {
                let most = most.parse().ok().filter(|most| *most > 0).ok_or(WRONG)?;
                Ok(Self { concurrent: Some(most), ..Self::default() })
            }
            _ => Err(WRONG),
        }
    }
}

/// Whether it is a count, a slash, and a unit or a length in seconds, minutes or hours.
fn is_pace(text: &str) -> bool {
    let Some((count, period)) = text.split_once('/') else { return false };
    let counts = count.parse::<u32>().is_ok_and(|count| count > 0);
    let length = period.trim_end_matches(['s', 'm', 'h']);
    let measured = period.len() == length.len() + 1 && length.parse::<u32>().is_ok_and(|it| it > 0);
    counts && (matches!(period, "second" | "minute" | "hour") || measured)
}

impl LimitMode {
    /// Every value, in the order of the contract.
    pub const ALL: [Self; 2] = [Self::Enforce, Self::Shadow];

    /// Its word in every tool.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Enforce => "enforce",
            Self::Shadow => "shadow",
        }
    }
}

impl fmt::Display for LimitMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_requests_in_a_period_with_or_without_a_burst() {
        for text in ["100/minute", "20/second", "500/hour", "100/10s"] {
            let edit = RuleEdit { max: Some(text.to_owned()), ..RuleEdit::default() };
            assert_eq!(text.parse(), Ok(edit));
        }
        let rate = Some("10/second".to_owned());
        let rate = RuleEdit { rate, burst: Some(20), ..RuleEdit::default() };
        assert_eq!(" 10/second  burst 20".parse(), Ok(rate));
        let most = RuleEdit { concurrent: Some(20), ..RuleEdit::default() };
        assert_eq!("20 at once".parse(), Ok(most));
        for text in [
            "",
            "100",
            "0/minute",
            "100/",
            "100/fortnight",
            "-1/minute",
            "100/0s",
            "1/10",
            "1/second burst",
            "1/second burst 0",
            "0 at once",
            "20 at",
            "1/second bursts 2",
            "1/second burst 2 3",
        ] {
            assert!(text.parse::<RuleEdit>().is_err(), "{text}");
        }
    }
}
