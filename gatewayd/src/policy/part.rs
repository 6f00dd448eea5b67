//! A part: how much of its weight a backend takes now.

use crate::model::Weight;

/// A part of a whole, in percent: 0 takes nothing, 100 takes all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Part(u8);

impl Part {
    /// Takes nothing: not ready, or told to take no new requests.
    pub const NONE: Part = Part(0);
    /// Takes all that its weight gives it.
    pub const WHOLE: Part = Part(100);

    /// The nearest part to this many percent.
    #[must_use]
    pub fn nearest(percent: u64) -> Part {
        Part(percent.min(100) as u8)
    }

    /// The percent, 0..=100.
    #[must_use]
    pub fn percent(self) -> u8 {
        self.0
    }

    /// The part as 0..=1.
    #[must_use]
    pub fn ratio(self) -> f64 {
        f64::from(self.0) / 100.0
    }

    /// What is left of `weight`, for people: at least 1 of what takes anything.
    #[must_use]
    pub fn of(self, weight: Weight) -> u16 {
        self.hundredths_of(weight).div_ceil(100) as u16
    }

    /// What is left of `weight` in hundredths, 0..=100000.
    #[must_use]
    pub fn hundredths_of(self, weight: Weight) -> u32 {
        u32::from(weight.get()) * u32::from(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_anything_is_shown_with_a_weight() {
        let shown = |percent, weight| Part::nearest(percent).of(Weight::nearest(weight));
        assert_eq!([shown(10, 1), shown(10, 100), shown(37, 1000)], [1, 10, 370]);
        assert_eq!([shown(0, 100), shown(100, 0), shown(100, 7), shown(900, 7)], [0, 0, 7, 7]);
    }
}
