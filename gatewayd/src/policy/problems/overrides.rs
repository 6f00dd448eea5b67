//! Which words of operators need attention? Those that hold for long, and those that end soon by
//! themselves.

use crate::model::{BlockView, LimitView, PoolView, Problem, Severity};

use super::HOUR_MS;

const MINUTE_MS: i64 = 60 * 1000;
/// What ends by itself is told so long before.
const SOON_MS: i64 = 5 * MINUTE_MS;
/// A size that somebody holds is forgotten after this.
const HELD_LONG_MS: i64 = HOUR_MS;

/// A pool whose size somebody holds for long, or not for much longer.
pub(super) fn held(pool: &PoolView, now_ms: i64) -> Option<Problem> {
    let order = pool.order.as_ref()?;
    let (owner, since_ms) = (&order.mark.owner, order.mark.since_ms);
    let held = match order.desired {
        Some(servers) => format!("{owner} wants {servers} servers"),
        None => format!("its size is held by {owner}"),
    };
    let (severity, what) = match left(order.until_ms, now_ms) {
        Some(left) => (Severity::Info, format!("{held}; the rules decide again in {left}")),
        None if now_ms - since_ms <= HELD_LONG_MS => return None,
        None if order.until_ms.is_none() => {
            (Severity::Warn, format!("{held} until somebody resumes it"))
        }
        None => (Severity::Warn, held),
    };
    let target = format!("scaler/{}", pool.name);
    Some(Problem { severity, target, what, since_ms: Some(since_ms) })
}

/// A limit that goes back soon to what it was.
pub(super) fn lapsing(limit: &LimitView, now_ms: i64) -> Option<Problem> {
    let lapse = limit.lapse.as_ref()?;
    let left = left(Some(lapse.until_ms), now_ms)?;
    let what = format!("{} goes back to {} in {left}", limit.rule, lapse.to.0);
    let target = format!("limit/{}", limit.name);
    Some(Problem { severity: Severity::Info, target, what, since_ms: None })
}

/// A network whose clients pass again soon.
pub(super) fn unblocking(view: &BlockView, now_ms: i64) -> Option<Problem> {
    let block = &view.block;
    let left = left(block.until_ms, now_ms)?;
    let what = format!("its clients pass again in {left}, blocked by {}", block.mark.owner);
    let target = format!("block/{}", block.network);
    Some(Problem { severity: Severity::Info, target, what, since_ms: Some(block.mark.since_ms) })
}

/// ", back in 4m" where a standing ends soon by itself; else nothing.
pub(super) fn back_soon(until_ms: Option<i64>, now_ms: i64) -> String {
    left(until_ms, now_ms).map_or(String::new(), |left| format!(", back in {left}"))
}

/// How long it is until then, if that is soon.
fn left(until_ms: Option<i64>, now_ms: i64) -> Option<String> {
    let left_ms = until_ms? - now_ms;
    match left_ms {
        ..0 | SOON_MS.. => None,
        ..MINUTE_MS => Some(format!("{} s", left_ms / 1000)),
        _ => Some(format!("{} min", left_ms / MINUTE_MS)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_by_itself_is_told_five_minutes_before() {
        for (left_ms, expected) in [
            (-1, None),
            (0, Some("0 s")),
            (59_999, Some("59 s")),
            (MINUTE_MS, Some("1 min")),
            (SOON_MS - 1, Some("4 min")),
            (SOON_MS, None),
        ] {
            assert_eq!(left(Some(7 + left_ms), 7).as_deref(), expected, "{left_ms}");
        }
        assert_eq!(left(None, 7), None);
        assert_eq!(back_soon(Some(7 + MINUTE_MS), 7), ", back in 1 min");
    }
}
