//! The form TEXT: `cpu_utilization=0.3,rps_fractional=10.1,named_metrics.queue=7`.

use super::LoadReport;

pub(super) fn report(text: &[u8]) -> Option<LoadReport> {
    let text = str::from_utf8(text).ok()?;
    let mut report = LoadReport::default();
    for pair in text.split(',') {
        let (name, value) = pair.split_once('=')?;
        let name = name.trim();
        let number: f64 = value.trim().parse().ok()?;
        if name.is_empty() || !report.set(name.as_bytes(), number) {
            return None;
        }
    }
    Some(report)
}
