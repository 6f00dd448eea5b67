//! What does a backend say of its own load? ORCA reports in answers.

/// The CPU use in a report of the form `TEXT cpu_utilization=0.3,rps_fractional=10.1`, 0..=1 of
/// the backend's cores; other forms say nothing here.
#[must_use]
pub fn cpu_utilization(report: &[u8]) -> Option<f64> {
    let metrics = str::from_utf8(report).ok()?.strip_prefix("TEXT ")?;
    let mut pairs = metrics.split(',').filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.find(|(name, _)| *name == "cpu_utilization")?;
    value.parse().ok().filter(|ratio: &f64| ratio.is_finite() && *ratio >= 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_read_or_says_nothing() {
        let told = |text: &str| cpu_utilization(text.as_bytes());
        assert_eq!(told("TEXT cpu_utilization=0.25,rps_fractional=10"), Some(0.25));
        assert_eq!(told("TEXT rps_fractional=10, cpu_utilization=1.5"), Some(1.5));
        for text in ["", "TEXT", "TEXT cpu_utilization=", "TEXT cpu_utilization=NaN", "JSON {}"] {
            assert_eq!(told(text), None, "{text:?}");
        }
        assert_eq!(told("TEXT cpu_utilization=-1"), None);
    }
}
