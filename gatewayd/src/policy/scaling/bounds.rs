//! What do minimum and maximum make of the size?

/// A size held to its bounds; `None` where it was within.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bound {
    /// The minimum raised it.
    Min,
    /// The maximum lowered it.
    Max,
    /// The driver has no room for more.
    Room,
}

/// Holds `size` within `min` and `max`, and within what the driver has room for.
pub(super) fn bounds(size: u32, min: u32, max: u32, room: Option<u32>) -> (u32, Option<Bound>) {
    let raised = size.max(min.min(max));
    let lowered = raised.min(max);
    let to = lowered.min(room.unwrap_or(lowered));
    let bound = match () {
        () if to < lowered => Some(Bound::Room),
        () if lowered < raised => Some(Bound::Max),
        () if raised > size => Some(Bound::Min),
        () => None,
    };
    (to, bound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_held_within_bounds_and_room() {
        assert_eq!(bounds(5, 2, 20, None), (5, None));
        assert_eq!(bounds(0, 2, 20, None), (2, Some(Bound::Min)));
        assert_eq!(bounds(25, 2, 20, None), (20, Some(Bound::Max)));
        assert_eq!(bounds(25, 2, 20, Some(7)), (7, Some(Bound::Room)));
        assert_eq!(bounds(25, 2, 20, Some(30)), (20, Some(Bound::Max)));
    }
}
