//! A reported ratio: a part of what it has that a backend says is in use.

use std::sync::atomic::{AtomicU32, Ordering};

/// What was reported last: a number that changes with each report, and in the lower half
/// thousandths plus one; 0 is unknown.
#[derive(Debug, Default)]
pub struct ReportedRatio(AtomicU32);

impl ReportedRatio {
    /// Remembers a report; more than all is all, and what is no ratio says nothing.
    pub fn tell(&self, ratio: f64) {
        if ratio.is_finite() && ratio >= 0.0 {
            let permille = (ratio.min(1.0) * 1000.0) as u32 + 1;
            // Two reports at once may count as one, which is as fresh.
            let number = (self.0.load(Ordering::Relaxed) >> 16).wrapping_add(1);
            self.0.store(number << 16 | permille, Ordering::Relaxed);
        }
    }

    /// What was reported last, 0..=1.
    #[must_use]
    pub fn ratio(&self) -> Option<f64> {
        self.read().map(|(ratio, _)| ratio)
    }

    /// The same, and a number that changes with each report.
    #[must_use]
    pub fn read(&self) -> Option<(f64, u64)> {
        let report = self.0.load(Ordering::Relaxed);
        let permille = (report & 0xffff).checked_sub(1)?;
        Some((f64::from(permille) / 1000.0, u64::from(report >> 16)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_report_counts_and_has_a_number_of_its_own() {
        let ratio = ReportedRatio::default();
        assert_eq!(ratio.read(), None);
        ratio.tell(0.25);
        let first = ratio.read().unwrap();
        ratio.tell(f64::NAN);
        ratio.tell(-1.0);
        assert_eq!(ratio.read(), Some(first));
        ratio.tell(7.5);
        let second = ratio.read().unwrap();
        assert_eq!((first.0, second.0), (0.25, 1.0));
        assert_ne!(first.1, second.1);
    }
}
