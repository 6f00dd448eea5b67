//! A trial: is an address well, before it is a backend's? Each step with its time.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};

use super::ask::{Whom, judge, over};
use crate::model::{HealthCheck, ProbeKind, ProbeReport, ProbeStep, is_no_backend};
use crate::net::{DialError, dial};
use crate::policy::ProbeResult;
use crate::state::ProbeOrder;

/// The longest that one step takes, whatever the pool allows: somebody waits for it.
const LONGEST: Duration = Duration::from_secs(2);

/// Tries addresses for as long as somebody may ask for it.
pub async fn try_addresses(mut orders: mpsc::Receiver<ProbeOrder>) {
    while let Some(order) = orders.recv().await {
        tokio::spawn(async move {
            let report = report(&order).await;
            // Who asked may have left.
            let _ = order.answer.send(report);
        });
    }
}

async fn report(order: &ProbeOrder) -> ProbeReport {
    let mut report = ProbeReport::default();
    let Some(address) = find(order, &mut report).await else { return report };
    report.address = Some(address);
    let within = order.check.timeout.min(LONGEST);
    let check = HealthCheck { timeout: within, ..order.check.clone() };
    let started = Instant::now();
    let stream = match dial(address, within).await {
        Ok(stream) => stream,
        Err(DialError::Refused(_)) => {
            report.note("tcp", started, Err("nobody listens there".to_owned()));
            return report;
        }
        Err(error) => {
            report.note("tcp", started, Err(error.to_string()));
            return report;
        }
    };
    report.note("tcp", started, Ok("connected".to_owned()));
    if check.kind == ProbeKind::Tcp {
        return report;
    }
    let started = Instant::now();
    let whom = Whom { address, h2: order.h2 };
    let told = match timeout(within, over(stream, whom, &check)).await {
        Err(_) => Err(format!("no answer within {within:?}")),
        Ok(Err(error)) => Err(error.to_string()),
        Ok(Ok(told)) => verdict(&judge(told, started.elapsed())),
    };
    report.note("health", started, told);
    report
}

/// The address that is tried: the one that was told, or the first that a name has.
async fn find(order: &ProbeOrder, report: &mut ProbeReport) -> Option<SocketAddr> {
    let (host, port) = (order.host.as_str(), order.port);
    if let Ok(address) = host.parse::<IpAddr>() {
        return Some(SocketAddr::new(address, port));
    }
    let started = Instant::now();
    let told = match timeout(LONGEST, tokio::net::lookup_host((host, port))).await {
        Err(_) => Err(format!("{host}: no answer within {LONGEST:?}")),
        Ok(Err(error)) => Err(format!("{host}: {error}")),
        Ok(Ok(mut found)) => found.next().ok_or_else(|| format!("{host} has no address")),
    };
    let told = told.and_then(|found| match is_no_backend(found.ip()) {
        Some(why) => Err(format!("{host} is {}: {why}", found.ip())),
        None => Ok(found),
    });
    report.note("dns", started, told.as_ref().map(|it| it.ip().to_string()).map_err(Clone::clone));
    told.ok()
}

fn verdict(result: &ProbeResult) -> Result<String, String> {
    let what = match result {
        ProbeResult::Status(status, _) => status.to_string(),
        ProbeResult::Passed(word, _) => (*word).to_owned(),
        ProbeResult::Refused => "nobody listens there".to_owned(),
        ProbeResult::TimedOut(limit) => format!("no answer within {limit:?}"),
        ProbeResult::Failed(what) => what.clone(),
    };
    if result.passed() { Ok(what) } else { Err(what) }
}

impl ProbeReport {
    fn note(&mut self, step: &'static str, since: Instant, told: Result<String, String>) {
        let (passed, what) = match told {
            Ok(what) => (true, what),
            Err(what) => (false, what),
        };
        self.steps.push(ProbeStep { step, passed, what, took: since.elapsed() });
    }
}
