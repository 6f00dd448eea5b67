//! May servers be ordered although the last ones failed to start?

use std::time::Duration;

use crate::model::Inputs;

/// So many failed starts in a row stop the ordering.
const MOST_FAILED: u32 = 3;
/// Then one is tried again after this, after twice as long, and so on.
const FIRST_PAUSE: Duration = Duration::from_secs(30);
const LONGEST_PAUSE: Duration = Duration::from_secs(600);

/// How many may be ordered, and for how long none when that is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Starts {
    /// As many as wanted.
    Free,
    /// One, to see whether it starts.
    Trial,
    /// None for so many seconds.
    Paused { left_s: u64 },
}

/// What the failed starts so far allow.
pub(super) fn starts(inputs: &Inputs, coming: u32) -> Starts {
    let Some(more) = inputs.failed_starts.checked_sub(MOST_FAILED) else { return Starts::Free };
    let pause = (FIRST_PAUSE * 2_u32.pow(more.min(10))).min(LONGEST_PAUSE);
    let left = pause.saturating_sub(Duration::from_millis(inputs.since_failed_start_ms));
    match left.as_millis().div_ceil(1000) as u64 {
        // The one on trial has not told its verdict yet.
        0 if coming > 0 => Starts::Paused { left_s: 0 },
        0 => Starts::Trial,
        left_s => Starts::Paused { left_s },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_failed_starts_stop_the_ordering_and_one_is_tried_now_and_then() {
        let ask = |failed_starts, since_s: u64, coming| {
            let since_failed_start_ms = since_s * 1000;
            let inputs = Inputs { failed_starts, since_failed_start_ms, ..Inputs::default() };
            starts(&inputs, coming)
        };
        assert_eq!(ask(0, 0, 0), Starts::Free);
        assert_eq!(ask(2, 0, 0), Starts::Free);
        assert_eq!(ask(3, 0, 0), Starts::Paused { left_s: 30 });
        assert_eq!(ask(3, 30, 0), Starts::Trial);
        assert_eq!(ask(3, 30, 1), Starts::Paused { left_s: 0 });
        assert_eq!(ask(4, 30, 0), Starts::Paused { left_s: 30 });
        assert_eq!(ask(500, 599, 0), Starts::Paused { left_s: 1 });
    }
}
