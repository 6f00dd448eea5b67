//! Waiting for what must come true, never longer than it may take.

use std::time::{Duration, Instant};

/// How long anything may take on a busy machine before a test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// Asks `question` until it has an answer; panics with `what` when none comes.
#[track_caller]
pub fn until<T>(what: &str, mut question: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = question() {
            return answer;
        }
        assert!(Instant::now() < end, "still not so after {PATIENCE:?}: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
