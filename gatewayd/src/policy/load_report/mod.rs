//! What does a backend say of its own load? ORCA reports in answers, in headers and trailers.
//!
//! `endpoint-load-metrics` begins with its form: `TEXT`, `JSON` or `BIN`;
//! `endpoint-load-metrics-bin` is what `BIN` has behind it. Both are Envoy's grammar, and what they
//! tell is `xds.data.orca.v3.OrcaLoadReport`. Nothing here allocates, and what is malformed is told
//! as that.

mod binary;
mod json;
mod text;

/// A longer report is malformed.
const MOST_BYTES: usize = 8 * 1024;
/// The part of its utilization that a server is charged for a rate of errors as high as its rate of
/// requests, as in gRPC's weighted round robin.
const ERROR_PENALTY: f64 = 1.0;

/// What a backend says of itself; what is absent was not told.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LoadReport {
    /// CPU use; 1 is all of its cores, more is possible.
    pub cpu: Option<f64>,
    /// Memory use; 1 is all that it has.
    pub memory: Option<f64>,
    /// Use of whatever it is short of, by its own measure.
    pub application: Option<f64>,
    /// Requests per second.
    pub rps: Option<f64>,
    /// Failures per second.
    pub eps: Option<f64>,
}

/// A report that breaks its grammar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the load report breaks its grammar")]
pub struct MalformedReport;

/// The report in a field with this name and value; `None` when that is no report's name.
#[must_use]
pub fn load_report(name: &[u8], value: &[u8]) -> Option<Result<LoadReport, MalformedReport>> {
    let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
    let read = if is("endpoint-load-metrics") {
        told
    } else if is("endpoint-load-metrics-bin") {
        binary::report
    } else {
        return None;
    };
    let value = value.trim_ascii();
    Some(if value.len() > MOST_BYTES { None } else { read(value) }.ok_or(MalformedReport))
}

fn told(value: &[u8]) -> Option<LoadReport> {
    let (form, report) = value.split_at_checked(value.iter().position(|byte| *byte == b' ')?)?;
    let report = report.trim_ascii();
    match form {
        b"TEXT" => text::report(report),
        b"JSON" => json::report(report),
        b"BIN" => binary::report(report),
        _ => None,
    }
}

impl LoadReport {
    /// Remembers the number called `name`, which both spellings of a field have; whether it may be
    /// what it says. Other names say nothing here.
    fn set(&mut self, name: &[u8], number: f64) -> bool {
        let place = match name {
            b"cpu_utilization" | b"cpuUtilization" => &mut self.cpu,
            b"mem_utilization" | b"memUtilization" => &mut self.memory,
            b"application_utilization" | b"applicationUtilization" => &mut self.application,
            b"rps_fractional" | b"rpsFractional" => &mut self.rps,
            b"eps" => &mut self.eps,
            _ => return number.is_finite(),
        };
        *place = Some(number);
        number.is_finite() && number >= 0.0
    }

    /// What it should weigh beside others that report: its rate of requests for each part of its
    /// capacity in use (gRFC A58). `None` where it does not say enough.
    #[must_use]
    pub fn weight(&self) -> Option<f64> {
        let used = self.application.filter(|it| *it > 0.0).or(self.cpu.filter(|it| *it > 0.0))?;
        let rps = self.rps.filter(|rps| *rps > 0.0)?;
        let penalty = self.eps.unwrap_or_default() / rps * ERROR_PENALTY;
        Some(rps / (used + penalty)).filter(|weight| weight.is_finite())
    }
}

#[cfg(test)]
mod tests;
