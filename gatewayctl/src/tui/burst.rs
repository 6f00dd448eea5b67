//! A burst: keys faster than anyone types. A paste into the wrong window must not run.

use std::time::Duration;

use super::{key::Key, moment::Moment};

/// Keys closer than this belong together.
const APART: Duration = Duration::from_millis(15);
/// So many different characters in a row are a paste.
const TYPED_AT_MOST: u32 = 6;
/// After a burst, this long a silence lets keys through again.
const SILENCE: Duration = Duration::from_millis(250);

/// What came just before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Burst {
    last: Option<(Moment, Key)>,
    together: u32,
    refusing: bool,
}

/// What becomes of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is a key press.
    Pressed,
    /// It is the first refused one of a burst.
    BurstBegins,
    /// It is refused as well.
    Refused,
}

impl Burst {
    /// Judges a key outside a field. A held key repeats itself and is no burst.
    pub(crate) fn judge(&mut self, now: Moment, key: Key) -> Verdict {
        let gap = self.last.map(|(at, before)| (now.since(at), before));
        self.last = Some((now, key));
        match gap {
            Some((gap, _)) if self.refusing && gap < SILENCE => return Verdict::Refused,
            Some((gap, before)) if gap < APART && key.is_text() => {
                self.together += u32::from(before != key);
            }
            _ => self.together = 0,
        }
        self.refusing = self.together >= TYPED_AT_MOST;
        if self.refusing { Verdict::BurstBegins } else { Verdict::Pressed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(text: &str, apart_ms: u64) -> Vec<Verdict> {
        let mut burst = Burst::default();
        let keys = text.chars().enumerate();
        keys.map(|(at, character)| {
            let now = Moment(Duration::from_millis(apart_ms * at as u64));
            burst.judge(now, Key::Char(character))
        })
        .collect()
    }

    #[test]
    fn a_paste_is_refused_after_its_first_keys_and_told_once() {
        let verdicts = judge("rm -rf /var/tmp", 0);
        assert_eq!(verdicts.iter().filter(|it| **it == Verdict::BurstBegins).count(), 1);
        assert!(verdicts[7..].iter().all(|it| *it == Verdict::Refused));
    }

    #[test]
    fn typing_and_a_held_key_pass() {
        assert!(judge("dyjjkk/app", 60).iter().all(|it| *it == Verdict::Pressed));
        assert!(judge("jjjjjjjjjjjjjjjjjjj", 1).iter().all(|it| *it == Verdict::Pressed));
    }
}
