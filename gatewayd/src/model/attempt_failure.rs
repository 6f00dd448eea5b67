//! An attempt's failure: what a backend did, or did not do, so that an attempt on it failed.

use super::Refusal;

/// Why an attempt failed, as far as the backend is to blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AttemptFailure {
    /// Nobody listens there.
    ConnectRefused,
    /// It took no connection in time.
    ConnectTimeout,
    /// There was no connection for another reason: no way there, or it speaks no HTTP/2.
    ConnectFailed,
    /// It was silent for too long, before its answer or in the middle of it.
    Timeout,
    /// It closed or reset before its answer began.
    Reset,
    /// It broke off in the middle of its answer.
    CutOff,
    /// What it answered is not HTTP.
    BadResponse,
    /// It answered with a status of 5xx.
    ServerError,
}

/// How many attempts failed, by why.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FailureCounts([u64; AttemptFailure::ALL.len()]);

impl AttemptFailure {
    /// Each reason, in the order of [`AttemptFailure::index`].
    pub const ALL: [AttemptFailure; 8] = [
        AttemptFailure::ConnectRefused,
        AttemptFailure::ConnectTimeout,
        AttemptFailure::ConnectFailed,
        AttemptFailure::Timeout,
        AttemptFailure::Reset,
        AttemptFailure::CutOff,
        AttemptFailure::BadResponse,
        AttemptFailure::ServerError,
    ];

    /// Its place in [`AttemptFailure::ALL`], for counters.
    #[must_use]
    pub fn index(self) -> usize {
        self as usize
    }

    /// Its word in metrics and tools.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            AttemptFailure::ConnectRefused => "connect_refused",
            AttemptFailure::ConnectTimeout => "connect_timeout",
            AttemptFailure::ConnectFailed => "connect_failed",
            AttemptFailure::Timeout => "timeout",
            AttemptFailure::Reset => "reset",
            AttemptFailure::CutOff => "cut_off",
            AttemptFailure::BadResponse => "bad_response",
            AttemptFailure::ServerError => "status_5xx",
        }
    }

    /// Whether the backend never heard of the request: there was no connection.
    #[must_use]
    pub fn is_unreached(self) -> bool {
        matches!(
            self,
            AttemptFailure::ConnectRefused
                | AttemptFailure::ConnectTimeout
                | AttemptFailure::ConnectFailed
        )
    }

    /// What a backend did that had a connection, when this is what its client is told.
    #[must_use]
    pub fn behind(refusal: Refusal) -> AttemptFailure {
        match refusal {
            Refusal::UpstreamTimeout => AttemptFailure::Timeout,
            Refusal::UpstreamInvalid => AttemptFailure::BadResponse,
            Refusal::UpstreamTruncated => AttemptFailure::CutOff,
            _ => AttemptFailure::Reset,
        }
    }
}

impl FailureCounts {
    /// How many there are of each, as `count` says.
    #[must_use]
    pub fn of_each(count: impl Fn(AttemptFailure) -> u64) -> FailureCounts {
        FailureCounts(AttemptFailure::ALL.map(count))
    }

    /// How many failed so.
    #[must_use]
    pub fn of(&self, failure: AttemptFailure) -> u64 {
        self.0[failure.index()]
    }

    /// Those that came since it was `before`.
    #[must_use]
    pub fn since(&self, before: &FailureCounts) -> FailureCounts {
        FailureCounts::of_each(|failure| self.of(failure).saturating_sub(before.of(failure)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_is_at_its_index_and_has_a_word_of_its_own() {
        let mut words: Vec<_> = AttemptFailure::ALL.iter().map(|it| it.word()).collect();
        for (index, failure) in AttemptFailure::ALL.iter().enumerate() {
            assert_eq!(failure.index(), index);
        }
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), AttemptFailure::ALL.len());
    }

    #[test]
    fn what_came_since_is_never_less_than_nothing() {
        let counts = |n: u64| FailureCounts::of_each(|failure| n * failure.index() as u64);
        assert_eq!(counts(3).since(&counts(1)), counts(2));
        assert_eq!(counts(1).since(&counts(3)), FailureCounts::default());
    }
}
