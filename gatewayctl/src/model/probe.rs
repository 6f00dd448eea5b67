//! A probe: how an address was found before it is a backend's.

/// How an address was found, from the gateway's host.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ProbeReport {
    /// The steps that were made, in their order; one that failed is the last.
    pub steps: Vec<ProbeStep>,
    /// Where a backend there would be; empty when its name has no address.
    pub address: String,
}

/// One step of a probe.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ProbeStep {
    /// What was done: "dns", "tcp", "health".
    pub step: String,
    /// Whether it went well.
    pub passed: bool,
    /// What came of it: "connected", "200", "nobody listens there".
    pub what: String,
    /// How long it took, in milliseconds.
    pub took_ms: f64,
}

impl ProbeReport {
    /// Whether a backend there would be taken for healthy.
    #[must_use]
    pub fn passed(&self) -> bool {
        !self.steps.is_empty() && self.steps.iter().all(|step| step.passed)
    }

    /// The steps in words: `tcp 0.4 ms, health 200 in 2.1 ms`, or the one that failed and why.
    #[must_use]
    pub fn told(&self) -> String {
        let told = |it: &ProbeStep| match (it.step.as_str(), it.passed) {
            ("tcp", true) => format!("tcp {:.1} ms", it.took_ms),
            (step, true) => format!("{step} {} in {:.1} ms", it.what, it.took_ms),
            (step, false) => format!("{step}: {}", it.what),
        };
        self.steps.iter().map(told).collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steps_are_told_with_their_times_and_a_failure_with_its_cause() {
        let step = |step: &str, passed, what: &str| ProbeStep {
            step: step.into(),
            passed,
            what: what.into(),
            took_ms: 0.44,
        };
        let steps = vec![step("dns", true, "10.0.0.9"), step("tcp", true, "connected")];
        let mut report = ProbeReport { steps, address: "10.0.0.9:80".into() };
        assert!(report.passed());
        report.steps.push(step("health", false, "503"));
        assert!(!report.passed() && !ProbeReport::default().passed());
        assert_eq!(report.told(), "dns 10.0.0.9 in 0.4 ms, tcp 0.4 ms, health: 503");
    }
}
