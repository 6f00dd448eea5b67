//! Rejections: whom limits refused most in the last minutes, by one worker, in bounded memory.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError, TryLockError};

use crate::model::{Name, Refuser};
use crate::policy::HeavyHitters;

/// How many are told apart in each minute.
const TOLD_APART: usize = 256;
/// How many minutes are remembered.
const MINUTES: usize = 5;
const MINUTE_US: u64 = 60_000_000;
/// The longest path that is remembered, in bytes.
const LONGEST_PATH: usize = 128;

/// Whom one worker refused of late.
#[derive(Debug, Default)]
pub struct Rejections(Mutex<Recent>);

#[derive(Debug, Default)]
struct Recent {
    /// The newest last, each from when on.
    minutes: VecDeque<(u64, HeavyHitters<Arc<Rejected>>)>,
}

/// One client, or whatever a limit counts by, that was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// The limit.
    pub limit: Name,
    /// What refused it.
    pub refuser: Refuser,
    /// What it was counted by.
    pub key: u64,
    /// The same in words.
    pub words: String,
    /// The client of the first such request.
    pub client: IpAddr,
    /// The bits of it that were counted together, where the coarser count refused.
    pub wide: Option<u8>,
    /// The path that it asked for.
    pub path: String,
}

/// Somebody who was refused, and how often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// Who.
    pub who: Arc<Rejected>,
    /// How often, at most.
    pub count: u64,
    /// By how much that may be too high.
    pub error: u64,
    /// From when on it is counted, microseconds since the start of the process.
    pub since_us: u64,
}

impl Rejections {
    /// Counts a refusal of `key`, which `describe` describes if it is new. Only the owning worker
    /// calls this, and it never waits: while somebody reads, a refusal goes unnoted.
    pub fn note(
        &self,
        key: u64,
        refuser: Refuser,
        now_us: u64,
        describe: impl FnOnce() -> Rejected,
    ) {
        let mut recent = match self.0.try_lock() {
            Ok(recent) => recent,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return,
        };
        let newest = recent.minutes.back().map(|(since_us, _)| *since_us);
        let minute_us = minute_of(now_us);
        if newest != Some(minute_us) {
            if recent.minutes.len() == MINUTES {
                recent.minutes.pop_front();
            }
            recent.minutes.push_back((minute_us, HeavyHitters::new(TOLD_APART)));
        }
        if let Some((_, hitters)) = recent.minutes.back_mut() {
            hitters.note(key ^ salt(refuser), || Arc::new(describe()));
        }
    }

    /// Whom it refused in the minutes that reach into the time since `since_us`.
    #[must_use]
    pub fn since(&self, since_us: u64) -> Vec<Tally> {
        let recent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let minutes = recent.minutes.iter().filter(|(from, _)| from + MINUTE_US > since_us);
        let tallies = minutes.flat_map(|(from, hitters)| {
            hitters.iter().map(|it| Tally {
                who: Arc::clone(&it.what),
                count: it.count,
                error: it.error,
                since_us: *from,
            })
        });
        tallies.collect()
    }
}

/// What tells apart whom several refuse under the same key.
fn salt(refuser: Refuser) -> u64 {
    (refuser as u64).rotate_right(2)
}

/// When the minute of `at_us` began.
#[must_use]
pub(super) fn minute_of(at_us: u64) -> u64 {
    at_us / MINUTE_US * MINUTE_US
}

/// A path as far as it is remembered.
#[must_use]
pub fn remembered(path: &str) -> String {
    path[..path.floor_char_boundary(LONGEST_PATH)].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rejected(key: u64, refuser: Refuser) -> Rejected {
        Rejected {
            limit: "all".parse().unwrap(),
            refuser,
            key,
            words: String::new(),
            client: [192, 0, 2, 1].into(),
            wide: None,
            path: "/".to_owned(),
        }
    }

    #[test]
    fn minutes_that_are_over_are_left_out_and_forgotten() {
        let rejections = Rejections::default();
        for minute in 0..8 {
            let who = || rejected(minute, Refuser::Rule);
            rejections.note(minute, Refuser::Rule, minute * MINUTE_US, who);
        }
        let keys = |since_us| -> Vec<u64> {
            rejections.since(since_us).iter().map(|tally| tally.who.key).collect()
        };
        assert_eq!(keys(0), [3, 4, 5, 6, 7]);
        assert_eq!(keys(7 * MINUTE_US), [7]);
    }

    #[test]
    fn what_shadows_would_refuse_is_not_what_rules_refuse_of_the_same_key() {
        let rejections = Rejections::default();
        for refuser in [Refuser::Shadow, Refuser::Rule, Refuser::Rule] {
            rejections.note(7, refuser, 0, || rejected(7, refuser));
        }
        let mut counts: Vec<_> =
            rejections.since(0).iter().map(|it| (it.count, it.who.refuser)).collect();
        counts.sort_unstable_by_key(|(count, _)| *count);
        assert_eq!(counts, [(1, Refuser::Shadow), (2, Refuser::Rule)]);
    }

    #[test]
    fn a_long_path_is_cut_between_characters() {
        assert_eq!(remembered(&"\u{e9}".repeat(200)).len(), LONGEST_PATH);
        assert_eq!(remembered("/a"), "/a");
    }
}
